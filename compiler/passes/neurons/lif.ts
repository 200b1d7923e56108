// The neuron with a leak: its threshold in whole units, its leak as a fraction with bits below the point.
import type { NodeOf } from '../../ir/define-op.ts';
import { membraneBounds, signedBits } from '../../ir/ranges.ts';
import type { Pair, ValueType } from '../../ir/types.ts';
import { perChannel } from '../../ops/affine.ts';
import type { lif } from '../../ops/index.ts';
import type { LifAttrs } from '../../ops/lif.ts';
import { exactBitsOf, fractionBitsOf, mostFractionBits } from '../../ops/lif.ts';
import { limits } from '../../../targets/contract/verify/limits.ts';
import type { Making, Neuron, Params } from './neuron.ts';
import { fraction, membraneWidth, thresholdsOf } from './potential.ts';

export const lifNeuron: Neuron<NodeOf<typeof lif>> = {
  toUnits, rounds: 'leak', limited: ['threshold'], takesFactors: true, readsApart: true, keepsUnits: true, eases: ['units', 'weights'], fraction, terms: thresholdsOf, counted: true,
  unscaled: (node) => (node.attrs.membrane ? undefined : (scale) => ({ threshold: { shape: [scale.length], data: thresholdsOf(node).map((t, c) => t / scale[c]) } })),
  widths: (node, graph) => [membraneWidth(node, graph)],
};

/** A leak that is not 1/m keeps fractional bits: enough that no step rounds, where the membranes hold them, else some, and the pass says that the result is no longer exact. */
function toUnits({ name, attrs, params: { threshold }, type: { channels } }: NodeOf<typeof lif>, { read, types: [{ range }], steps, membraneBits, fractionBits, context: { note }, roundings }: Making): [LifAttrs, Params] {
  const keep = chipFraction(attrs.keep), most = fractionBitsOf(keep), exact = exactBitsOf(keep, steps), thresholds = perChannel(threshold.data, channels).map((t, c) => t / (read ? read[c] : 1));
  const fits = (bits: number): boolean => potentialBits({ ...attrs, keep }, thresholds, range, steps, bits) <= membraneBits;
  let bits = fractionBits ?? (most > 0 && exact <= mostFractionBits && fits(exact) ? exact : most);
  while (fractionBits === undefined && bits > 0 && !fits(bits)) bits--;
  const isWhole = most === 0 || exact <= bits, said = `keeps ${keep.join('/')} of its potential with ${bits} fractional bits, ${isWhole ? 'exactly' : `rounded ${attrs.fires === 'above' ? 'up' : 'down'} each step`}`;
  if (keep !== attrs.keep) note(`${name}: keeps ${(attrs.keep[0] / attrs.keep[1]).toPrecision(6)} of its potential, as ${keep.join('/')}`);
  if (most > 0) note(`${name}: ${said}`);
  if (!read && !thresholds.every((t) => Number.isInteger(t * 2 ** bits))) note(`${name}: threshold on a count rounded to a whole number`);
  roundings.say(name, 'leak', isWhole && keep === attrs.keep, said);
  // A leak that is left as it is needs no bits of its own.
  const rounds = roundings.rounds(name, 'leak'), kept = rounds ? bits : 0, units = roundings.apply(name, 'thresholds', thresholds.map((t) => t * 2 ** bits), (t) => Math.max(1, Math.round(t)));
  return [{ ...attrs, ...(rounds ? { keep } : {}), ...(kept > 0 ? { fractionBits: kept } : {}) }, { threshold: { shape: [channels], data: kept === bits ? units : units.map((t) => t / 2 ** bits) } }];
}

/** A leak that was learned takes the nearest fraction that a chip multiplies by. */
const chipFraction = (keep: Pair): Pair => (keep[1] <= limits.keepDenominator ? keep : [Math.round((keep[0] / keep[1]) * limits.keepDenominator), limits.keepDenominator]);

const potentialBits = (attrs: LifAttrs, thresholds: Float64Array, [low, high]: ValueType['range'], steps: number, bits: number): number =>
  signedBits(...membraneBounds([low * 2 ** bits, high * 2 ** bits], attrs.keep, thresholds.map((t) => Math.max(1, Math.round(t * 2 ** bits))), attrs, steps));
