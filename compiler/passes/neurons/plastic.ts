// A plastic neuron from real constants to whole units: its matrix of 16 bits, tanh as a table, what it adds held where the target's sums end.
import type { NodeOf } from '../../ir/define-op.ts';
import { membraneBounds, signedBits } from '../../ir/ranges.ts';
import type { Tensor, ValueType } from '../../ir/types.ts';
import { perChannel } from '../../ops/affine.ts';
import { fractionBitsOf } from '../../ops/lif.ts';
import type { plastic } from '../../ops/index.ts';
import type { PlasticAttrs } from '../../ops/plastic.ts';
import { decayBits } from '../../ops/plastic.ts';
import { peak } from '../choose-scale.ts';
import type { Making, Neuron, Params } from './neuron.ts';
import { fraction, membraneWidth, thresholdsOf } from './potential.ts';

export const plasticNeuron: Neuron<NodeOf<typeof plastic>> = {
  toUnits, rounds: 'plasticity', limited: ['threshold', 'bound'], keepsUnits: true, eases: ['units'], fraction, terms: thresholdsOf,
  /** The potential, and the current with what the matrix adds. */
  widths(node, graph) {
    const { name, inputs: [current], attrs: { most = 0 } } = node, [low, high] = graph.nodes[current].type.range;
    return [membraneWidth(node, graph, most), { node: name, holds: 'sum', bits: signedBits(low - most, high + most), accumulated: true }];
  },
};

/** Largest entry: values of 16 bits, one of them spare. An entry is told apart to a 16,384th of the bound. */
const bound = 2 ** 14;
/** tanh: whole numbers up to 127, looked up at 256 places a 32nd of a threshold apart, from -4 to 4 thresholds about the centre: off by a 64th at most where it is steepest, by 0.0007 beyond its ends. */
const levels = 127, entries = 256, grain = 32;
/** Factors take 15 bits, fading 12, slopes 21: every product is an exact double. */
const factorBits = 15, fadeBits = 12, slopeBits = 21, mostShift = 40;
/** What the matrix adds is held at a sixteenth of the accumulator, if it could be more: a bound on all entries at once is far from what is learnt. */
const spareBits = 4;

/** Bits below one unit with which the largest of `values` takes `bits`. */
const shiftFor = (values: Float64Array, bits: number): number => { const most = peak(values); return most > 0 ? Math.max(0, Math.min(mostShift, Math.floor(Math.log2((2 ** bits - 1) / most)))) : 0; };
const whole = (values: Float64Array, shift: number): Float64Array => values.map((value) => Math.round(value * 2 ** shift) + 0);
const tensor = (data: Float64Array, ...shape: number[]): Tensor => ({ shape, data });

/** Where plasticity is not rounded the constants stay real, in the units of the current, for an evaluation in real numbers. Source: models-other.md section 8. */
function toUnits(node: NodeOf<typeof plastic>, { types: [current, input], steps, context: { note }, roundings, ...room }: Making): [PlasticAttrs, Params] {
  const { name, attrs, params, type: { channels } } = node, units = room.read!, rows = params.write.data.length, each = params.read.shape.length > 1;
  const thresholds = perChannel(params.threshold.data, channels).map((t, c) => t / units[c]), reads = Float64Array.from({ length: steps * channels }, (_, i) => params.read.data[each ? i : Math.floor(i / channels)] / units[i % channels]);
  const said = `matrix in units of ${(params.bound.data[0] / bound).toExponential(2)}, tanh in ${levels} levels a side at ${entries} places`;
  roundings.say(name, 'plasticity', false, said);
  if (!roundings.rounds(name, 'plasticity')) return [attrs, { ...params, threshold: tensor(thresholds, channels), read: tensor(reads, steps, channels), slope: tensor(new Float64Array(channels), channels), offset: tensor(new Float64Array(channels), channels), table: tensor(new Float64Array(1), 1) }];

  const entry = params.bound.data[0] / bound, scaledReads = reads.map((r) => r * entry), readBits = shiftFor(scaledReads, factorBits), read = whole(scaledReads, readBits);
  const writes = params.write.data.map((w) => w / (entry * levels)), own = shiftFor(writes, factorBits), fade = whole(params.fade.data, fadeBits);
  const furthest = Math.floor((rows * input.range[1] * bound * peak(read)) / 2 ** readBits + 0.5), most = Math.min(furthest, 2 ** (room.membraneBits - spareBits) - 1);

  const range: ValueType['range'] = [current.range[0] - most, current.range[1] + most];
  const bitsWith = (fraction: number): number => signedBits(...membraneBounds([range[0] * 2 ** fraction, range[1] * 2 ** fraction], attrs.keep, thresholds.map((t) => Math.max(1, Math.round(t * 2 ** fraction))), attrs, steps));
  let fractionBits = room.fractionBits ?? fractionBitsOf(attrs.keep);
  while (room.fractionBits === undefined && fractionBits > 0 && bitsWith(fractionBits) > room.membraneBits) fractionBits--;
  const threshold = roundings.apply(name, 'thresholds', thresholds.map((t) => t * 2 ** fractionBits), (t) => Math.max(1, Math.round(t)));
  const slopes = threshold.map((t) => grain / t), shift = Math.min(shiftFor(slopes, slopeBits), shiftFor(params.centre.data.map((c) => entries / 2 + grain * Math.abs(c)), 31));
  note(`${name}: ${said}; what it adds ${most < furthest ? `is held at ${most} units of ${furthest} that ${rows} entries could reach at once` : `reaches ${most} units at most`}; ${fractionBits} fractional bits`);
  return [{ ...attrs, most, readBits, writeBits: own + fadeBits, slopeBits: shift, ...(fractionBits > 0 ? { fractionBits } : {}) },
    { threshold: tensor(threshold, channels), read: tensor(read, steps, channels), write: tensor(whole(writes, own), rows), fade: tensor(fade, steps), decay: tensor(whole(params.decay.data, decayBits), 1), bound: tensor(Float64Array.of(bound), 1),
      slope: tensor(whole(slopes, shift), channels), offset: tensor(Float64Array.from({ length: channels }, (_, c) => Math.round((entries / 2 - grain * params.centre.data[c]) * 2 ** shift) + 0), channels),
      table: tensor(Float64Array.from({ length: entries }, (_, i) => Math.round(levels * Math.tanh((i + 0.5 - entries / 2) / grain)) + 0), entries) }];
}
