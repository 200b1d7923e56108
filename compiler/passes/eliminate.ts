// eliminate: what never changes a result goes: neurons that never fire, that always fire or that nothing reads, to a fixpoint, and with them rows and columns.
import type { Bounds, OpTable } from '../ir/define-op.ts';
import { keep, rewriteGraph } from '../ir/build.ts';
import type { Graph, Node } from '../ir/types.ts';
import { ops } from '../ops/index.ts';
import { always, unread } from '../../targets/contract/probes.ts';
import { compactConv } from './compact-conv.ts';
import { findNeeded, granted, isMatrix } from './find-needed.ts';
import type { Needed } from './find-needed.ts';
import type { Elimination, Pass } from './pass.ts';
import { integerLevel } from './pass.ts';

const table: OpTable = ops;

/**
 * On the integer graph, because only there bounds are exact: a bias of 0.499 may round up to its threshold. A neuron never fires if it does not with its current at the most in all steps (bias / (1 - keep) of
 * mapping.md, with the floor of the leak and no further than the steps go); it always fires if its least current reaches the threshold. A rhythm between the two is no constant of the graph, and stays.
 * Every round makes rows emptier and ranges narrower, so that the next may find more. Source: mapping.md section 9.
 */
export const eliminate: Pass = {
  name: 'eliminate', doc: 'takes out neurons that never fire, always fire or that nothing reads, to a fixpoint, and rows and columns without a weight', lossless: 'exact', leaves: integerLevel,
  run(graph, { eliminate: what }, { note }) {
    if (what === 'none') { note('not asked for'); return graph; }
    let rounds = 0, now = graph;
    for (let next = round(now, what); next; next = round(now, what)) { now = next; rounds++; }
    if (rounds === 0) { note('nothing to take out'); return graph; }
    for (const line of changes(graph, now)) note(line);
    note(`${rounds} ${rounds === 1 ? 'round' : 'rounds'}`);
    return now;
  },
};

/** One round; undefined where nothing changes any more. */
function round(graph: Graph, what: Exclude<Elimination, 'none'>): Graph | undefined {
  const needed = findNeeded(graph, what), { bounds, kept } = needed;
  let changed = kept.some((channels) => channels !== undefined);
  const made = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
    if (isMatrix(node)) {
      const [input] = node.inputs, params = compactConv(node, granted(node, graph, bounds[input]), kept[input], kept[old]);
      if (params !== node.params) changed = true;
      return builder.addKind(node.kind, node.name, inputs, node.attrs, params, node.loc);
    }
    const channels = kept[old];
    if (!channels) return keep(node, inputs, builder, old);
    return builder.addKind(node.kind, node.name, inputs, node.attrs, table[node.kind].pick!(channels, node, node.inputs.map((input) => graph.nodes[input].type))!, node.loc);
  });
  return changed ? { ...made, probes: made.probes.map((probe, i) => ({ ...probe, ...placesOf(graph, i, needed) })) } : undefined;
}

/** Where the published channels of a recorded layer are now. */
function placesOf({ nodes, probes }: Graph, index: number, { bounds, kept }: Needed): Readonly<{ places?: readonly number[] }> {
  const { value, places } = probes[index], channels = kept[value], moved = channels && new Map(channels.map((channel, i) => [channel, i]));
  if (!moved) return places ? { places } : {};
  return { places: (places ?? Array.from({ length: nodes[value].type.channels }, (_, c) => c)).map((place) => (place < 0 ? place : moved.get(place) ?? knownPlace(bounds[value], place))) };
}

/** Values of spikes and counts; others are not kept. */
const mostKnown = 2 ** 16;
const knownPlace = ({ low, high }: Bounds, channel: number): number => (low[channel] === high[channel] && low[channel] >= 0 && low[channel] <= mostKnown ? always(low[channel]) : unread);

/** Layers that became smaller, in words. */
function changes(before: Graph, after: Graph): string[] {
  const now = new Map(after.nodes.map((node) => [node.name, node])), lines: string[] = [];
  for (const node of before.nodes) {
    const left = now.get(node.name);
    if (left && isMatrix(node) && left.params.weight.data.length < node.params.weight.data.length) lines.push(`${node.name}: weights ${sizeOf(node)} -> ${sizeOf(left)}`);
  }
  for (const [i, { value, places }] of after.probes.entries()) {
    const old = before.probes[i].places ?? [], count = (of: (place: number) => boolean) => (places ?? []).filter(of).length - old.filter(of).length, { channels } = after.nodes[value].type;
    if (!places || channels === before.nodes[before.probes[i].value].type.channels) continue;
    const parts = [[count((place) => place === always(0)), 'silent'], [count((place) => place < always(0)), 'constant'], [count((place) => place === unread), 'unread']] as const;
    lines.push(`${after.probes[i].name}: ${before.nodes[before.probes[i].value].type.channels} channels -> ${channels} (${parts.flatMap(([many, why]) => (many > 0 ? [`${many} ${why}`] : [])).join(', ')})`);
  }
  return lines;
}

const sizeOf = ({ params: { weight } }: Node): string => weight.shape.join(' x ');
