// lif -> the soma that sums the current, fires, and passes the current on where something else reads it too.
import type { NodeOf } from '../ir/define-op.ts';
import type { lif } from '../ops/index.ts';
import type { Rule } from '../../targets/contract/program.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { fireInto } from './fire.ts';

export function lowerLif(node: NodeOf<typeof lif>, cx: Lowering): Lowered {
  const { keep, reset, fires, fractionBits = 0 } = node.attrs, theta = node.params.threshold.data, [low, high] = cx.type(node.inputs[0]).range, unit = 2 ** fractionBits;
  const thresholds = Int32Array.from({ length: node.type.channels }, (_, c) => theta[theta.length === 1 ? 0 : c]);
  const rule: Rule = { kind: 'lif', thresholds, keep, reset, fires: fires === 'above' ? '>' : '>=', rounding: fires === 'above' ? 'ceil' : 'floor', fractionBits };
  const bits = signedBits(...membraneBounds([low * unit, high * unit], keep, thresholds, node.attrs, cx.graph.steps));
  // Stored at the proved width rounded up to whole bytes.
  return fireInto(node, cx, rule, Math.max(8, Math.ceil(bits / 8) * 8));
}
