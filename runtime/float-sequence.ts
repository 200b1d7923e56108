// The float reference of samples that are one sequence: float64, one after another, for no engine hands a matrix from sample to sample.
import { evaluate } from '../compiler/eval/evaluate.ts';
import type { Graph } from '../compiler/ir/types.ts';
import { ops } from '../compiler/ops/index.ts';
import { inputOf } from './compare.ts';
import type { Samples } from './datasets/samples.ts';
import type { FloatOptions, FloatRun } from './float.ts';
import { labelsOf } from './float.ts';

/** Logits and labels of the first `count` samples, or of those done when the signal aborts. @param graph real, with one output */
export async function runSequence(graph: Graph, samples: Samples, count: number, { signal, onProgress }: FloatOptions): Promise<FloatRun> {
  const memory = new Map<string, Float64Array>(), logits: number[] = [], [{ name }] = graph.outputs;
  let classes = 1;
  for (let sample = 0; sample < count && !signal?.aborted; sample++) {
    const { data } = evaluate(graph, ops, inputOf(graph, samples, sample), memory).outputs.get(name)!;
    classes = data.length;
    logits.push(...data);
    onProgress?.(sample + 1);
    await new Promise(setImmediate);  // Ctrl-C gets its turn
  }
  return { engine: 'float64 evaluation, in order', reasons: [], logits: Float64Array.from(logits), labels: labelsOf(Float64Array.from(logits), classes), cached: false };
}
