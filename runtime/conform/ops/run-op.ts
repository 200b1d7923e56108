// A single-operator case on float64, integers and chips: each of its graphs as a case of its own, their results joined.
import type { CompileOptions } from '../../../compiler/pipeline.ts';
import type { Target } from '../../../targets/contract/arch.ts';
import type { Agreement } from '../agree.ts';
import type { Comparison, LogitDifference } from '../compare.ts';
import type { CaseResult, ChipResult, Totals } from '../run-case.ts';
import { runCase } from '../run-case.ts';
import type { OperatorCase } from './load-op.ts';

/** Runs every part; rows stand under the names of the arrays they are held to. */
export function runOperator({ name, op, parts }: OperatorCase, targets: readonly Target[], residual: CompileOptions['residual']): CaseResult {
  const results = parts.map((part) => runCase(part, targets, residual)), all = <T>(of: (result: CaseResult) => readonly T[]): readonly T[] => results.flatMap(of);
  const integers = all(({ integer }) => (integer ? [integer] : [])), own = (result: CaseResult): readonly string[] => result.failures.map((failure) => (results.length > 1 ? `${result.case.slice(name.length + 1)}: ${failure}` : failure));
  const failed = results.some(({ passed, refused }) => !passed && !refused);
  return { case: name, family: op, exact: results.every(({ exact }) => exact), passed: results.every(({ passed }) => passed), refused: !failed && results.some(({ refused }) => refused),
    samples: parts.reduce((sum, { samples }) => sum + samples, 0), float64: joined(results.map(({ float64 }) => float64)), integer: integers.length === results.length ? joined(integers) : undefined,
    chips: targets.map((_, i) => joinedChips(results.map(({ chips }) => chips[i]))), constants: all(({ constants }) => constants), failures: results.flatMap(own) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function joined(parts: readonly Comparison[]): Comparison {
  const all = <K extends 'layers' | 'membranes' | 'potentials' | 'operations' | 'extras'>(key: K) => parts.flatMap((part) => part[key] as readonly Comparison[K][number][]), counted = parts.flatMap(({ logits: { integers } }) => integers ?? []);
  const logits: LogitDifference = { values: sum(parts.map((part) => part.logits.values)), labels: sum(parts.map((part) => part.logits.labels)), worst: Math.max(...parts.map((part) => part.logits.worst)),
    ...(counted.length > 0 ? { integers: sum(counted) } : {}) };
  return { rule: parts.some(({ rule }) => rule !== 'exact') ? parts.find(({ rule }) => rule !== 'exact')!.rule : 'exact', passed: parts.every(({ passed }) => passed), failures: parts.flatMap(({ failures }) => failures),
    spikes: { values: sum(parts.map(({ spikes }) => spikes.values)), differing: sum(parts.map(({ spikes }) => spikes.differing)) }, logits,
    layers: all('layers'), membranes: all('membranes'), potentials: all('potentials'), operations: all('operations'), extras: all('extras') } as Comparison;
}

/** A chip that refuses one part says so of the whole; what the others gave is kept. */
function joinedChips(parts: readonly ChipResult[]): ChipResult {
  const refused = parts.flatMap((part) => part.refused ?? []), compared = parts.flatMap(({ golden }) => golden ?? []), agreed = parts.flatMap(({ agreement }) => agreement ?? []), totals = parts.flatMap((part) => part.totals ?? []);
  return { target: parts[0].target, passed: parts.every(({ passed }) => passed), residual: parts[0].residual, cores: sum(parts.map(({ cores }) => cores)), ...(refused.length > 0 ? { refused } : {}),
    ...(compared.length > 0 ? { golden: joined(compared) } : {}), ...(agreed.length > 0 ? { agreement: joinedAgreement(agreed) } : {}), ...(totals.length > 0 ? { totals: joinedTotals(totals) } : {}) };
}

const joinedAgreement = (parts: readonly Agreement[]): Agreement => ({ samples: sum(parts.map(({ samples }) => samples)), logits: sum(parts.map(({ logits }) => logits)), layers: parts.flatMap(({ layers }) => layers),
  agrees: parts.every(({ agrees }) => agrees), spikes: { values: sum(parts.map(({ spikes }) => spikes.values)), differing: sum(parts.map(({ spikes }) => spikes.differing)) } });

const joinedTotals = (parts: readonly Totals[]): Totals => ({ sops: sum(parts.map(({ sops }) => sops)), updates: sum(parts.map(({ updates }) => updates)), spikes: sum(parts.map(({ spikes }) => spikes)) });
