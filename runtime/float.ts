// The float reference of a run: engine, cache, batches in worker threads, logits and labels.
import type { Graph, Tensor } from '../compiler/ir/types.ts';
import { elementsOf } from '../compiler/ir/types.ts';
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Samples } from './datasets/samples.ts';
import type { Executor } from './execute/executor.ts';
import { localExecutor, shared } from './execute/local.ts';
import type { FloatTask, FloatTaskResult } from './float-task.ts';
import type { LogitsKey } from './reference/cache.ts';
import { cacheFolder, graphDigest, readLogits, writeLogits } from './reference/cache.ts';
import type { Engine, EngineName } from './reference/engine.ts';
import { openEngine } from './reference/engines.ts';
import type { EngineReason } from './reference/faults.ts';
import { floatRunFailed } from './reference/faults.ts';
import { calmTensorFlow } from './reference/load-engine.ts';
import { reasonOf } from './reference/reason.ts';
import { batchSizeOf } from './reference/run-graph.ts';
import { builtModule } from './simulate.ts';

/** graph: real, as imported, with one source; its first output is what is compared. count: the first samples. cache: whether logits are looked up and kept. */
export type FloatRequest = Readonly<{ graph: Graph; modelHash: string; samples: Samples; count: number; engine: EngineName | 'auto'; workers: number; cache: boolean }>;
export type FloatOptions = Readonly<{ signal?: AbortSignal | undefined; onProgress?: ((done: number) => void) | undefined }>;

/** engine: `tfjs-wasm 4.22.0`. reasons: why not the engines before it. logits: [samples done, classes]. labels: argmax, the lowest index among equals. cached: nothing had to be computed. */
export type FloatRun = Readonly<{ engine: string; reasons: readonly EngineReason[]; logits: Float64Array; labels: Int32Array; cached: boolean }>;

/** How worker threads are started; tests put their own here. */
export type StartWorkers = (workers: number) => Executor;
const startThreads: StartWorkers = (workers) => localExecutor(builtModule('float-task.js'), workers);

/**
 * Float logits of the first samples. The same for every number of workers and every count: batches are cut by the graph alone and always run full.
 * An aborted signal ends it with the samples done so far. `auto` goes on to the next engine when one loads but then fails.
 * Faults: R3001 no engine, R3002 an engine stopped; warning R3003 logits could not be kept.
 */
export async function runFloat(request: FloatRequest, options: FloatOptions = {}, start: StartWorkers = startThreads): Promise<Outcome<FloatRun>> {
  const failed: EngineReason[] = [];
  calmTensorFlow();
  for (;;) {
    const opened = await openEngine(request.engine, { failed });
    if (!opened.ok) return opened;
    const run = await runOn(opened.value, request, options, start);
    if (typeof run !== 'string') return run;
    if (request.engine !== 'auto') return fail(floatRunFailed(opened.value.label, run));
    failed.push({ engine: opened.value.name, reason: run });
  }
}

/** The run, or why the engine cannot do it. */
async function runOn(engine: Engine, request: FloatRequest, { signal, onProgress }: FloatOptions, start: StartWorkers): Promise<Outcome<FloatRun> | string> {
  const { graph, samples, cache } = request, { source, output, classes } = portsOf(graph), batch = batchSizeOf(graph), count = Math.min(request.count, samples.count);
  const key: LogitsKey = { graph: graphDigest(graph), model: request.modelHash, samples: samples.encoder === undefined ? samples.sha256 : `${samples.sha256} ${samples.encoder}`, engine: engine.label, batch }, folder = cacheFolder(process.env);
  const finish = (logits: Float64Array, cached: boolean): FloatRun => ({ engine: engine.label, reasons: engine.reasons, logits, labels: labelsOf(logits, classes), cached });

  const kept = (cache ? readLogits(folder, key, classes) : undefined) ?? new Float64Array(), keptRows = kept.length / classes;
  if (keptRows >= count) {
    onProgress?.(count);
    return succeed(finish(kept.slice(0, count * classes), true));
  }

  const from = keptRows - (keptRows % batch), common = { key: `${key.graph} ${engine.name}`, engine: engine.name, graph: onSharedMemory(graph), source, output, batch };
  const tasks = Array.from({ length: Math.ceil((count - from) / batch) }, (_, i) => taskOf(common, samples, from + i * batch, Math.min(count, from + (i + 1) * batch)));
  let results: readonly FloatTaskResult[];
  // TensorFlow's C library has threads of its own, for all workers together.
  const executor = start(engine.name === 'node' ? 1 : Math.min(request.workers, tasks.length));
  try {
    results = await executor.map<FloatTask, FloatTaskResult>(tasks, { signal, samples: (task) => task.samples, onProgress: onProgress && ((done) => onProgress(from + done)) });
  } catch (error) {
    return reasonOf(error);
  } finally {
    await executor.close();
  }
  const failure = results.find((result) => result.failure !== undefined)?.failure;
  if (failure !== undefined) return failure;

  const logits = joined([kept.subarray(0, from * classes), ...results.map((result) => result.logits)]);
  const warning = cache && logits.length > kept.length ? writeLogits(folder, key, classes, logits) : undefined;
  return succeed(finish(logits, false), warning ? [warning] : []);
}

function portsOf({ nodes, outputs, steps }: Graph): { source: string; output: string; classes: number } {
  const sources = nodes.filter((node) => node.inputs.length === 0);
  if (sources.length !== 1 || outputs.length === 0) throw new Error(`a float run wants one source and an output, got ${sources.length} and ${outputs.length}`);
  return { source: sources[0].name, output: outputs[0].name, classes: elementsOf(nodes[outputs[0].value].type, steps) };
}

/** Samples from..to-1. Their pixels are read when the task is sent, not before: a data set need not fit memory twice. */
function taskOf(common: Omit<FloatTask, 'samples' | 'pixels'>, samples: Samples, from: number, to: number): FloatTask {
  return { ...common, samples: to - from, get pixels() {
    const each = Array.from({ length: to - from }, (_, i) => samples.values(from + i)), size = each.length * each[0].length, all = each[0] instanceof Uint8Array ? new Uint8Array(size) : new Float64Array(size);
    each.forEach((pixels, i) => all.set(pixels, i * pixels.length));
    return all;
  } };
}

/** The graph with its constants where all threads see them without a copy. */
function onSharedMemory(graph: Graph): Graph {
  const moved = ({ shape, data }: Tensor): Tensor => ({ shape, data: new Float64Array(shared(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).buffer) });
  return { ...graph, nodes: graph.nodes.map((node) => ({ ...node, params: Object.fromEntries(Object.entries(node.params).map(([name, tensor]) => [name, moved(tensor)])) })) };
}

function joined(parts: readonly (Float32Array | Float64Array)[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => { all.set(part, at); return at + part.length; }, 0);
  return all;
}

export function labelsOf(logits: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0;
    for (let label = 1; label < classes; label++) if (logits[row * classes + label] > logits[row * classes + best]) best = label;
    return best;
  });
}
