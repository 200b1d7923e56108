// One node at a time from real constants to whole units.
import type { Graph, Node, Tensor } from '../ir/types.ts';
import type { conv, gain, ladder, lif, readout, source } from '../ops/index.ts';
import { is } from '../ir/define-op.ts';
import type { NodeOf } from '../ir/define-op.ts';
import { conv as convolution } from '../ops/index.ts';
import type { LifAttrs } from '../ops/lif.ts';
import { membraneBounds, signedBits } from '../ir/ranges.ts';
import { fractionBitsOf } from '../ops/lif.ts';
import type { ReadoutAttrs } from '../ops/readout.ts';
import { perChannel } from '../ops/affine.ts';
import { termsOf } from '../ops/readout.ts';
import { currentsBelow } from '../ops/source.ts';
import type { PassContext } from './pass.ts';
import { finestCode, powersOf } from './choose-scale.ts';

type Params = Record<string, Tensor>;

const plain = (value: number): number => value + 0;  // no negative zero
const round = (value: number): number => plain(Math.round(value));

/** Per channel of a writer the weights that make it; `units`: of the current it reads, per input channel. */
export function effectiveColumns(node: Node, units: Float64Array | undefined): Float64Array[] {
  if (!is(node, convolution)) {
    const { channels } = node.type, { data } = node.params.factor, steps = data.length / channels;
    return Array.from({ length: channels }, (_, c) => Float64Array.from({ length: steps }, (__, step) => data[step * channels + c] * (units ? units[c] : 1)));
  }
  const { weight } = node.params, [rows, width] = weight.shape, groups = node.attrs.groups ?? 1, taps = node.attrs.window[0] * node.attrs.window[1], channels = rows / taps, run = channels / groups;
  return Array.from({ length: width * groups }, (_, column) => {
    const first = Math.floor(column / width) * run, own = new Float64Array(taps * run);
    for (let tap = 0, at = 0; tap < taps; tap++) for (let c = first; c < first + run; c++, at++) own[at] = weight.data[(tap * channels + c) * width + (column % width)] * (units ? units[c] : 1);
    return own;
  });
}

/** @param read units of a current as input; made: units of the result; gains: whole factors that bring the sums to them */
export function weightsToUnits({ params, attrs, type }: NodeOf<typeof conv>, read: Float64Array | undefined, made: Float64Array, gains: Float64Array | undefined, codes: number): Params {
  const { weight, bias, border } = params, [rows, width] = weight.shape, groups = attrs.groups ?? 1, channels = rows / (attrs.window[0] * attrs.window[1]), run = channels / groups, columns = type.channels;
  const own = made.map((unit, c) => unit * (gains ? gains[c] : 1));
  const codesOf = weight.data.map((w, i) => {
    const channel = Math.floor(i / width) % channels, column = Math.floor(channel / run) * width + (i % width);
    return Math.max(-codes, Math.min(codes, round((w * (read ? read[channel] : 1)) / own[column])));
  });
  return { weight: { shape: weight.shape, data: codesOf }, ...(bias ? { bias: { shape: [columns], data: bias.data.map((b, c) => round(b / made[c])) } } : {}),
    ...(gains ? { gain: { shape: [columns], data: gains } } : {}), ...(border ? { border: { shape: border.shape, data: border.data.map((b, i) => round(b / own[i % columns])) } } : {}),
    scale: { shape: [columns], data: made } };
}

export const gainToUnits = ({ params: { factor, bias }, type: { channels } }: NodeOf<typeof gain>, read: Float64Array | undefined, made: Float64Array): Params => ({
  factor: { shape: factor.shape, data: factor.data.map((f, i) => round((f * (read ? read[i % channels] : 1)) / made[i % channels])) }, bias: { shape: [channels], data: bias.data.map((b, c) => round(b / made[c])) },
  scale: { shape: [channels], data: made } });

type Potential = Readonly<{ range: readonly [number, number]; steps: number; membraneBits: number }>;

/**
 * A leak that is not 1/m keeps fractional bits, as many as the membranes hold; the result is then no longer exact, and the pass says so.
 * @param potential range of the current in whole units, steps, and how wide a membrane may be
 */
export function lifToUnits({ name, attrs, params: { threshold }, type: { channels } }: NodeOf<typeof lif>, read: Float64Array | undefined, potential: Potential, { note }: PassContext): [LifAttrs, Params] {
  const most = fractionBitsOf(attrs.keep), thresholds = perChannel(threshold.data, channels).map((t, c) => t / (read ? read[c] : 1));
  let bits = most;
  while (bits > 0 && potentialBits(attrs, thresholds, potential, bits) > potential.membraneBits) bits--;
  const units = thresholds.map((t) => t * 2 ** bits);
  if (most > 0) note(`${name}: keeps ${attrs.keep.join('/')} of its potential with ${bits} fractional bits, rounded ${attrs.fires === 'above' ? 'up' : 'down'} each step`);
  if (!read && !units.every(Number.isInteger)) note(`${name}: threshold on a count rounded to a whole number`);
  return [{ ...attrs, ...(bits > 0 ? { fractionBits: bits } : {}) }, { threshold: { shape: [channels], data: units.map((t) => Math.max(1, Math.round(t))) } }];
}

const potentialBits = (attrs: LifAttrs, thresholds: Float64Array, { range: [low, high], steps }: Potential, bits: number): number =>
  signedBits(...membraneBounds([low * 2 ** bits, high * 2 ** bits], attrs.keep, thresholds.map((t) => Math.max(1, Math.round(t * 2 ** bits))), attrs, steps));

/**
 * x reaches t exactly when the whole number X reaches the next whole number at or above t / unit: no threshold is rounded away. One that no X reaches lies just above them.
 * @param range of X
 */
export function ladderToUnits({ attrs: { levels }, params: { threshold, strict }, type: { channels } }: NodeOf<typeof ladder>, read: Float64Array | undefined, [, high]: readonly [number, number]): Params {
  const own = threshold.data.length > levels, data = Float64Array.from({ length: channels * levels }, (_, i) => {
    const real = threshold.data[own ? i : i % levels] / (read ? read[Math.floor(i / levels)] : 1), near = Math.round(real);
    // A quotient that is whole but for float64 rounding is that whole number.
    const tie = Math.abs(real - near) <= 1e-9 * Math.max(1, Math.abs(real)), reached = !tie ? Math.ceil(real) : strict.data[i % levels] ? near + 1 : near;
    return Math.min(reached, Math.max(1, high + 1));
  });
  return { threshold: { shape: [channels, levels], data }, strict: { shape: [levels], data: new Float64Array(levels) } };
}

/** A source in whole units takes the bits that its largest value needs in them. @param made units of its group; undefined where it carries no currents */
export function sourceToUnits({ attrs }: NodeOf<typeof source>, made: Float64Array | undefined): [NodeOf<typeof source>['attrs'], Params] {
  if (!made) return [{ ...attrs, domain: 'integer' }, {}];
  const largest = Math.ceil(currentsBelow(attrs) / made.reduce((least, unit) => Math.min(least, unit)));
  return [{ ...attrs, bits: Math.max(2, signedBits(-largest, largest - 1)), domain: 'integer' }, { scale: { shape: [made.length], data: made } }];
}

/** Step weights become whole multiples of one unit of their own, exactly where they are dyadic, else up to `codes` of them. Rows take the units of the channels they weigh, where these differ. */
export function readoutToUnits({ attrs, params, ...node }: NodeOf<typeof readout>, graph: Graph, read: Float64Array | undefined, codes: number): [ReadoutAttrs, Params] {
  const unit = read ? read[0] : 1, { bias, stepWeight, rows, offset } = params, terms = termsOf(graph.nodes[node.inputs[0]].type, { attrs, params }, graph.steps);
  const step = stepWeight ? stepUnit(stepWeight.data, codes) : 1, scale = unit * step * attrs.scale;
  return [{ ...attrs, scale }, { ...(bias ? { bias: { shape: bias.shape, data: bias.data.map((b) => round((b * terms) / scale)) } } : {}),
    ...(stepWeight ? { stepWeight: { shape: stepWeight.shape, data: stepWeight.data.map((w) => round(w / step)) } } : {}), ...(rows ? { rows: { shape: rows.shape, data: rows.data.map((w, i) => w * (read ? read[i % read.length] / unit : 1)) } } : {}), ...(offset ? { offset } : {}) }];
}

/** Whether whole multiples of one power of two, at most a signed byte of them, are exactly these weights. */
export const isDyadic = (weights: Float64Array): boolean => powersOf(weights) <= finestCode(weights, 127);

const stepUnit = (weights: Float64Array, codes: number): number => (isDyadic(weights) ? 2 ** -powersOf(weights) : weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / codes || 1);
