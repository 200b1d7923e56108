import { describe, expect, it } from 'vitest';
import { lif, maxPool } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal, vector } from './run.ts';
import { channelsLast, isShared, zooCase } from './zoo.ts';

const stem = { window: [3, 3], stride: [2, 2], padding: [1, 1] } as const;

describe('max-pool', () => {
  it('is the largest current of a window, and never the padding', () => {
    const x = { kind: 'current', grid: [3, 3], channels: 1, values: [-9, -8, -7, -6, -5, -4, -3, -2, -1] } as const;
    expect(inBoth(maxPool, { inputs: [x], attrs: stem })).toEqual([-5, -4, -2, -1]);
    expect(inBoth(maxPool, { inputs: [x], attrs: { window: [2, 2], stride: [2, 2], padding: [0, 0] } })).toEqual([-5]);
    expect(inBoth(maxPool, { inputs: [x], attrs: { window: [1, 3], stride: [1, 1], padding: [0, 1] } })).toEqual([-8, -7, -7, -5, -4, -4, -2, -1, -1]);
  });
  it('is an OR of spikes, channel by channel and step by step', () => {
    const x = { kind: 'spike', grid: [1, 2], channels: 2, values: [1, 0, 0, 0, 0, 0, 0, 1] } as const;
    expect(inBoth(maxPool, { inputs: [x], attrs: { window: [1, 2], stride: [1, 2], padding: [0, 0] }, steps: 2 })).toEqual([1, 0, 0, 1]);
    expect(inferred(maxPool, { inputs: [x], attrs: { window: [1, 2], stride: [1, 2], padding: [0, 0] }, steps: 2 }, 'integer')).toMatchObject({ kind: 'spike', range: [0, 1], grid: [1, 1], channels: 2 });
  });
  it('refuses counts, and windows that do not fit', () => {
    const x = { kind: 'count', grid: [2, 2], channels: 1, values: [1, 2, 3, 4] } as const;
    expect(refusal(maxPool, { inputs: [x], attrs: stem })).toBe('input 0 must be spike or current, is count');
    expect(refusal(maxPool, { inputs: [{ ...x, kind: 'spike' }], attrs: { ...stem, padding: [0, 0] } })).toBe('a 3x3 window does not fit a 2x2 map');
    expect(refusal(maxPool, { inputs: [{ ...x, kind: 'spike' }], attrs: { ...stem, padding: [3, 1] } })).toContain('must be smaller than the window');
    expect(refusal(maxPool, { inputs: [{ ...x, kind: 'spike' }], attrs: { ...stem, stride: [0, 1] } })).toContain('attribute "stride" must be a pair of whole numbers >= 1');
  });
});

describe.skipIf(!isShared)('max-pool before and behind a neuron', () => {
  it('gives the published spikes in both orders, which differ from the second step on', () => {
    const { values, shape } = zooCase('maxpool-order'), [steps, channels, height, width] = shape('current');
    const x = { kind: 'current', grid: [height, width], channels, values: channelsLast(values('current'), channels, height * width), range: [-32768, 32767] } as const;
    const pooled: readonly [number, number] = [shape('pool_then_lif')[2], shape('pool_then_lif')[3]], half = { keep: [1, 2], reset: 'zero', fires: 'at-least' } as const, params = { threshold: vector(128) };
    const first = inBoth(lif, { inputs: [{ ...x, grid: pooled, values: inBoth(maxPool, { inputs: [x], attrs: stem, steps }) }], attrs: half, params, steps });
    const last = inBoth(maxPool, { inputs: [{ ...x, kind: 'spike', range: [0, 1], values: inBoth(lif, { inputs: [x], attrs: half, params, steps }) }], attrs: stem, steps });
    const positions = pooled[0] * pooled[1];
    expect(first).toEqual(channelsLast(values('pool_then_lif'), channels, positions));
    expect(last).toEqual(channelsLast(values('lif_then_pool'), channels, positions));
    const differing = first.map((spike, i) => Number(spike !== last[i])), size = channels * positions;
    expect(Array.from({ length: steps }, (_, step) => differing.slice(step * size, (step + 1) * size).reduce((a, b) => a + b) / size).map((f) => Number(f.toFixed(4)))).toEqual([0, 0.1867, 0.2733, 0.2667]);
  });
});
