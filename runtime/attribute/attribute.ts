// Where accuracy goes: what each rounding costs by itself, on the user's samples.
import { elementsOf } from '../../compiler/ir/types.ts';
import type { Node, Tensor } from '../../compiler/ir/types.ts';
import type { AttributeTask } from '../attribute-task.ts';
import type { Samples } from '../datasets/samples.ts';
import type { Executor } from '../execute/executor.ts';
import { localExecutor, shared } from '../execute/local.ts';
import { builtModule } from '../simulate.ts';
import type { Compared } from './compare-mixes.ts';
import type { Mixed } from './mix.ts';
import type { Attribution } from './schema.ts';

export type AttributeOptions = Readonly<{ samples: number; workers: number; signal?: AbortSignal | undefined; onProgress?: ((done: number) => void) | undefined }>;
/** What is counted; `attribute` the command adds names. */
export type Costs = Pick<Attribution, 'samples' | 'float' | 'rows'>;

const startThreads = (workers: number): Executor => localExecutor(builtModule('attribute-task.js'), workers);

/**
 * Evaluates the first samples, one task each, in worker threads; counts and answers are the same for any number of them. An aborted signal ends it with the samples done so far.
 * @param labels [samples], where there are any
 */
export async function attribute({ real, mixes }: Mixed, data: Samples, labels: Int32Array | undefined, { samples, workers, signal, onProgress }: AttributeOptions, start = startThreads): Promise<Costs> {
  const moved = sharedConstants(), common = { real: { ...real, nodes: real.nodes.map(moved) }, mixes: mixes.map(({ nodes }) => ({ nodes: nodes.map(([index, node]) => [index, moved(node)] as const) })) };
  // Pixels are read when the task is sent, not before.
  const tasks = Array.from({ length: samples }, (_, sample): AttributeTask => ({ ...common, get pixels() { return data.pixels(sample); } }));
  const executor = start(Math.max(1, Math.min(workers, samples)));
  try {
    return costsOf({ real, mixes }, await executor.map<AttributeTask, Compared>(tasks, { signal, onProgress, samples: () => 1 }), labels);
  } finally { await executor.close(); }
}

function costsOf({ real, mixes }: Pick<Mixed, 'real' | 'mixes'>, compared: readonly Compared[], labels: Int32Array | undefined): Costs {
  const samples = compared.length, probes = real.probes.map(({ name, value }) => ({ name, values: elementsOf(real.nodes[value].type, real.steps) * samples }));
  const share = (part: number, whole: number): number => (whole === 0 ? 1 : part / whole), right = (which: number): number => compared.reduce((sum, { labels: answers }, sample) => sum + Number(answers[which] === labels![sample]), 0);
  return {
    samples, float: labels && samples > 0 ? { accuracy: right(0) / samples } : {},
    rows: mixes.map(({ name, of, mechanisms }, mix): Attribution['rows'][number] => {
      const differing = probes.map((_, probe) => compared.reduce((sum, one) => sum + one.differing[mix * probes.length + probe], 0)), values = probes.reduce((sum, probe) => sum + probe.values, 0), all = differing.reduce((a, b) => a + b, 0);
      const changed = compared.reduce((sum, { labels: answers }) => sum + Number(answers[mix + 1] !== answers[0]), 0);
      return { name, of, mechanisms, changed, ...(labels && samples > 0 ? { accuracy: right(mix + 1) / samples, difference: (right(mix + 1) - right(0)) / samples } : {}),
        spikes: { values, differing: all, agreement: share(values - all, values) }, probes: probes.map((probe, i) => ({ name: probe.name, agreement: share(probe.values - differing[i], probe.values) })) };
    }),
  };
}

/** Constants where all threads see them without a copy; one that several networks have is moved once. */
function sharedConstants(): (node: Node) => Node {
  const found = new Map<Float64Array, Float64Array>();
  const moved = ({ shape, data }: Tensor): Tensor => {
    const there = found.get(data) ?? new Float64Array(shared(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).buffer);
    found.set(data, there);
    return { shape, data: there };
  };
  return (node) => ({ ...node, params: Object.fromEntries(Object.entries(node.params).map(([name, tensor]) => [name, moved(tensor)])) });
}

