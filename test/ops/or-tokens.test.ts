import { expect, it } from 'vitest';
import { orTokens } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal } from './run.ts';

const spikes = { kind: 'spike', grid: [1, 3], channels: 2, values: [0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0] } as const;

it('is 1 where any position spikes, per channel and step', () => {
  expect(inBoth(orTokens, { inputs: [spikes], attrs: {}, steps: 2 })).toEqual([1, 0, 0, 1]);
  expect(inferred(orTokens, { inputs: [spikes], attrs: {}, steps: 2 }, 'integer')).toMatchObject({ kind: 'spike', grid: [1, 1], channels: 2, range: [0, 1] });
});
it('refuses what is not a spike', () => {
  expect(refusal(orTokens, { inputs: [{ ...spikes, kind: 'count' }], attrs: {}, steps: 2 })).toBe('input 0 must be spike, is count');
});
