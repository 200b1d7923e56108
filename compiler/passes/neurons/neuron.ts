// What the passes ask of a neuron, and of whatever else has constants in units of what it reads: declared once per operator, so that no pass names one.
import type { Graph, Node, Tensor, ValueType } from '../../ir/types.ts';
import type { PassContext } from '../pass.ts';
import type { Mechanism, Roundings } from '../rounding.ts';

export type Params = Readonly<Record<string, Tensor>>;

/** A sum, or the potential that a neuron stores, and the bits that hold all its values. accumulated: in one accumulator of a core; other currents travel as wide as they are. */
export type Width = Readonly<{ node: string; holds: 'sum' | 'membrane'; bits: number; accumulated: boolean }>;

/**
 * What constants become whole in. read: units of the current it reads, [channels]; undefined: a count. types: of the inputs, in whole units. codes: largest code of a weight.
 * fractionBits: taken by an earlier making of the same network, else as many as fit.
 */
export type Making = Readonly<{ read: Float64Array | undefined; types: readonly ValueType[]; steps: number; membraneBits: number; fractionBits: number | undefined; codes: number; context: PassContext; roundings: Roundings }>;

/** Absent: there is no such thing, or the pass leaves the node as it is. */
export type Neuron<N extends Node = Node> = Readonly<{
  /** Real constants to whole numbers, rounded as the roundings say. */
  toUnits(node: N, making: Making): readonly [attrs: N['attrs'], params: Params];
  /** By what its integers round while they run; the integers of others are whole only because their constants are. */
  rounds?: Mechanism;
  /** Parameters that 32 bits must hold in units of what it reads; others are held at the ends of what can be reached. */
  limited?: readonly string[];
  /** Parameters without a positive factor of what it reads, [channels]; undefined: its value is no spike, and would be scaled as well. */
  unscaled?(node: N): ((scale: Float64Array) => Params) | undefined;
  /** Takes sums that a factor per step multiplies. */
  takesFactors?: true;
  /** Knows no channel but its own, and reads the parts of concatenated currents one by one: its operator picks the parameters. */
  readsApart?: true;
  /** What it hands on of a current stays in the units of it. */
  keepsUnits?: true;
  /** Constants that are to be whole in units of the current, [channels]. */
  terms?(node: N): Float64Array;
  /** Largest constant that need not be whole, but must fit. */
  reach?(node: N): number;
  /** Bits of its potential below one unit of the current: those that it wants, of a real node, and those that it took, of an integer one. */
  fraction?: Readonly<{ wanted(node: N): number; taken(node: N): number }>;
  /** Range of a result in real numbers, where its inference asks for constants that only integers have. @param range of what it reads */
  range?(range: ValueType['range']): ValueType['range'];
  /** Of an integer node: what it stores, and sums that no value shows. Absent: the sum that its value is. */
  widths?(node: N, graph: Graph): readonly Width[];
  /** What is made smaller where widths do not fit: units of the current that it reads become coarser; layers that make it of currents take narrower weights. */
  eases?: readonly Ease[];
  /** Of an integer node: a sum that its own arithmetic makes, in a place of fixed width; undefined: it fits. narrows: fewer bits of its weights, or of what it reads, help. */
  sum?(node: N, graph: Graph): Readonly<{ bits: number; limit: number; narrows: boolean }> | undefined;
  /** Among the neurons that figures count. */
  counted?: true;
}>;
export type Ease = 'units' | 'weights';
