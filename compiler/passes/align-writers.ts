// Writers of one stream whose weights differ much in size: the unit follows the finest, the others reach it by whole gains, so that none loses its codes.
import type { ScaleRule } from './pass.ts';

/** How far a gain may go unless sums forbid it: a layer that reads pixels has weights 1/256 as large as one that reads spikes. */
export const mostGain = 2 ** 8;
/** Where sharing one unit costs the smallest writer less than five bits, there are no gains: they cost a multiplication per neuron and wider potentials. */
const leastRatio = 32;

/** Largest gain that pays for a group: the ratio of the largest weights of its writers, all channels taken together. 1: none does. @param peaks [writers] */
export function gainOf(peaks: readonly number[], most: number): number {
  const made = peaks.filter((peak) => peak > 0), ratio = Math.max(...made) / Math.min(...made);
  return ratio >= leastRatio ? Math.min(most, ratio) : 1;
}

/** unit: real value; gains [writers]. */
export type Aligned = Readonly<{ unit: number; gains: readonly number[] }>;

/**
 * @param peaks [writers] largest weight of each; 0: none, and it sets no unit
 * @param joint unit in which the largest weight is the largest code
 * @param finest unit below which terms would not fit
 * @param most largest gain
 * @returns undefined where one unit without gains does as well. Source: operators.md theorem 3, scale choice (a shift per writer).
 */
export function alignWriters(peaks: readonly number[], joint: number, finest: number, codes: number, most: number, rule: ScaleRule): Aligned | undefined {
  const own = peaks.map((peak) => peak / codes), smallest = own.reduce((least, unit) => (unit > 0 ? Math.min(least, unit) : least), Infinity);
  const whole = (ratio: number, round: (value: number) => number): number => (rule === 'pow2' ? 2 ** round(Math.log2(ratio)) : round(ratio));
  const ratio = whole(Math.min(most, joint / Math.max(smallest, finest)), Math.floor);
  if (!(ratio > 1)) return undefined;
  const unit = joint / ratio;
  // A gain rounded up: no weight may exceed its largest code.
  return { unit, gains: own.map((scale) => (scale > unit ? Math.min(ratio, whole(scale / unit, Math.ceil)) : 1)) };
}
