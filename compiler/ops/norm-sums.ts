// norm-sums: a normalisation moved behind the layer that reads it; two numbers per token are left to the host.
import { hostOp } from './host-op.ts';

export const normSums = hostOp({ kind: 'norm-sums', barrier: 'channels',
  doc: 'y = (sums - mean(x) * slope) / sqrt(variance(x) + epsilon) + offset: inputs are the sums of a layer over x, and x itself; the first term stays within reach; on the host.',
  source: 'operators.md theorem 19',
  attrs: { epsilon: { as: 'number', doc: 'added to the variance, above 0' } },
  params: { slope: { shape: '[channels]', optional: false, doc: 'weights times gamma, added up per result' }, offset: { shape: '[channels]', optional: false, doc: 'weights times beta, and the bias' },
    reach: { shape: '[channels]', optional: false, doc: 'what normalised values cannot take a sum beyond' } } });
