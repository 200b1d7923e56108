// The recurrences of SpikeGPT on the host: by hand, against the sums written out, and over samples.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sum, tokenShift, wkv } from '../../compiler/ops/index.ts';
import { randomFrom } from '../random.ts';
import { applied, refusal, vector } from './run.ts';

const current = (channels: number, values: readonly number[]) => ({ kind: 'current', grid: [1, 1], channels, values }) as const;

it('sum adds, and wants the same channels', () => {
  expect(applied(sum, { inputs: [current(2, [1, -2]), { kind: 'spike', grid: [1, 1], channels: 2, values: [1, 0] }], attrs: {} }, 'real')).toEqual([2, -2]);
  expect(refusal(sum, { inputs: [current(2, [1, 2]), current(1, [1])], attrs: {} })).toBe('adds 1 channels to 2');
});

describe('token-shift', () => {
  it('mixes each channel with itself one step ago, with nothing at first', () => {
    expect(applied(tokenShift, { inputs: [current(2, [4, 8, 6, 10, 2, 0])], attrs: {}, params: { mix: vector(0.5, 1.25) }, steps: 3 }, 'real')).toEqual([2, 10, 5, 10.5, 4, -2.5]);
  });
  it('keeps tokens of a map apart', () => {
    expect(applied(tokenShift, { inputs: [{ kind: 'current', grid: [1, 2], channels: 1, values: [1, 2, 3, 4] }], attrs: {}, params: { mix: vector(0) }, steps: 2 }, 'real')).toEqual([0, 0, 1, 2]);
  });
  it('refuses a mixture of another width', () => {
    expect(refusal(tokenShift, { inputs: [current(2, [1, 2])], attrs: {}, params: { mix: vector(1) } })).toBe('constant "mix" must have 2 entries, has 1');
  });
});

describe('wkv', () => {
  /** The average with its exponentials as they stand. */
  const written = (k: readonly number[], v: readonly number[], decay: number, first: number): number[] => k.map((key, t) => {
    let p = Math.exp(first + key) * v[t], q = Math.exp(first + key);
    for (let s = 0; s < t; s++) { const weight = Math.exp(k[s] + (t - 1 - s) * decay); p += weight * v[s]; q += weight; }
    return p / q;
  });
  it('is the average of all values so far, weighted by faded exponentials of their keys', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 12 }), fc.double({ min: -4, max: -0.01, noNaN: true }), fc.double({ min: -2, max: 2, noNaN: true }), (seed, steps, decay, first) => {
      const random = randomFrom(seed), numbers = (reach: number) => Array.from({ length: steps }, () => (2 * random.unit() - 1) * reach), k = numbers(8), v = numbers(3);
      const came = applied(wkv, { inputs: [current(1, k), current(1, v)], attrs: {}, params: { decay: vector(decay), first: vector(first) }, steps }, 'real');
      written(k, v, decay, first).forEach((wanted, t) => { expect(Math.abs(came[t] - wanted)).toBeLessThan(1e-12); });
    }), { seed: 6, numRuns: 200 });
  });
  it('gives the first value first, and overflows nowhere', () => {
    expect(applied(wkv, { inputs: [current(1, [1000, -1000, 1000]), current(1, [3, 5, 7])], attrs: {}, params: { decay: vector(-1), first: vector(0) }, steps: 3 }, 'real')).toEqual([3, 3, expect.closeTo((3 * Math.exp(-1) + 7) / (Math.exp(-1) + 1), 12)]);
  });
  it('forgets between samples', () => {
    const trial = { inputs: [current(1, [1, 2]), current(1, [3, -4])], attrs: {}, params: { decay: vector(-0.5), first: vector(0.25) }, steps: 2 };
    expect(applied(wkv, trial, 'real')).toEqual(applied(wkv, trial, 'real'));
  });
  it('refuses other widths', () => {
    const params = { decay: vector(-1, -1), first: vector(0, 0) };
    expect(refusal(wkv, { inputs: [current(2, [1, 2]), current(1, [1])], attrs: {}, params })).toBe('weighs 1 values by 2 keys');
    expect(refusal(wkv, { inputs: [current(1, [1]), current(1, [1])], attrs: {}, params })).toBe('constant "decay" must have 1 entries, has 2');
  });
});
