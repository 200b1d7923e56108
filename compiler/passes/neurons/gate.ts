// A gate from real constants to whole numbers: its network exactly where it is dyadic, its sigmoid as a staircase.
import type { NodeOf } from '../../ir/define-op.ts';
import { positionsOf } from '../../ir/types.ts';
import { gateReach } from '../../ops/gate.ts';
import type { gate } from '../../ops/index.ts';
import { finestCode, powersOf } from '../choose-scale.ts';
import type { Making, Neuron, Params } from './neuron.ts';

export const gateNeuron: Neuron<NodeOf<typeof gate>> = {
  toUnits: (node, making) => [{}, toUnits(node, making)], rounds: 'gate', keepsUnits: true, range: ([low, high]) => [Math.min(0, low), Math.max(0, high)],
  sum({ inputs, params }, { nodes }) {
    const { score } = gateReach(nodes[inputs[0]].type, params);
    return score <= Number.MAX_SAFE_INTEGER ? undefined : { bits: Math.ceil(Math.log2(score)) + 1, limit: 53, narrows: false };
  },
};

/** Levels of a gate: its error is below half a 64th, that of a weight of seven bits. A gate that is 0 or 1 is exact. */
const levels = 64;
const codes = 127;

/** unit: real value of one code. exact: nothing was rounded. */
type Coded = Readonly<{ data: Float64Array; unit: number; exact: boolean }>;

/** Whole multiples of the coarsest power of two that loses nothing, if that takes no more than `codes` of them; else of a unit in which the largest is `codes`. */
function coded(values: Float64Array): Coded {
  const power = powersOf(values), most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0), exact = most === 0 || power <= finestCode(values, codes), unit = most === 0 ? 1 : exact ? 2 ** -power : most / codes;
  return { data: values.map((value) => Math.round(value / unit) + 0), unit, exact };
}

/**
 * s counts in units of the shares; the mean's divisor joins biases and thresholds instead, for a rectifier lets a positive factor through: n h = max(0, first . (n s) + n b).
 * score >= logit((k - 1/2) / levels) is where the gate rounds to k levels. Source: models-other.md section 3.
 */
function toUnits({ name, params, type }: NodeOf<typeof gate>, making: Making): Params {
  // Products of spikes are whole numbers already.
  const { context: { note }, roundings } = making, read = making.read ?? new Float64Array(type.channels).fill(1);
  const { first, firstBias, second, secondBias } = params, share = coded(read), one = coded(first.data), two = coded(second.data), divisor = positionsOf(type) * type.channels, inner = share.unit * one.unit, score = inner * two.unit;
  const biases = [firstBias.data.map((bias) => (bias * divisor) / inner), secondBias.data.map((bias) => (bias * divisor) / score)], exact = [share, one, two].every((part) => part.exact) && biases.every((part) => part.every(Number.isInteger));
  const thresholds = Float64Array.from({ length: levels }, (_, k) => { const open = (k + 0.5) / levels; return Math.ceil((Math.log(open / (1 - open)) * divisor) / score) + 0; }), level = { shape: [levels], data: thresholds };
  const said = `weighs steps in ${levels} levels, scores ${exact ? 'lossless' : 'of eight-bit weights'}; exact where every gate is 0 or 1`;
  note(`${name}: ${said}`);
  roundings.say(name, 'gate', false, said);
  // Left as it is, a gate still counts each channel by its unit.
  if (!roundings.rounds(name, 'gate')) return { first, firstBias, second, secondBias, share: { shape: [read.length], data: read }, level };
  return { first: { shape: first.shape, data: one.data }, firstBias: { shape: firstBias.shape, data: biases[0].map((bias) => Math.round(bias) + 0) }, second: { shape: second.shape, data: two.data }, secondBias: { shape: secondBias.shape, data: biases[1].map((bias) => Math.round(bias) + 0) },
    share: { shape: [read.length], data: share.data }, level };
}
