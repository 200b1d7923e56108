// Pools: windows, heads, tokens and element-by-element logic -> pool stages.
import type { NodeOf } from '../ir/define-op.ts';
import type { and, headPool, maxPool, or, orHeads, orTokens, sumHeads, sumPool, sumTokens, upsample, xor } from '../ops/index.ts';
import type { Node, ValueId } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import type { Pool, Region } from '../../targets/contract/program.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { carrierOf, single, slideOf } from './lowering.ts';
import { carrierBits } from '../../targets/contract/program.ts';
import { countTooWide } from './faults.ts';

export const lowerMaxPool = (node: NodeOf<typeof maxPool>, cx: Lowering): Lowered => {
  const spikes = node.type.kind === 'spike';
  if (!spikes) cx.needs(node, 'maxCurrent', 'an OR of spikes is not the same (operators.md theorem 13): choose a target with max over currents');
  return pool(node, cx, spikes ? 'or' : 'max', { kind: 'window', ...slideOf(node.attrs), outGrid: node.type.grid });
};
export const lowerSumPool = (node: NodeOf<typeof sumPool>, cx: Lowering): Lowered => pool(node, cx, 'sum', { kind: 'window', ...slideOf(node.attrs), outGrid: node.type.grid });
export const lowerHeadPool = (node: NodeOf<typeof headPool>, cx: Lowering): Lowered =>
  pool(node, cx, 'or', { kind: 'head', width: node.type.channels / node.attrs.heads, window: node.attrs.window, padding: node.attrs.padding });
export const lowerAnd = (node: NodeOf<typeof and>, cx: Lowering): Lowered => pool(node, cx, 'and', { kind: 'planes' });
export const lowerOr = (node: NodeOf<typeof or>, cx: Lowering): Lowered => pool(node, cx, 'or', { kind: 'planes' });
export const lowerXor = (node: NodeOf<typeof xor>, cx: Lowering): Lowered => pool(node, cx, 'xor', { kind: 'planes' });
export const lowerOrTokens = (node: NodeOf<typeof orTokens>, cx: Lowering): Lowered => pool(node, cx, 'or', { kind: 'tokens' });
export const lowerSumTokens = (node: NodeOf<typeof sumTokens>, cx: Lowering): Lowered => pool(node, cx, 'sum', { kind: 'tokens' });
export const lowerOrHeads = (node: NodeOf<typeof orHeads>, cx: Lowering): Lowered => pool(node, cx, 'or', { kind: 'heads', width: cx.type(node.inputs[0]).channels / node.attrs.heads });
export const lowerSumHeads = (node: NodeOf<typeof sumHeads>, cx: Lowering): Lowered => pool(node, cx, 'sum', { kind: 'heads', width: cx.type(node.inputs[0]).channels / node.attrs.heads });
export const lowerUpsample = (node: NodeOf<typeof upsample>, cx: Lowering): Lowered =>
  pool(node, cx, node.type.kind === 'spike' ? 'or' : 'sum', { kind: 'stretch', factor: node.attrs.factor, outGrid: node.type.grid });

function pool(node: Node, cx: Lowering, op: Pool['op'], over: Pool['over']): Lowered {
  const from = node.inputs.map((input) => oneRegion(node, cx, input)), out = cx.region(cx.plane(node.name, node.type)), bits = node.type.kind === 'count' ? carrierBits(carrierOf(node.type)) : 1;
  if (bits > cx.arch.core.payloadBits) cx.report(countTooWide(node.name, node.type.range[1], bits, cx.arch.core.payloadBits, cx.arch.name));
  cx.stage(node.name, positionsOf(node.type), { kind: 'pool', op, from, over, out });
  return single(out);
}

/** The region a pool reads; a pending current is put on a plane, which needs currents over the network. */
function oneRegion(node: Node, cx: Lowering, value: ValueId): Region {
  if (cx.lowered(value).as === 'pending') cx.needs(node, 'currents', 'choose a target with currents over the network');
  return cx.operand(value, node);
}
