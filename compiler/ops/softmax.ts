// softmax: a row of scores as shares of 1, on the host.
import { hostOp } from './host-op.ts';

export const softmax = hostOp({
  kind: 'softmax', barrier: 'channels',
  doc: 'y = exp(factor * x) / sum of exp(factor * x) over the channels of each head: one position per query, one channel per key (heads side by side), on the host.',
  source: 'operators.md section 5 (softmax); models-other.md section 6 (SpikeLM)',
  attrs: { heads: { as: 'whole', from: 1, doc: 'heads that share the channels' }, factor: { as: 'number', doc: 'of the scores, above 0: 1 / sqrt(channels of a head) where nothing before it scales them' } },
  params: {},
});
