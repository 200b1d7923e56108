// Which channels of an integer graph anything needs: those whose values are not known beforehand and that some weight, result or record reads.
import type { Bounds, OpTable } from '../ir/define-op.ts';
import { is } from '../ir/define-op.ts';
import { consumersOf } from '../ir/build.ts';
import type { Graph, Node, ValueId } from '../ir/types.ts';
import { boundsOfType } from '../ops/bounds.ts';
import type { ConvAttrs } from '../ops/conv.ts';
import { tapsThatLeave } from '../ops/conv.ts';
import { conv, ops } from '../ops/index.ts';
import type { Elimination } from './pass.ts';

/** kept: by value the channels that stay, ascending; undefined: all. */
export type Needed = Readonly<{ bounds: readonly Bounds[]; kept: readonly (readonly number[] | undefined)[] }>;

const table: OpTable = ops;

/** Beyond any sum of a chip, and still exact in what neurons do with it. */
const beyond = 2 ** 36;

/** Bounds of every channel of every value. constants: only what depends on nothing is known, sums of anything else may be anything. */
export function boundsOf({ nodes, steps }: Graph, known: 'constants' | 'ranges'): readonly Bounds[] {
  const bounds: Bounds[] = [];
  for (const node of nodes) {
    const rule = table[node.kind].bounds, { kind } = node.type;
    const found = rule ? rule(node.inputs.map((input) => bounds[input]), node, { steps, types: node.inputs.map((input) => nodes[input].type) }) : boundsOfType(node.type);
    const isOpen = (c: number): boolean => known === 'constants' && (kind === 'current' || kind === 'count') && found.low[c] !== found.high[c];
    bounds.push({ low: found.low.map((low, c) => (!isOpen(c) ? low : kind === 'count' ? 0 : -beyond)), high: found.high.map((high, c) => (isOpen(c) ? beyond : high)) });
  }
  return bounds;
}

/** A layer whose rows and columns may go one by one. */
export const isMatrix = (node: Node): node is Node<'conv', ConvAttrs> => is(node, conv) && (node.attrs.groups ?? 1) === 1;

/**
 * The value that a layer may take for granted of a channel it reads, [channels]; NaN: none. A value other than 0 makes no constant where zero padding stands beside it, or where its weights change with
 * the step.
 * @param bounds of what it reads
 */
export function granted(node: Node<'conv', ConvAttrs>, { nodes }: Graph, { low, high }: Bounds): Float64Array {
  const { gain } = node.params, isConstant = !(gain && gain.shape.length > 1) && !tapsThatLeave(nodes[node.inputs[0]].type, node.type, node.attrs).some(Boolean);
  return low.map((value, c) => (value === high[c] && (value === 0 || isConstant) ? value : NaN));
}

/**
 * Values that operators apply to channel by channel keep the same channels, so they are judged together. What a published layer records counts as read, unless its value is known (or may be dropped).
 * A layer that nothing at all reads stays: it runs for the record (a last neuron behind scores that are currents).
 */
export function findNeeded(graph: Graph, what: Exclude<Elimination, 'none'>): Needed {
  const { nodes } = graph, bounds = boundsOf(graph, what === 'ranges' ? 'ranges' : 'constants'), consumers = consumersOf(graph), root = nodes.map((_, id) => id);
  const find = (id: ValueId): ValueId => (root[id] === id ? id : (root[id] = find(root[id])));
  const isApart = (node: Node): boolean => table[node.kind].pick?.([], node, node.inputs.map((input) => nodes[input].type)) !== undefined, apart = nodes.map(isApart);
  nodes.forEach((node, id) => { if (apart[id]) for (const input of node.inputs) root[find(input)] = find(id); });

  const needed = new Map<ValueId, Uint8Array>(), read = new Set<ValueId>();
  const marksOf = (id: ValueId): Uint8Array => { const at = find(id), found = needed.get(at) ?? new Uint8Array(nodes[id].type.channels); needed.set(at, found); return found; };
  nodes.forEach((node, id) => {
    const marks = marksOf(id);
    if (!apart[id] && !isMatrix(node)) marks.fill(1);
    for (const consumer of consumers[id]) {
      const reader = nodes[consumer];
      if (apart[consumer]) continue;
      read.add(find(id));
      if (isMatrix(reader)) markRows(reader, granted(reader, graph, bounds[id]), marks); else marks.fill(1);
    }
  });
  for (const { value } of graph.outputs) { marksOf(value).fill(1); read.add(find(value)); }
  for (const { value } of graph.probes) {
    if (!read.has(find(value))) marksOf(value).fill(1);
    if (what === 'recorded') bounds[value].low.forEach((low, c) => { if (low !== bounds[value].high[c]) marksOf(value)[c] = 1; });
  }
  return { bounds, kept: nodes.map((_, id) => keptOf(marksOf(id))) };
}

function markRows({ params: { weight: { shape: [count, width], data }, rows } }: Node, constants: Float64Array, marks: Uint8Array): void {
  const channels = constants.length;
  for (let i = 0; i < count; i++) {
    const channel = (rows ? rows.data[i] : i) % channels;
    if (!marks[channel] && Number.isNaN(constants[channel]) && hasWeight(data, i * width, width)) marks[channel] = 1;
  }
}

export function hasWeight(data: Float64Array, from: number, width: number): boolean {
  for (let at = from; at < from + width; at++) if (data[at] !== 0) return true;
  return false;
}

/** One channel stays where none is needed: a value without channels is none. */
function keptOf(marks: Uint8Array): readonly number[] | undefined {
  const kept = [...marks.keys()].filter((channel) => marks[channel]);
  return kept.length === marks.length ? undefined : kept.length > 0 ? kept : marks.length > 1 ? [0] : undefined;
}
