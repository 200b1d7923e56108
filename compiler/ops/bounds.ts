// Bounds by channel, and parameters of some channels: what several operators declare alike.
import type { Bounds } from '../ir/define-op.ts';
import type { Tensor, ValueType } from '../ir/types.ts';

/** What the type alone says. */
export const boundsOfType = ({ channels, range: [low, high] }: ValueType): Bounds => ({ low: new Float64Array(channels).fill(low), high: new Float64Array(channels).fill(high) });

/** Bounds of what does not change values. */
export const sameBounds = ([x]: readonly Bounds[]): Bounds => x;

/** Bounds of a function that rises with every input, applied channel by channel. */
export const rising = (join: (...values: number[]) => number) => (inputs: readonly Bounds[]): Bounds =>
  ({ low: inputs[0].low.map((_, c) => join(...inputs.map(({ low }) => low[c]))), high: inputs[0].high.map((_, c) => join(...inputs.map(({ high }) => high[c]))) });

/** Operators without parameters. */
export const pickNothing = (): Readonly<Record<string, Tensor>> => ({});

/** Of a parameter whose last axis is channels. */
export function pickColumns({ shape, data }: Tensor, kept: readonly number[]): Tensor {
  const width = shape[shape.length - 1], rows = data.length / width, picked = new Float64Array(rows * kept.length);
  for (let row = 0, at = 0; row < rows; row++) for (const column of kept) picked[at++] = data[row * width + column];
  return { shape: [...shape.slice(0, -1), kept.length], data: picked };
}

/** Bounds of factor * x + bias, channel by channel. @param factor [channels] or [steps, channels] */
export function scaledBounds(x: Bounds, factor: Float64Array | undefined, bias: Float64Array | undefined): Bounds {
  const channels = x.low.length, low = new Float64Array(channels).fill(Infinity), high = new Float64Array(channels).fill(-Infinity);
  for (let i = 0; i < (factor?.length ?? channels); i++) {
    const c = i % channels, f = factor ? factor[i] : 1, ends = [f * x.low[c], f * x.high[c]], add = bias ? bias[c] : 0;
    low[c] = Math.min(low[c], ends[0] + add, ends[1] + add);
    high[c] = Math.max(high[c], ends[0] + add, ends[1] + add);
  }
  return { low, high };
}

/** One entry, or one run of entries, per channel. */
export function pickRows({ shape, data }: Tensor, kept: readonly number[]): Tensor {
  const each = data.length / shape[0], picked = new Float64Array(kept.length * each);
  kept.forEach((channel, i) => picked.set(data.subarray(channel * each, (channel + 1) * each), i * each));
  return { shape: [kept.length, ...shape.slice(1)], data: picked };
}

/** Smallest and largest sum of `least` to `most` values between two bounds. */
export const summed = ({ low, high }: Bounds, least: number, most: number): Bounds =>
  ({ low: low.map((value) => Math.min(least * value, most * value)), high: high.map((value) => Math.max(least * value, most * value)) });
