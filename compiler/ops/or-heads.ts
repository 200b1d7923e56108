// or-heads: whether any channel of a head fired.
import { defineOp } from '../ir/define-op.ts';
import { headsAttr, headsWrong, overHeads } from './heads.ts';

const or = overHeads(Math.max);

export const orHeads = defineOp({
  kind: 'or-heads', form: 'chip', barrier: 'channels',
  doc: 'OR over the channels of each head, per token and step: what a half-threshold neuron makes of their count; one channel per head remains.',
  source: 'operators.md theorem 5',
  takes: [['spike']],
  attrs: { heads: headsAttr }, params: {},
  infer: ([x], { heads }) => headsWrong(x, heads) ?? { ...x, channels: heads },
  evaluate: { real: or, integer: or },
});
