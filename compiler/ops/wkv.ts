// wkv: the recurrence of SpikeGPT, on the host.
import { hostOp } from './host-op.ts';

export const wkv = hostOp({ kind: 'wkv', barrier: 'none',
  doc: 'y = (P + e^(first + k) v) / (Q + e^(first + k)), then P = e^decay P + e^k v, Q = e^decay Q + e^k, per channel and step (P = Q = 0 at first): inputs are keys and values, on the host.',
  source: 'models-other.md section 7 (SpikeGPT, WKV)', attrs: {},
  params: { decay: { shape: '[channels]', optional: false, doc: 'what a step adds to the exponents, -exp(time_decay)' }, first: { shape: '[channels]', optional: false, doc: 'what the present token has more, time_first' } } });
