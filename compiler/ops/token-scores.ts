// token-scores: every token against every other, on the host.
import { headsAttr } from './heads.ts';
import { hostOp } from './host-op.ts';

export const tokenScores = hostOp({
  kind: 'token-scores', barrier: 'tokens',
  doc: 'y[n, head m] = sum over the channels c of the head of a[n, c] * b[m, c], on the host: a row of scores per token, heads side by side.',
  source: 'models-other.md section 6 (SpikeLM: S = q k^T)',
  attrs: { heads: headsAttr }, params: {},
});
