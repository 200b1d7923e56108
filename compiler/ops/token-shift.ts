// token-shift: each channel mixed with itself one step ago, on the host.
import { hostOp } from './host-op.ts';

export const tokenShift = hostOp({ kind: 'token-shift', barrier: 'none', doc: 'y[t] = mix * x[t] + (1 - mix) * x[t-1] per channel, x[-1] = 0, on the host.', source: 'models-other.md section 7 (SpikeGPT, token shift)', attrs: {},
  params: { mix: { shape: '[channels]', optional: false, doc: 'share of the present step' } } });
