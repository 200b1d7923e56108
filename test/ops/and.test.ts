import { expect, it } from 'vitest';
import { and } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal, sopsOf } from './run.ts';

const q = { kind: 'spike', grid: [1, 3], channels: 2, values: [1, 1, 0, 1, 1, 0] } as const;

it('is 1 where both are', () => {
  expect(inBoth(and, { inputs: [q, { ...q, values: [1, 0, 1, 1, 0, 0] }], attrs: {} })).toEqual([1, 0, 0, 1, 0, 0]);
});
it('masks every token with a value of one position, channel by channel and step by step', () => {
  const mask = { kind: 'spike', grid: [1, 1], channels: 2, values: [1, 0, 0, 1] } as const;
  expect(inBoth(and, { inputs: [{ ...q, values: [...q.values, ...q.values] }, mask], attrs: {}, steps: 2 })).toEqual([1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0]);
});
it('has the shape of its first input and costs no synaptic operation', () => {
  const mask = { kind: 'spike', grid: [1, 1], channels: 2, values: [1, 0] } as const;
  expect(inferred(and, { inputs: [q, mask], attrs: {} }, 'integer')).toMatchObject({ kind: 'spike', grid: [1, 3], range: [0, 1] });
  expect(sopsOf(and, { inputs: [q, mask], attrs: {} })).toBeUndefined();
});
it('refuses other channels and other grids', () => {
  expect(refusal(and, { inputs: [q, { ...q, channels: 3 }], attrs: {} })).toBe('joins 2 channels with 3, which do not divide them');
  expect(refusal(and, { inputs: [q, { ...q, grid: [3, 1] }], attrs: {} })).toBe('joins values of different grids');
  expect(refusal(and, { inputs: [q, { ...q, kind: 'count' }], attrs: {} })).toBe('input 1 must be spike, is count');
});
