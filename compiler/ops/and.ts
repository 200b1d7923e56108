// and: Bitwise AND of two spike values: a mask.
import { defineOp } from '../ir/define-op.ts';
import { binaryBounds, elementwise, spreadable } from './logic.ts';

const join = elementwise((a, b) => a * b);

export const and = defineOp({
  kind: 'and', form: 'chip', barrier: 'none',
  doc: 'Bitwise AND of two spike values: a mask. The second may have one position, which then stands for every token, or one channel per head, which stands for all channels of the head.',
  source: 'operators.md theorem 5',
  takes: [['spike'], ['spike']],
  attrs: {}, params: {},
  infer: ([a, b]) => spreadable(a, b),
  evaluate: { real: join, integer: join },
  bounds: ([a, b]) => binaryBounds(a, b, (a, b) => a * b),
  pick: (_, __, [a, b]) => (a.channels === b.channels ? {} : undefined),
});
