// fold-norm: batch normalisation into the weights and bias of the convolution before it.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { conv, norm, ops } from '../ops/index.ts';
import { normUnfoldable } from './faults.ts';
import type { Pass } from './pass.ts';
import { modelLevel } from './pass.ts';

/** W' = W * g, b' = beta + (b - mean) * g with g = gamma / sqrt(variance + epsilon). Source: operators.md theorem 3. */
export const foldNorm: Pass = {
  name: 'fold-norm', doc: 'folds batch normalisation into the convolution before it', lossless: 'rounding', leaves: { ...modelLevel, gone: ['norm'] },
  run(graph, _, { report, note }) {
    const consumers = consumersOf(graph);
    let folded = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const reader = consumers[old].length === 1 ? graph.nodes[consumers[old][0]] : undefined;
      if (is(node, conv) && reader && is(reader, norm)) {
        const { gamma, beta, mean, variance } = reader.params, { weight, bias } = node.params, columns = weight.shape[1];
        const gain = variance.data.map((v, c) => gamma.data[c] / Math.sqrt(v + reader.attrs.epsilon));
        folded++;
        return builder.add(conv, node.name, inputs, node.attrs, {
          weight: { shape: weight.shape, data: scaledColumns(weight.data, gain) },
          bias: { shape: [columns], data: beta.data.map((b, c) => b + ((bias ? bias.data[c] : 0) - mean.data[c]) * gain[c]) } }, node.loc);
      }
      if (is(node, norm)) {
        const before = graph.nodes[node.inputs[0]];
        if (is(before, conv) && consumers[node.inputs[0]].length === 1) return inputs[0];
        report(normUnfoldable(node.name, `${before.kind} "${before.name}"`));
      }
      return keep(node, inputs, builder, old);
    });
    note(`${folded} normalisations folded`);
    return result;
  },
};

/** Every row times the gains, column by column. */
function scaledColumns(data: Float64Array, gain: Float64Array): Float64Array {
  const scaled = new Float64Array(data.length);
  for (let at = 0; at < data.length;) for (let c = 0; c < gain.length; c++, at++) scaled[at] = data[at] * gain[c];
  return scaled;
}
