// One conformance case through importer, float64 evaluation, integer evaluation and chips.
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { ops } from '../../compiler/ops/index.ts';
import type { AttentionOrder } from '../../compiler/passes/pass.ts';
import type { CompileOptions } from '../../compiler/pipeline.ts';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Agreement } from './agree.ts';
import { startAgreement } from './agree.ts';
import type { Compacted } from './compacted.ts';
import { startCompacted } from './compacted.ts';
import { observeChip } from './chip-observation.ts';
import type { Comparison } from './compare.ts';
import { compareCase, startComparison } from './compare.ts';
import { compareConstants } from './constants.ts';
import type { ConstantDifference } from './constants.ts';
import type { Held } from './held.ts';
import type { Given } from './inputs.ts';
import { toUnits } from './inputs.ts';
import { observeEvaluation } from './observe.ts';

/** Sums over all samples that must be equal on every chip. */
export const invariantCounts = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ', 'update', 'spike'] as const satisfies readonly EventKind[];
export type Totals = Readonly<{ sops: number; updates: number; spikes: number }>;

/** golden: against the golden data (exact cases must match it); agreement: against the integer evaluation, always exact; compacted: the program without what changes no result. refused: the chip cannot run it, with the reasons. */
export type ChipResult = Readonly<{ target: string; passed: boolean; residual: string; cores: number; golden?: Comparison; agreement?: Agreement; compacted?: Compacted; totals?: Totals; refused?: readonly Fault[] }>;
/** refused: nothing differs, but the integer form or a chip does not take the network. */
export type CaseResult = Readonly<{ case: string; family: string; exact: boolean; passed: boolean; refused: boolean; samples: number; float64: Comparison; integer: Comparison | undefined; chips: readonly ChipResult[]; constants: readonly ConstantDifference[]; failures: readonly string[] }>;

/** Runs a loaded case: every neuron of the published network, read or not, because golden data and operations count them all. A refusal is no failure of exactness, but the case has not passed either. */
export function runCase(published: Held, targets: readonly Target[], residual: CompileOptions['residual'], attention: AttentionOrder = 'kv'): CaseResult {
  const { model, exact } = published, options: CompileOptions = { residual, scale: 'max', bits: 8, seed: 1, eliminate: 'none', attention, narrow: exact ? 'refused' : 'allowed' };
  // Golden operations of attention are those of the order kv.
  const golden: Held = attention === 'kv' ? published : { ...published, operations: published.operations.filter(({ name }) => !/\.(kv|q_apply)$/.test(name)) };
  const inputs = golden.given;
  // What nodes that learn keep from sample to sample; each run has its own.
  const real = new Map(), whole = new Map();
  const float64 = compareCase(golden, exact ? 'exact' : 'tolerance', (sample) => observeEvaluation(model.graph, evaluate(model.graph, ops, inputs(sample), real)));
  const failures = float64.failures.map((failure) => `float64: ${failure}`);

  const { arch } = targets[0], fitting = toInteger(model.graph, options, arch);
  // An exact case is whole numbers even where no chip holds them: then it is evaluated on integers as wide as float64 has.
  const lowered = exact && !fitting.ok ? toInteger(model.graph, options, { core: { ...arch.core, accumulatorBits: 53, membraneBits: 53 } }) : fitting;
  const units = lowered.ok ? toUnits(lowered.value.integer, golden.samples, inputs) : lowered;
  const integer = lowered.ok && units.ok ? compareCase(golden, exact ? 'exact' : 'measure', (sample) => observeEvaluation(lowered.value.integer, evaluate(lowered.value.integer, ops, units.value[sample], whole))) : undefined;
  failures.push(...(integer ? integer.failures : lowered.ok && !units.ok ? units.faults.map(({ message }) => message) : []).map((failure) => `integer: ${failure}`));

  const constants = lowered.ok ? compareConstants(golden.constants, lowered.value.records) : [];
  failures.push(...constants.flatMap(({ failure }) => failure ?? []));

  const chips = targets.map((target) => runChip(golden, target, options, inputs));
  for (const { target, golden: compared, agreement, compacted } of chips) {
    for (const failure of compared?.failures ?? []) failures.push(`${target}: ${failure}`);
    if (agreement && !agreement.agrees) failures.push(`${target}: ${agreement.spikes.differing} spikes and ${agreement.logits} samples' logits differ from the integer evaluation`);
    if (compacted && !compacted.agrees) failures.push(`${target}, compacted: ${compacted.spikes.differing} spikes and ${compacted.outputs} results differ from the integer evaluation of the whole network`);
  }
  const totals = chips.flatMap((chip) => (chip.totals ? [chip.totals] : [])), unlike = totals.find((one) => JSON.stringify(one) !== JSON.stringify(totals[0]));
  if (unlike) failures.push(`sums of SOPs, updates and spikes differ between chips: ${JSON.stringify(totals[0])} against ${JSON.stringify(unlike)}`);
  const refusals = [...(lowered.ok ? [] : lowered.faults.map(({ message }) => `integer: refused: ${message}`)), ...chips.flatMap(({ target, refused = [] }) => refused.map(({ message }) => `${target}: refused: ${message}`))];
  return { case: golden.name, family: model.family, exact, passed: failures.length + refusals.length === 0, refused: failures.length === 0 && refusals.length > 0, samples: golden.samples, float64, integer, chips, constants, failures: [...failures, ...refusals] };
}

function runChip(golden: Held, target: Target, options: CompileOptions, inputs: (sample: number) => Given): ChipResult {
  const { model, exact } = golden, name = target.arch.name, compiled = compile({ graph: model.graph, hash: golden.name, classes: model.classes }, target, options);
  if (!compiled.ok) return { target: name, passed: false, residual: options.residual, cores: 0, refused: compiled.faults };
  const units = toUnits(compiled.value.integer, golden.samples, inputs);
  if (!units.ok) return { target: name, passed: false, residual: options.residual, cores: 0, refused: units.faults };
  const { program, integer, mapping, residual } = compiled.value, { technology: _, ...chip } = target.arch, engine = prepare(program, chip);
  const compacting = startCompacted(model.graph, target, options), comparing = startComparison(golden, exact ? 'exact' : 'measure'), agreeing = startAgreement(golden.layers.map((layer) => layer.name)), sums = invariantCounts.map(() => 0), memory = new Map();
  for (let sample = 0; sample < golden.samples; sample++) {
    const run = engine.run(units.value[sample], { activities: false }), observed = observeChip(program, engine, run);
    comparing.add(sample, observed);
    const evaluation = evaluate(integer, ops, units.value[sample], memory);
    agreeing.add(observeEvaluation(integer, evaluation), observed);
    compacting?.add(integer, evaluation, units.value[sample]);
    invariantCounts.forEach((kind, i) => { sums[i] += totalOf(run.ledger, kind); });
  }
  const compared = comparing.finish(), agreement = agreeing.finish(), compacted = compacting?.finish(), [binary, graded, kv, q, updates, spikes] = sums;
  return { target: name, passed: compared.passed && agreement.agrees && (compacted?.agrees ?? true), residual: residual.used, cores: mapping.cores, golden: compared, agreement, ...(compacted ? { compacted } : {}), totals: { sops: binary + graded + kv + q, updates, spikes } };
}
