// or-tokens: everything over the tokens at once, as an OR.
import { pickNothing, sameBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { overTokens } from './over-tokens.ts';

const or = overTokens(Math.max);

export const orTokens = defineOp({
  kind: 'or-tokens', form: 'chip', barrier: 'tokens',
  doc: 'OR over all positions, per channel and step: what a half-threshold neuron makes of a count of spikes.',
  source: 'operators.md theorem 5',
  takes: [['spike']],
  attrs: {}, params: {},
  infer: ([x]) => ({ ...x, grid: [1, 1] }),
  evaluate: { real: or, integer: or },
  bounds: sameBounds, pick: pickNothing,
});
