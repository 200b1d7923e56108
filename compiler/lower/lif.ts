// lif -> the soma that sums the current, fires, and passes the current on where something else reads it too.
import type { NodeOf } from '../ir/define-op.ts';
import type { lif, plastic } from '../ops/index.ts';
import type { Rule } from '../../targets/contract/program.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { fireInto, showMembrane } from './fire.ts';

export function lowerLif(node: NodeOf<typeof lif>, cx: Lowering): Lowered {
  const { rule, membraneBits } = leakyRule(node, cx.type(node.inputs[0]).range, cx.graph.steps);
  return node.attrs.membrane ? showMembrane(node, cx, rule, membraneBits) : fireInto(node, cx, rule, membraneBits);
}

/** The rule of a leaky neuron and the stored width of its membrane. @param range of its whole current */
export function leakyRule(node: NodeOf<typeof lif> | NodeOf<typeof plastic>, [low, high]: readonly [number, number], steps: number): Readonly<{ rule: Rule; membraneBits: number }> {
  const { keep, reset, fires, fractionBits = 0 } = node.attrs, theta = node.params.threshold.data, unit = 2 ** fractionBits;
  const thresholds = Int32Array.from({ length: node.type.channels }, (_, c) => theta[theta.length === 1 ? 0 : c]);
  const rule: Rule = { kind: 'lif', thresholds, keep, reset, fires: fires === 'above' ? '>' : '>=', rounding: fires === 'above' ? 'ceil' : 'floor', fractionBits };
  const bits = signedBits(...membraneBounds([low * unit, high * unit], keep, thresholds, node.attrs, steps));
  // Stored at the proved width rounded up to whole bytes.
  return { rule, membraneBits: Math.max(8, Math.ceil(bits / 8) * 8) };
}
