// ladder -> a soma with several thresholds and no state.
import type { NodeOf } from '../ir/define-op.ts';
import type { ladder } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { fireInto } from './fire.ts';
import { payloadTooNarrow } from './faults.ts';
import { carrierOf } from './lowering.ts';
import { carrierBits } from '../../targets/contract/program.ts';

export function lowerLadder(node: NodeOf<typeof ladder>, cx: Lowering): Lowered {
  const { threshold, strict } = node.params, bits = carrierBits(carrierOf(node.type));
  if (bits > cx.arch.core.payloadBits) cx.report(payloadTooNarrow(node.name, 'levels', bits, cx.arch.core.payloadBits, cx.arch.name));
  return fireInto(node, cx, { kind: 'ladder', levels: node.attrs.levels, thresholds: Int32Array.from(threshold.data), strict: Uint8Array.from(strict.data) }, 0);
}
