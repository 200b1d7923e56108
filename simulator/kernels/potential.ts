// One step of leaky neurons whose membranes are looked at: they leave as currents, or teach a plastic matrix.
import type { Neurons } from './lif.ts';
import { scaledDown } from './fraction.ts';

/**
 * u = round(keep * R(u, s)) + I * 2^fractionBits for the columns of one context, bias not added (it is in the currents already).
 * @param currents column c at `at` + c
 * @param stored   membranes after the last step's reset, [columns] from `from` on, changed in place
 * @param potentials [columns] u before its reset, written
 * @param fired    [columns] 0 or 1, written from `out` on
 * @returns spikes
 */
export function integrate(neurons: Omit<Neurons, 'bias'>, currents: Int32Array, at: number, stored: Int32Array, from: number, potentials: Int32Array, fired: Int32Array, out: number): number {
  const { columns, thresholds, keep: [numerator, denominator], reset } = neurons, strict = Number(neurons.fires === '>'), unit = 2 ** neurons.fractionBits, sign = neurons.rounding === 'ceil' ? -1 : 1;
  let spikes = 0;
  for (let column = 0; column < columns; column++) {
    // A ceiling is the floor of the negative.
    const threshold = thresholds[column], u = sign * scaledDown(sign * stored[from + column], numerator, denominator) + currents[at + column] * unit, spike = Number(u >= threshold + strict);
    potentials[column] = u;
    fired[out + column] = spike;
    stored[from + column] = spike === 0 ? u : reset === 'zero' ? 0 : reset === 'subtract' ? u - threshold : threshold;
    spikes += spike;
  }
  return spikes;
}
