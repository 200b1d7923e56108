// Multiply-accumulate of multi-bit and signed inputs (pixels, currents, ternary spikes) with int8 weights.
import type { Window } from './rows.ts';

/**
 * Rows and values of the inputs that are not 0, per context as in `addRows`. rows and values as long as contexts x rows.
 * passes [contexts]: row passes of each context, by the `each` of the planes.
 */
export type ValueLists = Readonly<{ rows: Int32Array; values: Int32Array; offsets: Int32Array; passes: Int32Array }>;

/**
 * Values [positions, channels] from element `at` on, worth value * 2^shift.
 * each: row passes of a value, one where it is not 0 (`pass`) or as many as its magnitude before the shift (`count`).
 */
export type ValuePlane = Readonly<{ values: Int32Array; at: number; channels: number; shift: number; each: 'pass' | 'count' }>;

/** Lists what every context's window sees of several planes (their values add). @returns sum of all magnitudes */
export function listValues(planes: readonly ValuePlane[], window: Window, into: ValueLists): number {
  const { positions, taps, contexts, channelFrom, channelCount, held } = window, { rows, values, offsets } = into;
  let total = 0, magnitudes = 0;
  for (let context = 0; context < contexts; context++) {
    let passes = 0;
    for (let tap = 0; tap < taps; tap++) {
      const position = positions[context * taps + tap];
      if (position < 0) continue;
      for (let channel = 0; channel < channelCount; channel++) {
        const row = held ? held[tap * channelCount + channel] : tap * channelCount + channel;
        if (row < 0) continue;
        let sum = 0;
        for (const plane of planes) {
          const value = plane.values[plane.at + position * plane.channels + channelFrom + channel], magnitude = Math.abs(value);
          if (value === 0) continue;
          sum += value * 2 ** plane.shift;
          magnitudes += magnitude * 2 ** plane.shift;
          passes += plane.each === 'count' ? magnitude : 1;
        }
        if (sum === 0) continue;
        rows[total] = row;
        values[total++] = sum;
      }
    }
    offsets[context + 1] = total;
    into.passes[context] = passes;
  }
  return magnitudes;
}

/**
 * Adds value x row for every listed value, eight columns in registers.
 * @param weights [rows, columns] row-major
 * @param into accumulators; column c of context m at at + m * stride + c
 */
export function multiplyRows(weights: Int8Array, columns: number, lists: ValueLists, contexts: number, into: Int32Array, at: number, stride: number): void {
  const { rows, values, offsets } = lists, blocks = columns - (columns % 8);
  for (let context = 0; context < contexts; context++) {
    const start = offsets[context], end = offsets[context + 1], out = at + context * stride;
    for (let column = 0; column < blocks; column += 8) {
      let sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0, sum5 = 0, sum6 = 0, sum7 = 0;
      for (let i = start; i < end; i++) {
        const value = values[i], weight = rows[i] * columns + column | 0;
        sum0 = sum0 + Math.imul(value, weights[weight]) | 0;
        sum1 = sum1 + Math.imul(value, weights[weight + 1]) | 0;
        sum2 = sum2 + Math.imul(value, weights[weight + 2]) | 0;
        sum3 = sum3 + Math.imul(value, weights[weight + 3]) | 0;
        sum4 = sum4 + Math.imul(value, weights[weight + 4]) | 0;
        sum5 = sum5 + Math.imul(value, weights[weight + 5]) | 0;
        sum6 = sum6 + Math.imul(value, weights[weight + 6]) | 0;
        sum7 = sum7 + Math.imul(value, weights[weight + 7]) | 0;
      }
      const o = out + column;
      into[o] += sum0;
      into[o + 1] += sum1;
      into[o + 2] += sum2;
      into[o + 3] += sum3;
      into[o + 4] += sum4;
      into[o + 5] += sum5;
      into[o + 6] += sum6;
      into[o + 7] += sum7;
    }
    for (let column = blocks; column < columns; column++) {
      let sum = 0;
      for (let i = start; i < end; i++) sum = sum + Math.imul(values[i], weights[rows[i] * columns + column]) | 0;
      into[out + column] += sum;
    }
  }
}
