// Bounds of membranes and the widths that hold them.
import type { Pair } from './types.ts';

/** Bits of two's complement that hold every whole number of [low, high]. */
export function signedBits(low: number, high: number): number {
  let bits = 1;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return Infinity;
  while (low < -(2 ** (bits - 1)) || high > 2 ** (bits - 1) - 1) bits++;
  return bits;
}

/**
 * Bounds of a stored membrane (after the spike test). Above: below the threshold after a hard reset, what a soft reset leaves otherwise.
 * Below: low + keep * low + ... = low / (1 - keep), one less for the floor of a leak other than 1/2. Source: operators.md theorem 1, geometric series.
 */
export function membraneBounds([low, high]: readonly [number, number], [kept, of]: Pair, threshold: number, reset: 'zero' | 'subtract'): readonly [number, number] {
  if (kept === of && (low < 0 || reset === 'subtract')) return [-Infinity, Infinity];  // nothing leaks away: no bound over arbitrarily many steps
  const least = low >= 0 ? 0 : Math.floor((low * of) / (of - kept)) - (of === 2 * kept || kept === 0 ? 0 : 1);
  const most = reset === 'zero' ? threshold - 1 : Math.max(threshold - 1, Math.ceil((Math.max(0, high) * of) / (of - kept)) - threshold);
  return [Math.min(0, least), Math.max(0, most)];
}
