// Multiply-accumulate of pixels (0..255) with int8 weights: the first layer.
import type { Window } from './rows.ts';

/** Rows and values of the pixels that are not 0, per context as in `addRows`. Arrays as long as contexts x rows. */
export type PixelLists = Readonly<{ rows: Int32Array; values: Int32Array; offsets: Int32Array }>;

/** A plane of pixels [positions, channels], from element `at` on. */
export type PixelView = Readonly<{ values: Int32Array; at: number; channels: number }>;

/** Lists what every context's window sees of several pixel planes (their values add). @returns sum of all values listed */
export function listPixels(planes: readonly PixelView[], window: Window, into: PixelLists): number {
  const { positions, taps, contexts, channelFrom, channelCount } = window, { rows, values, offsets } = into;
  let total = 0, sum = 0;
  for (let context = 0; context < contexts; context++) {
    for (let tap = 0; tap < taps; tap++) {
      const position = positions[context * taps + tap];
      if (position < 0) continue;
      for (let channel = 0; channel < channelCount; channel++) {
        let value = 0;
        for (const plane of planes) value += plane.values[plane.at + position * plane.channels + channelFrom + channel];
        if (value === 0) continue;
        rows[total] = tap * channelCount + channel;
        values[total++] = value;
        sum += value;
      }
    }
    offsets[context + 1] = total;
  }
  return sum;
}

/**
 * Adds value x row for every listed pixel, eight columns in registers.
 * @param weights [rows, columns] row-major
 * @param into accumulators; column c of context m at at + m * stride + c
 */
export function multiplyRows(weights: Int8Array, columns: number, pixels: PixelLists, contexts: number, into: Int32Array, at: number, stride: number): void {
  const { rows, values, offsets } = pixels, blocks = columns - (columns % 8);
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
