// sum-tokens: everything over the tokens at once, added.
import { pickNothing, summed } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';
import { overTokens } from './over-tokens.ts';

const add = overTokens((a, b) => a + b);

export const sumTokens = defineOp({
  kind: 'sum-tokens', form: 'chip', barrier: 'tokens',
  doc: 'Sum over all positions, per channel and step: counts of spikes, or the sum of a current.',
  source: 'operators.md section 4',
  takes: [['spike', 'count', 'current']],
  attrs: {}, params: {},
  infer: ([x]) => ({ ...x, kind: x.kind === 'current' ? 'current' : 'count', grid: [1, 1], range: [x.range[0] * positionsOf(x), x.range[1] * positionsOf(x)] }),
  evaluate: { real: add, integer: add },
  bounds: ([x], _, { types: [type] }) => summed(x, positionsOf(type), positionsOf(type)), pick: pickNothing,
});
