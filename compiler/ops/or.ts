// or: Bitwise OR of two spike values: a residual that keeps the stream binary.
import { defineOp } from '../ir/define-op.ts';
import { binaryBounds, elementwise, spreadable } from './logic.ts';

const join = elementwise((a, b) => Math.max(a, b));

export const or = defineOp({
  kind: 'or', form: 'chip', barrier: 'none',
  doc: 'Bitwise OR of two spike values: a residual that keeps the stream binary. The second may have one position, which then stands for every token, or one channel per head, which stands for all channels of the head.',
  source: 'operators.md section 5, xor / or residual',
  takes: [['spike'], ['spike']],
  attrs: {}, params: {},
  infer: ([a, b]) => spreadable(a, b),
  evaluate: { real: join, integer: join },
  bounds: ([a, b]) => binaryBounds(a, b, (a, b) => Math.max(a, b)),
  pick: (_, __, [a, b]) => (a.channels === b.channels ? {} : undefined),
});
