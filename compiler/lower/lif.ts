// lif -> the soma that sums the current, fires, and passes the current on where something else reads it too.
import type { NodeOf } from '../ir/define-op.ts';
import type { lif } from '../ops/index.ts';
import type { Rule, Soma } from '../../targets/contract/program.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';
import { abilityMissing, countIntoNeuron } from './faults.ts';

export function lowerLif(node: NodeOf<typeof lif>, cx: Lowering): Lowered {
  const [value] = node.inputs, input = cx.type(value), { channels } = node.type;
  const theta = node.params.threshold.data, thresholds = Int32Array.from({ length: channels }, (_, c) => theta[theta.length === 1 ? 0 : c]);
  const rule: Rule = { kind: 'lif', thresholds, keep: node.attrs.keep, reset: node.attrs.reset, fires: '>=', rounding: 'floor' };
  const bits = signedBits(...membraneBounds(input.range, node.attrs.keep, thresholds, node.attrs.reset, cx.graph.steps));
  const spikes = cx.plane(node.name, node.type);
  if (cx.lowered(value).as === 'planes' && input.kind !== 'current') cx.report(countIntoNeuron(node.name, cx.graph.nodes[value].name, input.kind));
  let current: Pick<Soma, 'current'> = {};
  const passesOn = cx.lowered(value).as === 'pending' && cx.isRead(value, node);
  if (passesOn) {
    if (!cx.arch.abilities.currents) cx.report(abilityMissing(cx.graph.nodes[value].name, 'currents', cx.arch.name,
      'use a family whose residual adds spikes, or a target with currents over the network'));
    current = { current: cx.region(cx.plane(cx.graph.nodes[value].name, input)) };
  }
  // Stored at the proved width rounded up to whole bytes.
  cx.soma(node.name, value, { rule, membraneBits: Math.max(8, Math.ceil(bits / 8) * 8), spikes: cx.region(spikes), ...current });
  if (current.current) cx.become(value, single(current.current.plane));
  return single(spikes);
}
