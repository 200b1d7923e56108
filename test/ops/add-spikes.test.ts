import { expect, it } from 'vitest';
import { addSpikes } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal } from './run.ts';

const spikes = { kind: 'spike', grid: [1, 2], channels: 2, values: [1, 0, 1, 0] } as const, counts = { ...spikes, kind: 'count', range: [0, 3], values: [3, 2, 0, 0] } as const;

it('adds spikes to counts', () => {
  expect(inBoth(addSpikes, { inputs: [counts, spikes], attrs: {} })).toEqual([4, 2, 1, 0]);
});
it('raises the bound of the stream by that of the branch', () => {
  expect(inferred(addSpikes, { inputs: [counts, spikes], attrs: {} }, 'integer')).toMatchObject({ kind: 'count', range: [0, 4] });
  expect(inferred(addSpikes, { inputs: [spikes, spikes], attrs: {} }, 'integer')).toMatchObject({ kind: 'count', range: [0, 2] });
});
it('refuses currents, other shapes, and a mixture of domains', () => {
  expect(refusal(addSpikes, { inputs: [{ ...spikes, kind: 'current' }, spikes], attrs: {} })).toBe('input 0 must be spike or count, is current');
  expect(refusal(addSpikes, { inputs: [spikes, { ...spikes, grid: [2, 1] }], attrs: {} })).toBe('adds values of different shape or time');
  expect(refusal(addSpikes, { inputs: [spikes], attrs: {} })).toBe('takes 2 inputs, has 1');
});
