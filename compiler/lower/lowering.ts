// What the lowering rules share: the plan under construction and what each value of the graph has become.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Arch } from '../../targets/contract/arch.ts';
import type { BlockId, PlaneId, Span, StageId } from '../../targets/contract/units.ts';
import type { Carrier, Plan, Plane, Region, Slide, Soma, Stage, WeightBlock } from '../../targets/contract/program.ts';
import type { Graph, Node, ValueId, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { consumersOf } from '../ir/build.ts';
import { signedBits } from '../ir/ranges.ts';

/** How a residual of spikes travels. */
export const residuals = ['unary', 'payload', 'planes'] as const;
export type Residual = (typeof residuals)[number];

/**
 * What a value has become. planes: the value is the sum of plane << shift over these planes; `unary` are the spike planes it was added from.
 * pending: a current that no plane holds yet: it is summed in the soma that reads it.
 */
export type Lowered = Readonly<
  | { as: 'planes'; planes: readonly PlaneId[]; shifts: readonly number[]; unary: readonly PlaneId[] }
  | { as: 'pending'; sums: readonly StageId[]; adds: readonly PlaneId[]; bias: Int32Array }>;

type Unnumbered<S> = S extends Stage ? Omit<S, 'id' | 'contexts' | 'layer'> : never;

export class Lowering {
  readonly graph: Graph;
  readonly arch: Arch;
  readonly residual: Residual;
  readonly faults: Fault[] = [];
  readonly layers: string[] = [];
  readonly planes: Plane[] = [];
  readonly blocks: WeightBlock[] = [];
  readonly stages: Stage[] = [];
  readonly inputs: { name: string; plane: PlaneId }[] = [];
  readonly readouts: { output: string; scale: number; divisor: number }[] = [];
  readonly #lowered = new Map<ValueId, Lowered>();
  readonly #consumers: readonly (readonly ValueId[])[];

  constructor(graph: Graph, arch: Arch, residual: Residual) { this.graph = graph; this.arch = arch; this.residual = residual; this.#consumers = consumersOf(graph); }

  type(value: ValueId): ValueType { return this.graph.nodes[value].type; }
  lowered(value: ValueId): Lowered { return this.#lowered.get(value)!; }
  become(value: ValueId, lowered: Lowered): void { this.#lowered.set(value, lowered); }
  isRead(value: ValueId, besides: Node): boolean { return this.#consumers[value].some((id) => this.graph.nodes[id] !== besides); }
  report(fault: Fault): void { this.faults.push(fault); }

  /** A plane for a value of this type. */
  plane(name: string, type: ValueType): PlaneId {
    return this.planes.push({ name, grid: type.grid, channels: type.channels, carrier: carrierOf(type), per: type.time === 'once' ? 'sample' : 'step' }) - 1;
  }

  block(block: WeightBlock): BlockId { return this.blocks.push(block) - 1; }

  /** Adds a whole-layer stage with contexts 0..contexts-1. */
  stage(layer: string, contexts: number, stage: Unnumbered<Stage>): StageId {
    let index = this.layers.indexOf(layer);
    if (index < 0) index = this.layers.push(layer) - 1;
    const id = this.stages.length;
    this.stages.push({ ...stage, id, layer: index, contexts: { from: 0, to: contexts } } as Stage);
    return id;
  }

  region(plane: PlaneId): Region {
    const { grid, channels } = this.planes[plane];
    return { plane, positions: { from: 0, to: grid[0] * grid[1] }, channels: { from: 0, to: channels } };
  }

  /** The single plane of a value; a pending current gets a `pass` soma that puts it on one. */
  materialise(value: ValueId): PlaneId {
    const lowered = this.lowered(value), node = this.graph.nodes[value];
    if (lowered.as === 'planes') {
      if (lowered.planes.length !== 1) throw new Error(`"${node.name}" lies on ${lowered.planes.length} planes`);
      return lowered.planes[0];
    }
    const plane = this.plane(node.name, { ...node.type, time: 'step' });
    this.soma(node.name, value, { rule: { kind: 'pass' }, membraneBits: 0, current: this.region(plane) });
    this.become(value, single(plane));
    return plane;
  }

  /** A soma that sums what a current is made of. */
  soma(layer: string, current: ValueId, rest: Pick<Soma, 'rule' | 'membraneBits'> & Partial<Pick<Soma, 'spikes' | 'current'>>): StageId {
    const type = this.type(current), source = this.lowered(current);
    const columns: Span = { from: 0, to: type.channels };
    const parts = source.as === 'pending' ? { sums: source.sums, adds: source.adds.map((plane) => this.region(plane)), bias: source.bias }
      : { sums: [], adds: source.planes.map((plane) => this.region(plane)), bias: new Int32Array(type.channels) };
    return this.stage(layer, positionsOf(type), { kind: 'soma', columns, ...parts, ...rest });
  }

  plan(): Plan {
    const planeOf = (value: ValueId): PlaneId | undefined => { const lowered = this.lowered(value); return lowered.as === 'planes' && lowered.planes.length === 1 ? lowered.planes[0] : undefined; };
    const probes = this.graph.probes.flatMap(({ name, value, axes }) => { const plane = planeOf(value); return plane === undefined ? [] : [{ name, plane, axes }]; });
    return { layers: this.layers, planes: this.planes, blocks: this.blocks, stages: this.stages, inputs: this.inputs, probes, readouts: this.readouts };
  }
}

export const single = (plane: PlaneId): Lowered => ({ as: 'planes', planes: [plane], shifts: [0], unary: [plane] });

export const slideOf = ({ window, stride, padding }: Slide): Slide => ({ window, stride, padding });

/** How a value of this type travels. */
export function carrierOf(type: ValueType): Carrier {
  switch (type.kind) {
    case 'spike': return { as: 'spike' };
    case 'pixel': return { as: 'pixel' };
    case 'count': return { as: 'count', max: type.range[1] };
    case 'current': return { as: 'current', bits: signedBits(...type.range) };
  }
}
