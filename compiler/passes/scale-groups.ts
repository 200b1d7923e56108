// Which currents must share units: everything that is added, pooled or summed together, its writers and its readers.
import { consumersOf } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node, ValueId } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { addCurrents, concat, conv, gain, hamming, maxPool, readout, repeat, slice, source, spikeProduct, sumPool, sumTokens, upsample } from '../ops/index.ts';
import { isHost } from '../ops/is-host.ts';
import { termsOf } from '../ops/readout.ts';
import { currentsBelow, finest } from '../ops/source.ts';
import { neuronOf } from './neurons/neuron-of.ts';

/** A node that makes a current of weights: a convolution, or a gain. */
export type Writer = Readonly<{ node: ValueId; channels: number; reads: ValueId | undefined }>;

/**
 * One group of currents. terms [channels]: real constants that must become whole units (biases, thresholds), one list for all channels where units are uniform.
 * units: 'channel': each channel has its own; 'uniform': one for all, because channels are mixed (concatenated, multiplied at run time, compared by an argmax);
 * 'either': a layer without a neuron reads the current: one unit where that is lossless, else one per channel.
 * coarse: what gains make, and what they read, and rows of run-time matrices: sums that are multiplied are several bits wide as it is, and no finer than they must be.
 * hosts: results of the host among its currents, in any unit that they are asked for.
 * reach, as long as terms: what constants bring a potential to at worst, with the fractional bits that it keeps below such a unit.
 */
export type ScaleGroup = Readonly<{ channels: number; writers: readonly Writer[]; terms: readonly Float64Array[]; units: 'channel' | 'uniform' | 'either'; coarse: boolean; hosts: readonly ValueId[]; reach: Float64Array }>;

/** Operators whose result is in the unit of what they read, channel by channel; and those that move channels about. */
const unitsKept = [addCurrents, maxPool, sumTokens, sumPool, repeat, upsample], movesChannels = [concat, slice, spikeProduct];
const keepsChannels = (node: Node): boolean => isOne(node, unitsKept) || neuronOf(node)?.keepsUnits === true;
const isOne = (node: Node, ops: readonly Readonly<{ kind: string }>[]): boolean => ops.some(({ kind }) => kind === node.kind);

/** circular: writers that read, through however many layers, the group they write to: no unit is right for both ends. */
export type ScaleGroups = Readonly<{ groupOf: ReadonlyMap<ValueId, number>; groups: readonly ScaleGroup[]; circular: readonly ValueId[] }>;

/** Group index of every current, and the groups in the order in which units can be chosen: what a writer reads comes first. Source: operators.md theorems 3 and 14. */
export function scaleGroups(graph: Graph): ScaleGroups {
  const { nodes } = graph, root = nodes.map((_, id) => id), mixed = new Set<ValueId>();
  const find = (id: ValueId): ValueId => (root[id] === id ? id : (root[id] = find(root[id])));
  const free = freeJoins(graph);
  // Hamming similarities are whole numbers already: their unit is 1, like that of counts, and of membranes of what counts.
  const ofCounts = (node: Node): boolean => neuronOf(node)?.keepsUnits === true && nodes[node.inputs[0]].type.kind !== 'current';
  const isCurrent = (id: ValueId) => nodes[id].type.kind === 'current' && !is(nodes[id], readout) && !is(nodes[id], hamming) && !ofCounts(nodes[id]) && !free.has(id);
  nodes.forEach((node, id) => {
    if (!isCurrent(id) || !(keepsChannels(node) || isOne(node, movesChannels))) return;
    for (const input of node.inputs) if (isCurrent(input)) root[find(input)] = find(id);
    if (isOne(node, movesChannels)) mixed.add(id);
  });
  const members = new Map<ValueId, ValueId[]>();
  nodes.forEach((_, id) => { if (isCurrent(id)) members.set(find(id), [...(members.get(find(id)) ?? []), id]); });

  const groupOf = new Map<ValueId, number>(), groups: ScaleGroup[] = [];
  for (const ids of members.values()) {
    const inside = new Set(ids), readers = nodes.filter((node, id) => !free.has(id) && node.inputs.some((input) => inside.has(input)));
    const isMixed = ids.some((id) => mixed.has(id)) || readers.some((node) => is(node, readout) || isOne(node, movesChannels));
    const units = isMixed ? 'uniform' : readers.some((node) => is(node, conv)) ? 'either' : 'channel';
    const { channels } = nodes[ids[0]].type, terms = [...ids.flatMap((id) => writerTerms(nodes[id])), ...readers.flatMap((node) => readerTerms(graph, node))];
    ids.forEach((id) => groupOf.set(id, groups.length));
    const lists = units === 'uniform' ? [join(terms.map(({ data }) => data))] : columns(channels, terms);
    const wrote = ids.filter((id) => is(nodes[id], conv) || is(nodes[id], gain) || is(nodes[id], source));
    groups.push({ channels, units, coarse: (wrote.length > 0 && wrote.every((id) => is(nodes[id], gain))) || readers.some((node) => is(node, gain)) || ids.some((id) => is(nodes[id], spikeProduct)), terms: lists, hosts: ids.filter((id) => isHost(nodes[id])), reach: reachOf(graph, ids, readers, lists),
      writers: ids.flatMap((id): Writer[] => (is(nodes[id], conv) || is(nodes[id], gain) ? [{ node: id, channels: nodes[id].type.channels, reads: inGroup(nodes[id], isCurrent) }] : [])) });
  }
  return inOrder(groups, groupOf);
}

/** Concatenations that only results with rows read: the host weighs every channel by its own factor, so that the parts keep units of their own. */
function freeJoins(graph: Graph): ReadonlySet<ValueId> {
  const consumers = consumersOf(graph), free = new Set<ValueId>();
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const weighed = (reader: ValueId) => { const node = graph.nodes[reader]; return free.has(reader) || (is(node, readout) && node.params.rows !== undefined); };
    if (is(graph.nodes[id], concat) && graph.nodes[id].type.kind === 'current' && consumers[id].length > 0 && consumers[id].every(weighed)) free.add(id);
  }
  return free;
}

const inGroup = (node: Node, isCurrent: (id: ValueId) => boolean): ValueId | undefined => (isCurrent(node.inputs[0]) ? node.inputs[0] : undefined);

/** Groups so that a writer's input has its units before the writer needs them. */
function inOrder(groups: readonly ScaleGroup[], groupOf: Map<ValueId, number>): ScaleGroups {
  const order: number[] = [], circular: ValueId[] = [], state = new Map<number, 'open' | 'done'>();
  const visit = (group: number): void => {
    if (state.has(group)) return;
    state.set(group, 'open');
    for (const { node, reads } of groups[group].writers) {
      const below = reads === undefined ? undefined : groupOf.get(reads);
      if (below !== undefined && state.get(below) === 'open') circular.push(node);
      else if (below !== undefined) visit(below);
    }
    state.set(group, 'done');
    order.push(group);
  };
  groups.forEach((_, group) => visit(group));
  const place = new Map(order.map((group, i) => [group, i]));
  return { circular, groups: order.map((group) => groups[group]), groupOf: new Map([...groupOf].map(([value, group]) => [value, place.get(group)!])) };
}

/** Largest constant of every writer, added; over all tokens where the group is summed over them; twice, because a leak of a half lets a constant grow to that. */
function reachOf({ nodes }: Graph, ids: readonly ValueId[], readers: readonly Node[], terms: readonly Float64Array[]): Float64Array {
  const tokens = ids.reduce((most, id) => (is(nodes[id], sumTokens) ? Math.max(most, positionsOf(nodes[nodes[id].inputs[0]].type)) : most), 1), sums = new Float64Array(terms.length);
  for (const { data } of ids.flatMap((id) => (is(nodes[id], source) ? [] : writerTerms(nodes[id])))) {
    const largest = new Float64Array(terms.length);
    data.forEach((value, i) => { largest[i % terms.length] = Math.max(largest[i % terms.length], Math.abs(value)); });
    largest.forEach((value, c) => { sums[c] += 2 * tokens * value; });
  }
  const fraction = readers.reduce((most, node) => Math.max(most, neuronOf(node)?.fraction?.wanted(node) ?? 0), 0);
  // A bound need not be whole: it is no term, but it must fit.
  const bound = readers.reduce((most, node) => Math.max(most, neuronOf(node)?.reach?.(node) ?? 0), 0);
  return sums.map((sum, c) => Math.max(sum, bound, terms[c].reduce((most, term) => Math.max(most, Math.abs(term)), 0)) * 2 ** fraction);
}

type Matrix = Readonly<{ data: Float64Array; width: number }>;

/** Border corrections join the sums before a gain, so they are no terms of the group: they are rounded with the weights. */
function writerTerms(node: Node): Matrix[] {
  // Every value is to be whole, and the largest to fit.
  if (is(node, source)) return [{ data: Float64Array.of(currentsBelow(node.attrs), 2 ** -(node.attrs.exponent ?? finest)), width: 1 }];
  const { bias } = node.params;
  return (is(node, conv) || is(node, gain)) && bias ? [{ data: bias.data, width: node.type.channels }] : [];
}

function readerTerms(graph: Graph, node: Node): Matrix[] {
  const own = neuronOf(node)?.terms?.(node);
  if (own) return [{ data: own, width: node.type.channels }];
  if (!is(node, readout) || !node.params.bias) return [];
  const terms = termsOf(graph.nodes[node.inputs[0]].type, node, graph.steps);
  return [{ data: node.params.bias.data.map((b) => b * terms), width: node.type.channels }];
}

/** Column c of every matrix, joined, for each channel; a matrix of one column stands for every channel. */
function columns(channels: number, matrices: readonly Matrix[]): Float64Array[] {
  const rows = matrices.reduce((sum, { data, width }) => sum + data.length / (width === 1 ? 1 : channels), 0), joined = Array.from({ length: channels }, () => new Float64Array(rows));
  let row = 0;
  for (const { data, width } of matrices) for (let at = 0; at < data.length; at += width, row++) for (let c = 0; c < channels; c++) joined[c][row] = data[width === 1 ? at : at + c];
  return joined;
}

export function join(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}
