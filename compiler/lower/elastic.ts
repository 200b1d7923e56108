// elastic -> a soma with ternary spikes, with a membrane or without.
import type { NodeOf } from '../ir/define-op.ts';
import type { elastic } from '../ops/index.ts';
import { remembers } from '../ops/elastic.ts';
import { potentialBits } from '../ir/elastic-range.ts';
import { carrierBits } from '../../targets/contract/program.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { carrierOf } from './lowering.ts';
import { fireInto } from './fire.ts';
import { payloadTooNarrow } from './faults.ts';

export function lowerElastic(node: NodeOf<typeof elastic>, cx: Lowering): Lowered {
  const { keepBits = 0, fractionBits = 0 } = node.attrs, { bound, keep } = node.params, { channels } = node.type, { steps } = cx.graph, bits = carrierBits(carrierOf(node.type));
  if (bits > cx.arch.core.payloadBits) cx.report(payloadTooNarrow(node.name, 'signs', bits, cx.arch.core.payloadBits, cx.arch.name));
  const thresholds = Int32Array.from({ length: steps * channels }, (_, i) => bound.data[bound.shape.length > 1 ? i : Math.floor(i / channels)]);
  const stored = potentialBits(node, cx.type(node.inputs[0]).range, steps);
  return fireInto(node, cx, { kind: 'elastic', thresholds, keeps: Int32Array.from(keep.data), keepBits, fractionBits }, remembers(node) ? Math.max(8, Math.ceil(stored / 8) * 8) : 0);
}
