// repeat -> nothing: the sums of a per-sample synapse stay in state memory and are read back every step.
import type { NodeOf } from '../ir/define-op.ts';
import type { repeat } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { repeatNotHoisted } from './faults.ts';

export function lowerRepeat(node: NodeOf<typeof repeat>, cx: Lowering): Lowered {
  const lowered = cx.lowered(node.inputs[0]);
  if (lowered.as !== 'pending') cx.report(repeatNotHoisted(node.name));
  return lowered;
}
