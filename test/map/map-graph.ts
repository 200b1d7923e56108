// Integer graphs in text form, and each step of the road from there to a program.
import type { Graph } from '../../compiler/ir/types.ts';
import { emit } from '../../compiler/emit/emit.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import { cut } from '../../compiler/map/cut.ts';
import type { Unit } from '../../compiler/map/cutting.ts';
import { edgesOf } from '../../compiler/map/edges.ts';
import type { Load } from '../../compiler/map/footprint.ts';
import { stageLoads } from '../../compiler/map/footprint.ts';
import type { Partition } from '../../compiler/map/pack.ts';
import { pack } from '../../compiler/map/pack.ts';
import type { Placement } from '../../compiler/map/place.ts';
import { place } from '../../compiler/map/place.ts';
import type { Segment } from '../../compiler/map/segments.ts';
import { segmentsOf } from '../../compiler/map/segments.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Edge, Plan, Program } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { faultText, valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';

/** A graph of these lines, three steps. */
export const graphOf = (...lines: readonly string[]): Graph => valueOf(parseGraph(`graph "case" steps 3 {\n${lines.join('\n')}\n}`, 'case.syn'));

/** `name = source` of event frames, or of an image that is given once. */
export const input = (name: string, grid: string, channels: number, coding: 'frames' | 'direct' = 'frames'): string =>
  `${name} = source() {coding = ${coding}, grid = ${grid}, channels = ${channels}, domain = integer};`;
/** A convolution (1x1, or `side` x `side` padded) with seeded codes, and a bias that makes neurons fire. */
export function conv(name: string, from: string, channels: number, columns: number, { side = 1, reach = 9 }: Readonly<{ side?: 1 | 3 | 5; reach?: number }> = {}): string {
  const random = randomFrom(name.length + 7 * columns + name.charCodeAt(name.length - 1)), codes = (length: number, least: number) =>
    Array.from({ length }, () => random.whole(least, reach)).join(', '), rows = side * side * channels;
  const attrs = `{window = ${side}x${side}, stride = 1x1, padding = ${(side - 1) / 2}x${(side - 1) / 2}}`;
  return `${name} = conv(${from}) ${attrs} weight = [${rows}, ${columns}] (${codes(rows * columns, -reach)}) bias = [${columns}] (${codes(columns, 0)});`;
}
/** A neuron, and a probe of it. */
export const lif = (name: string, from: string, threshold = 10): string =>
  `${name} = lif(${from}) {keep = 1x2, reset = zero, fires = at-least} threshold = [1] (${threshold}); probe "${name}" = ${name} axes "S T N C";`;
export const head = (from: string, channels: number, classes = 2): string =>
  `${conv('head', from, channels, classes)} logits = readout(head) {scale = 1} bias = [${classes}] (${Array(classes).fill(5).join(', ')}); output "logits" = logits;`;

export type Mapped = Readonly<{ plan: Plan; units: readonly Unit[]; edges: readonly Edge[]; segments: readonly Segment[]; loads: readonly Load[]; partition: Partition;
  placement: Placement; program: Program }>;

/** Every step behind lowering; throws with the faults of the first that fails. The program has passed the verifier. */
export function mapGraph(graph: Graph, target: Target, residual: Residual = 'unary', seed = 1): Mapped {
  const { arch } = target, { plan, units } = valueOf(cut(lower(graph, arch, residual).plan, arch, graph.steps)), edges = edgesOf(plan, graph.steps, arch), segments = segmentsOf(plan, edges),
    loads = stageLoads(plan, edges, segments, graph.steps, arch);
  const partition = valueOf(pack(plan, units, edges, loads, graph.steps, arch)), placement = place(plan, partition, edges, graph.steps, arch, seed);
  const program = valueOf(emit({ plan, edges, segments, loads, partition, placement }, target, { hash: 'case', steps: graph.steps, classes: [] })),
    wrong = verifyProgram(program, arch);
  if (wrong.length > 0) throw new Error(faultText(wrong));
  return { plan, units, edges, segments, loads, partition, placement, program };
}
