// factor-norm: a normalisation of spikes moves behind the layer that reads it, so that the crossbar sees spikes and counts instead of real numbers.
import { keep, rewriteGraph } from '../ir/build.ts';
import type { GraphBuilder } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Location, Node, Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, addSpikes, conv, layerNorm, normSums, ops, shiftSum, sum, tokenShift } from '../ops/index.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** W LN(x) = ((W diag g) x - mean W g) / deviation + W b, and W (m x + (1 - m) x') reads x through two matrices side by side. Source: operators.md theorem 19; models-other.md section 7, owned rewrite. */
export const factorNorm: Pass = {
  name: 'factor-norm', doc: 'moves normalisations of spikes, and token shifts, behind the layers that read them: crossbars see spikes and counts', lossless: 'rounding', leaves: foldedLevel,
  run(graph, _, { note }) {
    const factored: string[] = [];
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      if (!is(node, conv) || !isMatrix(node)) return keep(node, inputs, builder, old);
      const below = graph.nodes[node.inputs[0]], normal = is(below, tokenShift) ? graph.nodes[below.inputs[0]] : below;
      if (!is(normal, layerNorm) || !isCounted(graph, normal.inputs[0])) return keep(node, inputs, builder, old);
      factored.push(node.name);
      // What the normalisation reads lies in the new graph already.
      const reading: Reading = { graph, builder, moved: movedBefore(normal, below, inputs[0], builder), name: node.name, loc: node.loc }, { weight, bias } = node.params;
      if (!is(below, tokenShift)) return normalised(reading, normal, weight, bias);
      return builder.add(shiftSum, `${node.name}.shift`, [normalised(reading, normal, halves(weight, below.params.mix.data), bias && { shape: [2 * bias.data.length], data: Float64Array.from([...bias.data, ...bias.data.map(() => 0)]) })], {}, {}, node.loc);
    });
    note(factored.length ? `crossbars read spikes, the host normalises their sums: ${factored.join(', ')}` : 'no layer reads a normalisation of spikes');
    return result;
  },
};

type Reading = Readonly<{ graph: Graph; builder: GraphBuilder; moved: ValueId; name: string; loc: Location | undefined }>;

const isMatrix = ({ attrs: { window, stride, padding, ...rest }, params: { border } }: Node<'conv', { window: readonly number[]; stride: readonly number[]; padding: readonly number[]; groups?: number }>): boolean =>
  [...window, ...stride].every((size) => size === 1) && padding.every((size) => size === 0) && (rest.groups ?? 1) === 1 && !border;

/** Spikes, counts, normalisations of such, and sums of all of them on the host. */
function isCounted({ nodes }: Graph, value: ValueId): boolean {
  const node = nodes[value];
  return is(node, sum) || is(node, layerNorm) ? node.inputs.every((input) => isCounted({ nodes } as Graph, input)) : isWhole(node);
}
const isWhole = ({ type: { kind } }: Node): boolean => kind === 'spike' || kind === 'count' || kind === 'ternary';

/** In the new graph: what the normalisation behind `read` reads. */
const movedBefore = (normal: Node, below: Node, read: ValueId, { nodes }: GraphBuilder): ValueId => (below === normal ? nodes[read] : nodes[nodes[read].inputs[0]]).inputs[0];

/** W LN(x) + bias; x is a value of the new graph. */
function normalised(reading: Reading, normal: Readonly<{ attrs: Readonly<{ epsilon: number }>; params: Node['params'] }>, weight: Tensor, bias: Tensor | undefined): ValueId {
  const { builder, moved, name, loc } = reading, { gamma, beta } = normal.params, [rows, columns] = weight.shape, scaled: Tensor = { shape: weight.shape, data: weight.data.map((w, i) => w * gamma.data[Math.floor(i / columns)]) };
  const column = (of: (row: number, column: number) => number) => Float64Array.from({ length: columns }, (_, c) => { let total = 0; for (let row = 0; row < rows; row++) total += of(row, c); return total; });
  const slope = column((row, c) => scaled.data[row * columns + c]), offset = column((row, c) => weight.data[row * columns + c] * beta.data[row]).map((each, c) => each + (bias ? bias.data[c] : 0));
  // Values of mean 0 see only what of a column differs from its mean; their length is at most sqrt(rows).
  const reach = column((row, c) => (scaled.data[row * columns + c] - slope[c] / rows) ** 2).map((squares) => Math.sqrt(squares * rows) * (1 + 2 ** -20)), vector = (data: Float64Array): Tensor => ({ shape: [columns], data });
  return builder.add(normSums, `${name}.norm`, [counted({ ...reading, moved }, scaled), moved], { epsilon: normal.attrs.epsilon }, { slope: vector(slope), offset: vector(offset), reach: vector(reach) }, loc);
}

/** W x of a sum of spikes, counts and normalisations: one matrix for all that is whole, one for each normalisation. */
function counted(reading: Reading, weight: Tensor): ValueId {
  const { builder, moved, name, loc } = reading, leaves = leavesOf(builder, moved), whole = leaves.filter((leaf) => isWhole(builder.nodes[leaf])), others = leaves.filter((leaf) => !isWhole(builder.nodes[leaf]));
  // Signed spikes cannot be counted together.
  const ternary = whole.filter((leaf) => builder.typeOf(leaf).kind === 'ternary'), plain = whole.filter((leaf) => !ternary.includes(leaf));
  const read = [...(plain.length > 0 ? [plain.reduce((a, b) => found(builder, `${name}.count`, [a, b]))] : []), ...ternary];
  const parts = [...read.map((leaf) => builder.add(conv, name, [leaf], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight }, loc)),
    ...others.map((leaf) => { const node = builder.nodes[leaf]; if (!is(node, layerNorm)) throw new Error(`"${node.name}" is no normalisation`); return normalised({ ...reading, moved: node.inputs[0], name: `${name}.${node.name.split('.').at(-1)}` }, node, weight, undefined); })];
  return parts.reduce((a, b) => builder.add(addCurrents, `${name}.parts`, [a, b], {}, {}, loc));
}

const leavesOf = (builder: GraphBuilder, value: ValueId): readonly ValueId[] => { const node = builder.nodes[value]; return is(node, sum) ? node.inputs.flatMap((input) => leavesOf(builder, input)) : [value]; };

/** The same two spikes are counted once, whoever reads them. */
function found(builder: GraphBuilder, name: string, [a, b]: readonly [ValueId, ValueId]): ValueId {
  const there = builder.nodes.findIndex((node) => is(node, addSpikes) && node.inputs[0] === a && node.inputs[1] === b);
  return there >= 0 ? there : builder.add(addSpikes, name, [a, b], {});
}

/** W diag m | W diag (1 - m). */
function halves({ shape: [rows, columns], data }: Tensor, mix: Float64Array): Tensor {
  return { shape: [rows, 2 * columns], data: Float64Array.from({ length: 2 * rows * columns }, (_, i) => { const row = Math.floor(i / (2 * columns)), at = i % (2 * columns); return data[row * columns + (at % columns)] * (at < columns ? mix[row] : 1 - mix[row]); }) };
}
