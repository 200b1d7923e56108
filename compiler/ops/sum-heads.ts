// sum-heads: the number of spikes among the channels of each head.
import { defineOp } from '../ir/define-op.ts';
import { headsAttr, headsWrong, overHeads } from './heads.ts';

const sum = overHeads((a, b) => a + b);

export const sumHeads = defineOp({
  kind: 'sum-heads', form: 'chip', barrier: 'channels',
  doc: 'Sum over the channels of each head, per token and step; one channel per head remains.',
  source: 'operators.md section 5, popcount over channels',
  takes: [['spike', 'count']],
  attrs: { heads: headsAttr }, params: {},
  infer: ([x], { heads }) => headsWrong(x, heads) ?? { ...x, kind: 'count', channels: heads, range: [0, x.range[1] * (x.channels / heads)] },
  evaluate: { real: sum, integer: sum },
});
