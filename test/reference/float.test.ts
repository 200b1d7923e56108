import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { ops } from '../../compiler/ops/index.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import type { FloatTask, FloatTaskResult } from '../../runtime/float-task.ts';
import runFloatTask from '../../runtime/float-task.ts';
import type { FloatRequest, StartWorkers } from '../../runtime/float.ts';
import { runFloat } from '../../runtime/float.ts';
import { randomNetwork } from '../random-graph.ts';
import { randomFrom } from '../random.ts';
import { engines } from './engine-under-test.ts';

const graph = randomNetwork({ seed: 1, domain: 'real', family: 'add-spikes', attention: 'ssa', coding: 'direct', steps: 3, grid: [6, 6], channels: 2, heads: 2, width: 4, blocks: 1, border: false });
const count = 21, size = 6 * 6 * 2, random = randomFrom(5), images = Array.from({ length: count }, () => Uint8Array.from({ length: size }, () => random.whole(0, 255)));
const samples: Samples = { name: 'images', sha256: 'of the images', count, pixels: (sample) => images[sample], values: (sample) => images[sample], close: () => undefined };
const request: FloatRequest = { graph, modelHash: 'model', samples, count, engine: 'wasm', workers: 1, cache: true };
const batch = 8;

/** Runs tasks in this thread, after a copy as a message makes it, and keeps them. */
function here(run: (task: FloatTask) => Promise<FloatTaskResult> = runFloatTask): { start: StartWorkers; tasks: FloatTask[] } {
  const tasks: FloatTask[] = [];
  const start: StartWorkers = () => ({
    async map<I, O>(given: readonly I[], { signal, onProgress, samples: samplesOf }: { signal?: AbortSignal | undefined; onProgress?: ((done: number) => void) | undefined; samples: (task: I) => number }) {
      const results: O[] = [];
      let done = 0;
      for (const task of given) {
        if (signal?.aborted) break;
        const sent = structuredClone(task) as FloatTask & I;
        tasks.push(sent);
        results.push(await run(sent) as O);
        onProgress?.(done += samplesOf(task));
      }
      return results;
    },
    close: () => Promise.resolve(),
  });
  return { start, tasks };
}
const never: StartWorkers = () => { throw new Error('nothing is left to compute'); };

async function done(...given: Parameters<typeof runFloat>) {
  const run = await runFloat(...given);
  if (!run.ok) throw new Error(run.faults[0].message);
  return { ...run.value, warnings: run.warnings };
}

beforeEach(() => { process.env['SYNFIRE_CACHE'] = mkdtempSync(join(tmpdir(), 'synfire-float-')); });

describe('runFloat', () => {
  it('gives the logits of the float64 evaluation, their labels, and tells how far it is', async () => {
    const told: number[] = [], run = await done(request, { onProgress: (samplesDone) => told.push(samplesDone) }, here().start), width = run.logits.length / count;
    const wanted = images.map((image) => [...evaluate(graph, ops, new Map([['image', image]])).outputs.get('logits')!.data]);
    expect(run.engine).toBe('tfjs-wasm 4.22.0');
    wanted.flat().forEach((logit, i) => expect(run.logits[i]).toBeCloseTo(logit, 4));
    expect([...run.labels]).toEqual(wanted.map((row) => row.indexOf(Math.max(...row))));
    expect(new Set(run.labels).size).toBeGreaterThan(1);
    expect(width).toBe(wanted[0].length);
    expect(told).toEqual([batch, 2 * batch, count]);
  });

  it('gives the same bits for one worker thread and for two', async () => {
    const one = await done({ ...request, cache: false }), two = await done({ ...request, cache: false, workers: 2 });
    expect(one.logits.length).toBeGreaterThan(count);
    expect(two.logits).toEqual(one.logits);
    expect((await done({ ...request, cache: false }, {}, here().start)).logits).toEqual(one.logits);
  });

  it('gives a sample the same bits however many samples come with it', async () => {
    const all = await done({ ...request, cache: false }, {}, here().start), few = await done({ ...request, cache: false, count: 3 }, {}, here().start);
    expect(few.logits).toEqual(all.logits.slice(0, few.logits.length));
    expect(few.labels).toHaveLength(3);
  });

  it('computes nothing a second time, for all samples or for fewer', async () => {
    const first = await done(request, {}, here().start), again = await done(request, {}, never), fewer = await done({ ...request, count: 4 }, {}, never);
    expect([first.cached, again.cached, fewer.cached]).toEqual([false, true, true]);
    expect([again.logits, again.labels, again.engine]).toEqual([first.logits, first.labels, first.engine]);
    expect([fewer.logits, fewer.labels]).toEqual([first.logits.slice(0, fewer.logits.length), first.labels.slice(0, 4)]);
  });

  it('computes only the batches that are missing when more samples are asked for', async () => {
    await done({ ...request, count: 10 }, {}, here().start);
    const { start, tasks } = here(), told: number[] = [], all = await done(request, { onProgress: (n) => told.push(n) }, start);
    expect(tasks.map((task) => task.samples)).toEqual([8, 5]);
    expect(tasks[0].pixels).toEqual(Uint8Array.from(images.slice(8, 16).flatMap((image) => [...image])));
    expect(told).toEqual([16, 21]);
    expect(all.logits).toEqual((await done({ ...request, cache: false }, {}, here().start)).logits);
  });

  it.each<[string, Partial<FloatRequest>]>([['model', { modelHash: 'another' }], ['data', { samples: { ...samples, sha256: 'others' } }], ['engine', { engine: 'cpu' }], ['graph', { graph: { ...graph, steps: 2 } }]])(
    'does not take what was kept for another %s', async (_, change) => {
      await done(request, {}, here().start);
      await expect(runFloat({ ...request, ...change }, {}, never)).rejects.toThrow('nothing is left to compute');
    });

  it('neither reads nor writes the cache when it is not wanted', async () => {
    await done({ ...request, cache: false }, {}, here().start);
    expect(readdirSync(process.env['SYNFIRE_CACHE']!)).toEqual([]);
    await done(request, {}, here().start);
    await expect(runFloat({ ...request, cache: false }, {}, never)).rejects.toThrow('nothing is left to compute');
  });

  it('computes again, and mends the cache, when what was kept is damaged', async () => {
    const first = await done(request, {}, here().start), folder = process.env['SYNFIRE_CACHE']!, file = join(folder, readdirSync(folder)[0]);
    writeFileSync(file, readFileSync(file).fill(0, 60, 70));
    const second = await done(request, {}, here().start);
    expect([second.cached, second.logits]).toEqual([false, first.logits]);
    expect((await done(request, {}, never)).cached).toBe(true);
  });

  it('warns when the logits cannot be kept, and gives them all the same', async () => {
    const file = join(process.env['SYNFIRE_CACHE']!, 'file');
    writeFileSync(file, '');
    process.env['SYNFIRE_CACHE'] = join(file, 'below');
    const run = await done(request, {}, here().start);
    expect(run.labels).toHaveLength(count);
    expect(run.warnings.map(({ code, severity }) => [code, severity])).toEqual([['R3003', 'warning']]);
  });

  it('ends with the samples done so far when it is aborted, and goes on from there the next time', async () => {
    const controller = new AbortController(), whole = await done({ ...request, cache: false }, {}, here().start);
    const cut = await done(request, { signal: controller.signal, onProgress: () => controller.abort() }, here().start);
    expect([cut.labels.length, cut.logits]).toEqual([batch, whole.logits.slice(0, cut.logits.length)]);
    const { start, tasks } = here();
    expect((await done(request, {}, start)).logits).toEqual(whole.logits);
    expect(tasks.map((task) => task.samples)).toEqual([8, 5]);
  });

  it('ends with nothing when it is aborted before it begins', async () => {
    const run = await done(request, { signal: AbortSignal.abort() });
    expect([run.labels.length, run.logits.length]).toEqual([0, 0]);
    expect(readdirSync(process.env['SYNFIRE_CACHE']!)).toEqual([]);
  });

  it('goes on to the next engine when one fails in its worker and none was named, and says why', async () => {
    const others = engines.filter(({ name }) => name !== 'cpu').map(({ name }) => name).reverse();
    const { start } = here((task) => (task.engine === 'cpu' ? runFloatTask(task) : Promise.resolve({ logits: new Float32Array(), failure: 'it stopped' })));
    const run = await done({ ...request, engine: 'auto', count: 2 }, {}, start), failed = run.reasons.filter(({ reason }) => reason === 'it stopped').map(({ engine }) => engine);
    expect(run.engine).toBe('tfjs-cpu 4.22.0');
    expect(failed).toEqual(others);
  });

  it('is a fault when the engine that was named fails, or a thread dies', async () => {
    const failing = here(() => Promise.resolve({ logits: new Float32Array(), failure: 'it stopped' })), dying = here(() => Promise.reject(new Error('worker exited with code: 3')));
    expect(await runFloat(request, {}, failing.start)).toMatchObject({ ok: false, faults: [{ code: 'R3002', message: expect.stringContaining('it stopped') }] });
    expect(await runFloat(request, {}, dying.start)).toMatchObject({ ok: false, faults: [{ code: 'R3002', message: expect.stringContaining('worker exited with code: 3') }] });
  });

  it('hands weights to threads on shared memory and reads pixels only when their batch is sent', async () => {
    const read: number[] = [], { start, tasks } = here(async (task) => { const result = await runFloatTask(task); expect(read.length).toBe(Math.min(count, tasks.length * batch)); return result; });
    await done({ ...request, cache: false, samples: { ...samples, values: (sample) => { read.push(sample); return images[sample]; } } }, {}, start);
    expect(read).toEqual(images.map((_, i) => i));
    for (const node of tasks[0].graph.nodes) for (const { data } of Object.values(node.params)) expect(data.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
