import { expect, it } from 'vitest';
import { repeat } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal } from './run.ts';

const x = { kind: 'current', grid: [1, 2], channels: 1, time: 'once', values: [3, -4] } as const;

it('gives the same value at every step', () => {
  expect(inBoth(repeat, { inputs: [x], attrs: {}, steps: 3 })).toEqual([3, -4, 3, -4, 3, -4]);
  expect(inferred(repeat, { inputs: [x], attrs: {}, steps: 3 }, 'integer')).toMatchObject({ time: 'step', kind: 'current', range: [-1000, 1000] });
});
it('refuses a value that has steps already, and spikes', () => {
  expect(refusal(repeat, { inputs: [{ ...x, time: 'step' }], attrs: {} })).toBe('repeats a value that has steps already');
  expect(refusal(repeat, { inputs: [{ ...x, kind: 'spike' }], attrs: {} })).toBe('input 0 must be pixel or current, is spike');
});
