// Pools: max-pool, head-pool, and, or-tokens, sum-tokens -> pool stages.
import type { NodeOf } from '../ir/define-op.ts';
import type { and, headPool, maxPool, orTokens, sumTokens } from '../ops/index.ts';
import type { Node, ValueId } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import type { Pool } from '../../targets/contract/program.ts';
import type { PlaneId } from '../../targets/contract/units.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single, slideOf } from './lowering.ts';
import { abilityMissing, severalPlanes } from './faults.ts';

export const lowerMaxPool = (node: NodeOf<typeof maxPool>, cx: Lowering): Lowered => {
  const current = node.type.kind === 'current';
  if (current && !cx.arch.abilities.maxCurrent) cx.report(abilityMissing(node.name, 'maxCurrent', cx.arch.name, 'an OR of spikes is not the same (operators.md theorem 13): choose a target with max over currents'));
  return pool(node, cx, { op: current ? 'max' : 'or', from: [onePlane(node, cx, node.inputs[0])], over: { kind: 'window', ...slideOf(node.attrs), outGrid: node.type.grid } });
};

export const lowerHeadPool = (node: NodeOf<typeof headPool>, cx: Lowering): Lowered =>
  pool(node, cx, { op: 'or', from: [onePlane(node, cx, node.inputs[0])], over: { kind: 'head', width: node.type.channels / node.attrs.heads, window: node.attrs.window, padding: node.attrs.padding } });

export const lowerAnd = (node: NodeOf<typeof and>, cx: Lowering): Lowered =>
  pool(node, cx, { op: 'and', from: node.inputs.map((input) => onePlane(node, cx, input)), over: { kind: 'planes' } });

export const lowerOrTokens = (node: NodeOf<typeof orTokens>, cx: Lowering): Lowered =>
  pool(node, cx, { op: 'or', from: [onePlane(node, cx, node.inputs[0])], over: { kind: 'tokens' } });

export const lowerSumTokens = (node: NodeOf<typeof sumTokens>, cx: Lowering): Lowered =>
  pool(node, cx, { op: 'sum', from: [onePlane(node, cx, node.inputs[0])], over: { kind: 'tokens' } });

function pool(node: Node, cx: Lowering, { op, from, over }: Readonly<{ op: Pool['op']; from: readonly PlaneId[]; over: Pool['over'] }>): Lowered {
  const out = cx.plane(node.name, node.type);
  cx.stage(node.name, positionsOf(node.type), { kind: 'pool', op, from: from.map((plane) => cx.region(plane)), over, out: cx.region(out) });
  return single(out);
}

/** The plane a pool reads; a pending current is put on one, which needs currents over the network. */
function onePlane(node: Node, cx: Lowering, value: ValueId): PlaneId {
  const lowered = cx.lowered(value), { name } = cx.graph.nodes[value];
  if (lowered.as === 'pending' && !cx.arch.abilities.currents) cx.report(abilityMissing(node.name, 'currents', cx.arch.name, 'choose a target with currents over the network'));
  if (lowered.as === 'planes' && lowered.planes.length > 1) { cx.report(severalPlanes(node.name, name, lowered.planes.length)); return lowered.planes[0]; }
  return cx.materialise(value);
}
