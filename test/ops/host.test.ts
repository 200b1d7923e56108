// Operators on the host: values against references computed with 60 digits, rounding and clamping of integers, what is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gelu, layerNorm, product, reluSquare, sigmoid, softmax, tokenMix, tokenScores } from '../../compiler/ops/index.ts';
import { hostFunctions } from '../../targets/contract/host/index.ts';
import { normalBelow } from '../../targets/contract/host/normal.ts';
import type { HostFunction } from '../../targets/contract/host/host-function.ts';
import type { Given } from './run.ts';
import { applied, inferred, refusal, tensor, vector } from './run.ts';

const current = (...values: readonly number[]): Given => ({ kind: 'current', grid: [1, 1], channels: values.length, values });
const rows = (channels: number, ...values: readonly number[]): Given => ({ kind: 'current', grid: [1, values.length / channels], channels, values });
const units = (read: readonly number[], scale: readonly number[], range: readonly [number, number]) => ({ units: vector(...read), scale: vector(...scale), range: tensor([2, scale.length], [...scale.map(() => range[0]), ...scale.map(() => range[1])]) });

describe('the distribution of the standard normal', () => {
  // 25 digits by mpmath: ncdf(x).
  it.each([[-36.5, 5.544725713074845e-292], [-12.25, 8.399796063633417e-35], [-5, 2.866515718791939e-7], [-1.5, 0.06680720126885806], [-0.75, 0.2266273523768682], [-0.7, 0.24196365222307303], [-0.3, 0.3820885778110474],
    [0.3, 0.6179114221889527], [1.999, 0.9771958230673411], [2.001, 0.9773038050543584], [1.5, 0.9331927987311419], [5, 0.9999997133484281], [8.168551305558305, 0.9999999999999999], [8.25, 0.9999999999999999]])('below %d is %d, to the last bits', (x, wanted) => {
    expect(Math.abs(normalBelow(x) / wanted - 1)).toBeLessThan(1e-15);
  });
  it('is a half at 0, and its two sides make 1', () => {
    expect([normalBelow(0), normalBelow(Infinity), normalBelow(40)]).toEqual([0.5, 1, 1]);
    fc.assert(fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => Math.abs(normalBelow(x) + normalBelow(-x) - 1) < 4e-16), { seed: 3, numRuns: 500 });
  });
});

describe('real values', () => {
  it('of gelu are x times the normal share below x', () => {
    expect(applied(gelu, { inputs: [current(-3, -0.7517915246935645, 0, 1, 30)], attrs: {} }, 'real')).toEqual([-0.0040496940948902835, -0.16997120747990369, 0, 0.8413447460685429, 30].map((value) => expect.closeTo(value, 15) as number));
  });
  it('of sigmoid, relu-square and product follow their equations', () => {
    expect(applied(sigmoid, { inputs: [current(0, 800, -800)], attrs: {} }, 'real')).toEqual([0.5, 1, 0]);
    expect(applied(reluSquare, { inputs: [current(-3, 0, 1.5)], attrs: {} }, 'real')).toEqual([0, 0, 2.25]);
    expect(applied(product, { inputs: [current(2, -3), current(0.5, 7)], attrs: {} }, 'real')).toEqual([1, -21]);
  });
  it('of layer-norm divide by the deviation of the population, position by position', () => {
    // 1, 3: mean 2, variance 1; 5, 5: variance 0.
    expect(applied(layerNorm, { inputs: [rows(2, 1, 3, 5, 5)], attrs: { epsilon: 3 }, params: { gamma: vector(2, 4), beta: vector(10, 20) } }, 'real')).toEqual([9, 22, 10, 20]);
  });
  it('of softmax are shares of 1 in each head of each position, whatever the size of the scores', () => {
    const shares = applied(softmax, { inputs: [rows(4, 0, 0, 1000, 1000 + Math.log(3), 5, 5, 5, 5)], attrs: { heads: 2, factor: 1 } }, 'real');
    expect(shares.slice(0, 2).concat(shares.slice(4))).toEqual([0.5, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(shares.slice(2, 4)).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.75, 12)]);
    expect(applied(softmax, { inputs: [rows(2, 0, Math.log(3))], attrs: { heads: 1, factor: 2 } }, 'real')).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.9, 12)]);
  });
});

describe('attention with a softmax', () => {
  // Two heads of two channels, three tokens; against the equations, written out.
  const tokens = 3, heads = 2, width = 2, random = (seed: number, size: number) => Array.from({ length: size }, (_, i) => ((seed * (i + 3) * 7919) % 23 - 11) / 8), [q, k, v] = [1, 2, 3].map((seed) => random(seed, tokens * heads * width));
  const at = (x: readonly number[], n: number, head: number, e: number) => x[(n * heads + head) * width + e], of = (channels: number, values: readonly number[]) => rows(channels, ...values);
  it('scores every token against every other, makes shares of them and mixes the values by these', () => {
    const scores = applied(tokenScores, { inputs: [of(4, q), of(4, k)], attrs: { heads } }, 'real'), shares = applied(softmax, { inputs: [of(6, scores)], attrs: { heads, factor: 0.5 } }, 'real'), mixed = applied(tokenMix, { inputs: [of(6, shares), of(4, v)], attrs: { heads } }, 'real');
    for (let n = 0; n < tokens; n++) for (let head = 0; head < heads; head++) {
      const own = [0, 1, 2].map((m) => [0, 1].reduce((sum, e) => sum + at(q, n, head, e) * at(k, m, head, e), 0)), weights = own.map((score) => Math.exp(0.5 * score)), all = weights.reduce((a, b) => a + b);
      expect(scores.slice((n * heads + head) * tokens, (n * heads + head + 1) * tokens)).toEqual(own);
      for (let e = 0; e < width; e++) expect(at(mixed, n, head, e)).toBeCloseTo(weights.reduce((sum, weight, m) => sum + weight * at(v, m, head, e), 0) / all, 12);
    }
  });
  it('is refused where sizes do not meet', () => {
    expect(refusal(tokenScores, { inputs: [of(4, q), of(6, v)], attrs: { heads } })).toBe('multiplies 4 channels with 6');
    expect(refusal(tokenScores, { inputs: [of(4, q), of(4, k)], attrs: { heads: 3 } })).toBe('3 heads do not divide 4 channels');
    expect(refusal(tokenMix, { inputs: [of(4, q), of(4, v)], attrs: { heads } })).toBe('has 4 weights for 2 heads of 3 tokens');
    expect(refusal(tokenMix, { inputs: [of(4, q), of(4, v)], attrs: { heads: 3 } })).toBe('3 heads do not divide 4 channels');
  });
});

describe('integers', () => {
  it('are the real function of operands times their units, to the nearest whole unit, halves up', () => {
    expect(applied(reluSquare, { inputs: [current(1, 3, 5)], attrs: {}, params: units([0.5, 0.5, 1], [0.5, 0.5, 2], [-100, 100]) }, 'integer')).toEqual([1, 5, 13]);
    expect(applied(product, { inputs: [current(3, 3), { kind: 'ternary', grid: [1, 1], channels: 2, values: [-1, 1] }], attrs: {}, params: units([1, 1, 0.5, 0.5], [1, 1], [-10, 10]) }, 'integer')).toEqual([-1, 2]);
  });
  it('stay within the declared range', () => {
    expect(applied(product, { inputs: [current(900, -900), current(900, 900)], attrs: {}, params: units([1, 1, 1, 1], [1, 1], [-7, 9]) }, 'integer')).toEqual([9, -7]);
    expect(inferred(gelu, { inputs: [current(1)], attrs: {}, params: units([1], [1], [-7, 9]) }, 'integer').range).toEqual([-7, 9]);
  });
});

it('keeps every function within the bounds it states, for operands anywhere within theirs', () => {
  const sizes: Readonly<Record<string, Readonly<Record<string, Float64Array>>>> = { 'layer-norm': { gamma: Float64Array.of(2, -3, 0.5), beta: Float64Array.of(0, 1, -1), epsilon: Float64Array.of(1e-5) }, softmax: { heads: Float64Array.of(1), factor: Float64Array.of(0.3) },
    'token-shift': { mix: Float64Array.of(0.25, 1.5, -0.5) }, wkv: { decay: Float64Array.of(-1, -0.1, -3), first: Float64Array.of(0, 2, -1) }, 'norm-sums': { slope: Float64Array.of(1, -2, 0), offset: Float64Array.of(3, 0, -1), reach: Float64Array.of(2, 0.5, 0), epsilon: Float64Array.of(1e-5) },
    line: { factor: Float64Array.of(2, -0.5, 0), shift: Float64Array.of(0, 1, -1) }, 'token-scores': { heads: Float64Array.of(3) }, 'token-mix': { heads: Float64Array.of(3) } };
  const interval = fc.tuple(fc.double({ min: -60, max: 60, noNaN: true }), fc.double({ min: -60, max: 60, noNaN: true })).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  for (const [name, called] of Object.entries<HostFunction>(hostFunctions)) {
    const wide = name === 'shift-sum' ? 6 : 3, operands = called.operands.map(() => ({ positions: 1, channels: wide })), constants = sizes[name] ?? {};
    expect(called.channels(operands, constants), name).toBe(3);
    fc.assert(fc.property(fc.array(interval, { minLength: wide * operands.length, maxLength: wide * operands.length }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: wide * operands.length, maxLength: wide * operands.length }), (spans, at) => {
      const part = <T>(all: readonly T[], i: number) => all.slice(wide * i, wide * i + wide), given = operands.map((_, i) => Float64Array.from(part(spans, i), ([low, high], c) => Math.min(high, low + part(at, i)[c] * (high - low))));
      const { low, high } = called.bounds(operands.map((_, i) => ({ low: Float64Array.from(part(spans, i), ([least]) => least), high: Float64Array.from(part(spans, i), ([, most]) => most) })), constants, operands), result = new Float64Array(3);
      called.run(given, constants, result, new Float64Array(called.state?.(operands) ?? 0));
      result.forEach((value, c) => expect(value, name).toSatisfy((y: number) => y >= low[c] - 1e-9 * Math.abs(low[c]) && y <= high[c] + 1e-9 * Math.abs(high[c])));
    }), { seed: 8, numRuns: 200 });
  }
});

it.each([
  ['a value without steps', refusal(gelu, { inputs: [{ ...current(1), time: 'once' }], attrs: {} }), 'reads a value without steps; repeat it first'],
  ['operands of different grid', refusal(product, { inputs: [rows(1, 1, 2), rows(1, 1, 2, 3)], attrs: {} }), 'reads values of different grid'],
  ['operands of different width', refusal(product, { inputs: [current(1, 2), current(1)], attrs: {} }), 'multiplies 2 channels with 1'],
  ['heads that do not divide the channels', refusal(softmax, { inputs: [current(1, 2, 3)], attrs: { heads: 2, factor: 1 } }), '2 heads do not divide 3 channels'],
  ['a factor of 0', refusal(softmax, { inputs: [current(1)], attrs: { heads: 1, factor: 0 } }), 'the factor must be above 0, is 0'],
  ['no epsilon', refusal(layerNorm, { inputs: [current(1)], attrs: { epsilon: 0 }, params: { gamma: vector(1), beta: vector(0) } }), 'epsilon must be above 0, is 0'],
  ['constants of another length', refusal(layerNorm, { inputs: [current(1)], attrs: { epsilon: 1 }, params: { gamma: vector(1, 2), beta: vector(0) } }), 'constant "gamma" must have 1 entries, has 2'],
  ['units in a real graph', refusal(gelu, { inputs: [current(1)], attrs: {}, params: units([1], [1], [0, 1]) }), 'units, scale and range belong to integer graphs'],
  ['an integer graph without units', refusal(gelu, { inputs: [current(1)], attrs: {} }, 'integer'), 'needs the parameters "units", "scale" and "range" in an integer graph'],
  ['units that are not above 0', refusal(gelu, { inputs: [current(1)], attrs: {}, params: units([0], [1], [0, 1]) }, 'integer'), 'a unit must be above 0'],
  ['a range out of order', refusal(gelu, { inputs: [current(1)], attrs: {}, params: units([1], [1], [1, 0]) }, 'integer'), 'its range [1, 0] is not two whole numbers in order'],
])('refuses %s', (_, said, wanted) => { expect(said).toBe(wanted); });
