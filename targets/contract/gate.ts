// What a gate needs of a core, and how far its sums can reach: one account for mapper, verifier and function half.
import type { Attend, Gate } from './program.ts';
import { indexBits } from './work.ts';

/** Whole numbers up to here are exact doubles. */
export const gateBits = 53;
/** Bits of a weight of the gate, and of one of its biases or thresholds, in a table. */
const weightBits = 24, wideBits = 64;

/** No partial sum of a step is larger, x at most `most` in magnitude, and none of a score. */
export function gateReach({ share, first, firstBias, second, secondBias }: Gate, fills: number, most: number): Readonly<{ sum: number; score: number }> {
  const hidden = firstBias.length, steps = secondBias.length, sum = fills * most * share.reduce((total, each) => total + Math.abs(each), 0);
  const inner = firstBias.map((bias, h) => { let weights = 0; for (let t = 0; t < steps; t++) weights += Math.abs(first[h * steps + t]); return Math.abs(bias) + weights * sum; });
  const scores = secondBias.map((bias, t) => inner.reduce((total, value, h) => total + Math.abs(second[t * hidden + h]) * value, Math.abs(bias)));
  return { sum, score: Math.max(0, ...inner, ...scores) };
}

/** Multiplications of the network, once per sample. */
export const gateProducts = ({ first, second }: Gate): number => first.length + second.length;

/** Bits of its tables. */
export const gateTableBits = ({ share, first, firstBias, second, secondBias, thresholds }: Gate): number =>
  weightBits * (share.length + first.length + second.length) + wideBits * (firstBias.length + secondBias.length + thresholds.length);

/** Bits of counter memory: the sum of each step, and its level. */
export const gateCounterBits = ({ counterBits, gate }: Attend, steps: number): number => steps * (counterBits + indexBits((gate?.thresholds.length ?? 0) + 1));
