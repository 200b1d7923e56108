import { describe, expect, it } from 'vitest';
import { headPool, maxPool, sumTokens } from '../../compiler/ops/index.ts';
import { inBoth, refusal } from './run.ts';
import { channelsLast, isShared, zooCase } from './zoo.ts';

const erode = { heads: 2, window: [3, 3], padding: [1, 1] } as const;

describe('head-pool', () => {
  it('spreads a spike to the neighbouring tokens and channels of its own head', () => {
    // Two heads of three channels: a spike in the last channel of the first head does not reach the second.
    const x = { kind: 'spike', grid: [2, 2], channels: 6, values: [0, 0, 1, 0, 0, 0, ...Array<number>(12).fill(0), 0, 0, 0, 1, 0, 0] } as const;
    expect(inBoth(headPool, { inputs: [x], attrs: erode })).toEqual([0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0]);
  });
  it('runs over tokens as a line, not as a map: the end of a row meets the start of the next', () => {
    const x = { kind: 'spike', grid: [2, 2], channels: 1, values: [0, 1, 0, 0] } as const;
    expect(inBoth(headPool, { inputs: [x], attrs: { heads: 1, window: [3, 1], padding: [1, 0] } })).toEqual([1, 1, 1, 0]);
  });
  it('keeps steps apart', () => {
    const x = { kind: 'spike', grid: [1, 2], channels: 1, values: [0, 1, 0, 0] } as const;
    expect(inBoth(headPool, { inputs: [x], attrs: { heads: 1, window: [3, 3], padding: [1, 1] }, steps: 2 })).toEqual([1, 1, 0, 0]);
  });
  it('refuses heads that do not divide, windows that change the shape, and currents', () => {
    const x = { kind: 'spike', grid: [1, 1], channels: 3, values: [0, 0, 0] } as const;
    expect(refusal(headPool, { inputs: [x], attrs: erode })).toBe('2 heads do not divide 3 channels');
    expect(refusal(headPool, { inputs: [x], attrs: { heads: 1, window: [3, 3], padding: [1, 0] } })).toBe('must keep the shape: window = 2 * padding + 1');
    expect(refusal(headPool, { inputs: [{ ...x, kind: 'current' }], attrs: { ...erode, heads: 1 } })).toBe('input 0 must be spike, is current');
  });
});

describe.skipIf(!isShared)('the published Erode', () => {
  it('is head-pool over token and channel in head, followed by a sum over tokens', () => {
    const { values, shape } = zooCase('erode'), [steps, heads, tokens, width] = shape('kv'), channels = heads * width;
    // [T, heads, tokens, width] -> [T, tokens, heads * width]
    const flat = (array: readonly number[]) => array.map((_, at) => {
      const step = Math.floor(at / (tokens * channels)), token = Math.floor((at % (tokens * channels)) / channels), channel = at % channels;
      return array[((step * heads + Math.floor(channel / width)) * tokens + token) * width + (channel % width)];
    });
    const pooled = inBoth(headPool, { inputs: [{ kind: 'spike', grid: [3, tokens / 3], channels, values: flat(values('kv')) }], attrs: { heads, window: [3, 3], padding: [1, 1] }, steps });
    expect(pooled).toEqual(flat(values('kv_out')));
    expect(inBoth(sumTokens, { inputs: [{ kind: 'spike', grid: [3, tokens / 3], channels, values: pooled }], attrs: {}, steps })).toEqual(values('kv_sum'));
  });
  it('is max-pool with stride 1 on a feature map', () => {
    const { values, shape } = zooCase('erode'), [steps, channels, height, width] = shape('feature');
    const x = { kind: 'spike', grid: [height, width], channels, values: channelsLast(values('feature'), channels, height * width) } as const;
    expect(inBoth(maxPool, { inputs: [x], attrs: { window: [3, 3], stride: [1, 1], padding: [1, 1] }, steps })).toEqual(channelsLast(values('feature_out'), channels, height * width));
  });
});
