// What a report is made from: plain data of one finished (or interrupted) run. Nothing here depends on the wall clock but `host`.
import type { Saving } from '../../targets/contract/savings.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Ledger } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';

/** Where two runs first differ: the layer and step of the first differing spike of a sample, and the first neuron in it. */
export type Divergence = Readonly<{ sample: number; layer: string; step: number; neuron: number }>;
/** Facts of the machine and the day: node version, workers, seconds, images per second. The only part of a report that may change between two equal runs. */
export type Host = Readonly<Record<string, string | number | boolean>>;

/**
 * S = samples.function; arrays over samples hold the first S samples or more (a data set's labels may be longer).
 * chipLogits [S, classes]: integer / divisor * scale. chipLabels [S]: argmax, lowest index on a tie; `ties` counts samples with one.
 * layers: one per spiking layer, spikes summed over S samples and T steps. census: shares of the non-zero inputs of each weight matrix, summing to 1 (all 0 where there were none); where: multiplied at every step, once a sample, or by the host.
 * float: absent when no float reference was run; `reasons` say why an engine before it in the order was not used. labels: absent when the data has none.
 * verification: samples on which the integer evaluation ran beside the chip, spikes compared, spikes that differed.
 * digest: SHA-256 over outputs and ledger (see digestOf). faults: warnings gathered on the way.
 */
export type ReportInput = Readonly<{
  model: Readonly<{ name: string; sha256: string; family: string; parameters: number }>;
  program: Program;
  target: Target;
  options: Readonly<{ residual: string; scale: string; bits: number; seed?: number; timing: string }>;
  ledger: Ledger;
  timing?: Timing | undefined;
  samples: Readonly<{ requested: number; function: number; timed: number }>;
  partial: boolean;
  labels?: Int32Array | undefined;
  chipLogits: Float64Array;
  chipLabels: Int32Array;
  ties: number;
  float?: Readonly<{ engine: string; reasons: readonly Readonly<{ engine: string; reason: string }>[]; logits: Float64Array; labels: Int32Array }> | undefined;
  verification: Readonly<{ samples: number; spikes: number; differences: number }>;
  divergence: readonly Divergence[];
  layers: readonly Readonly<{ name: string; spikes: number; neurons: number }>[];
  census: readonly Readonly<{ layer: string; binary: number; ternary: number; graded: number; real: number; where: 'step' | 'once' | 'host' }>[];
  passes: readonly Readonly<{ name: string; lossless: boolean; notes: readonly string[]; saved: readonly Saving[] }>[];
  verdicts: readonly Readonly<{ node: string; mechanism: string; exact: boolean; detail: string }>[];
  /** Expected flits x links of a sample for every transport of spike residuals that compiles. */
  transports: readonly Readonly<{ name: string; flitLinks: number }>[];
  attention: readonly Readonly<{ layer: string; published: string; executed: string }>[];
  digest: string;
  faults: readonly Fault[];
  host: Host;
}>;
