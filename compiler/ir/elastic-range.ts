// Bounds of the membrane of an elastic neuron, and the width that holds them.
import type { Node } from './types.ts';
import { signedBits } from './ranges.ts';

/** A whole number as it is; of others the odd one of its two neighbours. */
export function odd(value: number): number {
  const floor = Math.floor(value);
  return floor !== value && floor % 2 === 0 ? floor + 1 : floor;
}

type Elastic = Node<string, Readonly<{ keepBits?: number; fractionBits?: number }>>;

/**
 * Bits that hold every potential u[t] before and after its spike test, step by step: what is kept depends on the spike before, and the spike says between which values u lay.
 * @param range of the current, in its own whole units
 * Source: operators.md N7.
 */
export function potentialBits({ attrs: { keepBits = 0, fractionBits = 0 }, params: { bound, keep } }: Elastic, [low, high]: readonly [number, number], steps: number): number {
  const one = 2 ** keepBits, unit = 2 ** fractionBits, channels = bound.data.length / steps;
  let bits = 1;
  for (let c = 0; c < channels; c++) {
    let least = 0, most = 0, edge = 0;
    for (let step = 0; step < steps; step++) {
      const kept = [[least, Math.min(most, -edge - 1)], [Math.max(least, -edge), Math.min(most, edge)], [Math.max(least, edge + 1), most]]
        .flatMap(([from, to], spike) => (from > to ? [] : [from, to].map((u) => odd(u * keep.data[step * 3 + spike] / one))));
      least = Math.min(...kept) + low * unit;
      most = Math.max(...kept) + high * unit;
      edge = bound.data[step * channels + c];
      bits = Math.max(bits, signedBits(least, most));
      if (!Number.isFinite(bits) || bits > 52) return bits;
    }
  }
  return bits;
}
