// Normalisation behind a convolution, folded into its weights in float64 before anything is rounded to float32.
import { rewriteGraph, keep } from '../../compiler/ir/build.ts';
import type { NodeOf } from '../../compiler/ir/define-op.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph, Tensor } from '../../compiler/ir/types.ts';
import { conv, norm, ops } from '../../compiler/ops/index.ts';

/** Factor per channel. */
export const scaleOf = ({ params: { gamma, variance }, attrs: { epsilon } }: NodeOf<typeof norm>): Float64Array => gamma.data.map((factor, c) => factor / Math.sqrt(variance.data[c] + epsilon));

/** The same graph without the norms that read a convolution. Values change by rounding only; one pass over the map less, and one rounding less, for each. */
export function foldNorms(graph: Graph): Graph {
  return rewriteGraph(graph, ops, (node, inputs, builder, old) => {
    const before = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
    if (!is(node, norm) || !before || !is(before, conv)) return keep(node, inputs, builder, old);
    const scale = scaleOf(node), { mean, beta } = node.params, { weight, bias, border } = before.params, channels = scale.length;
    const [rows, width] = weight.shape, groups = channels / width, from = rows / (before.attrs.window[0] * before.attrs.window[1]);
    const byColumn = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value, i) => value * scale[i % channels]) });
    // A row holds the outputs of its own group.
    const rescaled: Tensor = { shape: weight.shape, data: weight.data.map((value, i) => value * scale[Math.floor(((Math.floor(i / width) % from) * groups) / from) * width + (i % width)]) };
    const offset = { shape: [channels], data: beta.data.map((value, c) => value + ((bias?.data[c] ?? 0) - mean.data[c]) * scale[c]) };
    // The input of the new convolution is that of the old one, which nothing may need any more.
    const [input] = builder.nodes[inputs[0]].inputs;
    return builder.add(conv, node.name, [input], before.attrs, { weight: rescaled, bias: offset, ...(border ? { border: byColumn(border) } : {}) }, before.loc);
  });
}
