import { describe, expect, it } from 'vitest';
import { conv, norm } from '../../compiler/ops/index.ts';
import { applied, inBoth, inferred, refusal, sopsOf, tensor, vector } from './run.ts';
import { channelsLast, isShared, zooCase } from './zoo.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, three = { window: [3, 3], stride: [1, 1], padding: [1, 1] } as const;
const current = { kind: 'current', grid: [2, 2], channels: 1, time: 'once', values: [1, 2, 3, 4] } as const;
/** Spikes in the corner and the middle of a 3x3 map. */
const spikes = { kind: 'spike', grid: [3, 3], channels: 1, values: [1, 0, 0, 0, 1, 0, 0, 0, 0] } as const;

describe('conv', () => {
  it('is a linear layer over positions with a 1x1 window', () => {
    const x = { kind: 'count', grid: [1, 2], channels: 2, values: [1, 0, 2, 3] } as const;
    expect(inBoth(conv, { inputs: [x], attrs: point, params: { weight: tensor([2, 3], [1, 2, 3, 10, 20, 30]), bias: vector(100, 0, -1) } })).toEqual([101, 2, 2, 132, 64, 95]);
  });
  it('takes its rows tap by tap, rows before columns of the window, and pads with zeros', () => {
    expect(inBoth(conv, { inputs: [current], attrs: three, params: { weight: tensor([9, 1], [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8]) } }))
      .toEqual([430_210_000, 43_021_000, 430_210, 43_021]);
  });
  it('moves its window by the stride and drops what does not fill it', () => {
    const x = { ...current, grid: [1, 5], values: [1, 2, 3, 4, 5] } as const;
    expect(inBoth(conv, { inputs: [x], attrs: { window: [1, 2], stride: [1, 2], padding: [0, 0] }, params: { weight: tensor([2, 1], [1, 10]) } })).toEqual([21, 43]);
    expect(inBoth(conv, { inputs: [x], attrs: { window: [1, 3], stride: [1, 2], padding: [0, 1] }, params: { weight: tensor([3, 1], [1, 10, 100]) } })).toEqual([210, 432, 54]);
  });
  it('adds the border correction at its own position only, at every step alike', () => {
    const params = { weight: tensor([1, 1], [1]), bias: vector(1000), border: tensor([4, 1], [0, 10, 20, 30]) };
    expect(inBoth(conv, { inputs: [current], attrs: point, params })).toEqual([1001, 1012, 1023, 1034]);
    expect(inBoth(conv, { inputs: [{ ...current, time: 'step', values: [1, 2, 3, 4, 5, 6, 7, 8] }], attrs: point, params, steps: 2 })).toEqual([1001, 1012, 1023, 1034, 1005, 1016, 1027, 1038]);
  });
  it('proves bounds that its inputs reach: signs of weights, taps over the edge, bias and border included', () => {
    const type = (params: Parameters<typeof inferred>[1]['params']) => inferred(conv, { inputs: [{ ...current, range: [-1, 2] }], attrs: point, params: params ?? {} }, 'integer').range;
    expect(type({ weight: tensor([1, 2], [3, -5]) })).toEqual([-10, 6]);
    expect(type({ weight: tensor([1, 2], [3, -5]), bias: vector(100, 0) })).toEqual([-10, 106]);
    expect(type({ weight: tensor([1, 1], [3]), border: tensor([4, 1], [0, -7, 0, 9]) })).toEqual([-10, 15]);
    // A tap that hangs over the edge adds nothing, which can be less than the least input.
    expect(inferred(conv, { inputs: [{ ...current, range: [2, 4] }], attrs: three, params: { weight: tensor([9, 1], Array(9).fill(1)) } }, 'integer').range).toEqual([0, 36]);
  });
  it('counts one operation per spike, output channel and position within reach', () => {
    // The corner reaches 4 of 9 positions, the middle all 9.
    expect(sopsOf(conv, { inputs: [spikes], attrs: three, params: { weight: tensor([9, 5], Array(45).fill(1)) } })).toBe((4 + 9) * 5);
    expect(sopsOf(conv, { inputs: [{ ...spikes, kind: 'count', values: [3, 0, 0, 0, 2, 0, 0, 0, 0] }], attrs: three, params: { weight: tensor([9, 5], Array(45).fill(1)) } })).toBe((3 * 4 + 2 * 9) * 5);
    expect(sopsOf(conv, { inputs: [{ ...spikes, values: [...spikes.values, ...spikes.values] }], attrs: { ...three, stride: [2, 2] }, params: { weight: tensor([9, 1], Array(9).fill(1)) }, steps: 2 })).toBe(2 * (1 + 4));
  });
  it('counts frames of events as operations, and a still image not at all', () => {
    const params = { weight: tensor([9, 1], Array(9).fill(1)) }, pixels = { ...spikes, kind: 'pixel', values: [7, 0, 0, 0, 0, 0, 0, 0, 0] } as const;
    expect(sopsOf(conv, { inputs: [pixels], attrs: three, params })).toBe(28);
    expect(sopsOf(conv, { inputs: [{ ...pixels, time: 'once' }], attrs: three, params })).toBe(0);
  });
  it('refuses shapes that do not meet and windows that do not fit', () => {
    const weight = tensor([1, 1], [1]);
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight: tensor([2, 1], [1, 1]) } })).toBe('parameter "weight" must have shape [1, 1], has [2, 1]');
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight: vector(1) } })).toBe('parameter "weight" must be a matrix, has shape [1]');
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight, bias: vector(1, 2) } })).toContain('"bias" must have shape [1]');
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight, border: tensor([1, 1], [1]) } })).toContain('"border" must have shape [4, 1]');
    expect(refusal(conv, { inputs: [current], attrs: { ...point, window: [3, 1] }, params: { weight } })).toBe('a 3x1 window does not fit a 2x2 map');
    expect(refusal(conv, { inputs: [current], attrs: { ...point, padding: [1, 0] }, params: { weight } })).toBe('padding 1x0 must be smaller than the window 1x1');
    expect(refusal(conv, { inputs: [current], attrs: { window: [2e9 + 1, 1], stride: [1, 1], padding: [1e9, 0] }, params: { weight } })).toContain('more than 268435456');
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight: tensor([1, 1], [NaN]) } })).toBe('parameter "weight" is not finite');
    expect(refusal(conv, { inputs: [current], attrs: point, params: { weight: tensor([1, 2], [1]) } })).toBe('parameter "weight" holds 1 values for shape [1, 2]');
  });
  it('refuses integers that float64 does not hold exactly', () => {
    expect(refusal(conv, { inputs: [{ ...current, range: [0, 2 ** 50] }], attrs: point, params: { weight: tensor([1, 1], [9]) } }, 'integer')).toContain('beyond the whole numbers');
  });
});

describe.skipIf(!isShared)('conv followed by norm', () => {
  it('gives the published outputs, borders included', () => {
    const { values, shape } = zooCase('conv-bn-fold'), [outputs, inputs] = shape('weight'), [samples, , height, width] = shape('x'), positions = height * width, published = values('weight');
    const weight = tensor([9 * inputs, outputs], Array.from({ length: 9 * inputs * outputs }, (_, i) => {
      const row = Math.floor(i / outputs), tap = Math.floor(row / inputs);
      return published[((i % outputs) * inputs + (row % inputs)) * 9 + tap];
    }));
    const x = channelsLast(values('x'), inputs, positions), wanted = channelsLast(values('y'), outputs, positions);
    const sums = applied(conv, { inputs: [{ kind: 'pixel', grid: [height, width], channels: inputs, values: x }], attrs: three, params: { weight, bias: vector(...values('conv_bias')) }, steps: samples }, 'real');
    const normed = applied(norm, { inputs: [{ kind: 'current', grid: [height, width], channels: outputs, values: sums }], attrs: { epsilon: zooCase('conv-bn-fold').facts['bn_eps'] as number },
      params: { gamma: vector(...values('bn_weight')), beta: vector(...values('bn_bias')), mean: vector(...values('running_mean')), variance: vector(...values('running_var')) }, steps: samples }, 'real');
    const largest = Math.max(...wanted.map(Math.abs));
    expect(Math.max(...normed.map((value, i) => Math.abs(value - wanted[i])))).toBeLessThan(1e-12 * largest);
  });
});
