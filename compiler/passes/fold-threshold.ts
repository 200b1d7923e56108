// fold-threshold: a positive scale between a sum and its neuron becomes part of the thresholds; another one stays as a gain.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { OpTable } from '../ir/define-op.ts';
import type { Node, Tensor, ValueId } from '../ir/types.ts';
import { affine, elastic, gain, ladder, lif, mixSteps, ops } from '../ops/index.ts';
import { perChannel } from '../ops/affine.ts';
import { affineUnfoldable } from './faults.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** [scale * n >= threshold] = [n >= threshold / scale], at every step of the membrane alike. Source: operators.md theorems 4, 8 and 12, section 4 (head lif). */
export const foldThreshold: Pass = {
  name: 'fold-threshold', doc: 'folds the attention scale and means over tokens into the thresholds behind them', lossless: 'rounding', leaves: foldedLevel,
  run(graph, _, { report, note }) {
    const consumers = consumersOf(graph), fires = (node: Node): boolean => is(node, lif) || is(node, ladder) || is(node, elastic) || is(node, mixSteps);
    const intoThreshold = ({ params: { scale, shift } }: Node): boolean => !shift?.data.some((s) => s !== 0) && scale.data.every((s) => s > 0);
    // What a neuron reads once the scale before it is gone: spikes are read by some neurons only, and multiplied by no gain.
    const fits = (neuron: Node, line: Node): boolean => (intoThreshold(line) ? (ops as OpTable)[neuron.kind] : gain).takes[0].includes(graph.nodes[line.inputs[0]].type.kind);
    // A scale that only neurons read goes into each of them.
    const goes = (value: ValueId): boolean => consumers[value].every((reader) => fires(graph.nodes[reader]) && fits(graph.nodes[reader], graph.nodes[value])) && !graph.outputs.some((output) => output.value === value);
    let folded = 0, kept = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
      if (is(node, affine) && goes(old)) return inputs[0];
      if (!fires(node) || !below || !is(below, affine) || !fits(node, below)) return keep(node, inputs, builder, old);
      const { channels } = node.type, scale = perChannel(below.params.scale.data, channels), source = goes(node.inputs[0]) ? inputs[0] : builder.nodes[inputs[0]].inputs[0], shift = below.params.shift;
      if (intoThreshold(below)) {
        folded++;
        return builder.addKind(node.kind, node.name, [source], node.attrs, { ...node.params, ...scaledThreshold(node, scale) }, node.loc);
      }
      kept++;
      const line = builder.add(gain, below.name, [source], {}, { factor: { shape: [channels], data: scale }, bias: { shape: [channels], data: shift ? perChannel(shift.data, channels) : new Float64Array(channels) } }, below.loc);
      return builder.addKind(node.kind, node.name, [line], node.attrs, node.params, node.loc);
    });
    for (const node of result.nodes) if (is(node, affine)) report(affineUnfoldable(node.name, 'nothing behind it takes a scale'));
    note(`${folded} scales folded into thresholds${kept ? `, ${kept} kept as gains` : ''}`);
    return result;
  },
};

/** A potential in units of the sum has its threshold there, too; what it keeps of itself has no unit. */
function scaledThreshold(node: Node, scale: Float64Array): Record<string, Tensor> {
  const { threshold, bound, least } = node.params, channels = scale.length;
  if (is(node, mixSteps)) return { least: { shape: [least.shape[0], channels], data: Float64Array.from({ length: least.shape[0] * channels }, (_, i) => least.data[least.shape.length > 1 ? i : Math.floor(i / channels)] / scale[i % channels]) } };
  if (is(node, elastic)) return { bound: { shape: [bound.shape[0], channels], data: Float64Array.from({ length: bound.shape[0] * channels }, (_, i) => bound.data[bound.shape.length > 1 ? i : Math.floor(i / channels)] / scale[i % channels]) } };
  if (is(node, lif)) return { threshold: { shape: [channels], data: perChannel(threshold.data, channels).map((t, c) => t / scale[c]) } };
  const levels = threshold.shape.at(-1)!, own = threshold.data.length > levels;
  return { threshold: { shape: [channels, levels], data: Float64Array.from({ length: channels * levels }, (_, i) => threshold.data[own ? i : i % levels] / scale[Math.floor(i / levels)]) } };
}
