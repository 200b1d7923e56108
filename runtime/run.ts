// The road for a person: compile -> simulate -> compare -> report.
import type { Fault, Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Target } from '../targets/contract/arch.ts';
import { placeOf, unread } from '../targets/contract/probes.ts';
import type { Probe, Program } from '../targets/contract/program.ts';
import { isSequence } from '../targets/contract/program.ts';
import { encodeProgram } from '../targets/contract/wire.ts';
import { compile } from '../compiler/pipeline.ts';
import { lif, ssa, sumHeads } from '../compiler/ops/index.ts';
import { is } from '../compiler/ir/define-op.ts';
import type { Graph, Node } from '../compiler/ir/types.ts';
import { expressions } from '../compiler/passes/order-attention.ts';
import type { Compiled } from '../compiler/pipeline.ts';
import { readLabels } from './datasets/labels.ts';
import type { Samples } from './datasets/samples.ts';
import { axesWrong, encoderUnused, floatInterrupted, floatMissing, recordTooLarge, samplesTooLarge, spikesUnread, tooManySamples } from './faults.ts';
import type { DataLayout } from './encode/open-samples.ts';
import { encoders, openSamples } from './encode/open-samples.ts';
import type { LoadedModel } from './load-model.ts';
import type { CompilerOptions, SimulatorOptions } from './options.ts';
import { referenceEngines } from './options.ts';
import { checkFeed, feedOf } from './feed.ts';
import { startPhases, startProgress } from './console/progress.ts';
import { firstDivergences, verifyChip } from './compare.ts';
import type { FloatRun } from './float.ts';
import { runFloat } from './float.ts';
import { runSequence } from './float-sequence.ts';
import { recordBytes, recordOrder } from './record.ts';
import { openEngine } from './reference/engines.ts';
import type { ReportInput } from './report/input.ts';
import { digestOf } from './report/digest.ts';
import type { Simulation } from './simulate.ts';
import { classify, simulate } from './simulate.ts';

export type RunOptions = SimulatorOptions & Readonly<{ reference: (typeof referenceEngines)[number]; record: boolean; signal: AbortSignal }>;
/** The program with what is known beside it: a layout file alone has no model. */
export type Subject = Readonly<{ name: string; target: Target; program: Program; bytes: Uint8Array;
  options: Readonly<{ residual: string; scale: string; bits: number; seed?: number }>; model?: LoadedModel; compiled?: Compiled; warnings: readonly Fault[] }>;
export type Finished = Readonly<{ report: ReportInput; simulation: Simulation; exact: boolean }>;

/** What a layout still says of the options it was compiled with. */
export function asCompiled({ blocks }: Program): Subject['options'] {
  const widest = blocks.reduce((most, { data }) => data.reduce((size, weight) => Math.max(size, weight < 0 ? ~weight : weight), most), 0);
  return { residual: 'as compiled', scale: 'as compiled', bits: 33 - Math.clz32(widest) };
}

/** Compiles a model for a target. Faults: those of the compiler. */
export function compileModel(model: LoadedModel, target: Target, options: CompilerOptions): Outcome<Subject> {
  const phases = startPhases('compiling'), compiled = compile({ ...model, hash: model.sha256 }, target, { ...options, onPhase: phases.enter });
  phases.end();
  if (!compiled.ok) return compiled;
  const { program, residual } = compiled.value;
  return succeed({ name: model.name, target, program, bytes: encodeProgram(program), options: { ...options, residual: residual.used }, model, compiled: compiled.value,
    warnings: compiled.warnings });
}

/** encode: what makes spikes of the file's images, where the file holds images; a model says so itself. seed: of that encoder. */
export type DataOptions = Readonly<{ encode: (typeof encoders)[number] | undefined; seed: number }>;

/** Opens the data of a program: the layout follows from its input plane and the encoder. Faults: R0114; R1001 to R1010. */
export function openData({ program, model }: Pick<Subject, 'program' | 'model'>, dataFile: string, labelsFile: string | undefined, { encode, seed }: DataOptions = { encode: undefined, seed: 1 }): Outcome<{ data: Samples; labels: Int32Array | undefined }> {
  const plane = program.planes[program.inputs[0].plane];
  if (encode && plane.carrier.as !== 'spike') return fail(encoderUnused(encode, plane.carrier.as));
  const encoder = encoders.find((one) => one === model?.input.encoding) ?? encode;
  const layout: DataLayout = { encoding: encoder ?? (plane.per === 'sample' ? 'direct' : plane.carrier.as === 'spike' ? 'spikes' : plane.carrier.as === 'current' ? 'currents' : 'frames'), steps: program.steps, channels: plane.channels, height: plane.grid[0], width: plane.grid[1] };
  const data = openSamples(dataFile, layout, { seed });
  if (!data.ok) return data;
  const labels = labelsFile === undefined ? undefined : readLabels(labelsFile, data.value.count, program.classes.length || 2 ** 31);
  if (labels && !labels.ok) return labels;
  return succeed({ data: data.value, labels: labels?.value }, [...data.warnings, ...(labels?.warnings ?? [])]);
}

/** All pixels of a run lie in memory that the workers share; so do all recorded spikes. */
const mostPixelBytes = 2 ** 31, mostRecordBytes = 2 ** 31;

const unreadFaults = ({ name, places = new Int32Array(0) }: Probe): readonly Fault[] => { const missing = places.filter((place) => place === unread).length; return missing > 0 ? [spikesUnread(name, missing)] : []; };

/** What a run cannot hold, told before it begins. Faults: R0110, R0111, R0112, R0127. */
function checkSize(program: Program, sampleBytes: number, samples: number, record: boolean): readonly Fault[] {
  const bytes = sampleBytes * samples, spikes = recordBytes(program) * samples;
  return [...(bytes > mostPixelBytes ? [samplesTooLarge(samples, bytes, mostPixelBytes)] : []),
    ...(record && spikes > mostRecordBytes ? [recordTooLarge(samples, spikes, mostRecordBytes)] : []),
    ...(record ? program.probes.flatMap((probe) => [...(recordOrder(program, probe) ? [] : [axesWrong(probe.name, probe.axes)]), ...unreadFaults(probe)]) : [])];
}

/**
 * Simulates, compares and gathers what a report is made from. An aborted signal ends it cleanly with what was done.
 * Faults: R0110 to R0112 and R2010 before it begins; R3001 for a float engine asked for by name; those of the simulator. Without its float reference a run goes on, with a warning.
 */
export async function runSubject(subject: Subject, data: Samples, labels: Int32Array | undefined, options: RunOptions): Promise<Outcome<Finished>> {
  const { program, bytes, target, model, compiled } = subject, { signal } = options, started = performance.now();
  const wanted = options.samples ?? data.count, samples = Math.min(wanted, data.count),
    faults: Fault[] = [...subject.warnings, ...(wanted > data.count ? [tooManySamples(wanted, data.count)] : [])];
  const unfit = checkFeed(program, data, samples), unheld = unfit.length > 0 ? unfit : checkSize(program, feedOf(program, data, 0).length, samples, options.record);
  if (unheld.length) return fail(...unheld);
  if (model && options.reference !== 'none' && options.reference !== 'auto') {
    const engine = await openEngine(options.reference);
    if (!engine.ok) return engine;
  }
  const timed = Math.min(options.timingSamples, samples), verified = compiled ? Math.min(options.verify, samples) : 0;

  const bar = startProgress('simulating', samples);
  const simulation = await simulate(program, bytes, data, { samples, timed, fidelity: options.timing, workers: options.workers, observed: options.record ? samples : verified,
    signal, onProgress: bar.update });
  bar.end();
  if (simulation.faults.length) return fail(...simulation.faults);
  const { done } = simulation, simulatedSeconds = (performance.now() - started) / 1000;

  const float = model && options.reference !== 'none' && done > 0 && !signal.aborted ? await floatOf(subject, model, data, done, options) : undefined;
  const reference = float?.ok && float.value.labels.length >= done ? float.value : undefined;
  if (float?.ok) faults.push(...float.warnings, ...(reference ? [] : [floatInterrupted(float.value.labels.length, done)]));
  else if (float) faults.push(...float.faults.map(({ message }) => floatMissing(message)));

  const observed = { ...simulation, observed: simulation.observed.slice(0, verified) };
  const checked = observed.observed.length, verification = compiled && checked > 0 ? await shown('integer check', checked, (onProgress) => verifyChip(compiled.integer, program, data, observed, signal, onProgress)) : { samples: 0, spikes: 0, differences: 0, faults: [] };
  const divergence = model && checked > 0 && options.reference !== 'none' ? await shown('float64 check', checked, (onProgress) => firstDivergences(model.graph, program, data, observed, signal, onProgress)) : [];
  faults.push(...verification.faults);

  const { logits, labels: answers, ties } = classify(program, simulation),
    probes = program.probes.map((probe, i) => firingOf(program, probe, simulation.spikes[i], done));
  const seconds = (performance.now() - started) / 1000;
  const report: ReportInput = {
    model: { name: subject.name, sha256: program.model, family: model?.family ?? 'not in a layout file', parameters: model?.parameters ?? weightsOf(program) },
    program, target, options: { ...subject.options, timing: options.timing }, ledger: simulation.ledger, timing: simulation.timing,
    samples: { requested: samples, function: done, timed: simulation.timing?.samples ?? 0 }, partial: done < samples || signal.aborted,
    ...(labels ? { labels: labels.slice(0, done) } : {}), chipLogits: logits, chipLabels: answers, ties, ...(reference ? { float: reference } : {}),
    verification: { samples: verification.samples, spikes: verification.spikes, differences: verification.differences }, divergence, layers: probes, census: simulation.census,
    passes: compiled?.passes.map(({ name, lossless, notes, saved }) => ({ name, lossless: lossless !== 'lossy', notes, saved })) ?? [], verdicts: compiled?.passes.flatMap(({ verdicts }) => verdicts) ?? [], attention: model ? attentionOf(model, compiled?.integer) : [],
    transports: compiled && compiled.residual.used !== 'none' ? Object.entries(compiled.residual.flitLinks).map(([name, flitLinks]) => ({ name, flitLinks })) : [],
    digest: digestOf(simulation.outputs, simulation.ledger), faults, host: { node: process.version, workers: options.workers, seconds, simulatedSeconds, samplesPerSecond: done / simulatedSeconds, data: data.encoder === undefined ? data.name : `${data.name} (${data.encoder})`, dataSha256: data.sha256 } };
  return succeed({ report, simulation, exact: verification.differences === 0 });
}

/** A phase with its progress on stderr. */
async function shown<T>(label: string, total: number, phase: (onProgress: (done: number) => void) => Promise<T>): Promise<T> {
  const bar = startProgress(label, total), result = await phase(bar.update);
  bar.end();
  return result;
}

async function floatOf(subject: Subject, model: LoadedModel, data: Samples, count: number, { reference, workers, signal }: RunOptions): Promise<Outcome<FloatRun>> {
  const bar = startProgress('float reference', count);
  const run = isSequence(subject.program) ? succeed(await runSequence(model.graph, data, count, { signal, onProgress: bar.update })) : await runFloat({ graph: model.graph, modelHash: model.sha256, samples: data, count, engine: reference === 'none' ? 'auto' : reference, workers, cache: true },
    { signal, onProgress: bar.update });
  if (run.ok) bar.update(run.value.labels.length);
  bar.end();
  return run;
}

/** A layer with all neurons whose spikes are known: those that the chip computes, and those that never or always fire. */
function firingOf({ planes, steps }: Program, { name, plane, places }: Probe, spikes: number, samples: number): ReportInput['layers'][number] {
  const { grid: [height, width], channels } = planes[plane], constants = [...places ?? []].flatMap((place) => placeOf(place).is ?? []), positions = height * width;
  return { name, neurons: positions * (channels + constants.length), spikes: spikes + constants.filter((value) => value !== 0).length * positions * steps * samples };
}
const weightsOf = (program: Program): number => program.blocks.reduce((sum, { data }) => sum + data.length, 0);
const attentionOf = ({ graph }: LoadedModel, integer: Graph | undefined): ReportInput['attention'] => [
  ...(integer ?? graph).nodes.flatMap((node) => (is(node, ssa) ? [{ layer: node.name, published: expressions[node.attrs.published], executed: expressions[node.attrs.executed ?? 'kv'] }] : [])),
  ...graph.nodes.flatMap((node) => (node.kind === 'sum-tokens' && graph.nodes[node.inputs[0]].type.kind === 'spike' ? [{ layer: node.name, published: 'q * lif(sum over tokens of k * v)', executed: 'q AND (OR over tokens of (k AND v)): boolean, 0 SOPs' }] : [])),
  ...graph.nodes.flatMap((node) => (is(node, sumHeads) && isBoolean(graph, node) ? [{ layer: node.name, published: 'k * lif(sum of q over the channels of a head)', executed: 'k AND (OR over the channels of a head of q): boolean, 0 SOPs' }] : []))];

/** Whether the neuron that reads a count fires on the first spike of it (operators.md theorem 5). */
const isBoolean = ({ nodes }: LoadedModel['graph'], count: Node): boolean => nodes.some((node) => is(node, lif) && nodes[node.inputs[0]] === count && node.params.threshold.data.every((t) => t <= 1));
