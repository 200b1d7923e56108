// ReportInput -> Report: a pure function, one line a part.
import { chipKinds, events, memories } from '../../targets/contract/ledger.ts';
import type { Memory } from '../../targets/contract/ledger.ts';
import { fidelities } from '../../targets/contract/timing.ts';
import { breakEven } from '../energy/break-even.ts';
import type { Energy } from '../energy/dialect.ts';
import { energies } from '../energy/energies.ts';
import { accuracyOf, referenceOf } from './accuracy.ts';
import { conventionsOf } from './conventions.ts';
import { gateFaults } from './faults.ts';
import { hostedOf } from './hosted.ts';
import type { ReportInput } from './input.ts';
import { coresOf, footprintOf } from './layout.ts';
import { firingOf, networkOf, operationsOf } from './operations.ts';
import { retrievalOf } from './retrieval.ts';
import type { Report } from './schema.ts';
import { mean, percentile } from './statistics.ts';

/**
 * The report of one run. Pure: the same input gives the same value; only `host` may differ between equal runs.
 * Works without timing, labels or float reference, and for an interrupted run: what is not known is absent, never 0.
 * Warnings R7001..R7004 join the given faults and those of the energy dialects. Source of the fields: issue 3, gate 4.
 */
export function buildReport(input: ReportInput): Report {
  const { program, target, samples, float } = input;
  checkLengths(input);
  const accounts = energies({ ledger: input.ledger, timing: input.timing, target, program }),
    operations = operationsOf(input),
    cores = coresOf(input),
    accuracy = accuracyOf(input),
    reference = float && referenceOf(input),
    retrieval = retrievalOf(input),
    timing = timingOf(input);
  return {
    schemaVersion: 1,
    partial: input.partial,
    digest: input.digest,
    model: { ...input.model, steps: program.steps, classes: program.classes, layers: program.layers },
    target: targetOf(input),
    options: input.options,
    samples,
    accuracy,
    ...(retrieval && { retrieval }),
    ...(reference && { reference }),
    verification: input.verification,
    divergence: input.divergence,
    operations,
    firing: firingOf(input),
    census: input.census,
    attention: input.attention,
    transports: input.transports,
    passes: input.passes,
    verdicts: input.verdicts,
    hosted: hostedOf(program),
    energy: accounts,
    efficiency: efficiencyOf(accounts[0], operations.sops, timing),
    breakEven: breakEven(input.ledger, program, target),
    ...(timing && { timing }),
    footprint: footprintOf(cores, input),
    network: networkOf(operations, input),
    cores,
    conventions: conventionsOf(input),
    sources: Object.entries(target.cited)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, cited]) => ({ key, basis: cited.basis, source: cited.source })),
    costs: chipKinds.map((kind) => ({
      kind,
      meaning: events[kind],
      each: target.costs[kind].each,
      basis: target.costs[kind].basis,
      source: target.costs[kind].source,
    })),
    faults: unique([...input.faults, ...accounts.flatMap((account) => account.warnings), ...gateFaults(input)]),
    host: input.host,
  };
}

/** Arrays shorter than the samples they stand for are our own mistake. */
function checkLengths({ samples, labels, chipLabels, chipLogits, float, program, ledger }: ReportInput): void {
  const n = samples.function,
    classes = program.classes.length;
  const short = [
    ['labels', labels?.length ?? n, n],
    ['chipLabels', chipLabels.length, n],
    ['chipLogits', chipLogits.length, n * classes],
    ['float.labels', float?.labels.length ?? n, n],
    ['float.logits', float?.logits.length ?? n * classes, n * classes],
  ] as const;
  for (const [name, length, wanted] of short) if (length < wanted) throw new Error(`${name} has ${length} entries, ${n} samples need ${wanted}`);
  if (ledger.samples !== n) throw new Error(`the ledger counts ${ledger.samples} samples, the report ${n}`);
}

const targetOf = ({ target }: ReportInput): Report['target'] => {
  const { arch, hash } = target,
    { nanometres, volts, hertz, unused } = arch.technology,
    { sync, width, height, io, deadCores } = arch.mesh,
    { axons, neurons, weightBits, payloadBits, sums } = arch.core;
  return {
    name: arch.name,
    hash,
    nanometres,
    volts,
    hertz,
    unused,
    sync,
    width,
    height,
    io,
    deadCores,
    axons,
    neurons,
    weightBits,
    payloadBits,
    sums,
    graded: arch.abilities.graded,
    multicast: arch.router.multicast,
    memories: Object.fromEntries(memories.map((memory): [Memory, number] => [memory, arch.memories[memory].bytes])) as Record<Memory, number>,
  };
};

function timingOf({ timing, target }: ReportInput): NonNullable<Report['timing']> | undefined {
  if (!timing || timing.samples === 0) return undefined;
  const { hertz } = target.arch.technology,
    { total, steps, samples } = timing;
  const spread = (scale: number) => ({
    mean: mean(total) / scale,
    least: percentile(total, 0) / scale,
    most: percentile(total, 1) / scale,
    p50: percentile(total, 0.5) / scale,
    p99: percentile(total, 0.99) / scale,
  });
  const stepEnds = Array.from({ length: steps }, (_, step) => mean(Array.from({ length: samples }, (_unused, sample) => timing.cycles[sample * steps + step])));
  return {
    fidelity: timing.fidelity,
    called: fidelities[timing.fidelity],
    samples,
    cycles: spread(1),
    seconds: spread(hertz),
    perSample: [...total],
    stepEnds,
    samplesPerSecond: mean(total) > 0 ? hertz / mean(total) : 0,
  };
}

/** @param hardware the first dialect: the estimate */
function efficiencyOf({ dynamic, leakage, total }: Energy, sops: number, timing: Report['timing']): Report['efficiency'] {
  const seconds = timing?.seconds.mean ?? 0,
    milliwatts = (picojoules: number): number => (picojoules * 1e-9) / seconds;
  return {
    ...(sops > 0 && { picojoulesPerSop: { dynamic: dynamic.total / sops, ...(leakage && { total: total / sops }) } }),
    ...(leakage &&
      seconds > 0 && { averagePowerMilliwatts: { dynamic: milliwatts(dynamic.total), leakage: milliwatts(leakage.total), total: milliwatts(total) } }),
  };
}

const unique = (faults: Report['faults']): Report['faults'] => [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
