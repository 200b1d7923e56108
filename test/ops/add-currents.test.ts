import { expect, it } from 'vitest';
import { addCurrents } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal } from './run.ts';

const stream = { kind: 'current', grid: [1, 2], channels: 1, range: [-10, 5], values: [5, -10] } as const, branch = { ...stream, range: [-3, 4], values: [4, -3] } as const;

it('adds signed currents and their bounds', () => {
  expect(inBoth(addCurrents, { inputs: [stream, branch], attrs: {} })).toEqual([9, -13]);
  expect(inferred(addCurrents, { inputs: [stream, branch], attrs: {} }, 'integer')).toMatchObject({ kind: 'current', range: [-13, 9] });
});
it('refuses spikes and other shapes or times', () => {
  expect(refusal(addCurrents, { inputs: [stream, { ...branch, kind: 'spike' }], attrs: {} })).toBe('input 1 must be current, is spike');
  expect(refusal(addCurrents, { inputs: [stream, { ...branch, channels: 2 }], attrs: {} })).toBe('adds values of different shape or time');
  expect(refusal(addCurrents, { inputs: [stream, { ...branch, time: 'once' }], attrs: {} })).toBe('adds values of different shape or time');
});
