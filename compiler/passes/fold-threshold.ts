// fold-threshold: a positive scale between a sum and its neuron becomes part of the thresholds; another one stays as a gain, and one that functions on the host read goes there.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import type { GraphBuilder } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { OpTable } from '../ir/define-op.ts';
import type { Node, Tensor, ValueId } from '../ir/types.ts';
import { affine, gain, line, ops } from '../ops/index.ts';
import { isHost } from '../ops/is-host.ts';
import { perChannel } from '../ops/affine.ts';
import { affineUnfoldable } from './faults.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/** [scale * n >= threshold] = [n >= threshold / scale], at every step of the membrane alike. Source: operators.md theorems 4, 8 and 12, section 4 (head lif). */
export const foldThreshold: Pass = {
  name: 'fold-threshold', doc: 'folds the attention scale and means over tokens into the thresholds behind them', lossless: 'rounding', leaves: foldedLevel,
  run(graph, _, { report, note }) {
    const consumers = consumersOf(graph), unscaled = (node: Node) => neuronOf(node)?.unscaled?.(node);
    const intoThreshold = ({ params: { scale, shift } }: Node): boolean => !shift?.data.some((s) => s !== 0) && scale.data.every((s) => s > 0);
    // What a neuron reads once the scale before it is gone: spikes are read by some neurons only, and multiplied by no gain.
    const fits = (neuron: Node, scaled: Node): boolean => (intoThreshold(scaled) ? (ops as OpTable)[neuron.kind] : gain).takes[0].includes(graph.nodes[scaled.inputs[0]].type.kind);
    // A scale that only neurons and the host read goes into each of them.
    const goes = (value: ValueId): boolean => consumers[value].every((reader) => (unscaled(graph.nodes[reader]) && fits(graph.nodes[reader], graph.nodes[value])) || isHost(graph.nodes[reader])) && !graph.outputs.some((output) => output.value === value);
    const lines = new Map<ValueId, ValueId>(), sourceOf = (value: ValueId, moved: ValueId, builder: GraphBuilder): ValueId => (goes(value) ? moved : builder.nodes[moved].inputs[0]);
    // Several functions on the host share one scaled value.
    const scaledOnHost = (value: ValueId, moved: ValueId, builder: GraphBuilder): ValueId => {
      const made = lines.get(value) ?? lineOf(graph.nodes[value], sourceOf(value, moved, builder), builder);
      lines.set(value, made);
      return made;
    };
    let folded = 0, kept = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined;
      if (is(node, affine) && goes(old)) return inputs[0];
      if (isHost(node)) return keep(node, inputs.map((moved, i) => (is(graph.nodes[node.inputs[i]], affine) ? scaledOnHost(node.inputs[i], moved, builder) : moved)), builder, old);
      const without = unscaled(node);
      if (!without || !below || !is(below, affine) || !fits(node, below)) return keep(node, inputs, builder, old);
      const { channels } = node.type, scale = perChannel(below.params.scale.data, channels), source = sourceOf(node.inputs[0], inputs[0], builder), shift = below.params.shift;
      if (intoThreshold(below)) {
        folded++;
        return builder.addKind(node.kind, node.name, [source], node.attrs, { ...node.params, ...without(scale) }, node.loc);
      }
      kept++;
      const scaled = builder.add(gain, below.name, [source], {}, { factor: { shape: [channels], data: scale }, bias: { shape: [channels], data: shift ? perChannel(shift.data, channels) : new Float64Array(channels) } }, below.loc);
      return builder.addKind(node.kind, node.name, [scaled], node.attrs, node.params, node.loc);
    });
    for (const node of result.nodes) if (is(node, affine)) report(affineUnfoldable(node.name, 'nothing behind it takes a scale'));
    note(`${folded} scales folded into thresholds${kept ? `, ${kept} kept as gains` : ''}${lines.size > 0 ? `, ${lines.size} left to the host` : ''}`);
    return result;
  },
};

function lineOf({ name, params: { scale, shift }, type: { channels }, loc }: Node, source: ValueId, builder: GraphBuilder): ValueId {
  const each = (data: Float64Array): Tensor => ({ shape: [channels], data: perChannel(data, channels) });
  return builder.add(line, name, [source], {}, { factor: each(scale.data), shift: each(shift?.data ?? Float64Array.of(0)) }, loc);
}
