// layer-norm: the channels of a position normalised by their own mean and variance, on the host.
import { hostOp } from './host-op.ts';

export const layerNorm = hostOp({
  kind: 'layer-norm', barrier: 'channels',
  doc: 'y = (x - mean) / sqrt(variance + epsilon) * gamma + beta over the channels of each position, the variance that of the population, on the host.',
  source: 'operators.md section 5, layernorm, and theorem 19',
  attrs: { epsilon: { as: 'number', doc: 'added to the variance, above 0' } },
  params: { gamma: { shape: '[channels]', optional: false, doc: 'learned factor' }, beta: { shape: '[channels]', optional: false, doc: 'learned offset' } },
});
