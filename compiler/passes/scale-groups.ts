// Which currents must share a scale per channel: everything that is added, pooled or summed together, its writers and its readers.
import { is } from '../ir/define-op.ts';
import type { Graph, Node, ValueId } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { addCurrents, conv, lif, maxPool, readout, repeat, sumTokens } from '../ops/index.ts';
import { perChannel } from '../ops/affine.ts';
import { termsOf } from '../ops/readout.ts';

/**
 * One group of currents. A term is a real constant that must become an integer in the unit of its channel.
 * weights, terms: per channel. reach [channels]: what the constants of all writers add up to in a membrane, at worst.
 * whole: one scale for all channels (a classifier head, whose argmax compares channels).
 */
export type ScaleGroup = Readonly<{ channels: number; weights: readonly Float64Array[]; terms: readonly Float64Array[]; reach: Float64Array; whole: boolean; writers: readonly string[] }>;

const joins = [addCurrents, maxPool, sumTokens, repeat];

/** Group index of every current, and the groups. Source: operators.md theorem 3 (streams) and theorem 14. */
export function scaleGroups(graph: Graph): Readonly<{ groupOf: ReadonlyMap<ValueId, number>; groups: readonly ScaleGroup[] }> {
  const root = graph.nodes.map((_, id) => id);
  const find = (id: ValueId): ValueId => (root[id] === id ? id : (root[id] = find(root[id])));
  const isCurrent = (id: ValueId) => graph.nodes[id].type.kind === 'current';
  graph.nodes.forEach((node, id) => { if (joins.some((op) => is<string, object, 'chip'>(node, op)) && isCurrent(id)) for (const input of node.inputs) root[find(input)] = find(id); });

  const members = new Map<ValueId, ValueId[]>();
  graph.nodes.forEach((node, id) => { if (isCurrent(id) && !is(node, readout)) members.set(find(id), [...(members.get(find(id)) ?? []), id]); });
  const readersOf = (ids: readonly ValueId[]) => graph.nodes.filter((node) => node.inputs.some((input) => ids.includes(input)));

  const groupOf = new Map<ValueId, number>(), groups: ScaleGroup[] = [];
  for (const ids of members.values()) {
    ids.forEach((id) => groupOf.set(id, groups.length));
    const writers = ids.map((id) => graph.nodes[id]).filter((node) => is(node, conv)), readers = readersOf(ids), { channels } = graph.nodes[ids[0]].type;
    groups.push({ channels, whole: readers.some((node) => is(node, readout)), writers: writers.map(({ name }) => name),
      reach: reachOf(channels, writers, ids.map((id) => graph.nodes[id]), graph),
      weights: columns(channels, writers.map((node) => ({ data: node.params.weight.data, width: channels }))),
      terms: columns(channels, [...writers.flatMap(writerTerms), ...readers.flatMap((node) => readerTerms(graph, node, channels))]) });
  }
  return { groupOf, groups };
}

/** Largest |bias| and |border| of every writer, added; over all tokens where the group is summed over them; twice, because a leak of a half lets a constant grow to that. */
function reachOf(channels: number, writers: readonly Node[], members: readonly Node[], graph: Graph): Float64Array {
  const tokens = members.reduce((most, node) => (is(node, sumTokens) ? Math.max(most, positionsOf(graph.nodes[node.inputs[0]].type)) : most), 1), reach = new Float64Array(channels);
  for (const { data } of writers.flatMap(writerTerms)) {
    const largest = new Float64Array(channels);
    data.forEach((value, i) => { largest[i % channels] = Math.max(largest[i % channels], Math.abs(value)); });
    largest.forEach((value, c) => { reach[c] += 2 * tokens * value; });
  }
  return reach;
}

type Matrix = Readonly<{ data: Float64Array; width: number }>;

const writerTerms = (node: Node): Matrix[] => [node.params.bias, node.params.border].flatMap((tensor) => (tensor ? [{ data: tensor.data, width: node.type.channels }] : []));

function readerTerms(graph: Graph, node: Node, channels: number): Matrix[] {
  if (is(node, lif)) return [{ data: perChannel(node.params.threshold.data, channels), width: channels }];
  if (!is(node, readout) || !node.params.bias) return [];
  const terms = termsOf(graph.nodes[node.inputs[0]].type, graph.steps);
  return [{ data: node.params.bias.data.map((b) => b * terms), width: channels }];
}

/** Column c of every matrix, joined, for each channel. */
function columns(channels: number, matrices: readonly Matrix[]): Float64Array[] {
  const rows = matrices.reduce((sum, { data }) => sum + data.length / channels, 0), joined = Array.from({ length: channels }, () => new Float64Array(rows));
  let row = 0;
  for (const { data, width } of matrices) for (let at = 0; at < data.length; at += width, row++) for (let c = 0; c < channels; c++) joined[c][row] = data[at + c];
  return joined;
}
