// fold-norm: batch normalisation into the weights and bias of the convolution before it; behind a scale it joins that, behind anything else it becomes a scale and shift per channel.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { perChannel } from '../ops/affine.ts';
import { affine, conv, norm, ops } from '../ops/index.ts';
import { borderBeforeNorm } from './faults.ts';
import type { Pass } from './pass.ts';
import { modelLevel } from './pass.ts';

/** W' = W * g, b' = beta + (b - mean) * g with g = gamma / sqrt(variance + epsilon). Source: operators.md theorems 3 and 12. */
export const foldNorm: Pass = {
  name: 'fold-norm', doc: 'folds batch normalisation into the convolution before it', lossless: 'rounding', leaves: { ...modelLevel, gone: ['norm'] },
  run(graph, _, { report, note }) {
    const consumers = consumersOf(graph);
    let folded = 0, alone = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const reader = consumers[old].length === 1 ? graph.nodes[consumers[old][0]] : undefined;
      if (is(node, conv) && reader && is(reader, norm)) {
        const { weight, bias, border } = node.params, { gain, shift } = lineOf(reader.params, reader.attrs.epsilon), width = weight.shape[1], columns = node.type.channels;
        const run = weight.shape[0] / (node.attrs.window[0] * node.attrs.window[1]) / (node.attrs.groups ?? 1), channels = run * (node.attrs.groups ?? 1);
        if (border) report(borderBeforeNorm(node.name));
        folded++;
        return builder.add(conv, node.name, inputs, node.attrs, {
          weight: { shape: weight.shape, data: scaledRows(weight.data, gain, width, channels, run) },
          bias: { shape: [columns], data: shift.map((s, c) => s + (bias ? bias.data[c] : 0) * gain[c]) } }, node.loc);
      }
      if (!is(node, norm)) return keep(node, inputs, builder, old);
      const before = graph.nodes[node.inputs[0]];
      if (is(before, conv) && consumers[node.inputs[0]].length === 1) return inputs[0];
      const { gain, shift } = lineOf(node.params, node.attrs.epsilon), { channels } = node.type;
      const inner = is(before, affine) ? { scale: perChannel(before.params.scale.data, channels), shift: perChannel(before.params.shift?.data ?? Float64Array.of(0), channels) } : undefined;
      alone++;
      // The scale before it stays in the new graph until nothing reads it; read what it reads.
      return builder.add(affine, node.name, inner ? [builder.nodes[inputs[0]].inputs[0]] : inputs, {}, { scale: { shape: [channels], data: gain.map((g, c) => g * (inner ? inner.scale[c] : 1)) },
        shift: { shape: [channels], data: shift.map((s, c) => s + gain[c] * (inner ? inner.shift[c] : 0)) } }, node.loc);
    });
    note(`${folded} normalisations folded${alone ? `, ${alone} without a convolution became scales` : ''}`);
    return result;
  },
};

/** y = gain * x + shift, per channel. */
function lineOf({ gamma, beta, mean, variance }: Readonly<Record<string, Readonly<{ data: Float64Array }>>>, epsilon: number): Readonly<{ gain: Float64Array; shift: Float64Array }> {
  const gain = variance.data.map((v, c) => gamma.data[c] / Math.sqrt(v + epsilon));
  return { gain, shift: beta.data.map((b, c) => b - mean.data[c] * gain[c]) };
}

/** Every row times the gains of its group's columns. */
function scaledRows(data: Float64Array, gain: Float64Array, width: number, channels: number, run: number): Float64Array {
  const scaled = new Float64Array(data.length);
  for (let at = 0, row = 0; at < data.length; row++) {
    const first = Math.floor((row % channels) / run) * width;
    for (let c = first; c < first + width; c++, at++) scaled[at] = data[at] * gain[c];
  }
  return scaled;
}
