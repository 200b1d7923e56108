// The scale of one channel: lossless and dyadic where the numbers allow it, else by rule.
import type { ScaleRule } from './pass.ts';

/** scale: real value of one unit. lossless: every weight and term is a whole number of units. limited: raised so that the terms fit the membrane. */
export type ChosenScale = Readonly<{ scale: number; lossless: boolean; limited: boolean }>;

/** Terms (thresholds, biases) may take this many units of a potential: 24-bit membranes keep a bit for the sign and one for the sum. */
const termLimit = 2 ** 22;

/**
 * First the largest p for which all weights are k * 2^-p with |k| <= codes and all terms whole: lossless. Otherwise max: max|w| / codes; pow2: the next power of two above that;
 * mse: the scale with the least squared error on the weights. A channel without weights takes the coarsest unit in which its terms are whole, or the finest that holds them.
 * @param reach what constants add up to in a membrane, at worst: a scale by rule leaves room for it
 * Source: operators.md theorem 3, scale choice.
 */
export function chooseScale(weights: Float64Array, terms: Float64Array, rule: ScaleRule, codes: number, reach = 0): ChosenScale {
  const largest = peak(weights), most = Math.max(peak(terms), reach);
  const finest = Math.floor(Math.log2(termLimit / Math.max(most, 2 ** -10))), power = largest > 0 ? finestCode(weights, codes) : Math.min(finest, Math.max(powersOf(terms), -10));
  // Coarser units are tried while they lose nothing: tiny weights would count a threshold beyond what a membrane holds.
  for (let p = power; p > power - 64 && whole(weights, 2 ** p); p--) if (fits(terms, 2 ** p) && whole(terms, 2 ** p)) return { scale: 2 ** -p, lossless: true, limited: false };
  const wanted = largest > 0 ? byRule(weights, largest / codes, rule, codes) : 2 ** -power, least = finestUnit(most);
  return wanted >= least ? { scale: wanted, lossless: false, limited: false } : { scale: rule === 'pow2' ? 2 ** Math.ceil(Math.log2(least)) : least, lossless: false, limited: true };
}

/** Largest p with max|w| * 2^p <= codes; of no weights, none. */
export function finestCode(weights: Float64Array, codes: number): number {
  const largest = peak(weights), power = Math.floor(Math.log2(codes / largest));
  return largest * 2 ** power <= codes ? power : power - 1;  // log2 may round up at an exact power
}

/** Smallest p for which all values are whole multiples of 2^-p; infinite where none is small enough. */
export function powersOf(values: Float64Array): number {
  let power = -64;
  for (const value of values) while (power < 64 && !Number.isSafeInteger(value * 2 ** power)) power++;
  return power < 64 ? power : Infinity;
}

/** Terms must stay within what a membrane holds. */
export const fits = (terms: Float64Array, unit: number): boolean => peak(terms) * unit <= termLimit;

function byRule(weights: Float64Array, scale: number, rule: ScaleRule, codes: number): number {
  if (rule === 'max') return scale;
  if (rule === 'pow2') return 2 ** Math.ceil(Math.log2(scale));
  let best = scale, least = Infinity;
  for (let share = 100; share >= 30; share--) {  // clipping a few large weights can pay for finer steps
    const candidate = (scale * share) / 100, error = squaredError(weights, candidate, codes);
    if (error < least) { least = error; best = candidate; }
  }
  return best;
}

function squaredError(weights: Float64Array, scale: number, codes: number): number {
  let error = 0;
  for (const w of weights) error += (w - Math.max(-codes, Math.min(codes, Math.round(w / scale))) * scale) ** 2;
  return error;
}

/** The finest unit in which a potential fits that constants bring up to `reach`. */
export const finestUnit = (reach: number): number => reach / termLimit;

export const peak = (values: Float64Array): number => { let most = 0; for (const v of values) most = Math.max(most, Math.abs(v)); return most; };
const whole = (values: Float64Array, unit: number): boolean => values.every((v) => Number.isSafeInteger(v * unit));
