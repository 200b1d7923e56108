// What runs tasks somewhere and gives their results back in order; adapters differ in where, never in what.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Fidelity, Timing } from '../../targets/contract/timing.ts';

/** samples: how many samples a task stands for, for progress. */
export type TaskOptions<I> = Readonly<{ signal?: AbortSignal | undefined; samples: (task: I) => number; onProgress?: ((done: number) => void) | undefined }>;

/** map: results of a prefix of the tasks, in their order; all of them unless aborted. */
export type Executor = Readonly<{ map<I, O>(tasks: readonly I[], options: TaskOptions<I>): Promise<readonly O[]>; close(): Promise<void> }>;

/**
 * One run of a program over samples. key: the program's hash, by which a worker knows that it has it prepared. program and pixels lie on shared memory; pixels [samples, sampleBytes].
 * timed: the first samples that are timed too. observed: the first samples whose spikes come back.
 */
export type Job = Readonly<{ key: string; program: Uint8Array; pixels: Uint8Array; sampleBytes: number; samples: number; timed: number; fidelity: Exclude<Fidelity, 'packet'>; observed: number }>;

/** A job's samples from..to-1, as a worker gets them. */
export type Batch = Job & Readonly<{ from: number; to: number }>;

/**
 * outputs [samples of the batch, classes]. counts: ledger counts summed over the batch. spikes [probes]: values that are not zero. census [layers, 2]: non-zero inputs that are one, and larger,
 * per layer with weights (order of `censusLayers`). observed: per sample and probe the spikes, [steps, positions, channels], packed. timing: of the timed samples, if any.
 */
export type BatchResult = Readonly<{ from: number; to: number; outputs: Int32Array; counts: Float64Array; spikes: Float64Array; census: Float64Array; observed: readonly (readonly Uint8Array[])[];
  timing: Timing | undefined; faults: readonly Fault[] }>;

/** Timed samples alone (they are long), the others in handfuls that keep the cost of a task about one percent. */
export function batchesOf(job: Job, size = 8): Batch[] {
  const batches: Batch[] = [];
  for (let from = 0; from < job.samples;) {
    const to = from < job.timed ? from + 1 : Math.min(job.samples, from + size);
    batches.push({ ...job, from, to });
    from = to;
  }
  return batches;
}
