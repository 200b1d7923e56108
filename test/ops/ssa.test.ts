import { describe, expect, it } from 'vitest';
import { lif, ssa } from '../../compiler/ops/index.ts';
import { inBoth, inferred, refusal, sopsOf, vector } from './run.ts';
import { isShared, zooCase } from './zoo.ts';

const spikes = (values: readonly number[]) => ({ kind: 'spike', grid: [1, 2], channels: 4, values }) as const;
// Two heads of two channels, two tokens.
const q = spikes([1, 1, 0, 1, 0, 1, 0, 0]), k = spikes([1, 0, 1, 1, 1, 1, 0, 1]), v = spikes([0, 1, 1, 0, 1, 1, 1, 1]);

describe('ssa', () => {
  it('is q (k^T v) within each head', () => {
    // Head 0: k^T v = [[1, 2], [1, 1]]; head 1: [[1, 0], [2, 1]].
    expect(inBoth(ssa, { inputs: [q, k, v], attrs: { heads: 2, published: 'qk' } })).toEqual([2, 3, 2, 1, 1, 1, 0, 0]);
  });
  it('has the product of tokens and head width as its bound, which it reaches', () => {
    const ones = spikes(Array<number>(8).fill(1));
    expect(inferred(ssa, { inputs: [q, k, v], attrs: { heads: 2, published: 'kv' } }, 'integer')).toMatchObject({ kind: 'count', range: [0, 4], grid: [1, 2], channels: 4 });
    expect(inBoth(ssa, { inputs: [ones, ones, ones], attrs: { heads: 2, published: 'kv' } })).toEqual(Array(8).fill(4));
  });
  it('counts coincidences of keys and values per token and head, and queries times the width', () => {
    // kv: head 0: 1*1 + 2*2, head 1: 2*1 + 1*2; q: 4 spikes * 2.
    expect(sopsOf(ssa, { inputs: [q, k, v], attrs: { heads: 2, published: 'qk' } })).toBe(5 + 4 + 8);
    expect(sopsOf(ssa, { inputs: [q, k, v], attrs: { heads: 1, published: 'qk' } })).toBe(3 * 2 + 3 * 4 + 4 * 4);
  });
  it('refuses heads that do not divide and operands that differ', () => {
    expect(refusal(ssa, { inputs: [q, k, v], attrs: { heads: 3, published: 'kv' } })).toBe('3 heads do not divide 4 and 4 channels');
    expect(refusal(ssa, { inputs: [q, { ...k, channels: 2 }, v], attrs: { heads: 2, published: 'kv' } })).toBe('q, k and v differ in shape or time');
    expect(refusal(ssa, { inputs: [q, k, { ...v, grid: [1, 1] }], attrs: { heads: 2, published: 'kv' } })).toBe('q, k and v differ in shape or time');
    expect(refusal(ssa, { inputs: [q, k, { ...v, kind: 'pixel' }], attrs: { heads: 2, published: 'kv' } })).toBe('input 2 must be spike or count, is pixel');
  });
});

describe.skipIf(!isShared)('published spiking self attention', () => {
  it.each([['scale_125', 8], ['scale_25', 4]])('%s: the counts, and the spikes of an integer neuron with threshold %i', (name, threshold) => {
    const { values, shape } = zooCase('ssa-threshold'), [steps, heads, tokens, width] = shape(`${name}_q`), channels = heads * width;
    const flat = (array: string) => values(array).map((_, at, all) => {
      const step = Math.floor(at / (tokens * channels)), token = Math.floor((at % (tokens * channels)) / channels), channel = at % channels;
      return all[((step * heads + Math.floor(channel / width)) * tokens + token) * width + (channel % width)];
    });
    const [queries, keys, queried] = ['q', 'k', 'v'].map((part) => ({ kind: 'spike', grid: [3, 3], channels, values: flat(`${name}_${part}`) }) as const);
    const count = inBoth(ssa, { inputs: [queries, keys, queried], attrs: { heads, published: 'qk' }, steps });
    expect(count).toEqual(flat(`${name}_count`));
    const fired = inBoth(lif, { inputs: [{ kind: 'count', grid: [3, 3], channels, values: count }], attrs: { keep: [1, 2], reset: 'zero', fires: 'at-least' }, params: { threshold: vector(threshold) }, steps });
    expect(fired).toEqual(flat(`${name}_spikes`));
  });
});
