import { expect, it } from 'vitest';
import { norm } from '../../compiler/ops/index.ts';
import { applied, refusal, vector } from './run.ts';

const x = { kind: 'current', grid: [1, 2], channels: 2, time: 'once', values: [1, 10, 3, 20] } as const;
const params = { gamma: vector(2, -1), beta: vector(0, 5), mean: vector(1, 10), variance: vector(4, 24) };

it('is (x - mean) / sqrt(variance + epsilon) * gamma + beta per channel', () => {
  expect(applied(norm, { inputs: [x], attrs: { epsilon: 1 }, params: { ...params, variance: vector(3, 24) } }, 'real')).toEqual([0, 5, 2, 3]);
  expect(applied(norm, { inputs: [x], attrs: { epsilon: 0 }, params: { ...params, variance: vector(4, 25) } }, 'real')).toEqual([0, 5, 2, 3]);
});
it('refuses statistics of another length and integers', () => {
  expect(refusal(norm, { inputs: [x], attrs: { epsilon: 1 }, params: { ...params, mean: vector(1) } })).toBe('parameter "mean" must have shape [2], has [1]');
  expect(refusal(norm, { inputs: [x], attrs: { epsilon: 1 }, params }, 'integer')).toBe('has no integer form');
  expect(refusal(norm, { inputs: [x], attrs: { epsilon: Infinity }, params })).toBe('attribute "epsilon" must be a finite number, is null');
  expect(refusal(norm, { inputs: [{ ...x, kind: 'spike' }], attrs: { epsilon: 1 }, params })).toBe('input 0 must be current, is spike');
});
