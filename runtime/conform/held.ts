// What a run is held to: golden arrays in our layout, whether they come from a case of a network or of a single operator.
import type { Imported } from '../../compiler/frontend/import-model.ts';
import type { Domain } from '../../compiler/ir/types.ts';
import type { GoldenExtra } from './extras.ts';
import type { Given } from './inputs.ts';
import type { Operations } from './operations.ts';

/** One golden array; `sample(s)` in our layout, [steps, positions, channels]. */
export type GoldenLayer = Readonly<{ name: string; channels: number; sample(index: number): Float64Array }>;
/** Membrane inputs in a unit of their own, in which the threshold is `threshold`; without one, bare counts. */
export type GoldenMembrane = GoldenLayer & Readonly<{ threshold: number | undefined }>;
/** Potentials before the spike test, of the neuron whose probe is `layer`. domain: of the graphs that have these numbers; the others floor them, or have another unit. */
export type GoldenPotential = GoldenLayer & Readonly<{ layer: string; domain: Domain }>;
/** Constants that a pass leaves on a node: folded weights, thresholds in whole units. `tolerance`: of the largest; 0: equal. */
export type GoldenConstant = Readonly<{ name: string; after: string; node: string; param: string; values: Float64Array; tolerance: number }>;
/** Outputs of all samples, each in our layout: [classes], or [steps, positions, channels] with what the network keeps apart; integers over `denominator` in exact cases. */
export type GoldenLogits = Readonly<{ real: Float64Array; integer?: Readonly<{ values: Float64Array; denominator: number }> }>;
/** What a realistic run may be off: outputs as a share of the largest, and the share of all spikes that must be equal. */
export type Tolerance = Readonly<{ logits: number; spikes: number }>;

/** `given`: values of one sample by source node. */
export type Held = Readonly<{ name: string; exact: boolean; samples: number; model: Pick<Imported, 'graph' | 'family' | 'classes'>; given(sample: number): Given; tolerance: Tolerance;
  logits: GoldenLogits; layers: readonly GoldenLayer[]; membranes: readonly GoldenMembrane[]; potentials: readonly GoldenPotential[]; constants: readonly GoldenConstant[];
  operations: readonly Operations[]; extras: readonly GoldenExtra[] }>;
