// Fractions, ladders, elastic neurons, grouped rows and signed inputs against dense arithmetic.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaledDown } from '../../simulator/kernels/fraction.ts';
import { addGroupedRows, groupStarts, multiplyGroupedRows } from '../../simulator/kernels/grouped.ts';
import { addRowsSaturating, limitsOf } from '../../simulator/kernels/crossbar-plain.ts';
import { climb, stretch } from '../../simulator/kernels/levels.ts';
import { mix } from '../../simulator/kernels/mix.ts';
import type { Neurons } from '../../simulator/kernels/lif.ts';
import { fire } from '../../simulator/kernels/lif.ts';
import { listValues, multiplyRows } from '../../simulator/kernels/multiply.ts';

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const floored = (dividend: bigint, divisor: bigint): bigint => (dividend - ((dividend % divisor) + divisor) % divisor) / divisor;

test('a scaled value is rounded down exactly, whatever the terms', () => {
  const terms = fc.oneof(fc.nat(2 ** 31 - 1), fc.nat(1000), fc.integer({ min: 2 ** 31 - 9, max: 2 ** 31 - 1 }), fc.integer({ min: 2 ** 21 - 3, max: 2 ** 21 + 3 }));
  fc.assert(fc.property(fc.oneof(int32, fc.constantFrom(2 ** 31, -(2 ** 31), 2 ** 31 - 1)), terms, terms, (value, numerator, denominator) => {
    expect(scaledDown(value, numerator, denominator + 1) + 0).toBe(Number(floored(BigInt(value) * BigInt(numerator), BigInt(denominator + 1))));
  }), { seed: 101, numRuns: 3000 });
});

test('a membrane at the edge of int32 leaks by a fraction of 31-bit terms without an error', () => {
  const [keep, one] = [2 ** 31 - 2, 2 ** 31 - 1], start = 2 ** 30 + 1;  // start * keep / one = start - 0.5...
  const spikes = (change: Partial<Neurons>): number => {
    const words = new Int32Array(2), neurons: Neurons = { columns: 1, thresholds: Int32Array.from([start + 1]), bias: Int32Array.from([0]), keep: [keep, one], reset: 'zero',
      fires: '>=',
      rounding: 'floor', fractionBits: 0, ...change };
    fire(neurons, { values: Int32Array.from([start, 1]), at: 0, stepStride: 1, contextStride: 1 }, { words, at: 0, stepStride: 1, contextStride: 1, firstBit: 0 }, 2, 1,
      new Int32Array(1), new Int32Array(2));
    return words[1];
  };
  expect([spikes({}), spikes({ rounding: 'ceil' }), spikes({ rounding: 'ceil', fires: '>' })]).toEqual([0, 1, 0]);
});

test('the general neuron does what the shifted one does where both apply', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 24, maxLength: 24 }), fc.integer({ min: 0, max: 80 }), (values, threshold) => {
    const run = (keep: readonly [number, number]): number[] => {
      const words = new Int32Array(4), fired = new Int32Array(4);
      fire({ columns: 6, thresholds: new Int32Array(6).fill(threshold), bias: new Int32Array(6).fill(3), keep, reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 },
        { values: Int32Array.from(values), at: 0, stepStride: 6, contextStride: 6 }, { words, at: 0, stepStride: 1, contextStride: 1, firstBit: 5 }, 4, 1, new Int32Array(6),
          fired);
      return [...words, ...fired];
    };
    expect(run([2, 8])).toEqual(run([1, 4]));
  }), { seed: 102, numRuns: 100 });
});

test('levels count all thresholds reached, with hoisted currents read again every step', () => {
  const into = new Int32Array(8);
  climb({ columns: 2, levels: 3, thresholds: Int32Array.from([1, 1, 5, -2, 0, 2 ** 31 - 1]), strict: Uint8Array.from([1, 0, 0]), bias: Int32Array.from([1, 0]) },
    { values: Int32Array.from([0, 9, 9, 4, 9, -2, 2 ** 31 - 1]), at: 0, stepStride: 0, contextStride: 3 }, 2, 2, into);
  expect([...into]).toEqual([1, 2, 3, 2, 1, 2, 3, 2]);  // 0 + 1 = 1 is not above 1 but at least 1; 4 + 1 = 5 reaches all three
});

test('elastic thresholds change with the step and compare at the edges of int32', () => {
  const into = new Int32Array(6);
  stretch({ columns: 2, thresholds: Int32Array.from([4, 2 ** 31 - 1, 3, 3, 0, 0]), keeps: Int32Array.from([0, 0, 0, 4, 2, 1, 4, 2, 1]), keepBits: 2, fractionBits: 0,
    bias: Int32Array.from([0, 0]) },
    { values: Int32Array.from([5, -(2 ** 31), 2, 2 ** 31 - 1, -1, -(2 ** 30)]), at: 0, stepStride: 2, contextStride: 2 }, 3, 1, new Int32Array(2).fill(7), into);
  // 5 -> +; odd(5/4) + 2 = 3 -> 0; odd(3/2) - 1 = 0 -> 0. -2^31 -> - (below the negative); -2^31 + 2^31 - 1 = -1 -> 0; -1 - 2^30 -> -
  expect([...into]).toEqual([1, -1, 0, 0, 0, -1]);
});

test('steps are mixed as they are weighed, hoisted currents and biases at every step, and thresholds may be met in silence', () => {
  const into = new Int32Array(6), currents = { values: Int32Array.from([0, 7, 2, 7, -3]), at: 0, stepStride: 2, contextStride: 2 };
  mix({ columns: 1, thresholds: Int32Array.from([7, 3, -1]), weights: Int32Array.from([9, 0, 0, -1, 1, 0, 2, 1, 1]), bias: Int32Array.from([1]) }, currents, 3, 1, into);
  // inputs 1, 3, -2: 9 is at least 7; 3 - 1 = 2 is not 3; 2 + 3 - 2 = 3 is at least -1
  expect([...into.subarray(0, 3)]).toEqual([1, 0, 1]);
  mix({ columns: 1, thresholds: Int32Array.from([1, 4, -2]), bias: Int32Array.from([1]) }, currents, 3, 1, into);
  expect([...into.subarray(0, 3)]).toEqual([1, 0, 1]);
  mix({ columns: 2, thresholds: Int32Array.from([2, 8, 4, 16]), weights: Int32Array.from([1, 0, 1, 1]), bias: Int32Array.from([1, 0]) }, { values: Int32Array.from([1, 8]), at: 0, stepStride: 0, contextStride: 0 }, 2, 1, into);
  expect([...into.subarray(0, 4)]).toEqual([1, 1, 1, 1]);
});

test('grouped rows reach the columns of their group only, however they are added', () => {
  const shapes = fc.record({ groups: fc.integer({ min: 1, max: 5 }), deep: fc.integer({ min: 1, max: 3 }), width: fc.integer({ min: 1, max: 4 }), taps: fc.integer({ min: 1,
    max: 3 }) });
  const lists = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: -3, max: 3 })), { maxLength: 40 });
  fc.assert(fc.property(shapes, lists, fc.infiniteStream(fc.integer({ min: -128, max: 127 })), ({ groups, deep, width, taps }, list, stream) => {
    const channels = groups * deep, rows = taps * channels, columns = groups * width, weights = Int8Array.from({ length: rows * width }, () => stream.next().value);
    const starts = groupStarts(rows, channels, groups, width), ids = Int32Array.from(list, ([row]) => row % rows), factors = Int32Array.from(list, ([, factor]) => factor);
    const expected = (factorOf: (i: number) => number): number[] => Array.from({ length: columns }, (_, column) => ids.reduce((sum, row, i) => {
      const group = Math.floor((row % channels) / deep);
      return sum + (Math.floor(column / width) === group ? factorOf(i) * weights[row * width + column - group * width] : 0);
    }, 0));
    const offsets = Int32Array.from([0, ids.length]), add = new Int32Array(columns), multiply = new Int32Array(columns), saturating = new Int32Array(columns);
    addGroupedRows(weights, width, starts, ids, offsets, 1, add, columns);
    multiplyGroupedRows(weights, width, starts, ids, factors, offsets, 1, multiply, columns);
    addRowsSaturating(weights, width, ids, factors, offsets, 1, saturating, columns, limitsOf(24), starts);
    expect([...add]).toEqual(expected(() => 1));
    expect([...multiply]).toEqual(expected((i) => factors[i]));
    expect([...saturating]).toEqual([...multiply]);
  }), { seed: 103, numRuns: 150 });
});

test('signed values of several planes add with their shifts, cost by their own planes, and cancel without a row', () => {
  const lists = { rows: new Int32Array(4), values: new Int32Array(4), offsets: new Int32Array(2), passes: new Int32Array(1) }, into = new Int32Array(2);
  const window = { positions: Int32Array.from([1, -1]), taps: 2, contexts: 1, channelFrom: 1, channelCount: 2 };
  const magnitudes = listValues([{ values: Int32Array.from([9, 9, 9, 0, -1, 1]), at: 0, channels: 3, shift: 1, each: 'count' },
    { values: Int32Array.from([9, 9, 9, 9, 2, -5]), at: 0, channels: 3, shift: 0, each: 'pass' }], window, lists);
  expect([magnitudes, [...lists.rows.subarray(0, 1)], [...lists.values.subarray(0, 1)], [...lists.offsets], [...lists.passes]]).toEqual([2 + 2 + 2 + 5, [1], [-3], [0, 1], [4]]);
  multiplyRows(Int8Array.from([1, 2, 3, -4, 0, 0, 0, 0]), 2, lists, 1, into, 0, 2);
  expect([...into]).toEqual([-9, 12]);
});
