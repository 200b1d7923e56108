// Arrays of an operator case in our layout, and how fine and how wide their numbers are.
import type { Pair } from '../../../compiler/ir/types.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { goldenShape } from '../faults.ts';
import { bitAt, fromGolden, orderOf } from '../golden.ts';
import type { OpFile } from './op-file.ts';
import { arrayOf } from './op-file.ts';

/** What one sample of an array is: [steps, positions, channels]. heads: size of that axis, else 1. */
export type Laid = Readonly<{ samples: number; steps: number; grid: Pair; channels: number; heads: number; sample(index: number): Float64Array }>;

/**
 * An array in our layout, times `unit`.
 * @param axes S (more than one sample), T, then H, W, N, C, heads, head_dim; or `neurons` that know nothing of each other, laid out as `inRows` says
 * @param packed shape of an array of bits
 * Refuses: R2003, R2004.
 */
export function laid(file: OpFile, name: string, axes: string, { unit = 1, packed }: Readonly<{ unit?: number; packed?: readonly number[] }> = {}): Laid {
  const array = arrayOf(file, name), bits = packed?.reduce((product, size) => product * size, 1), shape = packed ?? array.shape, names = axes.replace('neurons', 'C').split(' ');
  if (names.length !== shape.length || (bits !== undefined && array.data.length !== Math.ceil(bits / 8))) {
    refuse(goldenShape(file.dataFile, name, bits === undefined ? `axes [${names.join(', ')}]` : `${bits} packed bits`, array.shape));
  }
  const sampled = names[0] === 'S', order = orderOf(names.join(' ').replace(/^(?!S )/, 'S '), sampled ? shape : [1, ...shape])!, each = order.steps * order.indices.length, at = packed ? (i: number) => bitAt(array.data, i) : (i: number) => array.data[i];
  const sizeOf = (axis: string): number => (names.includes(axis) ? shape[names.indexOf(axis)] : 1);
  const found: Laid = { samples: sampled ? shape[0] : 1, steps: order.steps, channels: order.channels, heads: sizeOf('heads'), grid: names.includes('N') ? [1, sizeOf('N')] : [sizeOf('H'), sizeOf('W')],
    sample: (index) => fromGolden((i) => at(index * each + i) * unit, order, order.steps) };
  return axes.includes('neurons') ? inRows(found) : found;
}

/** Columns of the smallest core that is sold: a row of neurons is cut into as many. */
const mostColumns = 32;

/** A row of neurons that know nothing of each other as positions of a few channels: chips cut positions, a result is as wide as its channels. The order of the values stays. */
export function inRows(array: Laid): Laid {
  const { channels } = array;
  let width = Math.min(channels, mostColumns);
  while (channels % width !== 0) width--;
  return { ...array, grid: [1, (array.grid[0] * array.grid[1] * channels) / width], channels: width };
}

/** The same layout with other values of each sample. */
export const remade = (like: Laid, sample: (index: number) => Float64Array, changes: Partial<Laid> = {}): Laid => ({ ...like, ...changes, sample });

/** All samples, one behind the other. */
export function wholeOf({ samples, sample }: Laid): Float64Array {
  const [first] = [sample(0)], all = new Float64Array(samples * first.length);
  for (let i = 0; i < samples; i++) all.set(i === 0 ? first : sample(i), i * first.length);
  return all;
}

const mostExponent = 20;
/** Smallest e <= 20 for which all values are multiples of 2^-e; undefined: they are real numbers. */
export function finenessOf(values: ArrayLike<number>): number | undefined {
  let exponent = 0;
  for (let i = 0; i < values.length; i++) while (!Number.isSafeInteger(values[i] * 2 ** exponent)) if (++exponent > mostExponent) return undefined;
  return exponent;
}

export function largestOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]));
  return most;
}
