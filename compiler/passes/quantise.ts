// quantise: real -> integer. Weights become codes, biases and thresholds whole units of their channel's scale.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node, ValueId } from '../ir/types.ts';
import { isHeld } from '../ir/check-node.ts';
import { signedBits } from '../ir/ranges.ts';
import { addCurrents, concat, gain, conv, ops, readout, source, spikeProduct } from '../ops/index.ts';
import type { Bounds } from '../../targets/contract/host/host-function.ts';
import { isHost } from '../ops/is-host.ts';
import { bitsOutOfRange, hostUnbounded, streamReadsItself, sumTooWide } from './faults.ts';
import type { Pass, PassContext, PassOptions } from './pass.ts';
import { integerLevel } from './pass.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import { hostTail } from './host-tail.ts';
import { hostBounds, hostToUnits, hostsTooWide, reachOfGroup, unitsForHosts, widestHost } from './host-units.ts';
import { join, scaleGroups } from './scale-groups.ts';
import type { ScaleGroup, ScaleGroups } from './scale-groups.ts';
import type { ChosenUnits } from './choose-units.ts';
import { chooseUnits } from './choose-units.ts';
import { reachFaults } from './check-reach.ts';
import { coarser, excessAt, excessOf, isOfProducts, shiftFor, tooFine } from './round-products.ts';
import { Roundings } from './rounding.ts';
import { effectiveColumns, gainToUnits, isDyadic, readoutToUnits, sourceToUnits, weightsToUnits } from './to-units.ts';

/** w_q = round(W / s), b_q = round(b / s), theta = round(threshold / s) per output channel. Source: operators.md theorem 3. */
export const quantise: Pass = {
  name: 'quantise', doc: 'weights to signed codes, biases and thresholds to whole units, one scale per output channel (shared along a stream of currents)', lossless: 'lossy',
    leaves: integerLevel,
  run(graph, options, context) {
    const settled = settle(graph, options, context);
    if (!settled) return graph;
    settled.roundings.verdicts().forEach(context.verdict);
    return settled.integer;
  },
};

/** Units that fit, the real graph that they were found for (without what the host does) and the integers that it becomes. */
export type Settled = Readonly<{ real: Graph; groups: ScaleGroups; limits: Limits; integer: Graph; roundings: Roundings }>;

/** Finds units in which all fits. undefined: there are none, and the faults say why. */
export function settle(graph: Graph, options: PassOptions, context: PassContext): Settled | undefined {
  if (!Number.isInteger(options.bits) || options.bits < 2 || options.bits > 8) { context.report(bitsOutOfRange(options.bits)); return undefined; }
  // Layers that multiply currents may need narrower weights for their sums to fit; how wide a current is shows only in the integer graph.
  const narrower = new Map<string, number>(), smaller = new Map<number, number>(), rounded = new Map<number, number>(), widths = new Map<number, number>();
  let groups = scaleGroups(graph), bounds = hostBounds(graph);
  groups.circular.forEach((node) => context.report(streamReadsItself(graph.nodes[node].name)));
  const unbounded = [...bounds].filter(([id, { low, high }]) => isHost(graph.nodes[id]) && ![...low, ...high].every(Number.isFinite));
  unbounded.forEach(([host]) => context.report(hostUnbounded(graph.nodes[host].name)));
  if (groups.circular.length + unbounded.length > 0) return undefined;
  for (;;) {
    const notes: string[] = [], limits = { narrower, smaller, rounded, widths, bounds }, roundings = new Roundings(), attempt = quantised(graph, groups, options, limits, { ...context, note: (text) => notes.push(text) }, roundings);
    if (!attempt) return undefined;
    const tail = hostTail(graph, beyond(attempt, options));
    if (tail) {
      const bitsOf = (name: string) => signedBits(...attempt.nodes.find((node) => node.name === name)!.type.range);
      context.note(`on the host, behind the last neuron: ${tail.folded.map((name) => `${name} (sums of ${bitsOf(name)} bits)`).join(', ')}; accumulators hold ${options.accumulatorBits}`);
      graph = tail.graph;
      groups = scaleGroups(graph);
      bounds = hostBounds(graph);
      smaller.clear();
      rounded.clear();
      widths.clear();
      continue;
    }
    const beyondHost = hostsTooWide(attempt, groups, options, widths);
    beyondHost.forEach(([group, bits]) => widths.set(group, bits));
    if (beyondHost.length > 0) continue;
    const large = gainsTooLarge(attempt, groups, options, smaller);
    large.forEach(([group, most]) => smaller.set(group, most));
    if (large.length > 0) continue;
    const fine = options.narrow === 'refused' ? [] : tooFine(attempt, groups, options, rounded);
    fine.forEach(([group, bits]) => rounded.set(group, bits));
    if (fine.length > 0) continue;
    const layers = options.narrow === 'refused' ? [] : [...tooWide(attempt, options, narrower), ...matricesTooWide(attempt, groups, options, narrower), ...ownTooWide(attempt, options, narrower), ...potentialsTooWide(attempt, groups, options, narrower)];
    const wide = layers.length > 0 ? layers : stepsTooWide(graph, attempt, narrower);
    wide.forEach(([name, bits]) => narrower.set(name, bits));
    if (wide.length > 0) continue;
    for (const { name, type } of attempt.nodes) if (!isHeld(type)) context.report(sumTooWide(name, signedBits(...type.range), options.accumulatorBits));
    notes.forEach((text) => context.note(text));
    for (const [name, bits] of narrower) context.note(`${name}: weights of ${bits} bits, so that what they multiply fits ${graph.nodes.some((node) => node.name === name && is(node, readout)) ? resultBits : options.accumulatorBits}`);
    return { real: graph, groups, limits, integer: attempt, roundings };
  }
}

const resultBits = 32;
/** A layer that would have to take fewer bits than this is better done by the host, if it lies behind the last neuron: at five bits accuracy falls by points (operators.md theorem 3). */
const fewestBits = 6;

/**
 * Layers that read currents and cannot keep their weights: all whose sums do not fit, alone or with what they are added to, where narrower weights are refused, else those that would keep too few bits.
 */
function beyond(graph: Graph, { bits, accumulatorBits, narrow }: PassOptions): ReadonlySet<string> {
  const excess = graph.nodes.map(({ type }) => (type.kind === 'current' ? signedBits(...type.range) - accumulatorBits : 0));
  for (let id = graph.nodes.length - 1; id >= 0; id--) if (is(graph.nodes[id], addCurrents)) for (const input of graph.nodes[id].inputs) excess[input] = Math.max(excess[input], excess[id]);
  const layers = new Set(multiplying(graph));
  return new Set(graph.nodes.flatMap((node, id) => (layers.has(node) && excess[id] > 0 && (narrow === 'refused' || bits - excess[id] < fewestBits) ? [node.name] : [])));
}

type Groups = ScaleGroups;
/** narrower: bits of weights by node. smaller: largest gain by group. rounded: bits by which units of products are coarser, by group. widths: bits of what the host makes, by group; bounds: of its values. fractions: fractional bits of neurons by node, where they are settled. */
type Limits = Readonly<{ narrower: ReadonlyMap<string, number>; smaller: ReadonlyMap<number, number>; rounded: ReadonlyMap<number, number>; widths: ReadonlyMap<number, number>; bounds: ReadonlyMap<ValueId, Bounds>; fractions?: ReadonlyMap<string, number> }>;

/** Groups whose gains make a sum, or the potential of a neuron that reads it, too wide, with the largest gain to try next. Gains that keep a group lossless stay: a second try finds them as they were. */
function gainsTooLarge(graph: Graph, of: Groups, options: PassOptions, smaller: ReadonlyMap<number, number>): [number, number][] {
  const { groups } = of, { sums, potentials } = excessOf(graph, of, options);
  return groups.map((_, group) => Math.max(sums[group], potentials[group])).flatMap((bits, group): [number, number][] => {
    const gains = groups[group].writers.flatMap(({ node }) => [...graph.nodes[node].params.gain?.data ?? []]), most = Math.floor(gains.reduce((largest, gain) => Math.max(largest, gain), 1) / 2 ** bits);
    return bits > 0 && gains.length > 0 && most < (smaller.get(group) ?? Infinity) ? [[group, most]] : [];
  });
}

/** Layers that read currents. */
const multiplying = ({ nodes }: Graph): readonly Node[] => nodes.filter((node) => is(node, conv) && nodes[node.inputs[0]].type.kind === 'current');

/** Layers that read currents, and factors of sums, whose proved results do not fit, with the width of weights to try next. */
function tooWide(graph: Graph, { bits, accumulatorBits }: PassOptions, narrower: ReadonlyMap<string, number>): [string, number][] {
  return [...multiplying(graph), ...graph.nodes.filter((node) => is(node, gain))].flatMap((node): [string, number][] => {
    const excess = signedBits(...node.type.range) - accumulatorBits, now = narrower.get(node.name) ?? bits;
    return excess > 0 && now > 2 ? [[node.name, Math.max(2, now - excess)]] : [];
  });
}

/** Layers whose currents are added at run time, row by row of a matrix, to sums that do not fit, with the width of weights to try next. */
function matricesTooWide({ nodes }: Graph, { groupOf, groups }: Groups, { bits, accumulatorBits }: PassOptions, narrower: ReadonlyMap<string, number>): [string, number][] {
  return nodes.flatMap((node) => {
    const excess = is(node, spikeProduct) ? signedBits(...node.type.range) - accumulatorBits : 0, group = groupOf.get(node.inputs[0] ?? -1);
    return excess <= 0 || group === undefined ? [] : groups[group].writers.flatMap((writer): [string, number][] => {
      const { name } = nodes[writer.node], now = narrower.get(name) ?? bits;
      return now > 2 ? [[name, Math.max(2, now - excess)]] : [];
    });
  });
}

/** Layers that read currents and whose sums fit, but not the potential that a neuron makes of them, with the width of weights to try next. */
function potentialsTooWide(graph: Graph, { groupOf, groups }: Groups, options: PassOptions, narrower: ReadonlyMap<string, number>): [string, number][] {
  return graph.nodes.flatMap((node) => {
    const excess = excessAt(node, graph, 'weights', options), group = groupOf.get(node.inputs[0] ?? -1);
    return excess <= 0 || group === undefined ? [] : groups[group].writers.filter(({ reads }) => reads !== undefined).flatMap((writer): [string, number][] => {
      const { name } = graph.nodes[writer.node], now = narrower.get(name) ?? options.bits;
      return now > 2 ? [[name, Math.max(2, now - excess)]] : [];
    });
  });
}

/** Neurons with weights of their own whose sums do not fit, with the width of their weights to try next. */
const ownTooWide = (graph: Graph, { bits }: PassOptions, narrower: ReadonlyMap<string, number>): [string, number][] => graph.nodes.flatMap((node): [string, number][] => {
  const sum = neuronOf(node)?.sum?.(node, graph), excess = sum?.narrows ? sum.bits - sum.limit : 0, now = narrower.get(node.name) ?? bits;
  return excess > 0 && now > 2 ? [[node.name, Math.max(2, now - excess)]] : [];
});

/** Results are 32 bits wide: readouts whose weighted steps do not fit, and the width of step weights to try next. */
function stepsTooWide(real: Graph, graph: Graph, narrower: ReadonlyMap<string, number>): [string, number][] {
  return graph.nodes.flatMap((node, id): [string, number][] => {
    const before = real.nodes[id], excess = signedBits(...node.type.range) - resultBits, now = narrower.get(node.name) ?? 8;
    if (!is(node, readout) || !is(before, readout) || !before.params.stepWeight || isDyadic(before.params.stepWeight.data)) return [];
    return excess > 0 && now > 2 ? [[node.name, Math.max(2, now - excess)]] : [];
  });
}

/** The network in whole units, rounded as `roundings` say. undefined: constants do not fit, and the faults say which. */
export function quantised(graph: Graph, groups: Groups, options: PassOptions, { narrower, fractions, ...limits }: Limits, context: PassContext, roundings: Roundings): Graph | undefined {
  const codesOf = (node: Node): number => 2 ** ((narrower.get(node.name) ?? options.bits) - 1) - 1, units = unitsOf(graph, groups, options, codesOf, limits, context);
  const refusals = graph.nodes.flatMap((node, id) => reachFaults(node, graph, units.of(is(node, conv) || is(node, gain) ? id : node.inputs[0] ?? -1)));
  refusals.forEach(context.report);
  if (refusals.length) return undefined;  // integers refuse to be built of what does not fit them
  for (const [name, bits] of narrower) roundings.say(name, 'weights', true, `codes of ${bits} bits, so that what they multiply fits`);
  return rewriteGraph(graph, ops, (node, inputs, builder, old) => {
    const read = units.of(node.inputs[0] ?? -1), made = units.of(old);
    if (is(node, source)) return builder.add(source, node.name, inputs, ...sourceToUnits(node, made, context, roundings), node.loc);
    if (is(node, conv)) return builder.add(conv, node.name, inputs, node.attrs, weightsToUnits(node, read, made!, units.gains(old), codesOf(node), roundings), node.loc);
    if (is(node, gain)) return builder.add(gain, node.name, inputs, units.shift(old) > 0 ? { shift: units.shift(old) } : {}, gainToUnits(node, read, made!, units.shift(old), roundings), node.loc);
    if (isHost(node)) return builder.addKind(node.kind, node.name, inputs, node.attrs, hostToUnits(node, node.inputs.map((input) => [graph.nodes[input].type.channels, units.of(input)] as const), made!, limits.bounds.get(old)!, roundings), node.loc);
    if (is(node, readout)) return builder.add(readout, node.name, inputs, ...readoutToUnits(node, graph, read, codesOf(node), roundings), node.loc);
    const neuron = neuronOf(node);
    if (!neuron) return keep(node, inputs, builder, old);
    const making = { read, types: inputs.map((input) => builder.typeOf(input)), steps: graph.steps, membraneBits: options.membraneBits, fractionBits: fractions?.get(node.name), codes: codesOf(node), context, roundings };
    return builder.addKind(node.kind, node.name, inputs, ...neuron.toUnits(node, making), node.loc);
  });
}

/** Units of every current, the gains of every writer, and the bits that its products are rounded by. */
type Units = Readonly<{ of(value: ValueId): Float64Array | undefined; gains(writer: ValueId): Float64Array | undefined; shift(writer: ValueId): number }>;

function unitsOf(graph: Graph, { groupOf, groups }: Groups, options: PassOptions, codesOf: (node: Node) => number, { smaller, rounded, widths, bounds }: Pick<Limits, 'smaller' | 'rounded' | 'widths' | 'bounds'>, { note }: PassContext): Units {
  const shifts: number[] = [];
  const chosen: ChosenUnits[] = [], gains = new Map<ValueId, Float64Array>();
  const of = (value: ValueId): Float64Array | undefined => {
    const group = groupOf.get(value), node: Node | undefined = graph.nodes[value], units = group === undefined ? undefined : chosen[group]?.units;
    // Parts that only the host weighs keep units of their own, side by side.
    if (group === undefined && node && is(node, concat) && node.type.kind === 'current') return join(node.inputs.map((input) => of(input)!));
    // In a group of one unit for all channels values may differ in their number of channels.
    return units && units.length !== graph.nodes[value].type.channels ? new Float64Array(graph.nodes[value].type.channels).fill(units[0]) : units;
  };
  for (const group of groups) {
    const columns = group.writers.map(({ node, reads }) => effectiveColumns(graph.nodes[node], reads === undefined ? undefined : of(reads)));
    const alone = coarser(chooseUnits(group, columns, options.scale, Math.min(127, ...group.writers.map(({ node }) => codesOf(graph.nodes[node]))), smaller.get(chosen.length)), rounded.get(chosen.length));
    const bits = widths.get(chosen.length) ?? widestHost(options), units = group.hosts.length > 0 ? unitsForHosts(alone, reachOfGroup(group, graph, bounds), group.reach, bits, group.units === 'uniform') : alone;
    const shift = isOfProducts(group, graph) && units.lossless < group.channels && options.narrow !== 'refused' ? shiftFor(columns.flat(), units.units) : 0;
    shifts.push(shift);
    chosen.push(units);
    group.writers.forEach(({ node }, i) => { if (units.gains[i].some((g) => g !== 1)) gains.set(node, units.gains[i]); });
    if (group.writers.length > 0 || group.hosts.length === 0) note(`${describe(group, units, graph, options.scale)}${shift === 0 ? '' : `; products rounded by ${shift} bits`}`);
    if (group.hosts.length > 0) note(`${group.hosts.map((host) => graph.nodes[host].name).join(' + ')}: made by the host, in ${bits} bits`);
  }
  return { of, gains: (writer) => gains.get(writer), shift: (writer) => shifts[groupOf.get(writer) ?? -1] ?? 0 };
}

function describe({ writers, channels }: ScaleGroup, { lossless, limited, gains }: ChosenUnits, graph: Graph, rule: string): string {
  const who = writers.map(({ node }) => graph.nodes[node].name).join(' + ') || 'a current without weights', lossy = channels - lossless, shifted = gains.some((own) => own.some((g) => g !== 1));
  const how = lossy === 0 ? 'lossless' : lossless === 0 ? `${rule} scale` : `${rule} scale on ${lossy} of ${channels} channels, the others lossless`;
  return `${who}: ${how}${shifted ? ', writers brought to one unit by whole gains' : ''}${limited ? `; ${limited} channels with vanishing weights take the finest unit their thresholds allow` : ''}`;
}

