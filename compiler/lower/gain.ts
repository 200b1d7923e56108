// gain -> a factor on the sums of the soma that reads it.
import type { NodeOf } from '../ir/define-op.ts';
import type { gain } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { gainOnCurrent } from './faults.ts';

export function lowerGain(node: NodeOf<typeof gain>, cx: Lowering): Lowered {
  const lowered = cx.lowered(node.inputs[0]), factor = Int32Array.from(node.params.factor.data), bias = Int32Array.from(node.params.bias.data);
  cx.needs(node, 'pixelMac', 'a normalisation that does not fold multiplies multi-bit sums: choose a target that does');
  // A soma multiplies the sums of one chain; what has a bias, a gain or a plane already would need a second soma.
  if (lowered.as !== 'pending' || lowered.adds.length > 0 || lowered.gain || lowered.bias.some((b) => b !== 0) || cx.isRead(node.inputs[0], node)) cx.report(gainOnCurrent(node.name));
  return { as: 'pending', sums: lowered.as === 'pending' ? lowered.sums : [], adds: [], bias, gain: factor, ...(node.attrs.shift ? { gainShift: node.attrs.shift } : {}) };
}
