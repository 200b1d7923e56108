// sum-tokens and or-tokens: everything over the tokens at once.
import { defineOp } from '../ir/define-op.ts';
import type { Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';

export const sumTokens = defineOp({
  kind: 'sum-tokens', form: 'chip', barrier: 'tokens',
  doc: 'Sum over all positions, per channel and step: counts of spikes, or the sum of a current.',
  source: 'operators.md section 4',
  takes: [['spike', 'count', 'current']],
  attrs: {}, params: {},
  infer: ([x]) => ({ ...x, kind: x.kind === 'current' ? 'current' : 'count', grid: [1, 1], range: [x.range[0] * positionsOf(x), x.range[1] * positionsOf(x)] }),
  evaluate: { real: overTokens((a, b) => a + b), integer: overTokens((a, b) => a + b) },
});

export const orTokens = defineOp({
  kind: 'or-tokens', form: 'chip', barrier: 'tokens',
  doc: 'OR over all positions, per channel and step: what a half-threshold neuron makes of a count of spikes.',
  source: 'operators.md theorem 5',
  takes: [['spike']],
  attrs: {}, params: {},
  infer: ([x]) => ({ ...x, grid: [1, 1] }),
  evaluate: { real: overTokens(Math.max), integer: overTokens(Math.max) },
});

function overTokens(join: (a: number, b: number) => number) {
  return ([x]: readonly Tensor[], { type: { channels } }: Readonly<{ type: ValueType }>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor => {
    const tokens = positionsOf(input), copies = input.time === 'step' ? steps : 1, data = new Float64Array(copies * channels);
    for (let copy = 0; copy < copies; copy++) {
      for (let at = copy * tokens * channels, end = at + tokens * channels, c = 0; at < end; at++, c = (c + 1) % channels) data[copy * channels + c] = join(data[copy * channels + c], x.data[at]);
    }
    return { shape: input.time === 'step' ? [steps, 1, channels] : [1, channels], data };
  };
}
