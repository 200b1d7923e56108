// A neuron of any rule reads a current: its soma, its plane, and the current passed on where others read it.
import type { Rule, Soma } from '../../targets/contract/program.ts';
import type { Node } from '../ir/types.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';

/** @param membraneBits stored width of a potential, 0 for rules without state @param beside a matrix that the soma teaches */
export function fireInto(node: Node, cx: Lowering, rule: Rule, membraneBits: number, beside: Pick<Soma, 'plastic'> = {}): Lowered {
  const [value] = node.inputs, spikes = cx.region(cx.plane(node.name, node.type));
  let current: Pick<Soma, 'current'> = {};
  if (cx.lowered(value).as === 'pending' && cx.isRead(value, node)) {
    cx.needs(cx.graph.nodes[value], 'currents', 'use a family whose residual adds spikes, or a target with currents over the network');
    current = { current: cx.region(cx.plane(cx.graph.nodes[value].name, { ...cx.type(value), kind: 'current' })) };
  }
  cx.soma(node.name, value, { rule, membraneBits, spikes, ...current, ...beside });
  if (current.current) cx.become(value, single(current.current));
  return single(spikes);
}

/** A neuron whose membrane is read, not its spikes: it leaves as a current. A soma passes one current on, so that what else reads its input finds that on a plane of its own. */
export function showMembrane(node: Node, cx: Lowering, rule: Rule, membraneBits: number, beside: Pick<Soma, 'plastic'> = {}): Lowered {
  const [value] = node.inputs;
  cx.needs(node, 'currents', 'a membrane leaves its core as a current: choose a target with currents over the network');
  if (cx.isRead(value, node)) cx.materialise(value);
  const current = cx.region(cx.plane(node.name, node.type));
  cx.soma(node.name, value, { rule, membraneBits, current, passes: 'membrane', ...beside });
  return single(current);
}
