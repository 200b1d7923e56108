// The imported graph on TensorFlow.js, a fixed number of samples at once, in float32.
import { consumersOf } from '../../compiler/ir/build.ts';
import type { OpTable } from '../../compiler/ir/define-op.ts';
import type { Graph, Node, ValueId, ValueType } from '../../compiler/ir/types.ts';
import { elementsOf, positionsOf } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Engine, Tf } from './engine.ts';
import { foldNorms } from './fold-norm.ts';
import { evaluateEach } from './kernels/evaluate-each.ts';
import { kernels } from './kernels/index.ts';
import type { Apply, Batched, Kernel, Setting } from './kernels/kernel.ts';
import { expand } from './kernels/kernel.ts';

/** Values of a batch by name, [batch, one sample's value as `Tensor` describes it]. */
export type BatchValues = Readonly<{ outputs: ReadonlyMap<string, Float32Array>; probes: ReadonlyMap<string, Float32Array> }>;
/** run: values of every source by name, [batch, one sample]. It does not wait: nothing else computes in between. dispose: frees the weights. */
export type FloatNetwork = Readonly<{ batch: number; run(inputs: ReadonlyMap<string, ArrayLike<number>>): BatchValues; dispose(): void }>;

/** batch: samples of every call. probes: whether the recorded spike layers are read back too. table: how operators run; what has no row runs its own float64 evaluation. */
export type NetworkOptions = Readonly<{ batch: number; probes: 'kept' | 'dropped'; table?: Readonly<Record<string, Kernel>> }>;

/** Elements of the largest value that a batch holds: keeps a batch within tens of megabytes. From one image to 32 the time of one image was the same, so batches are small and end soon. */
const mostElements = 2 ** 20, largestBatch = 8;

/** Samples that run together, from the graph alone: which samples share a batch must not depend on workers or counts. */
export function batchSizeOf(graph: Graph): number {
  const largest = graph.nodes.reduce((most, { type }) => Math.max(most, elementsOf(type, graph.steps)), 1);
  return Math.max(1, Math.min(largestBatch, Math.floor(mostElements / largest)));
}

/**
 * Uploads a real graph's weights and gives the function that runs it.
 * Fails: never on a verified real graph; an engine that throws is the caller's to catch.
 * Source: the operators' own `evaluate.real`, which it equals but for float32 rounding.
 */
export function loadNetwork(engine: Engine, graph: Graph, { batch, probes, table = kernels }: NetworkOptions): FloatNetwork {
  const { tf, name } = engine, folded = foldNorms(graph), { nodes, steps } = folded, constants: Tensor[] = [];
  const constant: Setting['constant'] = (shape, data) => {
    constants.push(tf.tensor(Float32Array.from(data), [...shape]));
    return constants[constants.length - 1];
  };
  engine.use();
  const applies = nodes.map((node) => applyOf(node, table, { tf, engine: name, batch, steps, types: node.inputs.map((input) => nodes[input].type), constant }));
  const wanted = [...folded.outputs, ...(probes === 'kept' ? folded.probes : [])].map(({ value }) => value), freed = freedAfter(folded, new Set(wanted));

  const run: FloatNetwork['run'] = (inputs) => {
    engine.use();
    const values: Batched[] = [], live = new Set<ValueId>();
    try {
      nodes.forEach((node, id) => {
        const apply = applies[id];
        values.push(tf.tidy(() => (apply ? apply(node.inputs.map((input) => values[input])) : upload(tf, node, inputs, batch, steps)) as { tensor: Tensor4D; copies: number }));
        live.add(id);
        for (const done of freed[id]) { values[done].tensor.dispose(); live.delete(done); }
      });
      const read = (points: readonly Readonly<{ name: string; value: ValueId }>[]) => new Map(points.map(({ name: point, value }) => [point, download(tf, values[value], nodes[value].type, batch, steps)]));
      return { outputs: read(folded.outputs), probes: probes === 'kept' ? read(folded.probes) : new Map() };
    } finally {
      for (const id of live) values[id].tensor.dispose();
    }
  };
  return { batch, run, dispose: () => { for (const tensor of constants.splice(0)) tensor.dispose(); } };
}

function applyOf(node: Node, table: Readonly<Record<string, Kernel>>, setting: Setting): Apply | undefined {
  if (node.inputs.length === 0) return undefined;
  const kernel = Object.hasOwn(table, node.kind) ? table[node.kind] : evaluateEach((ops as OpTable)[node.kind].evaluate.real);
  return kernel(node, setting);
}

/** Values that nobody needs once a node has run. */
function freedAfter(graph: Graph, wanted: ReadonlySet<ValueId>): readonly (readonly ValueId[])[] {
  const freed: ValueId[][] = graph.nodes.map(() => []);
  consumersOf(graph).forEach((readers, id) => { if (!wanted.has(id)) freed[readers.length > 0 ? readers[readers.length - 1] : id].push(id); });
  return freed;
}

/** [batch, steps, positions, channels] -> [steps * batch, height, width, channels]. */
function upload(tf: Tf, { name, type }: Node, inputs: ReadonlyMap<string, ArrayLike<number>>, batch: number, steps: number): Batched {
  const given = inputs.get(name), copies = type.time === 'step' ? steps : 1, size = positionsOf(type) * type.channels;
  if (given?.length !== batch * copies * size) throw new Error(`source "${name}" wants ${batch * copies * size} values for ${batch} samples, got ${given?.length ?? 'none'}`);
  return { tensor: tf.tensor4d(swapped(given, batch, copies, size), [copies * batch, type.grid[0], type.grid[1], type.channels]), copies };
}

function download(tf: Tf, value: Batched, type: ValueType, batch: number, steps: number): Float32Array {
  const copies = type.time === 'step' ? steps : 1;
  const data = tf.tidy(() => expand(tf, value, copies).dataSync());
  return swapped(data, copies, batch, positionsOf(type) * type.channels);
}

/** [outer, inner, size] -> [inner, outer, size], as float32. */
function swapped(data: ArrayLike<number>, outer: number, inner: number, size: number): Float32Array {
  const result = new Float32Array(outer * inner * size);
  for (let i = 0, at = 0; i < outer; i++) for (let j = 0; j < inner; j++) for (let k = 0, to = (j * outer + i) * size; k < size; k++) result[to++] = data[at++];
  return result;
}
