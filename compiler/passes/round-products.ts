// Products with factors that change with the step: units that hold them, factors that do not vanish in such units, and the bits by which a soma rounds.
import { is } from '../ir/define-op.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Graph, Node } from '../ir/types.ts';
import { gain } from '../ops/index.ts';
import { mostShift } from '../ops/gain.ts';
import { peak } from './choose-scale.ts';
import type { ChosenUnits } from './choose-units.ts';
import type { PassOptions } from './pass.ts';
import { neuronOf } from './neurons/neuron-of.ts';
import type { Ease } from './neurons/neuron.ts';
import type { ScaleGroup, ScaleGroups } from './scale-groups.ts';

const factorCodes = 127;

/** Bits that what a neuron holds is beyond what the target holds, if `ease` may make it smaller; 0: nothing is to be made smaller. */
export function excessAt(node: Node, graph: Graph, ease: Ease, { accumulatorBits, membraneBits }: PassOptions): number {
  const neuron = neuronOf(node), widths = neuron?.eases?.includes(ease) ? neuron.widths?.(node, graph) ?? [] : [];
  return widths.reduce((most, { holds, bits }) => Math.max(most, bits - (holds === 'membrane' ? membraneBits : accumulatorBits)), 0);
}

/** Bits that the sums of each group, and the potentials of the neurons that read it, are beyond what the target holds. */
export function excessOf(graph: Graph, { groupOf, groups }: ScaleGroups, options: PassOptions): Readonly<{ sums: readonly number[]; potentials: readonly number[] }> {
  const sums = groups.map(() => 0), potentials = groups.map(() => 0), raise = (of: number[], group: number | undefined, bits: number): void => { if (group !== undefined) of[group] = Math.max(of[group], bits); };
  graph.nodes.forEach((node, id) => {
    if (node.type.kind === 'current') raise(sums, groupOf.get(id), signedBits(...node.type.range) - options.accumulatorBits);
    raise(potentials, groupOf.get(node.inputs[0] ?? -1), excessAt(node, graph, 'units', options));
  });
  return { sums, potentials };
}

/** Whether all that a group carries are products with factors: nothing else suffers from coarser units. */
export const isOfProducts = ({ writers, hosts }: ScaleGroup, { nodes }: Graph): boolean => writers.length > 0 && hosts.length === 0 && writers.every(({ node }) => is(nodes[node], gain));

/** Groups of products too fine for what holds them, with the bits by which their units are to be coarser: rounding a product loses less than a factor of fewer bits does. */
export function tooFine(graph: Graph, of: ScaleGroups, options: PassOptions, rounded: ReadonlyMap<number, number>): [number, number][] {
  const { sums, potentials } = excessOf(graph, of, options);
  return of.groups.flatMap((own, group): [number, number][] => {
    const now = rounded.get(group) ?? 0, bits = Math.min(mostShift, now + Math.max(sums[group], potentials[group]));
    return isOfProducts(own, graph) && bits > now ? [[group, bits]] : [];
  });
}

export const coarser = (units: ChosenUnits, bits = 0): ChosenUnits => (bits === 0 ? units : { ...units, units: units.units.map((unit) => unit * 2 ** bits), lossless: 0 });

/** Bits by which factors count finer than the units that they lead to, so that the largest takes seven: where constants or widths made the units coarse, factors would vanish. */
export function shiftFor(columns: readonly Float64Array[], units: Float64Array): number {
  const largest = columns.reduce((most, column, i) => Math.max(most, peak(column) / units[i % units.length]), 0);
  return largest > 0 ? Math.max(0, Math.min(mostShift, Math.floor(Math.log2(factorCodes / largest)))) : 0;
}
