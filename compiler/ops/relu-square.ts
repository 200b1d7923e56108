// relu-square: the square of what is above 0, on the host.
import { hostOp } from './host-op.ts';

export const reluSquare = hostOp({ kind: 'relu-square', barrier: 'none', doc: 'y = max(0, x)^2, on the host.', source: 'operators.md section 5 (square); models-other.md section 7 (SpikeGPT)', attrs: {}, params: {} });
