// Program and samples -> merged results of a run in worker threads, the same for any number of them.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Fault } from '../targets/contract/fault.ts';
import type { Ledger } from '../targets/contract/ledger.ts';
import { emptyLedger } from '../targets/contract/ledger.ts';
import type { Program } from '../targets/contract/program.ts';
import { isSequence } from '../targets/contract/program.ts';
import { resultSize } from '../targets/contract/results.ts';
import type { Fidelity, Timing } from '../targets/contract/timing.ts';
import { mergeTimings } from '../targets/contract/timing.ts';
import type { Batch, BatchResult } from './execute/executor.ts';
import { batchesOf } from './execute/executor.ts';
import { feedOf } from './feed.ts';
import { localExecutor, shared } from './execute/local.ts';
import type { Samples } from './datasets/samples.ts';
import { resultsOf } from './results.ts';
import type { CensusRow } from './census.ts';
import { censusLayers, censusRows } from './census.ts';

/** The compiled module a worker runs, wherever this code runs from. */
export const builtModule = (name: string): string => join(dirname(createRequire(import.meta.url).resolve('synfire/package.json')), 'dist', 'runtime', name);

export type SimulationOptions = Readonly<{ samples: number; timed: number; fidelity: Exclude<Fidelity, 'packet'>; workers: number; observed: number; signal?: AbortSignal | undefined; onProgress?: ((done: number) => void) | undefined }>;

/**
 * outputs: integers [done, width] by output name. spikes: per probe, summed. census: per layer with weights, shares of its non-zero inputs.
 * observed: per sample and probe, as pack-spikes.ts packs them. done < samples when the run was interrupted.
 */
export type Simulation = Readonly<{ done: number; outputs: ReadonlyMap<string, Int32Array>; ledger: Ledger; timing: Timing | undefined; spikes: readonly number[];
  census: readonly CensusRow[]; observed: readonly (readonly Uint8Array[])[]; faults: readonly Fault[] }>;

/** Runs samples 0..samples-1. Results merge in sample order, never in order of arrival (law 2). A sequence runs in order, by one worker. */
export async function simulate(program: Program, bytes: Uint8Array, data: Samples, options: SimulationOptions): Promise<Simulation> {
  const sampleBytes = feedOf(program, data, 0).length, pixels = new Uint8Array(new SharedArrayBuffer(options.samples * sampleBytes));
  for (let sample = 0; sample < options.samples; sample++) pixels.set(feedOf(program, data, sample), sample * sampleBytes);
  const batches = batchesOf({ key: createHash('sha256').update(bytes).digest('hex'), program: shared(bytes), pixels, sampleBytes, samples: options.samples, timed: options.timed, fidelity: options.fidelity, observed: options.observed });
  const executor = localExecutor(builtModule('task.js'), isSequence(program) ? 1 : Math.max(1, Math.min(options.workers, batches.length)));
  try {
    const results = await executor.map<Batch, BatchResult>(batches, { signal: options.signal, onProgress: options.onProgress, samples: ({ from, to }) => to - from });
    return merge(program, results);
  } finally { await executor.close(); }
}

function merge(program: Program, results: readonly BatchResult[]): Simulation {
  const done = results.at(-1)?.to ?? 0, ledger = { ...emptyLedger(program.steps, program.stages.length), samples: done }, spikes = program.probes.map(() => 0), layers = censusLayers(program);
  const census = new Float64Array(layers.length * 2), widths = program.readouts.map(({ output }) => resultSize(program, output));
  const outputs = new Map(program.readouts.map(({ output }, i) => [output, new Int32Array(done * widths[i])])), perSample = widths.reduce((a, b) => a + b, 0);
  for (const result of results) {
    result.counts.forEach((count, i) => { ledger.counts[i] += count; });
    result.spikes.forEach((count, i) => { spikes[i] += count; });
    result.census.forEach((count, i) => { census[i] += count; });
    for (let sample = result.from, at = 0; sample < result.to; sample++, at += perSample) {
      let within = at;
      program.readouts.forEach(({ output }, i) => { outputs.get(output)!.set(result.outputs.subarray(within, within + widths[i]), sample * widths[i]); within += widths[i]; });
    }
  }
  const timings = results.flatMap(({ timing }) => (timing ? [timing] : []));
  return { done, outputs, ledger, spikes, timing: timings.length ? mergeTimings(timings) : undefined, observed: results.flatMap(({ observed }) => observed), faults: results.flatMap(({ faults }) => faults),
    census: censusRows(layers, census) };
}

/** Scores [done, classes] and their argmax, lowest index on a tie. */
export function classify(program: Program, { outputs, done }: Pick<Simulation, 'outputs' | 'done'>): Readonly<{ logits: Float64Array; labels: Int32Array; ties: number }> {
  const [readout] = program.readouts, { scores } = resultsOf(readout, outputs.get(readout.output)!), classes = done > 0 ? scores.length / done : 0, labels = new Int32Array(done);
  let ties = 0;
  for (let sample = 0; sample < done; sample++) {
    const row = scores.subarray(sample * classes, (sample + 1) * classes);
    let best = 0;
    row.forEach((value, c) => { if (value > row[best]) best = c; });
    labels[sample] = best;
    if (row.some((value, c) => c > best && value === row[best])) ties++;
  }
  return { logits: scores, labels, ties };
}
