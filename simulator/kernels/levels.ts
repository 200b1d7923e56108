// Neurons whose output is more than one bit: ladders (levels, no state) and elastic ones (ternary).
import type { Currents } from './lif.ts';
import { scaledDown } from './fraction.ts';

/** thresholds [columns, levels] ascending; strict [levels]: 1 where a level needs more than its threshold; bias [columns]. */
export type Ladder = Readonly<{ columns: number; levels: number; thresholds: Int32Array; strict: Uint8Array; bias: Int32Array }>;

/** Levels [steps, contexts, columns]: how many thresholds each current (bias included) reaches (operators.md theorem 7). */
export function climb(ladder: Ladder, currents: Currents, steps: number, contexts: number, into: Int32Array): void {
  const { columns, levels, thresholds, strict, bias } = ladder;
  for (let step = 0, out = 0; step < steps; step++) for (let context = 0; context < contexts; context++) {
    const from = currents.at + step * currents.stepStride + context * currents.contextStride;
    for (let column = 0, threshold = 0; column < columns; column++, out++) {
      const current = currents.values[from + column] + bias[column];
      let reached = 0;
      for (let level = 0; level < levels; level++, threshold++) reached += Number(current >= thresholds[threshold] + strict[level]);
      into[out] = reached;
    }
  }
}

/** thresholds [steps, columns]; keeps [steps, 3]: numerators over 2^keepBits by the spike before (-1, 0, +1); bias [columns], in the unit of the currents. */
export type Elastic = Readonly<{ columns: number; thresholds: Int32Array; keeps: Int32Array; keepBits: number; fractionBits: number; bias: Int32Array }>;

/**
 * Ternary spikes [steps, contexts, columns] of u = odd(keep * u) + I * 2^fractionBits: +1 above the step's threshold, -1 below its negative (operators.md N7).
 * odd: what is no whole number becomes the odd one of its two neighbours, so that a lost bit still tells a potential from the threshold beside it.
 * @param membranes [columns] scratch
 */
export function stretch(elastic: Elastic, currents: Currents, steps: number, contexts: number, membranes: Int32Array, into: Int32Array): void {
  const { columns, thresholds, keeps, bias } = elastic, one = 2 ** elastic.keepBits, unit = 2 ** elastic.fractionBits;
  for (let context = 0; context < contexts; context++) {
    membranes.fill(0, 0, columns);
    for (let step = 0; step < steps; step++) {
      const from = currents.at + step * currents.stepStride + context * currents.contextStride, out = (step * contexts + context) * columns, before = out - contexts * columns;
      for (let column = 0; column < columns; column++) {
        const spike = step === 0 ? 0 : into[before + column], threshold = thresholds[step * columns + column];
        const kept = scaledDown(membranes[column], keeps[step * 3 + 1 + spike], one), lost = Number(kept * one !== membranes[column] * keeps[step * 3 + 1 + spike]);
        const u = (kept | lost) + (currents.values[from + column] + bias[column]) * unit | 0;
        membranes[column] = u;
        into[out + column] = Number(u > threshold) - Number(u < -threshold);
      }
    }
  }
}
