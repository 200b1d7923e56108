// The scale of one channel: lossless and dyadic where the numbers allow it, else by rule.
import type { ScaleRule } from './pass.ts';

/** scale: real value of one unit. lossless: every weight and term is a whole number of units. limited: raised so that the terms fit the membrane. */
export type ChosenScale = Readonly<{ scale: number; lossless: boolean; limited: boolean }>;

/** Terms (thresholds, biases) may take this many units: 24-bit membranes keep a bit for the sign and one for the sum. */
export const termLimit = 2 ** 22;

/**
 * First the largest p for which all weights are k * 2^-p with |k| <= codes and all terms whole and within the limit: lossless. Otherwise max: max|w| / codes;
 * pow2: the next power of two above that; mse: the scale with the least squared error on the weights. A channel without weights takes the finest unit that holds its terms.
 * @param reach what constants add up to in a membrane, at worst: a scale by rule leaves room for it
 * Source: operators.md theorem 3, scale choice.
 */
export function chooseScale(weights: Float64Array, terms: Float64Array, rule: ScaleRule, codes: number, reach = 0): ChosenScale {
  const largest = peak(weights), term = peak(terms), most = Math.max(term, reach);
  const power = largest > 0 ? Math.floor(Math.log2(codes / largest)) : Math.floor(Math.log2(termLimit / Math.max(most, 2 ** -10)));
  // Coarser units are tried while they lose nothing: log2 may round up at an exact power, and tiny weights would count a threshold beyond what a membrane holds.
  for (let p = power; p > power - 64 && whole(weights, 2 ** p); p--) {
    const unit = 2 ** p;
    if (largest * unit <= codes && term * unit <= termLimit && whole(terms, unit)) return { scale: 1 / unit, lossless: true, limited: false };
  }
  const wanted = largest > 0 ? byRule(weights, largest / codes, rule, codes) : 1 / 2 ** power;
  const least = most / termLimit;
  if (wanted >= least) return { scale: wanted, lossless: false, limited: false };
  return { scale: rule === 'pow2' ? 2 ** Math.ceil(Math.log2(least)) : least, lossless: false, limited: true };
}

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

const peak = (values: Float64Array): number => { let most = 0; for (const v of values) most = Math.max(most, Math.abs(v)); return most; };
const whole = (values: Float64Array, unit: number): boolean => values.every((v) => Number.isSafeInteger(v * unit));
