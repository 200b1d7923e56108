// Bounds of membranes and the widths that hold them.
import type { Pair } from './types.ts';

/** Bits of two's complement that hold every whole number of [low, high]. */
export function signedBits(low: number, high: number): number {
  let bits = 1;
  if (!Number.isFinite(low) || !Number.isFinite(high)) return Infinity;
  while (low < -(2 ** (bits - 1)) || high > 2 ** (bits - 1) - 1) bits++;
  return bits;
}

/** Bounds of a membrane before the spike test and its reset, as `membraneBounds` takes them. */
export function potentialBounds(current: readonly [number, number], keep: Pair, thresholds: ArrayLike<number>, leak: Leak, steps: number): readonly [number, number] {
  const [least, most] = membraneBounds(current, keep, thresholds, leak, steps), kept = (u: number): number => keptOf(u, keep, leak.fires);
  return [Math.min(current[0], kept(least) + current[0]), Math.max(current[1], kept(most) + current[1])];
}

const keptOf = (u: number, [kept, of]: Pair, fires: Leak['fires']): number => (fires === 'above' ? Math.ceil((kept * u) / of) : Math.floor((kept * u) / of));

type Leak = Readonly<{ reset: 'zero' | 'subtract' | 'threshold'; fires: 'at-least' | 'above' }>;

/**
 * Bounds of a stored membrane (after the spike test) over all steps, from the bounds of the current, both in the unit of the membrane. Below: low + leak(low) + ..., until it stands still or the
 * steps end. Above: what stays silent, or what the reset leaves. Source: operators.md theorems 1 and 2.
 */
export function membraneBounds([low, high]: readonly [number, number], keep: Pair, thresholds: ArrayLike<number>, { reset, fires }: Leak, steps: number): readonly [number, number] {
  let least = 0, most = 0, smallest = Infinity, largest = 0;
  for (let c = 0; c < thresholds.length; c++) { smallest = Math.min(smallest, thresholds[c]); largest = Math.max(largest, thresholds[c]); }
  const leak = (u: number): number => keptOf(u, keep, fires), silent = fires === 'above' ? largest : largest - 1;
  for (let step = 0; step < steps; step++) {
    const u = leak(most) + high, below = leak(least) + low, quiet = Math.min(u, silent);
    const stored = reset === 'zero' ? quiet : reset === 'subtract' ? Math.max(quiet, u - smallest) : Math.max(quiet, u >= smallest ? largest : quiet);
    if (stored <= most && below >= least) break;
    most = Math.max(most, stored);
    least = Math.min(least, below);
  }
  return [least, most];
}
