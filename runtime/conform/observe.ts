// What one run of a network shows to a comparison, and how an evaluation shows it.
import { countSops } from '../../compiler/eval/evaluate.ts';
import type { Evaluation } from '../../compiler/eval/evaluate.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Domain, Graph, Node, Tensor, ValueId } from '../../compiler/ir/types.ts';
import { perChannel } from '../../compiler/ops/affine.ts';
import { elasticPotentialsOf } from '../../compiler/ops/elastic.ts';
import { potentialsOf } from '../../compiler/ops/lif.ts';
import { affine, conv, elastic, ladder, lif, ops, readout, ssa } from '../../compiler/ops/index.ts';
import { termsOf } from '../../compiler/ops/readout.ts';
import type { Places } from '../../targets/contract/probes.ts';
import { published, unread } from '../../targets/contract/probes.ts';
import { resultsOf } from '../results.ts';
import { extrasOf } from './extras.ts';
import type { Extras } from './extras.ts';

/** Input of a neuron, [steps, positions, channels], in any unit; threshold in that unit, [channels] (a ladder has several, and none here). count: the bare count where it reads one. */
export type Membrane = Readonly<{ input: ArrayLike<number>; threshold: ArrayLike<number> | undefined; count: ArrayLike<number> | undefined }>;
/**
 * One sample. spikes: by published layer name, [steps, positions, channels]; undefined where the run does not record the layer. logits: real values, [classes] or
 * [steps, positions, channels] with what the network keeps apart.
 * membrane: undefined where a rewrite has removed the sum. potential: before the spike test, where a run shows it; of an integer graph in whole units. operations: by the names of sops.json; absent where a run does not count. extras: of a network that compares features with rows.
 */
export type Observation = Readonly<{ spikes(layer: string): ArrayLike<number> | undefined; logits: ArrayLike<number>; membrane?(layer: string): Membrane | undefined;
  potential?(layer: string): Readonly<{ domain: Domain; values: ArrayLike<number> }> | undefined; operations?: ReadonlyMap<string, number>; extras?: Extras }>;

/** An evaluation of a real or an integer graph. */
export function observeEvaluation(graph: Graph, evaluation: Evaluation): Observation {
  const { values } = evaluation, probes = new Map(graph.probes.map(({ name, value }) => [name, value])), places = new Map(graph.probes.map((probe) => [probe.name, probe.places]));
  return {
    spikes: (layer) => { const value = probes.get(layer); return value === undefined ? undefined : shown(values[value].data, graph.nodes[value].type.channels, places.get(layer)); },
    ...scoresOf(graph, values),
    membrane(layer) {
      const value = probes.get(layer), node = value === undefined ? undefined : graph.nodes[value];
      if (!node || !(is(node, lif) || is(node, ladder))) return undefined;
      const counted = countBefore(graph, node);
      return { input: values[node.inputs[0]].data, threshold: is(node, lif) ? perChannel(node.params.threshold.data, node.type.channels) : undefined, count: counted === undefined ? undefined : values[counted].data };
    },
    potential(layer) {
      const value = probes.get(layer), node = value === undefined ? undefined : graph.nodes[value];
      if (!node || !(is(node, lif) || is(node, elastic))) return undefined;
      const read = values[node.inputs[0]];
      return { domain: node.type.domain, values: is(node, lif) ? potentialsOf(read, node, graph.steps) : elasticPotentialsOf(read, node, graph.steps) };
    },
    operations: operationsOf(graph, evaluation),
  };
}

/** Spikes of a layer as it was published; undefined where some of its neurons are not computed. */
export const shown = (values: ArrayLike<number>, channels: number, places: Places | undefined): ArrayLike<number> | undefined => (places && Array.from(places).includes(unread) ? undefined : published(values, channels, places));

/** The count that a neuron reads, a scale between them or not. */
export const countBefore = (graph: Graph, node: Node): ValueId | undefined => [unscaled(graph, node.inputs[0])].find((value) => graph.nodes[value].type.kind === 'count');

const unscaled = ({ nodes }: Graph, value: ValueId): ValueId => (is(nodes[value], affine) ? nodes[value].inputs[0] : value);

/** Scores; beside them what else the network gives: the features that the host makes them of, and further outputs by their names. */
function scoresOf(graph: Graph, values: readonly Tensor[]): Pick<Observation, 'logits' | 'extras'> {
  const { logits, extras } = resultOf(graph, values, graph.outputs.find(({ name }) => name === 'logits')!.value), others = graph.outputs.filter(({ name }) => name !== 'logits');
  const all = new Map([...extras ?? [], ...others.map(({ name, value }) => [name, resultOf(graph, values, value).logits] as const)]);
  return { logits, ...(all.size > 0 ? { extras: all } : {}) };
}

/** A real evaluation gives scores only, so that its readout runs again without them. */
function resultOf(graph: Graph, values: readonly Tensor[], value: ValueId): Pick<Observation, 'logits' | 'extras'> {
  const node: Node = graph.nodes[value], { data } = values[value];
  if (!is(node, readout)) return { logits: data };
  const [input] = node.inputs, read = graph.nodes[input].type, { rows, offset, most, ...params } = node.params;
  if (node.type.domain === 'real') return { logits: data, ...(rows ? { extras: extrasOf(readout.evaluate.real([values[input]], { ...node, params }, { steps: graph.steps, types: [read] }).data, data, rows.data) } : {}) };
  const { results, scores } = resultsOf({ scale: node.attrs.scale, divisor: termsOf(read, node, graph.steps), ...(rows ? { rows: { scores: rows.shape[0], weights: rows.data, ...(offset ? { offset: offset.data } : {}) } } : {}), ...(most ? { most: most.data[0] } : {}) }, data);
  return { logits: scores, ...(rows ? { extras: extrasOf(results, scores, rows.data) } : {}) };
}

function operationsOf(graph: Graph, evaluation: Evaluation): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [id, count] of countSops(graph, ops, evaluation)) {
    const node = graph.nodes[id];
    if (is(node, conv)) counts.set(node.name, countedBy(node, graph, evaluation) ?? count);
    if (!is(node, ssa)) continue;
    const [q] = node.inputs.map((input) => evaluation.values[input].data), width = node.type.channels / node.attrs.heads, attention = node.name.replace(/\.ssa$/, '');
    const apply = q.reduce((sum, spike) => sum + spike, 0) * width;
    counts.set(`${attention}.q_apply`, apply).set(`${attention}.kv`, count - apply);
  }
  return counts;
}

/** Real graphs scale spikes and counts before a layer; what travels, and costs, is the spike. */
function countedBy(node: Node, graph: Graph, { values }: Evaluation): number | undefined {
  const below = unscaled(graph, node.inputs[0]), { type } = graph.nodes[below];
  return below === node.inputs[0] || (type.kind !== 'spike' && type.kind !== 'count') || !is(node, conv) ? undefined : conv.sops?.([values[below]], node, { steps: graph.steps, types: [type] });
}
