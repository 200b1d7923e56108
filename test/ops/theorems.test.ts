// The integer theorems of operators.md, section 3, on seeded random values. Each also shows that the wrong rule is caught.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lif, maxPool, orTokens, ssa, sumTokens } from '../../compiler/ops/index.ts';
import { randomFrom } from '../random.ts';
import { applied, inBoth, vector } from './run.ts';

const half = { keep: [1, 2], reset: 'zero', fires: 'at-least' } as const;
const numbers = (seed: number, length: number, least: number, most: number): number[] => {
  const random = randomFrom(seed);
  return Array.from({ length }, () => random.whole(least, most));
};
const spikesOf = (seed: number, length: number, rate: number): number[] => {
  const random = randomFrom(seed);
  return Array.from({ length }, () => Number(random.chance(rate)));
};

/** The published neuron in its own form: v += (I - v) / tau, fires at v >= V_th. Exact in float64 for tau = 2 and few steps. */
function published(current: readonly number[], neurons: number, steps: number, theta: number, reset: 'zero' | 'subtract'): number[] {
  const spikes = new Array<number>(current.length).fill(0), potential = new Float64Array(neurons), threshold = theta / 2;
  for (let step = 0; step < steps; step++) {
    for (let n = 0; n < neurons; n++) {
      potential[n] += (current[step * neurons + n] - potential[n]) / 2;
      if (potential[n] < threshold) continue;
      spikes[step * neurons + n] = 1;
      potential[n] = reset === 'zero' ? 0 : potential[n] - threshold;
    }
  }
  return spikes;
}

describe('theorem 1: a floor shift is exact', () => {
  it.each(['zero', 'subtract'] as const)('gives the spikes of the published neuron, reset %s', (reset) => {
    let fired = 0, all = 0;
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 16 }), (seed, theta, steps) => {
      const channels = 40, current = numbers(seed, steps * channels, -theta, Math.ceil(1.5 * theta));
      const trial = { inputs: [{ kind: 'current', grid: [1, 1], channels, values: current, range: [-1000, 1000] }] as const, attrs: { ...half, reset }, params: { threshold: vector(theta) }, steps };
      const integer = applied(lif, trial, 'integer');
      expect(integer).toEqual(published(current, channels, steps, theta, reset));
      expect(applied(lif, trial, 'real')).toEqual(integer);
      fired += integer.reduce((sum, spike) => sum + spike, 0);
      all += integer.length;
    }), { seed: 11, numRuns: 300 });
    expect(fired / all).toBeGreaterThan(0.1);
  });
});

describe('theorem 5: half the threshold on a count is an OR', () => {
  it('makes OR over tokens of the sum over tokens and a neuron with threshold 1, at every step', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })), fc.constantFrom<[number, number]>([1, 2], [1, 1], [1, 4]), (seed, steps, grid, keep) => {
      const channels = 4, x = { kind: 'spike', grid, channels, values: spikesOf(seed, steps * grid[0] * grid[1] * channels, 0.5 / (grid[0] * grid[1])) } as const;
      const count = inBoth(sumTokens, { inputs: [x], attrs: {}, steps });
      const fired = inBoth(lif, { inputs: [{ kind: 'count', grid: [1, 1], channels, values: count }], attrs: { ...half, keep }, params: { threshold: vector(1) }, steps });
      expect(fired).toEqual(inBoth(orTokens, { inputs: [x], attrs: {}, steps }));
    }), { seed: 12, numRuns: 200 });
  });
});

describe('theorem 6: both orders of multiplication are one', () => {
  it('gives (q k^T) v, computed the long way', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 }), (seed, steps, tokens, heads, width) => {
      const channels = heads * width, [q, k, v] = [0, 1, 2].map((part) => ({ kind: 'spike', grid: [1, tokens], channels, values: spikesOf(seed + part, steps * tokens * channels, 0.4) }) as const);
      const at = (x: { values: readonly number[] }, step: number, token: number, channel: number) => x.values[(step * tokens + token) * channels + channel], wanted: number[] = [];
      for (let step = 0; step < steps; step++) {
        for (let n = 0; n < tokens; n++) {
          for (let channel = 0; channel < channels; channel++) {
            const first = channel - (channel % width);
            let sum = 0;
            for (let m = 0; m < tokens; m++) {
              let score = 0;
              for (let c = first; c < first + width; c++) score += at(q, step, n, c) * at(k, step, m, c);
              sum += score * at(v, step, m, channel);
            }
            wanted.push(sum);
          }
        }
      }
      expect(inBoth(ssa, { inputs: [q, k, v], attrs: { heads, published: 'qk' }, steps })).toEqual(wanted);
    }), { seed: 13, numRuns: 150 });
  });
});

describe('theorem 13: where max-pool stands', () => {
  const attrs = { window: [3, 3], stride: [2, 2], padding: [1, 1] } as const, grid = [7, 7] as const, pooled = [4, 4] as const, channels = 3;
  const orders = (seed: number, steps: number) => {
    const x = { kind: 'current', grid, channels, values: numbers(seed, steps * 49 * channels, -128, 128), range: [-128, 128] } as const, params = { threshold: vector(100) };
    return { first: inBoth(lif, { inputs: [{ ...x, grid: pooled, values: inBoth(maxPool, { inputs: [x], attrs, steps }) }], attrs: half, params, steps }),
      last: inBoth(maxPool, { inputs: [{ ...x, kind: 'spike', range: [0, 1], values: inBoth(lif, { inputs: [x], attrs: half, params, steps }) }], attrs, steps }) };
  };
  it('is the OR of the spikes of its window behind a neuron', () => {
    fc.assert(fc.property(fc.nat(), (seed) => {
      const spikes = spikesOf(seed, 2 * 49 * channels, 0.2), or = inBoth(maxPool, { inputs: [{ kind: 'spike', grid, channels, values: spikes }], attrs, steps: 2 });
      const wanted = or.map((_, i) => {
        const step = Math.floor(i / (16 * channels)), y = Math.floor((i % (16 * channels)) / (4 * channels)), x = Math.floor((i % (4 * channels)) / channels), channel = i % channels;
        let any = false;
        for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) {
          const row = 2 * y + dy, column = 2 * x + dx;
          any ||= row >= 0 && row < 7 && column >= 0 && column < 7 && spikes[((step * 7 + row) * 7 + column) * channels + channel] === 1;
        }
        return Number(any);
      });
      expect(or).toEqual(wanted);
    }), { seed: 14, numRuns: 60 });
  });
  it('does not matter in one step, where the neuron is a plain comparison', () => {
    fc.assert(fc.property(fc.nat(), (seed) => { const { first, last } = orders(seed, 1); expect(first).toEqual(last); }), { seed: 15, numRuns: 60 });
  });
  it('matters from the second step on, never in the first', () => {
    let differing = 0;
    fc.assert(fc.property(fc.nat(), (seed) => {
      const { first, last } = orders(seed, 4), size = 16 * channels;
      expect(first.slice(0, size)).toEqual(last.slice(0, size));
      differing += first.filter((spike, i) => spike !== last[i]).length / (3 * size);
    }), { seed: 16, numRuns: 60 });
    expect(differing / 60).toBeGreaterThan(0.02);
  });
});
