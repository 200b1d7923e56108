// gain and scale-steps: factors per channel and per step.
import { expect, it } from 'vitest';
import { gain, scaleSteps } from '../../compiler/ops/index.ts';
import { applied, inBoth, inferred, refusal, tensor, vector } from './run.ts';

const sums = { kind: 'current', grid: [1, 2], channels: 2, range: [-5, 7], values: [1, 2, -5, 7, 1, 2, -5, 7] } as const;

it('a gain multiplies each channel and adds its bias', () => {
  expect(inBoth(gain, { inputs: [sums], attrs: {}, params: { factor: vector(3, -1), bias: vector(0, 10) }, steps: 2 })).toEqual([3, 8, -15, 3, 3, 8, -15, 3]);
});
it('a gain of several steps takes the row of its step; its bounds are those of the furthest', () => {
  const trial = { inputs: [sums], attrs: {}, params: { factor: tensor([2, 2], [3, -1, 0, 4]), bias: vector(1, 10) }, steps: 2 };
  expect(inBoth(gain, trial)).toEqual([4, 8, -14, 3, 1, 18, 1, 38]);
  expect(inferred(gain, trial, 'integer').range).toEqual([-14, 38]);
  expect(refusal(gain, { ...trial, params: { ...trial.params, factor: tensor([3, 2], [1, 1, 1, 1, 1, 1]) } })).toContain('factor');
  expect(refusal(gain, { ...trial, inputs: [{ ...sums, time: 'once', values: [1, 2, 3, 4] }] })).toContain('without steps');
});
it('a gain of integers rounds its products, half up, and no more than it says', () => {
  const trial = { inputs: [sums], attrs: { shift: 1 }, params: { factor: vector(3, -1), bias: vector(0, 10) }, steps: 2 };
  expect(applied(gain, trial, 'integer')).toEqual([2, 9, -7, 7, 2, 9, -7, 7]);  // 1.5, -1, -7.5, -3.5 become 2, -1, -7, -3
  expect(inferred(gain, trial, 'integer').range).toEqual([-7, 13]);
  expect(refusal(gain, { ...trial, attrs: { shift: 25 } })).toContain('at most 24');
});
it('a factor of steps scales everything of its step', () => {
  expect(applied(scaleSteps, { inputs: [sums], attrs: {}, params: { factor: vector(2, -0.5) }, steps: 2 }, 'real')).toEqual([2, 4, -10, 14, -0.5, -1, 2.5, -3.5]);
  expect(refusal(scaleSteps, { inputs: [sums], attrs: {}, params: { factor: vector(2) }, steps: 2 })).toContain('factor');
  expect(refusal(scaleSteps, { inputs: [{ ...sums, time: 'once', values: [1, 2, 3, 4] }], attrs: {}, params: { factor: vector(2, 1) }, steps: 2 })).toContain('repeat it first');
});
