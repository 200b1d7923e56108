// Neurons against exact rationals: a floor leak of 1/m loses nothing (operators.md theorems 1 and 2).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Neurons } from '../../simulator/kernels/lif.ts';
import { fire } from '../../simulator/kernels/lif.ts';

type Case = Readonly<{ columns: number; contexts: number; steps: number; firstBit: number; currents: Int32Array; thresholds: Int32Array; bias: Int32Array }>;

const cases = fc.record({ columns: fc.integer({ min: 1, max: 70 }), contexts: fc.integer({ min: 1, max: 3 }), steps: fc.integer({ min: 1, max: 6 }),
  firstBit: fc.integer({ min: 0, max: 31 }) })
  .chain((shape) => {
    const size = shape.columns * shape.contexts * shape.steps, numbers = (length: number, min: number, max: number) =>
      fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length }).map((values) => Int32Array.from(values));
    return fc.record({ currents: numbers(size, -60, 60), thresholds: numbers(shape.columns, -5, 60), bias: numbers(shape.columns, -9, 9) }).map((values): Case => ({ ...shape,
      ...values }));
  });

/** Spikes [steps, contexts, columns] as the kernel writes them, and its counts. */
function kernelSpikes(one: Case, keep: readonly [number, number], reset: Neurons['reset'], change: Partial<Neurons> = {}): { spikes: number[]; fired: Int32Array } {
  const { columns, contexts, steps, firstBit } = one, stride = Math.ceil((firstBit + columns) / 32), words = new Int32Array(steps * contexts * stride),
    fired = new Int32Array(steps * contexts);
  const neurons: Neurons = { columns, thresholds: one.thresholds, bias: one.bias, keep, reset, fires: '>=', rounding: 'floor', fractionBits: 0, ...change };
  fire(neurons, { values: one.currents, at: 0, stepStride: contexts * columns, contextStride: columns },
    { words, at: 0, stepStride: contexts * stride, contextStride: stride, firstBit }, steps, contexts, new Int32Array(columns).fill(99), fired);
  const spikes = Array.from({ length: steps * contexts * columns }, (_, i) => {
    const bit = firstBit + (i % columns);
    return (words[Math.floor(i / columns) * stride + (bit >> 5)] >>> (bit & 31)) & 1;
  });
  return { spikes, fired };
}

/** The same with membranes as fractions over a common power of the denominator: no rounding anywhere. */
function exactSpikes({ columns, contexts, steps, currents, thresholds, bias }: Case, denominator: bigint, reset: Neurons['reset'], strict = false): number[] {
  const unit = denominator ** BigInt(steps), spikes = new Array<number>(steps * contexts * columns);
  for (let cell = 0; cell < contexts * columns; cell++) {
    const column = cell % columns, threshold = BigInt(thresholds[column]) * unit;
    let potential = 0n;
    for (let step = 0; step < steps; step++) {
      const i = step * contexts * columns + cell;
      potential = potential / denominator + BigInt(currents[i] + bias[column]) * unit;  // exact: unit holds one more factor than steps have passed
      const spike = strict ? potential > threshold : potential >= threshold;
      spikes[i] = Number(spike);
      if (spike) potential = reset === 'zero' ? 0n : reset === 'subtract' ? potential - threshold : threshold;
    }
  }
  return spikes;
}

test.each([2, 4, 8, 3, 5, 7])('a kept fraction of 1/%i fires exactly as rational arithmetic does: floor with >=, ceil with >', (denominator) => {
  for (const reset of ['zero', 'subtract', 'threshold'] as const) for (const strict of [false, true]) {
    fc.assert(fc.property(cases, (one) => {
      const { spikes, fired } = kernelSpikes(one, [1, denominator], reset, strict ? { fires: '>', rounding: 'ceil' } : {});
      expect(spikes).toEqual(exactSpikes(one, BigInt(denominator), reset, strict));
      for (let m = 0; m < fired.length; m++) expect(fired[m]).toBe(spikes.slice(m * one.columns, (m + 1) * one.columns).reduce((a, b) => a + b, 0));
    }), { seed: 30 + denominator, numRuns: 30 });
  }
});

test('enough fractional bits make a kept fraction of 3/4 exact for as many steps', () => {
  fc.assert(fc.property(cases, (one) => {
    // 2 bits a step, at most 6 steps
    const scaled = { ...one, thresholds: one.thresholds.map((threshold) => threshold * 2 ** 12) }, { columns, contexts } = one, potentials = new Float64Array(contexts * columns);
    const exact = Array.from({ length: one.steps * contexts * columns }, (_, i) => {
      const cell = i % (contexts * columns), u = potentials[cell] * 0.75 + one.currents[i] + one.bias[i % columns], spike = Number(u >= one.thresholds[i % columns]);
      potentials[cell] = spike ? 0 : u;
      return spike;
    });
    expect(kernelSpikes(scaled, [3, 4], 'zero', { fractionBits: 12 }).spikes).toEqual(exact);
  }), { seed: 40, numRuns: 60 });
});

test('a membrane that keeps everything integrates, one that keeps nothing compares', () => {
  const one: Case = { columns: 1, contexts: 1, steps: 4, firstBit: 0, currents: Int32Array.from([3, 3, 3, 3]), thresholds: Int32Array.from([7]), bias: Int32Array.from([0]) };
  expect(kernelSpikes(one, [1, 1], 'zero').spikes).toEqual([0, 0, 1, 0]);      // 3 6 9 | 3
  expect(kernelSpikes(one, [1, 1], 'subtract').spikes).toEqual([0, 0, 1, 0]);  // 3 6 9 | 2+3 = 5
  expect(kernelSpikes(one, [0, 1], 'zero').spikes).toEqual([0, 0, 0, 0]);
});

test('a kept fraction of 3/4 floors after multiplying', () => {
  const one: Case = { columns: 1, contexts: 1, steps: 3, firstBit: 0, currents: Int32Array.from([-3, 10, 0]), thresholds: Int32Array.from([7]), bias: Int32Array.from([0]) };
  expect(kernelSpikes(one, [3, 4], 'zero').spikes).toEqual([0, 1, 0]);  // -3; floor(-2.25) + 10 = 7
});

test('a negative membrane never leaks to 0 from below', () => {
  const one: Case = { columns: 1, contexts: 1, steps: 40, firstBit: 0, currents: Int32Array.from({ length: 40 }, (_, t) => (t === 0 ? -5 : 0)), thresholds: Int32Array.from([0]),
    bias: Int32Array.from([0]) };
  expect(kernelSpikes(one, [1, 2], 'zero').spikes.every((spike) => spike === 0)).toBe(true);
});

test('thresholds and currents at the edges of int32 compare right', () => {
  const one: Case = { columns: 2, contexts: 1, steps: 1, firstBit: 31, currents: Int32Array.from([-(2 ** 31), 2 ** 31 - 1]), thresholds: Int32Array.from([2 ** 31 - 1,
    -(2 ** 31)]), bias: Int32Array.from([0, 0]) };
  expect(kernelSpikes(one, [1, 2], 'zero').spikes).toEqual([0, 1]);
});

test('hoisted currents are read again every step, and other bits of a word stay', () => {
  const words = Int32Array.from([0b1001, 0b1001]), fired = new Int32Array(2);
  fire({ columns: 2, thresholds: Int32Array.from([3, 1]), bias: Int32Array.from([0, 0]), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 },
    { values: Int32Array.from([2, 1]), at: 0, stepStride: 0,
    contextStride: 2 },
    { words, at: 0, stepStride: 1, contextStride: 1, firstBit: 1 }, 2, 1, new Int32Array(2), fired);
  expect([...words]).toEqual([0b1101, 0b1111]);
  expect([...fired]).toEqual([1, 2]);
});

test('four steps at once and step by step see the same hoisted currents', () => {
  const columns = 3, steps = 6, currents = Int32Array.from([5, 9, -4]), fired = new Int32Array(steps), words = new Int32Array(steps);
  const repeated: Case = { columns, contexts: 1, steps, firstBit: 30, currents: Int32Array.from({ length: steps * columns }, (_, i) => currents[i % columns]),
    thresholds: Int32Array.from([9, 9, 9]), bias: Int32Array.from([0, 0, 0]) };
  fire({ columns, thresholds: repeated.thresholds, bias: repeated.bias, keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 }, { values: currents, at: 0, stepStride: 0, contextStride: 0 },
    { words, at: 0, stepStride: 1, contextStride: 1, firstBit: 0 }, steps, 1, new Int32Array(columns), fired);
  expect([...words]).toEqual([0b010, 0b010, 0b010, 0b011, 0b010, 0b010]);  // 5, 7, 8, 9: column 0 fires at the fourth step; 9 fires at once, every time
  expect([...fired]).toEqual([...kernelSpikes(repeated, [1, 2], 'zero').fired]);
});
