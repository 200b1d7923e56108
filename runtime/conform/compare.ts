// Golden data against a run, sample by sample; what differs, where first, and the verdict. Source: README of the conformance zoo, "How a comparison is made".
import type { ExtraDifference } from './extras.ts';
import { startExtras } from './extras.ts';
import type { Held, Tolerance } from './held.ts';
import type { Observation } from './observe.ts';

/** Place of a value: channel c of position n at a step of a sample. */
export type Spot = Readonly<{ sample: number; step: number; position: number; channel: number }>;
/** recorded: false where a run did not show the layer in every sample. */
export type LayerDifference = Readonly<{ name: string; values: number; differing: number; recorded: boolean; first?: Spot }>;
export type OperationsDifference = Readonly<{ name: string; samples: number; differing: number; recorded: boolean; first?: Readonly<{ sample: number; wanted: number; came: number }> }>;
/** worst: largest |difference| over max |golden logit| of the whole case. integers: rounded logits that differ from logits_int, exact cases only.
 * labels: samples whose largest value lies elsewhere. */
export type LogitDifference = Readonly<{ values: number; worst: number; labels: number; integers?: number }>;

/** exact: nothing may differ. tolerance: outputs and spikes within that of the case. measure: reported only (a quantised network on a realistic case). */
export type Rule = 'exact' | 'tolerance' | 'measure';
export type Comparison = Readonly<{ rule: Rule; passed: boolean; failures: readonly string[]; spikes: Readonly<{ values: number; differing: number }>; layers: readonly LayerDifference[];
  logits: LogitDifference; extras: readonly ExtraDifference[]; membranes: readonly LayerDifference[]; potentials: readonly LayerDifference[];
  operations: readonly OperationsDifference[] }>;

/** Of networks in float64: README of the conformance zoo. */
export const tolerance: Tolerance = { logits: 1e-4, spikes: 0.999 };

/** Takes samples in any order; `finish` once all of `samples` are in. */
export type Comparing = Readonly<{ add(sample: number, observation: Observation): void; finish(): Comparison }>;

/**
 * Starts a comparison of a run with the golden data of a case.
 * Synaptic operations are compared wherever the observation counts them, and must agree where no spike differs.
 */
export function startComparison(golden: Held, rule: Rule): Comparing {
  const steps = golden.model.graph.steps, size = golden.logits.real.length / golden.samples, largest = golden.logits.real.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const layers = golden.layers.map(({ name, channels }) => startTally(name, channels, steps)), membranes = golden.membranes.map(({ name, channels }) => startTally(name, channels, steps));
  const potentials = golden.potentials.map(({ name, channels }) => startTally(name, channels, steps));
  const operations = golden.operations.map(({ name }) => ({ name, samples: 0, differing: 0, recorded: true, first: undefined as OperationsDifference['first'] })), extras = startExtras(golden.extras);
  let seen = 0, worst = 0, labels = 0, integers = 0;
  return {
    add(sample, observation) {
      seen++;
      golden.layers.forEach((layer, i) => layers[i].add(sample, layer.sample(sample), observation.spikes(layer.name)));
      golden.membranes.forEach((membrane, i) => {
        const came = observation.membrane?.(membrane.name);
        // Units differ; input over threshold does not. The products are exact: both are dyadic and small.
        if (membrane.threshold === undefined) membranes[i].add(sample, membrane.sample(sample), came?.count);
        else layersEqual(membranes[i], sample, membrane.sample(sample), membrane.threshold, came?.input, came?.threshold, membrane.channels);
      });
      golden.potentials.forEach((potential, i) => {
        const came = observation.potential?.(potential.layer);
        potentials[i].add(sample, potential.sample(sample), came?.domain === potential.domain ? came.values : undefined);
      });
      golden.operations.forEach(({ name, unary }, i) => {
        const tally = operations[i], came = observation.operations?.get(name) ?? 0;
        if (!observation.operations) { tally.recorded = false; return; }
        tally.samples++;
        if (came !== unary[sample]) { tally.differing++; tally.first ??= { sample, wanted: unary[sample], came }; }
      });
      extras.add(sample, observation.extras);
      const wanted = golden.logits.real.subarray(sample * size, (sample + 1) * size);
      if (observation.logits.length !== size) worst = Infinity;
      for (let c = 0; c < size; c++) {
        worst = Math.max(worst, relative(Math.abs(observation.logits[c] - wanted[c]), largest));
        if (golden.logits.integer && Math.round(observation.logits[c] * golden.logits.integer.denominator) !== golden.logits.integer.values[sample * size + c]) integers++;
      }
      if (largestIndex(observation.logits, size) !== largestIndex(wanted, size)) labels++;
    },
    finish() {
      const found = { extras: extras.finish(), layers: layers.map((tally) => tally.result()), membranes: membranes.map((tally) => tally.result()), potentials: potentials.map((tally) => tally.result()), operations: operations.map(({ first,
        ...rest }) => ({ ...rest, ...(first ? { first } : {}) })) };
      const spikes = { values: sum(found.layers, 'values'), differing: sum(found.layers, 'differing') };
      const logits: LogitDifference = { values: seen * size, worst, labels, ...(golden.logits.integer ? { integers } : {}) };
      const failures = rule === 'measure' ? [] : verdict(rule, golden.tolerance, { ...found, spikes, logits, missing: golden.samples - seen });
      return { rule, passed: failures.length === 0, failures, spikes, logits, ...found };
    },
  };
}

/** Compares every sample of a case. */
export function compareCase(golden: Held, rule: Rule, observe: (sample: number) => Observation): Comparison {
  const comparing = startComparison(golden, rule);
  for (let sample = 0; sample < golden.samples; sample++) comparing.add(sample, observe(sample));
  return comparing.finish();
}

const relative = (difference: number, largest: number): number => (largest > 0 ? difference / largest : difference === 0 ? 0 : Infinity);
const sum = (layers: readonly LayerDifference[], key: 'values' | 'differing'): number => layers.reduce((total, layer) => total + layer[key], 0);

/** Ties go to the lowest index. */
function largestIndex(values: ArrayLike<number>, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[i] > values[best]) best = i;
  return best;
}

type Tally = Readonly<{ add(sample: number, wanted: ArrayLike<number>, came: ArrayLike<number> | undefined): void; result(): LayerDifference }>;

function startTally(name: string, channels: number, steps: number): Tally {
  let values = 0, differing = 0, recorded = true, first: Spot | undefined;
  return {
    add(sample, wanted, came) {
      if (!came || came.length !== wanted.length) { recorded = false; return; }
      values += wanted.length;
      const perStep = wanted.length / steps;
      for (let i = 0; i < wanted.length; i++) {
        if (wanted[i] === came[i]) continue;
        differing++;
        first ??= { sample, step: Math.floor(i / perStep), position: Math.floor((i % perStep) / channels), channel: i % channels };
      }
    },
    result: () => ({ name, values, differing, recorded, ...(first ? { first } : {}) }),
  };
}

function layersEqual(tally: Tally, sample: number, wanted: Float64Array, threshold: number, came: ArrayLike<number> | undefined, thresholds: ArrayLike<number> | undefined,
  channels: number): void {
  if (!came || !thresholds) { tally.add(sample, wanted, undefined); return; }
  tally.add(sample, wanted.map((value, i) => value * thresholds[i % channels]), Float64Array.from(came, (value) => value * threshold));
}

type Found = Pick<Comparison, 'layers' | 'membranes' | 'potentials' | 'operations' | 'spikes' | 'logits' | 'extras'> & Readonly<{ missing: number }>;

function verdict(rule: 'exact' | 'tolerance', tolerance: Tolerance, { layers, membranes, potentials, operations, spikes, logits, extras, missing }: Found): string[] {
  const failures: string[] = [], exact = rule === 'exact';
  if (missing > 0) failures.push(`${missing} samples were not run`);
  for (const { name, recorded } of layers) if (!recorded) failures.push(`${name}: not recorded, or of another size`);
  if (exact) for (const { name, differing, values } of layers) if (differing > 0) failures.push(`${name}: ${differing} of ${values} spikes differ`);
  if (!exact && spikes.differing > (1 - tolerance.spikes) * spikes.values) failures.push(`${spikes.differing} of ${spikes.values} spikes differ; ${percent(1 - tolerance.spikes)} may`);
  if (!(logits.worst <= tolerance.logits)) failures.push(`a logit is off by ${logits.worst.toExponential(2)} of the largest; ${tolerance.logits} is allowed`);
  for (const { name, worst } of extras) if (!(worst <= tolerance.logits)) failures.push(`${name}: a value is off by ${worst.toExponential(2)} of the largest; ${tolerance.logits} is allowed`);
  const counted = operations.flatMap(({ name, differing, first }) => (first ? [`${name}: synaptic operations differ in ${differing} samples (sample ${first.sample}: wanted ${first.wanted}, came ${first.came})`] : []));
  // A potential that a run does not show (a chip's, or one of whole units in float64) is not compared.
  for (const { name, differing, values } of potentials) if (differing > 0) failures.push(`${name}: ${differing} of ${values} potentials differ`);
  if (!exact) return spikes.differing === 0 ? [...failures, ...counted] : failures;
  if (logits.integers === undefined || logits.integers > 0) failures.push(logits.integers === undefined ? 'the case has no integer logits' : `${logits.integers} of ${logits.values} integer logits differ`);
  for (const { name, integers = 0 } of extras) if (integers > 0) failures.push(`${name}: ${integers} whole numbers differ`);
  // A membrane that a rewrite removed is not recorded, and not missed.
  for (const { name, differing, values } of membranes) if (differing > 0) failures.push(`${name}: ${differing} of ${values} membrane inputs differ`);
  return [...failures, ...counted];
}

const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(3))} %`;
