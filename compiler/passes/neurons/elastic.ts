// An elastic neuron from real constants to whole numbers: exact where its kept fractions are dyadic and the membrane holds the bits that they make.
import type { NodeOf } from '../../ir/define-op.ts';
import type { Tensor } from '../../ir/types.ts';
import type { elastic } from '../../ops/index.ts';
import type { ElasticAttrs } from '../../ops/elastic.ts';
import { remembers } from '../../ops/elastic.ts';
import { potentialBits } from '../../ir/elastic-range.ts';
import { powersOf } from '../choose-scale.ts';
import { parameterBeyondReach } from '../faults.ts';
import type { Making, Neuron, Params } from './neuron.ts';
import { stepsOver } from './per-step.ts';

/** Bits of a kept fraction, its largest numerator, and bits below the point of a membrane that programs have room for. */
const keepBitsMost = 16, numeratorMost = 2 ** 20, fractionMost = 20;
/** Tables hold 24 bits. */
const boundMost = 2 ** 23 - 1;
/** Where no number of bits is exact: a floor then moves the potential by less than a 256th of a unit a step. */
const fractionUsual = 8;

export const elasticNeuron: Neuron<NodeOf<typeof elastic>> = {
  toUnits, rounds: 'leak', limited: ['bound'], takesFactors: true, reach: ({ params: { bound } }) => bound.data.reduce((most, each) => Math.max(most, each), 0),
  // What it keeps of its potential has no unit.
  unscaled: ({ params: { bound } }) => (scale) => ({ bound: stepsOver(bound, scale) }),
  widths: (node, graph) => (remembers(node) ? [{ node: node.name, holds: 'membrane', bits: potentialBits(node, graph.nodes[node.inputs[0]].type.range, graph.steps), accumulated: false }] : []),
};

/**
 * U > bound / unit exactly when the whole number U exceeds its floor: no bound is rounded away.
 */
function toUnits(node: NodeOf<typeof elastic>, { read, types: [{ range }], steps, membraneBits, context: { note, report }, roundings }: Making): [ElasticAttrs, Params] {
  const { name, params: { keep }, type: { channels } } = node, dyadic = powersOf(keep.data), largest = keep.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let keepBits = Math.max(0, Math.min(keepBitsMost, dyadic));
  while (keepBits > 0 && largest * 2 ** keepBits > numeratorMost) keepBits--;
  const keeps = keep.data.map((value) => Math.round(value * 2 ** keepBits) + 0), isDyadic = keeps.every((numerator, i) => numerator === keep.data[i] * 2 ** keepBits), needed = isDyadic ? Math.min(bitsBelow(keep.data, steps), bitsOfOdd(keep.data, edgesOf(node, read, steps), steps)) : Infinity;
  const edges = (fractionBits: number, to: (value: number) => number): Tensor => ({ shape: [steps, channels], data: edgesOf(node, read, steps).map((edge) => to(edge * 2 ** fractionBits)) });
  const made = (fractionBits: number): [ElasticAttrs, Record<'keep' | 'bound', Tensor>] => [{ ...(keepBits > 0 ? { keepBits } : {}), ...(fractionBits > 0 ? { fractionBits } : {}) }, { keep: { shape: [steps, 3], data: keeps }, bound: edges(fractionBits, floorOf) }];
  const fits = ([attrs, params]: ReturnType<typeof made>): boolean => params.bound.data.every((edge) => edge <= boundMost) && (!remembers(node) || potentialBits({ ...node, attrs, params }, range, steps) <= membraneBits);
  if (made(0)[1].bound.data.some((edge) => edge > boundMost)) report(parameterBeyondReach(name, 'bound'));
  let bits = remembers(node) ? Math.min(fractionMost, Number.isFinite(needed) ? needed : fractionUsual) : 0;
  while (bits > 0 && !fits(made(bits))) bits--;
  const exact = !remembers(node) || bits >= needed, said = `keeps its potential with ${bits} fractional bits, rounded each step`;
  if (remembers(node)) note(`${name}: ${exact ? `potentials exact with ${bits} fractional ${bits === 1 ? 'bit' : 'bits'}` : said}`);
  roundings.say(name, 'leak', exact, exact ? '' : said);
  roundings.say(name, 'levels', true, '');
  const whole = made(bits);
  // Only a whole potential reaches past a bound exactly where it reaches past its floor.
  if (!roundings.rounds(name, 'leak')) return [{}, { keep, bound: edges(0, (value) => value) }];
  return roundings.rounds(name, 'levels') ? whole : [whole[0], { ...whole[1], bound: edges(bits, (value) => value) }];
}

/** A quotient that is whole but for float64 rounding is that whole number. */
function floorOf(value: number): number {
  const near = Math.round(value);
  return Math.abs(value - near) <= 1e-9 * Math.max(1, value) ? near : Math.floor(value);
}

/** Bits below one unit of the current that a potential can come to have: each step adds those of what it keeps. */
function bitsBelow(keep: Float64Array, steps: number): number {
  let most = 0;
  for (let step = 0, now = 0; step < steps; step++) {
    const kept = keep.subarray(step * 3, step * 3 + 3).filter((value) => value !== 0);
    now = kept.length === 0 || step === 0 ? 0 : Math.max(0, now + powersOf(kept));
    most = Math.max(most, now);
  }
  return most;
}

/** Bounds in units of the current, [steps * channels]. */
const edgesOf = ({ params: { bound }, type: { channels } }: NodeOf<typeof elastic>, read: Float64Array | undefined, steps: number): Float64Array =>
  Float64Array.from({ length: steps * channels }, (_, i) => bound.data[bound.shape.length > 1 ? i : Math.floor(i / channels)] / (read ? read[i % channels] : 1));

/**
 * Bits below a unit with which rounding to odd loses no spike. A potential that is no whole number of them counts as the odd number U between whose even neighbours it lies. Shifted right it stays so; shifted left by j
 * bits it lies between multiples of 2^(j+1): a bound, which is such a multiple, is never among them. Only powers of two shift.
 */
function bitsOfOdd(keep: Float64Array, edges: Float64Array, steps: number): number {
  let left = 0;
  for (let step = 1; step < steps; step++) {
    const shifts = [...keep.subarray(step * 3, step * 3 + 3)].filter((kept) => kept !== 0).map(Math.log2);
    if (!shifts.every(Number.isInteger)) return Infinity;
    left += Math.max(0, ...shifts);
  }
  return left + 1 + Math.max(0, powersOf(edges));
}
