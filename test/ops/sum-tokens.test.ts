import { expect, it } from 'vitest';
import { sumTokens } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal } from './run.ts';

const spikes = { kind: 'spike', grid: [2, 2], channels: 2, values: [1, 0, 1, 0, 1, 0, 0, 1] } as const;

it('counts spikes over positions, per channel and step', () => {
  expect(inBoth(sumTokens, { inputs: [{ ...spikes, values: [...spikes.values, 0, 0, 0, 0, 0, 0, 0, 1] }], attrs: {}, steps: 2 })).toEqual([3, 1, 0, 1]);
  expect(inferred(sumTokens, { inputs: [spikes], attrs: {} }, 'integer')).toMatchObject({ kind: 'count', grid: [1, 1], channels: 2, range: [0, 4] });
});
it('stays a current on currents, with bounds for every position', () => {
  const x = { kind: 'current', grid: [1, 3], channels: 1, range: [-5, 2], time: 'once', values: [-5, 2, -5] } as const;
  expect(inBoth(sumTokens, { inputs: [x], attrs: {} })).toEqual([-8]);
  expect(inferred(sumTokens, { inputs: [x], attrs: {} }, 'integer')).toMatchObject({ kind: 'current', range: [-15, 6], time: 'once' });
});
it('refuses pixels', () => {
  expect(refusal(sumTokens, { inputs: [{ ...spikes, kind: 'pixel' }], attrs: {} })).toBe('input 0 must be spike or count or current, is pixel');
});
