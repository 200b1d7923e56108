// gelu: the Gaussian error linear unit, on the host.
import { hostOp } from './host-op.ts';

export const gelu = hostOp({
  kind: 'gelu', barrier: 'none',
  doc: 'y = x * (1 + erf(x / sqrt 2)) / 2, on the host.',
  source: 'operators.md section 5 (GELU-erf); models-other.md section 6 (SpikeLM)',
  attrs: {}, params: {},
});
