// The linear end of a network on the host: layers without a neuron between a current and the results, whose sums no accumulator of the chip holds.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import type { GraphBuilder } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node, Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, concat, conv, ops, readout } from '../ops/index.ts';

/** A value that leaves the chip, and what each score weighs its channels with, [scores, channels]. */
type Leaf = Readonly<{ value: ValueId; rows: Float64Array }>;
/** scores = sum over the leaves of rows . leaf, plus the offset [scores]. folded: layers that are gone. */
type Linear = Readonly<{ leaves: readonly Leaf[]; offset: Float64Array; folded: readonly string[] }>;

/**
 * rows (W x + b + y) = (rows W) x + rows y + rows b, down to the last layer in `wide`. A mean over steps (and positions) commutes with it, so the host multiplies once per result, not once a step.
 * @param graph real
 * @param wide names of layers whose sums do not fit
 * @returns undefined where no such layer lies at the end of the network
 */
export function hostTail(graph: Graph, wide: ReadonlySet<string>): Readonly<{ graph: Graph; folded: readonly string[] }> | undefined {
  const consumers = consumersOf(graph), probed = new Set(graph.probes.map(({ value }) => value)), folded: string[] = [];
  const alone = (value: ValueId) => consumers[value].length === 1 && !probed.has(value);
  const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
    if (!is(node, readout) || node.params.stepWeight) return keep(node, inputs, builder, old);
    const { channels } = graph.nodes[node.inputs[0]].type, rows = node.params.rows?.data ?? identity(channels), linear = expand(graph, node.inputs[0], rows, wide, alone), scores = rows.length / channels;
    if (linear.folded.length === 0) return keep(node, inputs, builder, old);
    folded.push(...linear.folded);
    // What is folded lies within the mean; what the readout adds lies behind it.
    const offset = linear.offset.map((sum, score) => sum * node.attrs.scale + (node.params.bias ? dot(rows, score, node.params.bias.data) : 0) + (node.params.offset ? node.params.offset.data[score] : 0));
    const moved = new Map(graph.nodes.map(({ name }, id) => [id, builder.nodes.findIndex((made) => made.name === name)]));
    return builder.add(readout, node.name, [joined(linear.leaves.map(({ value }) => moved.get(value)!), node.name, builder)], node.attrs, { rows: beside(linear.leaves.map(({ rows: part }) => part), scores), offset: { shape: [scores], data: offset } }, node.loc);
  });
  return folded.length > 0 ? { graph: result, folded } : undefined;
}

function expand(graph: Graph, value: ValueId, rows: Float64Array, wide: ReadonlySet<string>, alone: (value: ValueId) => boolean): Linear {
  const node = graph.nodes[value], scores = rows.length / node.type.channels, here: Linear = { leaves: [{ value, rows }], offset: new Float64Array(scores), folded: [] };
  if (!alone(value)) return here;
  if (is(node, addCurrents) || is(node, concat)) {
    const split = graph.nodes[node.inputs[0]].type.channels, ofPart = (part: number) => (is(node, concat) ? columnsOf(rows, node.type.channels, part === 0 ? 0 : split, part === 0 ? split : node.type.channels) : rows);
    const [a, b] = node.inputs.map((input, part) => expand(graph, input, ofPart(part), wide, alone)), folded = [...a.folded, ...b.folded];
    return folded.length > 0 ? { leaves: [...a.leaves, ...b.leaves], offset: a.offset.map((sum, score) => sum + b.offset[score]), folded } : here;
  }
  if (!isMatrix(node, graph)) return here;
  const below = expand(graph, node.inputs[0], times(rows, node.params.weight), wide, alone);
  if (!wide.has(node.name) && below.folded.length === 0) return here;
  return { leaves: below.leaves, folded: [node.name, ...below.folded], offset: node.params.bias ? below.offset.map((sum, score) => sum + dot(rows, score, node.params.bias.data)) : below.offset };
}

/** A layer that multiplies each position of a current by one matrix. */
const isMatrix = (node: Node, { nodes }: Graph): boolean => is(node, conv) && nodes[node.inputs[0]].type.kind === 'current' && (node.attrs.groups ?? 1) === 1 && !node.params.border
  && [...node.attrs.window, ...node.attrs.stride].every((size) => size === 1) && node.attrs.padding.every((size) => size === 0);

const identity = (size: number): Float64Array => Float64Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
const dot = (rows: Float64Array, score: number, vector: Float64Array): number => vector.reduce((sum, value, c) => sum + rows[score * vector.length + c] * value, 0);

const columnsOf = (rows: Float64Array, width: number, from: number, to: number): Float64Array => rows.filter((_, i) => i % width >= from && i % width < to);

/** rows [scores, out] times the transpose of weight [in, out]. */
function times(rows: Float64Array, { shape: [from, to], data }: Tensor): Float64Array {
  return Float64Array.from({ length: (rows.length / to) * from }, (_, i) => {
    const score = Math.floor(i / from), channel = i % from;
    let sum = 0;
    for (let o = 0; o < to; o++) sum += rows[score * to + o] * data[channel * to + o];
    return sum;
  });
}

const joined = (values: readonly ValueId[], name: string, builder: GraphBuilder): ValueId => values.reduce((a, b) => builder.add(concat, `${name}.join`, [a, b], {}));

/** Rows of all leaves side by side. */
function beside(parts: readonly Float64Array[], scores: number): Tensor {
  const widths = parts.map((part) => part.length / scores), channels = widths.reduce((sum, width) => sum + width, 0), data = new Float64Array(scores * channels);
  for (let score = 0, at = 0; score < scores; score++) parts.forEach((part, i) => { data.set(part.subarray(score * widths[i], (score + 1) * widths[i]), at); at += widths[i]; });
  return { shape: [scores, channels], data };
}
