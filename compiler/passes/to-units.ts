// One node at a time from real constants to whole units: scaled by the units, then rounded by `Roundings`.
import type { Graph, Node, Tensor } from '../ir/types.ts';
import type { conv, gain, readout, source } from '../ops/index.ts';
import { is } from '../ir/define-op.ts';
import type { NodeOf } from '../ir/define-op.ts';
import { conv as convolution } from '../ops/index.ts';
import { signedBits } from '../ir/ranges.ts';
import type { ReadoutAttrs } from '../ops/readout.ts';
import { termsOf } from '../ops/readout.ts';
import { currentsBelow } from '../ops/source.ts';
import type { PassContext } from './pass.ts';
import { finestCode, powersOf } from './choose-scale.ts';
import type { Roundings } from './rounding.ts';

type Params = Record<string, Tensor>;

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
export function weightsToUnits({ name, params, attrs, type }: NodeOf<typeof conv>, read: Float64Array | undefined, made: Float64Array, gains: Float64Array | undefined, codes: number, roundings: Roundings): Params {
  const { weight, bias, border } = params, [rows, width] = weight.shape, groups = attrs.groups ?? 1, channels = rows / (attrs.window[0] * attrs.window[1]), run = channels / groups, columns = type.channels;
  const own = made.map((unit, c) => unit * (gains ? gains[c] : 1));
  const scaled = weight.data.map((w, i) => {
    const channel = Math.floor(i / width) % channels, column = Math.floor(channel / run) * width + (i % width);
    return (w * (read ? read[channel] : 1)) / own[column];
  });
  const constants = (data: Float64Array) => roundings.apply(name, 'thresholds', data);
  return { weight: { shape: weight.shape, data: roundings.apply(name, 'weights', scaled, (w) => Math.max(-codes, Math.min(codes, Math.round(w)))) },
    ...(bias ? { bias: { shape: [columns], data: constants(bias.data.map((b, c) => b / made[c])) } } : {}),
    ...(gains ? { gain: { shape: [columns], data: gains } } : {}), ...(border ? { border: { shape: border.shape, data: constants(border.data.map((b, i) => b / own[i % columns])) } } : {}),
    scale: { shape: [columns], data: made } };
}

/** @param shift bits that products are rounded by: factors count so much finer than what they make */
export const gainToUnits = ({ name, params: { factor, bias }, type: { channels } }: NodeOf<typeof gain>, read: Float64Array | undefined, made: Float64Array, shift: number, roundings: Roundings): Params => ({
  factor: { shape: factor.shape, data: roundings.apply(name, 'weights', factor.data.map((f, i) => (f * (read ? read[i % channels] : 1) * 2 ** shift) / made[i % channels])) },
  bias: { shape: [channels], data: roundings.apply(name, 'thresholds', bias.data.map((b, c) => b / made[c])) }, scale: { shape: [channels], data: made } });

/** A source in whole units takes the bits that its largest value needs in them. @param made units of its group; undefined where it carries no currents */
export function sourceToUnits({ name, attrs }: NodeOf<typeof source>, made: Float64Array | undefined, { note }: PassContext, roundings: Roundings): [NodeOf<typeof source>['attrs'], Params] {
  if (!made) return [{ ...attrs, domain: 'integer' }, {}];
  const rounded = made.find((unit) => attrs.exponent === undefined || !Number.isInteger(2 ** -attrs.exponent / unit)), said = rounded === undefined ? '' : `values are rounded to whole units of ${rounded.toExponential(2)}`;
  if (said) note(`${name}: ${said}`);
  roundings.say(name, 'input', !said, said);
  const largest = Math.ceil(currentsBelow(attrs) / made.reduce((least, unit) => Math.min(least, unit)));
  return [{ ...attrs, bits: Math.max(2, signedBits(-largest, largest - 1)), domain: 'integer' }, { scale: { shape: [made.length], data: made } }];
}

/** Step weights become whole multiples of one unit of their own, exactly where they are dyadic, else up to `codes` of them. Rows take the units of the channels they weigh, where these differ. */
export function readoutToUnits({ attrs, params, ...node }: NodeOf<typeof readout>, graph: Graph, read: Float64Array | undefined, codes: number, roundings: Roundings): [ReadoutAttrs, Params] {
  const unit = read ? read[0] : 1, { bias, stepWeight, rows, offset, most } = params, terms = termsOf(graph.nodes[node.inputs[0]].type, { attrs, params }, graph.steps);
  const step = stepWeight ? stepUnit(stepWeight.data, codes) : 1, scale = unit * step * attrs.scale;
  return [{ ...attrs, scale }, { ...(bias ? { bias: { shape: bias.shape, data: roundings.apply(node.name, 'thresholds', bias.data.map((b) => (b * terms) / scale)) } } : {}),
    ...(stepWeight ? { stepWeight: { shape: stepWeight.shape, data: roundings.apply(node.name, 'weights', stepWeight.data.map((w) => w / step)) } } : {}), ...(rows ? { rows: { shape: rows.shape, data: rows.data.map((w, i) => w * (read ? read[i % read.length] / unit : 1)) } } : {}), ...(offset ? { offset } : {}), ...(most ? { most } : {}) }];
}

/** Whether whole multiples of one power of two, at most a signed byte of them, are exactly these weights. */
export const isDyadic = (weights: Float64Array): boolean => powersOf(weights) <= finestCode(weights, 127);

const stepUnit = (weights: Float64Array, codes: number): number => (isDyadic(weights) ? 2 ** -powersOf(weights) : weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / codes || 1);
