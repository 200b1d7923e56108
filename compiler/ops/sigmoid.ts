// sigmoid: on the host.
import { hostOp } from './host-op.ts';

export const sigmoid = hostOp({ kind: 'sigmoid', barrier: 'none', doc: 'y = 1 / (1 + exp(-x)), on the host.', source: 'operators.md section 5 (sigmoid); models-other.md section 7 (SpikeGPT)', attrs: {}, params: {} });
