// split-concat: what reads concatenated currents reads the parts instead, so that each part keeps units of its own.
import { consumersOf, keep, rewriteGraph } from '../ir/build.ts';
import type { GraphBuilder } from '../ir/build.ts';
import type { OpTable } from '../ir/define-op.ts';
import { is } from '../ir/define-op.ts';
import type { Node, Tensor, ValueId, ValueType } from '../ir/types.ts';
import { addCurrents, concat, conv, ops } from '../ops/index.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { Pass } from './pass.ts';
import { foldedLevel } from './pass.ts';

/**
 * A neuron of channel c knows no other channel: lif(a | b) = lif(a) | lif(b), and spikes travel where currents did. A convolution is a sum over channels: W (a | b) = Wa a + Wb b.
 * Only where all readers are such: a pool or a residual behind the concatenation keeps it, and one unit for all of it.
 */
export const splitConcat: Pass = {
  name: 'split-concat', doc: 'neurons and convolutions behind concatenated currents read the parts', lossless: 'rounding', leaves: foldedLevel,
  run(graph, _, { note }) {
    const consumers = consumersOf(graph), outputs = new Set(graph.outputs.map(({ value }) => value)), split: string[] = [];
    const splits = (id: ValueId): boolean => is(graph.nodes[id], concat) && graph.nodes[id].type.kind === 'current' && !outputs.has(id) && consumers[id].every((reader) => readsApart(graph.nodes[reader]));
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      if (splits(old)) split.push(node.name);
      const below = node.inputs.length === 1 && splits(node.inputs[0]) ? builder.nodes[inputs[0]] : undefined;
      return below ? apart(node, below.inputs, node.inputs.map((input) => graph.nodes[input].type), builder) : keep(node, inputs, builder, old);
    });
    note(split.length ? `read in parts: ${split.join(', ')}` : 'nothing to split');
    return result;
  },
};

const readsApart = (node: Node): boolean => neuronOf(node)?.readsApart === true || (is(node, conv) && (node.attrs.groups ?? 1) === 1 && !node.params.border);

const table: OpTable = ops;

/** @param types of what the node reads */
function apart(node: Node, parts: readonly ValueId[], types: readonly ValueType[], builder: GraphBuilder): ValueId {
  let from = 0;
  const values = parts.map((part, i) => {
    const first = from, count = builder.typeOf(part).channels, name = `${node.name}.part${i}`;
    from += count;
    if (!is(node, conv)) return builder.addKind(node.kind, name, [part], node.attrs, table[node.kind].pick!(Array.from({ length: count }, (_, c) => first + c), node, types)!, node.loc);
    // The bias joins once.
    const { bias, ...params } = node.params;
    return builder.add(conv, name, [part], node.attrs, { ...params, weight: rowsOf(node.params.weight, channelsIn(node), first, count), ...(bias && i === 0 ? { bias } : {}) }, node.loc);
  });
  return is(node, conv) ? builder.add(addCurrents, node.name, values, {}) : builder.add(concat, node.name, values, {});
}

const channelsIn = ({ params: { weight }, attrs: { window } }: Node<'conv', { window: readonly [number, number] }>): number => weight.shape[0] / (window[0] * window[1]);

/** Rows of a run of channels, of every tap. */
function rowsOf({ shape: [rows, width], data }: Tensor, channels: number, first: number, count: number): Tensor {
  const taps = rows / channels, part = new Float64Array(taps * count * width);
  for (let tap = 0; tap < taps; tap++) part.set(data.subarray((tap * channels + first) * width, (tap * channels + first + count) * width), tap * count * width);
  return { shape: [taps * count, width], data: part };
}
