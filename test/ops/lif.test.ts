import { describe, expect, it } from 'vitest';
import type { Pair } from '../../compiler/ir/types.ts';
import { lif, sumTokens } from '../../compiler/ops/index.ts';
import { applied, inBoth, inferred, refusal, vector } from './run.ts';
import { isShared, unpacked, zooCase } from './zoo.ts';

const half = { keep: [1, 2], reset: 'zero', fires: 'at-least' } as const;
const one = (values: readonly number[]) => ({ kind: 'current', grid: [1, 1], channels: 1, values, range: [-32768, 32767] }) as const;

describe('lif', () => {
  it('keeps half its potential, adds the current and fires at the threshold itself', () => {
    // u: 6, 3 + 7 = 10 fires, 0 + 9, 4 (floor of 4.5) + 6 = 10 fires
    expect(applied(lif, { inputs: [one([6, 7, 9, 6])], attrs: half, params: { threshold: vector(10) }, steps: 4 }, 'integer')).toEqual([0, 1, 0, 1]);
    expect(applied(lif, { inputs: [one([6, 7, 9, 5])], attrs: half, params: { threshold: vector(10) }, steps: 4 }, 'integer')).toEqual([0, 1, 0, 0]);
  });
  it('floors a negative potential, as an arithmetic shift does', () => {
    // u: -1, then floor(-0.5) = -1, + 5 = 4 < 5; rounded toward zero it would fire.
    expect(applied(lif, { inputs: [one([-1, 5])], attrs: half, params: { threshold: vector(5) }, steps: 2 }, 'integer')).toEqual([0, 0]);
    expect(applied(lif, { inputs: [one([-1, 5])], attrs: half, params: { threshold: vector(5) }, steps: 2 }, 'real')).toEqual([0, 0]);
  });
  it('goes to zero, or down by the threshold, after a spike', () => {
    const inputs = [one([25, 3, 8])], params = { threshold: vector(10) }, keep = [1, 1] as const;
    expect(inBoth(lif, { inputs, attrs: { ...half, keep, reset: 'zero' }, params, steps: 3 })).toEqual([1, 0, 1]);
    expect(inBoth(lif, { inputs, attrs: { ...half, keep, reset: 'subtract' }, params, steps: 3 })).toEqual([1, 1, 1]);
  });
  it('shows its membrane before the reset, in whole units of the current', () => {
    // u in quarters: 4 * 3 = 12 > 10 fires and leaves 2; 2 * 2 / 5 rounds up to 1, + 4 = 5; 2 + 8.
    const trial = { inputs: [one([3, 1, 2])], attrs: { keep: [2, 5], reset: 'subtract', fires: 'above', fractionBits: 2, membrane: 1 }, params: { threshold: vector(10) }, steps: 3 } as const;
    expect(applied(lif, trial, 'integer')).toEqual([3, 1, 2]);
    expect(applied(lif, { ...trial, attrs: { ...trial.attrs, fractionBits: 0 }, params: { threshold: vector(2.5) } }, 'real')).toEqual([3, 1.2, 2.48]);
    const { kind, range: [low, high] } = inferred(lif, { ...trial, inputs: [{ ...one([3, 1, 2]), range: [-5, 7] }] }, 'integer');
    expect([kind, low <= -5 && low > -10, high >= 7 && high < 14]).toEqual(['current', true, true]);
    expect(refusal(lif, { ...trial, attrs: { ...trial.attrs, membrane: 2 } })).toBe('membrane is 0 or 1');
  });
  it('forgets everything when it keeps 0', () => {
    expect(inBoth(lif, { inputs: [one([9, 9, 10, -3])], attrs: { ...half, keep: [0, 1] }, params: { threshold: vector(10) }, steps: 4 })).toEqual([0, 0, 1, 0]);
  });
  it('starts each neuron at 0 and has a threshold per channel', () => {
    const x = { kind: 'current', grid: [1, 2], channels: 2, values: [5, 5, 4, 9] } as const;
    expect(inBoth(lif, { inputs: [x], attrs: half, params: { threshold: vector(5, 9) } })).toEqual([1, 0, 0, 1]);
    expect(inBoth(lif, { inputs: [x], attrs: half, params: { threshold: vector(5) } })).toEqual([1, 1, 0, 1]);
  });
  it('keeps the whole of a multiple of m for every m, though 49 * (1 / 49) < 1 in float64', () => {
    for (let m = 1; m <= 400; m++) {
      const theta = 7 * m + 1, second = (current: number) => applied(lif, { inputs: [one([7 * m, current])], attrs: { ...half, keep: [1, m] }, params: { threshold: vector(theta) }, steps: 2 }, 'integer');
      expect([second(theta - 7), second(theta - 8)], `m = ${m}`).toEqual([[0, 1], [0, 0]]);
    }
  });
  it('makes spikes of the shape that it reads', () => {
    expect(inferred(lif, { inputs: [one([1])], attrs: half, params: { threshold: vector(1) } }, 'integer')).toEqual({ kind: 'spike', domain: 'integer', range: [0, 1], grid: [1, 1], channels: 1, time: 'step' });
  });
  it('refuses leaks that are no fractions, more fractional bits than any membrane has, values without steps, and thresholds of another length', () => {
    const params = { threshold: vector(1) };
    expect(refusal(lif, { inputs: [one([1])], attrs: { ...half, keep: [3, 4] }, params })).toBe('not refused');
    expect(refusal(lif, { inputs: [one([1])], attrs: { ...half, fractionBits: 21 }, params })).toBe('21 fractional bits; at most 20 are kept');
    expect(refusal(lif, { inputs: [one([1])], attrs: { ...half, keep: [3, 2] }, params })).toContain('a fraction between 0 and 1 is wanted');
    expect(refusal(lif, { inputs: [one([1])], attrs: { ...half, keep: [0, 0] }, params })).toContain('a fraction between 0 and 1 is wanted');
    expect(refusal(lif, { inputs: [{ ...one([1]), time: 'once' }], attrs: half, params })).toBe('reads a value without steps; repeat it first');
    expect(refusal(lif, { inputs: [one([1])], attrs: half, params: { threshold: vector(1, 2) } })).toBe('parameter "threshold" must have shape [1] or [1], has [2]');
    expect(refusal(lif, { inputs: [{ ...one([1]), kind: 'pixel' }], attrs: half, params })).toBe('input 0 must be current or count or spike, is pixel');
  });
});

describe.skipIf(!isShared)('lif against the published neuron', () => {
  it('gives its spikes with a floor for the leak, hard and soft reset, few and many steps', () => {
    const { values, shape, facts } = zooCase('lif-floor-shift'), thetas = facts['facts'] as Record<string, { theta: number }>;
    expect(Object.keys(thetas)).toHaveLength(8);
    for (const [name, { theta }] of Object.entries(thetas)) {
      const [steps, channels] = shape(`${name}_current`), current = values(`${name}_current`), reset = name.includes('hard') ? ('zero' as const) : ('subtract' as const);
      const trial = { inputs: [{ kind: 'current', grid: [1, 1] as Pair, channels, values: current, range: [-32768, 32767] }] as const, attrs: { ...half, reset }, params: { threshold: vector(theta) }, steps };
      expect(inBoth(lif, trial), name).toEqual(unpacked(values(`${name}_spikes`), steps * channels));
    }
  });
  it('gives the spikes of the mean over tokens when it reads their sum', () => {
    const { values, shape, facts } = zooCase('head-lif-token-sum'), [steps, tokens, channels] = shape('current');
    const summed = inBoth(sumTokens, { inputs: [{ kind: 'current', grid: [1, tokens], channels, values: values('current'), range: [-32768, 32767] }], attrs: {}, steps });
    expect(inBoth(lif, { inputs: [{ kind: 'current', grid: [1, 1], channels, values: summed, range: [-1e6, 1e6] }], attrs: half, params: { threshold: vector(facts['theta'] as number) }, steps })).toEqual(values('spikes'));
  });
  it('is a plain comparison with 1 on counts at half the threshold', () => {
    const { values, shape } = zooCase('threshold-half-is-or'), [steps, channels] = shape('count');
    expect(inBoth(lif, { inputs: [{ kind: 'count', grid: [1, 1], channels, values: values('count') }], attrs: half, params: { threshold: vector(1) }, steps })).toEqual(values('spikes'));
  });
});
