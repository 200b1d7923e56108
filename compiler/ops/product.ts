// product: two run-time values, channel by channel, on the host.
import { hostOp } from './host-op.ts';

export const product = hostOp({ kind: 'product', barrier: 'none', doc: 'y = a * b, element by element, on the host.', source: 'models-other.md section 7 (SpikeGPT: products of gates and values)', attrs: {}, params: {} });
