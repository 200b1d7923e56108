// fold-steps: a factor per time step behind the layer that reads it, where a soma multiplies its sums.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node, Tensor, ValueId } from '../ir/types.ts';
import { conv, gain, ops, readout, scaleSteps } from '../ops/index.ts';
import { finestCode, powersOf } from './choose-scale.ts';
import { stepsUnfoldable } from './faults.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { Pass } from './pass.ts';
import { effectiveColumns } from './to-units.ts';
import { modelLevel } from './pass.ts';

/** W (a[t] x) + b = a[t] (W x) + b; a factor that never changes goes into the weights. Source: operators.md N7. */
export const foldSteps: Pass = {
  name: 'fold-steps', doc: 'moves factors of time steps behind the layers that read them, as factors of their sums', lossless: 'rounding', leaves: { ...modelLevel, gone: ['norm', 'scale-steps'] },
  run(graph, _, { report, note }) {
    const unread = unreadable(graph);
    unread.forEach(({ name }, id) => report(stepsUnfoldable(graph.nodes[id].name, name)));
    if (unread.size > 0) return graph;
    let folded = 0, constant = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      const below = node.inputs.length === 1 ? graph.nodes[node.inputs[0]] : undefined, channels = node.type.channels;
      if (is(node, scaleSteps)) return inputs[0];
      if (!below || !is(below, scaleSteps)) return keep(node, inputs, builder, old);
      const { data } = below.params.factor, [first] = data, same = data.every((factor) => factor === first);
      if (is(node, readout)) {
        // Weighted steps are summed, others averaged.
        const weight = node.params.stepWeight?.data ?? new Float64Array(data.length).fill(node.attrs.keepSteps ? 1 : 1 / data.length);
        return builder.add(readout, node.name, inputs, node.attrs, { ...node.params, stepWeight: { shape: [data.length], data: data.map((factor, step) => factor * weight[step]) } }, node.loc);
      }
      if (is(node, conv) && same && (!isLossless(node, 1) || isLossless(node, first))) {
        constant++;
        return builder.add(conv, node.name, inputs, node.attrs, { ...node.params, weight: { ...node.params.weight, data: node.params.weight.data.map((w) => w * first) } }, node.loc);
      }
      folded++;
      if (!is(node, conv)) return builder.addKind(node.kind, node.name, [builder.add(gain, below.name, inputs, {}, factors(data, below.type.channels), below.loc)], node.attrs, node.params, node.loc);
      const { bias, ...params } = node.params, sums = builder.add(conv, node.name, inputs, node.attrs, params, node.loc);
      return builder.add(gain, `${node.name}.steps`, [sums], {}, factors(data, channels, bias), node.loc);
    });
    note(folded + constant > 0 ? `${folded} factors that change with the step multiply sums${constant > 0 ? `, ${constant} that do not went into weights` : ''}` : 'no factor of steps');
    return result;
  },
};

/** Whether weights times a factor are codes of some power of two in which the biases are whole, channel by channel. */
function isLossless(node: Node, factor: number): boolean {
  const { bias } = node.params;
  return effectiveColumns(node, undefined).every((column, c) => Math.max(powersOf(column.map((w) => w * factor)), bias ? powersOf(bias.data.subarray(c, c + 1)) : 0) <= finestCode(column.map((w) => w * factor), 127));
}

const factors = (data: Float64Array, channels: number, bias: Tensor = { shape: [channels], data: new Float64Array(channels) }): Record<string, Tensor> => ({
  factor: { shape: [data.length, channels], data: Float64Array.from({ length: data.length * channels }, (_, i) => data[Math.floor(i / channels)]) }, bias });

/** Scaled values that something else than a layer, a neuron or a result reads, with one such reader. */
function unreadable(graph: Graph): ReadonlyMap<ValueId, Readonly<{ name: string }>> {
  const consumers = consumersOf(graph), found = new Map<ValueId, Readonly<{ name: string }>>();
  graph.nodes.forEach((node, id) => {
    if (!is(node, scaleSteps)) return;
    const reads = graph.nodes[node.inputs[0]].type.kind, summed = reads === 'current' || reads === 'count';
    const wrong = consumers[id].map((reader) => graph.nodes[reader]).find((reader) => !((is(reader, conv) && !reader.params.border) || (is(reader, readout) && reads !== 'pixel') || (summed && neuronOf(reader)?.takesFactors)));
    const shown = [...graph.outputs, ...graph.probes].find(({ value }) => value === id);
    if (wrong ?? shown) found.set(id, (wrong ?? shown)!);
  });
  return found;
}
