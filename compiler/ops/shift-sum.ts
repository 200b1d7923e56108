// shift-sum: the token shift moved behind the layer that reads it.
import { hostOp } from './host-op.ts';

export const shiftSum = hostOp({ kind: 'shift-sum', barrier: 'none', doc: 'y[t] = first half of the channels of x[t] + second half of those of x[t-1], x[-1] = 0, on the host.', source: 'models-other.md section 7 (SpikeGPT, owned rewrite)', attrs: {}, params: {} });
