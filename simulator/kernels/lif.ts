// Leaky integrate-and-fire neurons over all steps of many contexts, spikes written as bit masks.
import { popcount } from './bitmask.ts';
import { scaledDown } from './fraction.ts';

/**
 * Columns that share a rule: u = round(keep * R(u, s)) + I * 2^fractionBits, s = [u >= or > threshold] (operators.md section 2).
 * thresholds [columns], in the unit of u; bias [columns], in the unit of I.
 */
export type Neurons = Readonly<{ columns: number; thresholds: Int32Array; bias: Int32Array; keep: readonly [numerator: number, denominator: number];
  reset: 'zero' | 'subtract' | 'threshold'; fires: '>=' | '>'; rounding: 'floor' | 'ceil'; fractionBits: number }>;

/** Where column 0 of (step, context) finds its current: step * stepStride + context * contextStride. A stepStride of 0 reads the same currents every step. */
export type Currents = Readonly<{ values: Int32Array; at: number; stepStride: number; contextStride: number }>;

/** Bit masks in 32-bit words: bit `firstBit` of word at + step * stepStride + context * contextStride is column 0. Bits are added to what is there. */
export type Masks = Readonly<{ words: Int32Array; at: number; stepStride: number; contextStride: number; firstBit: number }>;

/**
 * Runs every context through all steps, from membranes of 0: one context at a time, so that its membranes stay in the first-level cache.
 * Floor shift, as the chip does: -1 >> 1 stays -1, so a leak never reaches 0 from below.
 * `Number(u >= threshold)` compiles to a flag, not a branch: 0.46 G updates/s where `if` gives 0.3 on random currents.
 * @param membranes [columns] scratch
 * @param fired [steps, contexts] spikes of each context, written
 */
export function fire(neurons: Neurons, currents: Currents, masks: Masks, steps: number, contexts: number, membranes: Int32Array, fired: Int32Array): void {
  const run = isUsual(neurons) ? fireShifted : fireScaled;
  for (let context = 0; context < contexts; context++) {
    membranes.fill(0, 0, neurons.columns);
    for (let step = 0; step < steps; step++) {
      const from = currents.at + step * currents.stepStride + context * currents.contextStride;
      const word = masks.at + step * masks.stepStride + context * masks.contextStride;
      fired[step * contexts + context] = run(neurons, currents.values, from, masks.words, word, masks.firstBit, membranes);
    }
  }
}

const shiftOf = (denominator: number): number => 31 - Math.clz32(denominator);

/** A kept fraction of 2^-shift rounded down, `>=`, reset to 0, no fractional bits. */
const isUsual = ({ keep: [numerator, denominator], reset, fires, rounding, fractionBits }: Neurons): boolean =>
  numerator === 1 && denominator === 1 << shiftOf(denominator) && reset === 'zero' && fires === '>=' && rounding === 'floor' && fractionBits === 0;

/** One context and step of the usual neuron. */
function fireShifted(neurons: Neurons, currents: Int32Array, from: number, words: Int32Array, word: number, firstBit: number, membranes: Int32Array): number {
  const { columns, thresholds, bias } = neurons, shift = shiftOf(neurons.keep[1]);
  let spikes = 0;
  for (let column = 0; column < columns; word++) {
    const end = Math.min(columns, column + 32 - ((firstBit + column) & 31));
    let bits = 0;
    for (; column < end; column++) {
      const u = (membranes[column] >> shift) + currents[from + column] + bias[column] | 0;
      const spike = Number(u >= thresholds[column]);
      membranes[column] = u & (spike - 1);
      bits |= spike << (firstBit + column);
    }
    words[word] |= bits;
    spikes += popcount(bits);
  }
  return spikes;
}

/** One context and step of any other neuron. A ceiling is the floor of the negative; after a spike the membrane is ofMembrane * u + ofThreshold * threshold. */
function fireScaled(neurons: Neurons, currents: Int32Array, from: number, words: Int32Array, word: number, firstBit: number, membranes: Int32Array): number {
  const { columns, thresholds, bias, keep: [numerator, denominator], reset } = neurons, strict = Number(neurons.fires === '>'), unit = 2 ** neurons.fractionBits;
  const sign = neurons.rounding === 'ceil' ? -1 : 1, ofMembrane = Number(reset === 'subtract'), ofThreshold = reset === 'zero' ? 0 : reset === 'subtract' ? -1 : 1;
  let spikes = 0;
  for (let column = 0; column < columns; word++) {
    const end = Math.min(columns, column + 32 - ((firstBit + column) & 31));
    let bits = 0;
    for (; column < end; column++) {
      const kept = sign * scaledDown(sign * membranes[column], numerator, denominator), threshold = thresholds[column];
      const u = kept + (currents[from + column] + bias[column]) * unit | 0, spike = Number(u >= threshold + strict);
      membranes[column] = (u & (spike - 1)) | (Math.imul(ofMembrane, u) + Math.imul(ofThreshold, threshold) & -spike);
      bits |= spike << (firstBit + column);
    }
    words[word] |= bits;
    spikes += popcount(bits);
  }
  return spikes;
}
