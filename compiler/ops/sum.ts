// sum: two run-time values added on the host, where a value that only the host reads is made.
import { hostOp } from './host-op.ts';

export const sum = hostOp({ kind: 'sum', barrier: 'none', doc: 'y = a + b, element by element, on the host.', source: 'models-other.md section 7 (SpikeGPT: the stream that its normalisations read)', attrs: {}, params: {} });
