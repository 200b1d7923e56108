// The module a worker thread runs for the float reference: one network per thread, batches come and go.
import type { Graph } from '../compiler/ir/types.ts';
import type { EngineName } from './reference/engine.ts';
import { openEngine } from './reference/engines.ts';
import { reasonOf } from './reference/reason.ts';
import type { FloatNetwork } from './reference/run-graph.ts';
import { loadNetwork } from './reference/run-graph.ts';

/**
 * One batch. key: names network and engine, for a thread to know that it has them. graph: real, its weights on shared memory. pixels: [samples, sample] (or currents), at most `batch` samples;
 * a batch that is not full is run with blank samples behind, so that every logit comes from products of the same shape.
 */
export type FloatTask = Readonly<{ key: string; engine: EngineName; graph: Graph; source: string; output: string; batch: number; samples: number; pixels: Uint8Array | Float64Array }>;
/** logits: [samples, classes]; failure: why there are none, in one line (a thread that throws would lose it). */
export type FloatTaskResult = Readonly<{ logits: Float32Array; failure?: string }>;

let last: { key: string; network: FloatNetwork } | undefined;

export default async function runFloatTask({ key, engine, graph, source, output, batch, samples, pixels }: FloatTask): Promise<FloatTaskResult> {
  try {
    if (last?.key !== key) {
      const opened = await openEngine(engine);
      if (!opened.ok) return { logits: new Float32Array(), failure: `a worker thread cannot use it: ${opened.faults[0].message}` };
      last?.network.dispose();
      last = { key, network: loadNetwork(opened.value, graph, { batch, probes: 'dropped' }) };
    }
    const size = pixels.length / samples, full = pixels instanceof Uint8Array ? new Uint8Array(size * batch) : new Float64Array(size * batch);
    full.set(pixels);
    const logits = last.network.run(new Map([[source, full]])).outputs.get(output)!;
    return { logits: logits.slice(0, (logits.length / batch) * samples) };
  } catch (error) {
    return { logits: new Float32Array(), failure: reasonOf(error) };
  }
}
