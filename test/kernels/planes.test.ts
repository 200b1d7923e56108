// Masks, pools, pixels and attention counters against dense loops.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsAt, countBits, orBits, poolMasks, popcount } from '../../simulator/kernels/bitmask.ts';
import { poolHeads, poolValues } from '../../simulator/kernels/pool.ts';
import { listValues, multiplyRows } from '../../simulator/kernels/multiply.ts';
import { fillCounters, readCounters } from '../../simulator/kernels/attention.ts';
import { limitsOf } from '../../simulator/kernels/crossbar-plain.ts';

const bit = (words: Int32Array, at: number): number => (words[at >> 5] >>> (at & 31)) & 1;

test('popcount counts the bits of any word', () => {
  fc.assert(fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (word) => {
    expect(popcount(word)).toBe([...(word >>> 0).toString(2)].filter((digit) => digit === '1').length);
  }), { seed: 51, numRuns: 500 });
});

test('bits cut out of a mask at any place go back to any other place', () => {
  const runs = fc.record({ words: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 3, maxLength: 3 }), count: fc.integer({ min: 1, max: 32 }),
    from: fc.nat(63), to: fc.nat(63) });
  fc.assert(fc.property(runs, ({ words, count, from, to }) => {
    const source = Int32Array.from([77, ...words]), target = new Int32Array(4), bits = bitsAt(source, 1, from, count);
    for (let i = 0; i < count; i++) expect((bits >>> i) & 1).toBe(bit(source, 32 + from + i));
    orBits(target, 1, to, count, bits);
    for (let i = -32; i < 96; i++) expect(bit(target, 32 + i)).toBe(i >= to && i < to + count ? (bits >>> (i - to)) & 1 : 0);
    expect(countBits(source, 1, from, count)).toBe(popcount(bits));
  }), { seed: 52, numRuns: 500 });
});

test('pools of masks equal pools of numbers, whatever bit a region starts at', () => {
  const pools = fc.record({ op: fc.constantFrom('or' as const, 'and' as const), channels: fc.integer({ min: 1, max: 70 }), first: fc.nat(40), sources: fc.integer({ min: 1,
    max: 3 }), taps: fc.integer({ min: 1, max: 4 }), seed: fc.nat() });
  fc.assert(fc.property(pools, fc.infiniteStream(fc.nat(1)), fc.infiniteStream(fc.integer({ min: -1, max: 4 })), ({ op, channels, first, sources, taps }, spikes, places) => {
    const all = first + channels, stride = Math.ceil(all / 32), contexts = 3;
    const dense = Array.from({ length: sources }, () => Int32Array.from({ length: 5 * all }, () => spikes.next().value));
    const masks = dense.map((values) => { const words = new Int32Array(5 * stride); values.forEach((v,
      i) => { words[Math.floor(i / all) * stride + ((i % all) >> 5)] |= v << (i % all & 31); }); return words; });
    const positions = Int32Array.from({ length: contexts * sources * taps }, (_, i) => (i % taps === 0 ? i % 5 : places.next().value));  // at least one tap is inside the map
    const expected = new Int32Array(contexts * channels), out = new Int32Array(4 * stride), counts = new Int32Array(contexts + 1);
    poolValues(op, dense.map((values) => ({ values, at: 0, channels: all, first })), positions, taps, contexts, channels, expected);
    poolMasks(op, masks.map((words) => ({ words, at: 0, stride, firstBit: first })), positions, taps, contexts, channels, { words: out, at: 0, stride, firstBit: first }, 1,
      counts, 1);
    for (let context = 0; context < contexts; context++) {
      for (let channel = 0; channel < all; channel++) expect(bit(out,
        (context + 1) * stride * 32 + channel)).toBe(channel < first ? 0 : expected[context * channels + channel - first]);
      expect(counts[context + 1]).toBe(expected.slice(context * channels, (context + 1) * channels).reduce((a, b) => a + b, 0));
    }
  }), { seed: 53, numRuns: 150 });
});

test('the largest of negative currents wins over absent positions', () => {
  const into = new Int32Array(2);
  poolValues('max', [{ values: Int32Array.from([0, -7, 0, -3]), at: 0, channels: 2, first: 1 }], Int32Array.from([-1, 0, 1, -1, -1, 0]), 3, 2, 1, into);
  expect([...into]).toEqual([-3, -7]);
  poolValues('sum', [{ values: Int32Array.from([4, -7]), at: 0, channels: 1, first: 0 }], Int32Array.from([0, 1, -1, 1, 1, -1]), 3, 2, 1, into);
  expect([...into]).toEqual([-3, -14]);
});

test('a window over heads never looks into the neighbouring head or past the tokens', () => {
  const values = Int32Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), into = new Int32Array(18);  // 3 tokens x 6 channels, heads of 3
  poolHeads('or', { values, at: 0, channels: 6, first: 0 }, 3, 0, 3, 6, 3, [3, 3], [1, 1], into);
  expect([...into]).toEqual([1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1]);
  poolHeads('and', { values: Int32Array.from([1, 1, 0, 1, 1, 1]), at: 0, channels: 3, first: 0 }, 2, 1, 1, 3, 3, [1, 3], [0, 1], into);
  expect([...into.slice(0, 3)]).toEqual([1, 1, 1]);
});

test('pixel rows equal the dense product, zeros left out', () => {
  const nets = fc.record({ channels: fc.integer({ min: 1, max: 4 }), columns: fc.integer({ min: 1, max: 21 }), planes: fc.integer({ min: 1, max: 2 }) });
  const bytes = fc.infiniteStream(fc.oneof(fc.constant(0), fc.nat(255))), weighted = fc.infiniteStream(fc.integer({ min: -128, max: 127 }));
  fc.assert(fc.property(nets, bytes, weighted, fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 6, maxLength: 6 }), ({ channels, columns, planes }, pixels, weightStream,
    positions) => {
    const values = Array.from({ length: planes }, () => Int32Array.from({ length: 4 * channels }, () => pixels.next().value)), rows = 3 * channels;
    const weights = Int8Array.from({ length: rows * columns }, () => weightStream.next().value), into = new Int32Array(1 + 2 * columns).fill(5);
    const lists = { rows: new Int32Array(2 * rows), values: new Int32Array(2 * rows), offsets: new Int32Array(3), passes: new Int32Array(2) };
    const sum = listValues(values.map((plane) => ({ values: plane, at: 0, channels, shift: 0, each: 'count' as const })), { positions: Int32Array.from(positions), taps: 3,
      contexts: 2, channelFrom: 0,
      channelCount: channels }, lists);
    multiplyRows(weights, columns, lists, 2, into, 1, columns);
    let total = 0;
    for (let context = 0; context < 2; context++) for (let column = 0; column < columns; column++) {
      let expected = 5;
      for (let row = 0; row < rows; row++) {
        const position = positions[context * 3 + Math.floor(row / channels)], value = position < 0 ? 0 : values.reduce((a,
          plane) => a + plane[position * channels + (row % channels)], 0);
        expected += value * weights[row * columns + column];
        if (column === 0) total += value;
      }
      expect(into[1 + context * columns + column]).toBe(expected);
    }
    expect(into[0]).toBe(5);
    expect(sum).toBe(total);
  }), { seed: 54, numRuns: 100 });
});

test('counters hold coincidences of key and value, and queries sum the rows they select', () => {
  const lists = (rows: readonly (readonly number[])[], first: number) => {
    const from: number[] = [], to: number[] = [], ids = rows.flat().map((id) => id + first);
    rows.reduce((at, row) => { from.push(at); to.push(at + row.length); return at + row.length; }, 0);
    return { ids: Int32Array.from(ids), from: Int32Array.from(from), to: Int32Array.from(to), cell: 1, first };
  };
  const counters = new Int32Array(2 * 3), rows = new Int32Array(4), into = new Int32Array(7);
  const keys = lists([[0], [0, 1], [1]], 4), values = lists([[1], [0, 2], []], 10), queries = lists([[], [0], [0, 1]], 4);  // cell 0 is another step
  expect(fillCounters(keys, values, 2, 3, counters, rows, 0)).toBe(4);
  expect([...counters]).toEqual([1, 0, 1, 1, 0, 1]);
  expect(readCounters(queries, 2, 3, counters, into, 1, 3, rows, 2)).toBe(3);
  expect([...into]).toEqual([0, 1, 0, 1, 2, 0, 2]);
  expect([...rows]).toEqual([2, 0, 1, 2]);
  into.fill(0);
  readCounters(queries, 2, 3, counters, into, 1, 3, rows, 2, limitsOf(2));
  expect([...into]).toEqual([0, 1, 0, 1, 1, 0, 1]);
});
