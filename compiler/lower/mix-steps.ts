// mix-steps -> a soma that keeps its inputs and weighs them anew at every step.
import type { NodeOf } from '../ir/define-op.ts';
import type { mixSteps } from '../ops/index.ts';
import { keepsInputs } from '../ops/mix-steps.ts';
import { signedBits } from '../ir/ranges.ts';
import { fireInto } from './fire.ts';
import type { Lowered, Lowering } from './lowering.ts';

export function lowerMixSteps(node: NodeOf<typeof mixSteps>, cx: Lowering): Lowered {
  const { weight, least } = node.params, { steps } = cx.graph, { channels } = node.type, own = least.data.length > steps, keeps = keepsInputs(weight, steps);
  const thresholds = Int32Array.from({ length: steps * channels }, (_, i) => least.data[own ? i : Math.floor(i / channels)]);
  // Inputs are stored as wide as they are proved, in whole bytes.
  const width = keeps ? Math.max(8, Math.ceil(signedBits(...cx.type(node.inputs[0]).range) / 8) * 8) : 0;
  return fireInto(node, cx, { kind: 'mix', thresholds, ...(weight ? { weights: Int32Array.from(weight.data) } : {}) }, width);
}
