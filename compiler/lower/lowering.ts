// What the lowering rules share: the plan under construction and what each value of the graph has become.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Arch, AttendAbility } from '../../targets/contract/arch.ts';
import type { BlockId, PlaneId, Span, StageId } from '../../targets/contract/units.ts';
import type { Carrier, Plan, Plane, Port, Region, Result, Slide, Soma, Stage, WeightBlock } from '../../targets/contract/program.ts';
import type { Graph, Node, ValueId, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { consumersOf } from '../ir/build.ts';
import { signedBits } from '../ir/ranges.ts';
import { abilityMissing, severalPlanes, sumUnfired } from './faults.ts';

/** How a residual of spikes travels. */
export const residuals = ['unary', 'payload', 'planes'] as const;
export type Residual = (typeof residuals)[number];

/**
 * What a value has become. planes: the value is the sum of region << shift over these regions; `unary` are the spike regions it was added from.
 * pending: a current that no plane holds yet: it is summed in the soma that reads it; the gain multiplies the sums, not what is added to them.
 */
export type Lowered = Readonly<
  | { as: 'planes'; regions: readonly Region[]; shifts: readonly number[]; unary: readonly Region[] }
  | { as: 'pending'; sums: readonly StageId[]; adds: readonly Region[]; bias: Int32Array; gain?: Int32Array; gainShift?: number }>;

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
  readonly inputs: Port[] = [];
  readonly readouts: Result[] = [];
  readonly #lowered = new Map<ValueId, Lowered>();
  readonly #consumers: readonly (readonly ValueId[])[];

  constructor(graph: Graph, arch: Arch, residual: Residual) { this.graph = graph; this.arch = arch; this.residual = residual; this.#consumers = consumersOf(graph); }

  type(value: ValueId): ValueType { return this.graph.nodes[value].type; }
  lowered(value: ValueId): Lowered { return this.#lowered.get(value)!; }
  become(value: ValueId, lowered: Lowered): void { this.#lowered.set(value, lowered); }
  isRead(value: ValueId, besides: Node): boolean { return this.#consumers[value].some((id) => this.graph.nodes[id] !== besides); }
  report(fault: Fault): void { this.faults.push(fault); }
  /** Reports a missing switch of the target. */
  needs(node: Node, ability: 'currents' | 'pixelMac' | 'maxCurrent' | 'host' | 'plasticity', hint: string): void { if (!this.arch.abilities[ability]) this.report(abilityMissing(node.name, ability, this.arch.name, hint)); }
  needsAttend(node: Node, form: AttendAbility): void {
    if (!this.arch.abilities.attend.includes(form)) this.report(abilityMissing(node.name, `attend ${form}`, this.arch.name, `choose a target whose abilities.attend lists ${form}, such as mesh45`));
  }

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

  /** The region of an operand as it travels. Reports: a count on several planes; a sum that is to travel as a count, and no neuron made. */
  operand(value: ValueId, reader: Node): Region {
    const lowered = this.lowered(value), { name, type } = this.graph.nodes[value];
    if (lowered.as === 'planes' && lowered.regions.length > 1) this.report(severalPlanes(reader.name, name, lowered.regions.length));
    if (lowered.as === 'pending' && type.kind !== 'current') this.report(sumUnfired(reader.name, name));
    return lowered.as === 'planes' ? lowered.regions[0] : this.materialise(value);
  }

  /** The single region of a value; a pending current gets a `pass` soma that puts it on a plane. */
  materialise(value: ValueId): Region {
    const lowered = this.lowered(value), node = this.graph.nodes[value];
    if (lowered.as === 'planes') {
      if (lowered.regions.length !== 1) throw new Error(`"${node.name}" lies on ${lowered.regions.length} planes`);
      return lowered.regions[0];
    }
    const region = this.region(this.plane(node.name, { ...node.type, kind: 'current', time: 'step' }));
    this.soma(node.name, value, { rule: { kind: 'pass' }, membraneBits: 0, current: region });
    this.become(value, single(region));
    return region;
  }

  /** What a soma adds: numbers, a spike as a count of at most 1; from channel 0 of their plane, as they line up with its columns. What is neither is copied out. */
  added(region: Region, layer: string, value: ValueId): Region {
    const isSpike = this.planes[region.plane].carrier.as === 'spike';
    if (region.channels.from === 0 && !isSpike) return region;
    if (isSpike) {
      const counts = this.region(this.plane(`${layer}.count`, { ...this.type(value), kind: 'count', range: [0, 1] }));
      this.stage(layer, region.positions.to - region.positions.from, { kind: 'pool', op: 'sum', from: [region], over: { kind: 'window', window: [1, 1], stride: [1, 1], padding: [0, 0], outGrid: this.type(value).grid }, out: counts });
      return counts;
    }
    const out = this.region(this.plane(`${layer}.copy`, this.type(value)));
    this.copy(layer, region, out);
    return out;
  }

  /** All channels of a plane, for what reads planes whole; a run of them is copied out. */
  whole(region: Region, layer: string, value: ValueId): Region {
    const { channels: { from, to } } = region;
    if (to - from === this.planes[region.plane].channels) return region;
    const out = this.region(this.plane(`${layer}.copy`, this.type(value)));
    this.copy(layer, region, out);
    return out;
  }

  /** A stage that copies a region, element by element. */
  copy(layer: string, from: Region, out: Region): StageId {
    const { carrier } = this.planes[from.plane];
    return this.stage(layer, from.positions.to - from.positions.from, { kind: 'pool', op: carrier.as === 'spike' ? 'or' : 'sum', from: [from], over: { kind: 'planes' }, out });
  }

  /** A soma that sums what a current is made of. */
  soma(layer: string, current: ValueId, rest: Pick<Soma, 'rule' | 'membraneBits'> & Partial<Pick<Soma, 'spikes' | 'current' | 'passes' | 'plastic'>>): StageId {
    const type = this.type(current), source = this.lowered(current);
    const columns: Span = { from: 0, to: type.channels };
    const parts = source.as === 'pending' ? { sums: source.sums, adds: source.adds.map((region) => this.added(region, layer, current)), bias: source.bias, ...(source.gain ? { gain: source.gain } : {}), ...(source.gainShift ? { gainShift: source.gainShift } : {}) }
      : { sums: [], adds: source.regions.map((region) => this.added(region, layer, current)), bias: new Int32Array(type.channels) };
    return this.stage(layer, positionsOf(type), { kind: 'soma', columns, ...parts, ...rest });
  }

  plan(): Plan {
    const planeOf = (value: ValueId): PlaneId | undefined => { const lowered = this.lowered(value); return lowered.as === 'planes' && lowered.regions.length === 1 ? this.whole(lowered.regions[0], this.graph.nodes[value].name, value).plane : undefined; };
    const probes = this.graph.probes.flatMap(({ name, value, axes, places }) => { const plane = planeOf(value); return plane === undefined ? [] : [{ name, plane, axes, ...(places ? { places: Int32Array.from(places) } : {}) }]; });
    return { layers: this.layers, planes: this.planes, blocks: this.blocks, stages: this.stages, inputs: this.inputs, probes, readouts: this.readouts };
  }
}

export const single = (region: Region): Extract<Lowered, { as: 'planes' }> => ({ as: 'planes', regions: [region], shifts: [0], unary: [region] });

export const slideOf = ({ window, stride, padding }: Slide): Slide => ({ window, stride, padding });

/** How a value of this type travels. */
export function carrierOf(type: ValueType): Carrier {
  switch (type.kind) {
    case 'spike': return { as: 'spike' };
    case 'ternary': return { as: 'ternary' };
    case 'pixel': return { as: 'pixel' };
    case 'count': return { as: 'count', max: type.range[1] };
    case 'current': return { as: 'current', bits: signedBits(...type.range) };
  }
}
