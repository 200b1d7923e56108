// token-mix: values of all tokens, added with a weight for each, on the host.
import { headsAttr } from './heads.ts';
import { hostOp } from './host-op.ts';

export const tokenMix = hostOp({
  kind: 'token-mix', barrier: 'tokens',
  doc: 'y[n, e] = sum over the tokens m of a[n, head m] * b[m, e], e a channel of the head, on the host: what a row of weights makes of the values of all tokens.',
  source: 'models-other.md section 6 (SpikeLM: P v)',
  attrs: { heads: headsAttr }, params: {},
});
