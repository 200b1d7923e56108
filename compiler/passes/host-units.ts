// Units of what the host makes: the finest in which its proved bounds, and all sums behind them, still fit. No calibration.
import { is } from '../ir/define-op.ts';
import type { OpTable } from '../ir/define-op.ts';
import { inferNode } from '../ir/check-node.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Graph, Node, Tensor, ValueId, ValueType } from '../ir/types.ts';
import { addCurrents, conv, ops, source, spikeProduct } from '../ops/index.ts';
import { columnRanges } from '../ops/conv.ts';
import { constantsOf, operandOf } from '../ops/host-op.ts';
import { isHost } from '../ops/is-host.ts';
import { currentsBelow } from '../ops/source.ts';
import type { Bounds } from '../../targets/contract/host/host-function.ts';
import type { HostName } from '../../targets/contract/host/index.ts';
import { hostFunctions } from '../../targets/contract/host/index.ts';
import { peak } from './choose-scale.ts';
import type { ChosenUnits } from './choose-units.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import { widthsOf } from './prove-ranges.ts';
import type { Roundings } from './rounding.ts';
import type { ScaleGroup, ScaleGroups } from './scale-groups.ts';

const table: OpTable = ops;

/** A result takes no more bits than this, the width of a membrane, and no fewer than those of a weight: then layers that multiply it take narrower weights. */
const mostBits = 24, fewestBits = 8;
/** Thresholds, biases and gains stand in tables of 24 bits. */
const mostTerm = 2 ** 22, mostShift = 20;

/**
 * What no current can leave, by value, from the constants of the real graph alone: each operator bounds its result by those of its operands. Empty where nothing runs on the host.
 * Rounding of weights may push a sum past its bound by a little; the stage clamps.
 */
export function hostBounds({ nodes, steps }: Graph): ReadonlyMap<ValueId, Bounds> {
  const found = new Map<ValueId, Bounds>(), types: ValueType[] = [];
  if (!nodes.some(isHost)) return found;
  nodes.forEach((node, id) => {
    const inputs = node.inputs.map((input) => types[input]);
    if (isHost(node)) {
      const bounds = hostFunctions[node.kind].bounds(node.inputs.map((input, i) => found.get(input) ?? filled(inputs[i])), constantsOf(node.attrs, node.params), inputs.map(operandOf));
      found.set(id, bounds);
      types.push({ ...node.type, domain: 'integer', range: [Math.min(...bounds.low), Math.max(...bounds.high)] });
    } else {
      types.push({ ...node.type, domain: 'integer', range: rangeOf(node, inputs, steps) });
      if (node.type.kind === 'current') found.set(id, is(node, conv) ? columnRanges(inputs[0], node.attrs.groups ?? 1, { weight: node.params.weight, ...node.params }) : filled(types[id]));
    }
  });
  return found;
}

const filled = ({ channels, range: [low, high] }: ValueType): Bounds => ({ low: new Float64Array(channels).fill(low), high: new Float64Array(channels).fill(high) });

/** Bounds of a chip operator's result: what its inference says of integers holds of real numbers. */
function rangeOf(node: Node, inputs: readonly ValueType[], steps: number): ValueType['range'] {
  if (is(node, source)) return node.type.kind === 'current' ? [-currentsBelow(node.attrs), currentsBelow(node.attrs)] : node.type.range;
  const own = neuronOf(node)?.range?.(inputs[0].range);
  if (own) return own;
  const type = inferNode(table[node.kind], inputs, node.attrs, node.params, steps);
  return typeof type === 'string' ? [-Infinity, Infinity] : type.range;
}

/** Largest magnitude that the hosts and layers of a group add up to, per channel, on the way as well: biases come last and may take back what the sums were. */
export function reachOfGroup({ hosts, writers, channels }: ScaleGroup, { nodes }: Graph, bounds: ReadonlyMap<ValueId, Bounds>): Float64Array {
  const reach = new Float64Array(channels);
  for (const writer of [...hosts, ...writers.map(({ node }) => node)]) {
    const { low, high } = bounds.get(writer)!, all = low.length === channels ? undefined : Math.max(-Math.min(...low), Math.max(...high));
    const bias = isHost(nodes[writer]) ? undefined : nodes[writer].params.bias?.data;
    reach.forEach((_, c) => { reach[c] += (all ?? Math.max(-low[c], high[c])) + (bias ? Math.abs(all === undefined ? bias[c] : peak(bias)) : 0); });
  }
  return reach;
}

/**
 * The units of a group that hosts write to. Without weights: the least power of two in which `reach` takes `bits` bits. With weights: theirs, halved while `reach` still fits, the layers following by whole gains;
 * or doubled until it fits.
 * @param reach of all results, the host's and the layers'; terms: what thresholds and biases reach, by channel, or one where units are uniform
 * @param uniform whether all channels share one unit
 */
export function unitsForHosts(chosen: ChosenUnits, reach: Float64Array, terms: Float64Array, bits: number, uniform: boolean): ChosenUnits {
  const [largest, longest] = [peak(reach), peak(terms)], finest = reach.map((each, c) => Math.max(powerUnit(uniform ? largest : each, 2 ** (bits - 1) - 1), powerUnit(uniform ? longest : terms[c], mostTerm)));
  if (chosen.gains.length === 0) return { ...chosen, units: finest };
  const shifts = finest.map((unit, c) => Math.min(mostShift, Math.floor(Math.log2(chosen.units[c] / unit))));
  if (uniform) shifts.fill(shifts.reduce((least, shift) => Math.min(least, shift), Infinity));
  return { ...chosen, units: chosen.units.map((unit, c) => unit * 2 ** -shifts[c]), gains: chosen.gains.map((own) => own.map((gain, c) => gain * 2 ** Math.max(0, shifts[c % shifts.length]))) };
}

/** The least power of two in which `reach` takes at most `count` units; what is always 0 takes any. */
const powerUnit = (reach: number, count: number): number => (reach > 0 ? 2 ** Math.ceil(Math.log2(reach / count)) : 2 ** -24);

type Widths = Readonly<{ accumulatorBits: number; membraneBits: number }>;
export const widestHost = ({ accumulatorBits }: Widths): number => Math.min(mostBits, accumulatorBits);

/** Groups of host results in which, or behind which, something does not fit, with the bits to try next. @param widths bits by group so far */
export function hostsTooWide(graph: Graph, { groupOf, groups }: ScaleGroups, limits: Widths, widths: ReadonlyMap<number, number>): [number, number][] {
  const over = graph.nodes.map(({ type }) => (type.kind === 'current' ? signedBits(...type.range) - limits.accumulatorBits : 0)), raise = (value: ValueId, bits: number): void => { over[value] = Math.max(over[value], bits); };
  const ids = new Map(graph.nodes.map(({ name }, id) => [name, id])), excess = groups.map(() => 0);
  for (const { node, holds, bits } of widthsOf(graph)) if (holds === 'membrane') raise(graph.nodes[ids.get(node)!].inputs[0], bits - limits.membraneBits);
  // What does not fit behind a layer, a membrane too, is made smaller before it: last node first.
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    const node = graph.nodes[id];
    if (is(node, conv) || is(node, spikeProduct) || is(node, addCurrents)) node.inputs.forEach((input) => raise(input, over[id]));
    const own = neuronOf(node)?.sum?.(node, graph);
    if (own?.narrows) raise(node.inputs[0], own.bits - own.limit);
  }
  over.forEach((bits, id) => { const group = groupOf.get(id); if (group !== undefined) excess[group] = Math.max(excess[group], bits); });
  return excess.flatMap((bits, group): [number, number][] => {
    const now = widths.get(group) ?? widestHost(limits);
    return bits > 0 && groups[group].hosts.length > 0 && now > fewestBits ? [[group, Math.max(fewestBits, now - bits)]] : [];
  });
}

/** What an integer host node adds to a real one. @param operands channels of each, and their units: undefined where it counts whole things */
export function hostToUnits({ name, params }: Node, operands: readonly (readonly [channels: number, units: Float64Array | undefined])[], made: Float64Array, { low, high }: Bounds, roundings: Roundings): Record<string, Tensor> {
  const units = operands.flatMap(([channels, own]) => [...(own ?? new Float64Array(channels).fill(1))]);
  roundings.say(name, 'host', false, `results are rounded to whole units of ${made.reduce((most, unit) => Math.max(most, unit), 0).toExponential(2)} or less`);
  return { ...params, units: { shape: [units.length], data: Float64Array.from(units) }, scale: { shape: [made.length], data: made }, range: { shape: [2, made.length], data: Float64Array.from([...low.map((each, c) => Math.floor(each / made[c]) + 0), ...high.map((each, c) => Math.ceil(each / made[c]) + 0)]) } };
}
