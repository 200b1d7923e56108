// End-to-end figures on the main job's own model: compile, simulate in one and two threads, time cycle by cycle, float reference.
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { compileModel, openData } from '../../runtime/run.ts';
import type { Subject } from '../../runtime/run.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import type { Batch, BatchResult } from '../../runtime/execute/executor.ts';
import { batchesOf } from '../../runtime/execute/executor.ts';
import { localExecutor, shared } from '../../runtime/execute/local.ts';
import { runFloat } from '../../runtime/float.ts';
import type { LoadedModel } from '../../runtime/load-model.ts';
import { loadModel } from '../../runtime/load-model.ts';
import { builtModule } from '../../runtime/simulate.ts';
import { prepareProgram, simulateBatch } from '../../runtime/simulate-batch.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { loadTarget } from '../../targets/load.ts';
import type { Figure, Goal, Yardstick } from './figures.ts';
import { fastest, goal } from './figures.ts';

export type Measured = Readonly<{ figures: readonly Figure[]; goals: readonly Goal[] }>;

/** The value, where nothing can have gone wrong but by our own mistake. */
export function sure<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map(({ code, message }) => `${code} ${message}`).join('; '));
  return outcome.value;
}

/** samples: images of each timed run; a handful is enough for one thread, two threads take eight times as many. */
export async function measureFashion(yardstick: Yardstick, samples: number): Promise<Measured> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('synfire/package.json')), 'examples', 'fashion'), file = (name: string): string => join(folder, name);
  const model = sure(loadModel(file('model.pth'), file('arch.json'))), target = sure(loadTarget('mesh45'));
  const compiling = (): Subject => sure(compileModel(model, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1, eliminate: 'dead', attention: 'auto' }));
  const subject = compiling(), { data } = sure(openData(subject, file('images.idx.gz'), undefined, { encode: undefined, seed: 1 }));
  const compiled = yardstick.duration('compiler', 'fashion: graph to program, three transports tried', fastest(3, compiling));
  const { figures, goals } = oneThread(yardstick, subject, data, samples), threads = await twoThreads(yardstick, subject, data, samples * 8);
  const float = await floatSpeed(yardstick, model, data);
  data.close();
  return { figures: [compiled, ...figures, ...threads.figures, ...float], goals: [...goals, ...threads.goals] };
}

function jobOf({ bytes }: Subject, data: Samples, samples: number): Batch {
  const sampleBytes = data.pixels(0).length, pixels = new Uint8Array(new SharedArrayBuffer(samples * sampleBytes));
  for (let sample = 0; sample < samples; sample++) pixels.set(data.pixels(sample % data.count), sample * sampleBytes);
  return { key: 'bench', program: shared(bytes), pixels, sampleBytes, samples, timed: 0, fidelity: 'analytic', observed: 0, from: 0, to: samples };
}

/** Function alone, then the ledger with the analytic bound, then cycle by cycle. */
function oneThread(yardstick: Yardstick, subject: Subject, data: Samples, samples: number): Measured {
  const prepared = prepareProgram(subject.bytes), { program, engine, timer } = prepared, job = jobOf(subject, data, samples);
  const seconds = fastest(8, () => simulateBatch(prepared, job)) / samples;
  const input = new Map(program.inputs.map(({ name }) => [name, data.pixels(0)])), one = engine.run(input, { activities: true });
  const count = (...kinds: readonly EventKind[]): number => kinds.reduce((sum, kind) => sum + totalOf(one.ledger, kind), 0);
  const operations = count('sopBinary', 'sopGraded', 'sopKv', 'sopQ'), hops = count('flitRouter');
  const bounded = fastest(8, () => { sure(timer([one.activities!], 'analytic')); });
  let cycles = 0;
  const stepped = fastest(5, () => { [cycles] = sure(timer([one.activities!], 'cycle')).total; });
  return {
    figures: [
      yardstick.speed('function', 'fashion: images, one thread', 1 / seconds, 'images'),
      yardstick.speed('function', 'fashion: synaptic operations, one thread, all stages counted', operations / seconds, 'SOP'),
      yardstick.speed('timing', 'fashion: analytic bound', 1 / bounded, 'images'),
      yardstick.speed('timing', 'fashion: cycle by cycle', 1 / stepped, 'images'),
      yardstick.speed('timing', 'fashion: cycles of the chip', cycles / stepped, 'cycles'),
      yardstick.speed('timing', 'fashion: flit-hops', hops / stepped, 'flit-hops'),
    ],
    goals: [
      goal('function end to end: SOP per addition of the yardstick', operations / seconds / yardstick.additions, 0.3e9 / referenceAdditions,
        'simulator.md section 8: 300 M events/s a thread'),
      goal('ledger and analytic bound: SOP per addition', operations / (seconds + bounded) / yardstick.additions, 0.1e9 / referenceAdditions,
        'simulator.md section 8: 100 M events/s a thread'),
    ],
  };
}

/** Additions a second of the calibration kernel on the machine of simulator.md (Node 20.20, 3.6 to 3.8 GHz), which its goals are stated for. */
export const referenceAdditions = 3.45e9;

/**
 * Warm workers only: a first round starts the threads and packs the weights. Where other programs want the same processors, wall time says little;
 * that two workers use no more processor time than one does says that they do not hinder each other.
 */
async function twoThreads(yardstick: Yardstick, subject: Subject, data: Samples, samples: number): Promise<Measured> {
  const batches = batchesOf(jobOf(subject, data, samples)), best = [Infinity, Infinity], least = [Infinity, Infinity];
  const pools = [1, 2].map((workers) => localExecutor(builtModule('task.js'), workers));
  for (let round = 0; round < 5; round++) for (const [i, pool] of pools.entries()) {  // in turns, so that both see the same machine
    const start = performance.now(), used = process.cpuUsage();
    await pool.map<Batch, BatchResult>(batches, { samples: ({ from, to }) => to - from });
    const { user, system } = process.cpuUsage(used);
    if (round === 0) continue;
    best[i] = Math.min(best[i], (performance.now() - start) / 1e3);
    least[i] = Math.min(least[i], (user + system) / 1e6);
  }
  for (const pool of pools) await pool.close();
  return {
    figures: best.map((seconds, i) => yardstick.speed('function', `fashion: images, ${i + 1} worker${i > 0 ? 's' : ''}`, samples / seconds, 'images')),
    goals: [goal('two workers against one, wall time', best[0] / best[1], 1.85, 'simulator.md section 9'),
      goal('two workers against one, by processor time', 2 * least[0] / least[1], 1.85, 'simulator.md section 9, on a busy machine')],
  };
}

/** From the first batch to the last, so that loading the engine does not count. */
async function floatSpeed(yardstick: Yardstick, model: LoadedModel, data: Samples): Promise<readonly Figure[]> {
  const marks: (readonly [done: number, at: number])[] = [];
  const request = { graph: model.graph, modelHash: model.sha256, samples: data, count: 128, engine: 'auto', workers: 1, cache: false } as const;
  const run = await runFloat(request, { onProgress: (done) => marks.push([done, performance.now()]) });
  if (!run.ok || marks.length < 2) return [];
  const [first, last] = [marks[0], marks.at(-1)!];
  return [yardstick.speed('float', `fashion: float reference, ${run.value.engine}, one worker`, (last[0] - first[0]) / (last[1] - first[1]) * 1000, 'images')];
}
