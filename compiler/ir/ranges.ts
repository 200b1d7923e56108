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
 * Bounds of a stored membrane (after the spike test) over all steps, from the bounds of the current. Below: low + floor(keep * low) + ..., until it stands still or the steps end.
 * Above: below the threshold after a hard reset; a soft one may leave more. Source: operators.md theorem 1.
 */
export function membraneBounds([low, high]: readonly [number, number], [kept, of]: Pair, thresholds: ArrayLike<number>, reset: 'zero' | 'subtract', steps: number): readonly [number, number] {
  let least = 0, most = 0, smallest = Infinity, largest = 0;
  for (let c = 0; c < thresholds.length; c++) { smallest = Math.min(smallest, thresholds[c]); largest = Math.max(largest, thresholds[c]); }
  for (let step = 0; step < steps; step++) {
    const u = Math.floor((kept * most) / of) + high, below = Math.floor((kept * least) / of) + low;
    const stored = reset === 'zero' ? Math.min(u, largest - 1) : Math.max(Math.min(u, largest - 1), u - smallest);
    if (stored <= most && below >= least) break;
    most = Math.max(most, stored);
    least = Math.min(least, below);
  }
  return [least, most];
}
