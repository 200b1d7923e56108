// line: a factor and an offset per channel, on the host.
import { hostOp } from './host-op.ts';

export const line = hostOp({
  kind: 'line', barrier: 'none',
  doc: 'y = factor * x + shift per channel, on the host: what fold-threshold makes of a scale that functions on the host read.',
  source: 'operators.md theorems 4 and 12, where there is no threshold to take the scale',
  attrs: {}, params: { factor: { shape: '[channels]', optional: false, doc: 'of either sign' }, shift: { shape: '[channels]', optional: false, doc: 'added after scaling' } },
});
