// Checkpoint keys against what a family expects: every key is used, ignored with a reason, or a fault; all of them at once.
import type { Checkpoint, FileTensor } from '../files/checkpoint.ts';
import type { Tensor } from '../ir/types.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Descriptor } from './descriptor.ts';
import { foldOverflows, tensorMisshapen, tensorMissing, tensorUnexpected, tooManyKeys, varianceWrong } from './faults.ts';
import { most } from './limits.ts';
import { nearest } from '../../targets/contract/nearest.ts';

/** One linear layer as a family expects it. `norm`: name of the batch normalisation behind it. form: `matrix` is [to, from] in the file, `image` is [to, from, window, window]. */
export type LayerSpec = Readonly<{ name: string; form: 'matrix' | 'image'; window: number; from: number; to: number; bias: boolean; norm?: string }>;
/** weight: [taps * from, to], rows as a crossbar has them. */
export type Layer = Readonly<{ weight: Tensor; bias?: Tensor; norm?: Norm }>;
export type Norm = Readonly<{ name: string; params: Readonly<Record<'gamma' | 'beta' | 'mean' | 'variance', Tensor>> }>;
/** What became of every key. `parameters`: trainable values of the layers (weights, biases, gamma and beta). */
export type Keys = Readonly<{ used: readonly string[]; ignored: readonly Readonly<{ key: string; reason: string }>[] }>;
export type Taken = Readonly<{ layers: ReadonlyMap<string, Layer>; parameters: number; keys: Keys }>;

type Wanted = Readonly<{ key: string; shape: readonly number[] }>;
const normKeys = { gamma: 'weight', beta: 'bias', mean: 'running_mean', variance: 'running_var' } as const;
const counter = '.num_batches_tracked';

/**
 * Takes the parameters of all layers.
 * Faults: C2020 missing, C2021 unexpected, C2022 mis-shaped keys (C2026: even more of them), C2023 and C2024 unusable batch normalisation.
 */
export function takeLayers(checkpoint: Checkpoint, descriptor: Descriptor, specs: readonly LayerSpec[]): Outcome<Taken> {
  const prefix = descriptor.checkpoint?.key_prefix ?? '', names = [...checkpoint.tensors.keys()];
  const stripped = prefix !== '' && names.length > 0 && names.every((name) => name.startsWith(prefix));
  const tensors = stripped ? new Map([...checkpoint.tensors].map(([name, tensor]) => [name.slice(prefix.length), tensor])) : checkpoint.tensors;

  const wanted = specs.flatMap(wantedBy), used = new Set(wanted.map(({ key }) => key));
  const missing = wanted.filter(({ key }) => !tensors.has(key));
  const { ignored, left } = sortOut([...tensors.keys()].filter((key) => !used.has(key)), descriptor.ignored_keys ?? []);
  const sizes = `embed_dims ${descriptor.embed_dims}, mlp_ratio ${descriptor.mlp_ratio}, in_channels ${descriptor.in_channels}, classes ${descriptor.classes}`;
  const missingKeys = missing.map(({ key }) => key), near = (known: readonly string[], i: number, key: string) => ((i + 1) * known.length <= most.namePairs ? nearest(key,
    known) : undefined);
  const faults: Fault[] = [
    ...missing.map(({ key, shape }, i) => tensorMissing(checkpoint.file, key, shape, left, near(left, i, key))),
    ...left.map((key, i) => tensorUnexpected(checkpoint.file, key, tensors.get(key)!.shape, near(missingKeys, i, key))),
    ...wanted.flatMap(({ key, shape }) => {
      const tensor = tensors.get(key);
      return tensor && !sameShape(tensor.shape, shape) ? [tensorMisshapen(checkpoint.file, key, shape, tensor.shape, sizes)] : [];
    }),
  ];
  if (faults.length > most.keysListed) return fail(...faults.slice(0, most.keysListed), tooManyKeys(checkpoint.file, faults.length - most.keysListed));
  if (faults.length > 0) return fail(...faults);

  const read = (key: string): FileTensor => tensors.get(key)!;
  const damaged = specs.flatMap((spec) => normDamage(checkpoint.file, spec, read, descriptor.bn_eps));
  if (damaged.length > 0) return fail(...damaged);
  return succeed({
    layers: new Map(specs.map((spec) => [spec.name, layerOf(spec, read)])),
    parameters: wanted.reduce((sum, { key }) => sum + (/\.running_(mean|var)$/.test(key) ? 0 : read(key).data.length), 0),
    keys: { used: [...used], ignored },
  });
}

function wantedBy({ name, form, window, from, to, bias, norm }: LayerSpec): Wanted[] {
  return [
    { key: `${name}.weight`, shape: form === 'matrix' ? [to, from] : [to, from, window, window] },
    ...(bias ? [{ key: `${name}.bias`, shape: [to] }] : []),
    ...(norm === undefined ? [] : Object.values(normKeys).map((key) => ({ key: `${norm}.${key}`, shape: [to] }))),
  ];
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

function sortOut(keys: readonly string[], patterns: readonly string[]): { ignored: { key: string; reason: string }[]; left: string[] } {
  const ignored: { key: string; reason: string }[] = [], left: string[] = [];
  let work = 0;
  for (const key of keys) {
    const pattern = patterns.find((one) => (work += one.length * key.length) <= most.patternWork && matches(one, key));
    if (pattern !== undefined) ignored.push({ key, reason: `ignored_keys names "${pattern}"` });
    else if (key.endsWith(counter)) ignored.push({ key, reason: 'counter of a batch normalisation, not read at inference' });
    else left.push(key);
  }
  return { ignored, left };
}

/** `*` stands for any characters. Keeps one star to fall back on, so it is never slower than pattern times text. */
export function matches(pattern: string, text: string): boolean {
  let p = 0, t = 0, star = -1, resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') { star = p++; resume = t; }
    else if (pattern[p] === text[t]) { p++; t++; }
    else if (star >= 0) { p = star + 1; t = ++resume; }
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Room above a folded weight, for the sum of a column over the largest inputs. */
const headroom = 1e10;

function normDamage(file: string, { name, norm, bias }: LayerSpec, read: (key: string) => FileTensor, epsilon: number): Fault[] {
  if (norm === undefined) return [];
  const [gamma, beta, mean, variance] = Object.values(normKeys).map((key) => read(`${norm}.${key}`).data);
  const wrong = variance.findIndex((value) => !(value >= 0 && value + epsilon > 0));
  if (wrong >= 0) return [varianceWrong(file, `${norm}.${normKeys.variance}`, wrong, variance[wrong], epsilon)];
  const largest = [read(`${name}.weight`).data, ...(bias ? [read(`${name}.bias`).data] : [])].reduce(largestOf, 0);
  const overflow = gamma.findIndex((value, c) => !Number.isFinite((Math.abs(value / Math.sqrt(variance[c] + epsilon)) * (largest + Math.abs(mean[c])) + Math.abs(beta[c])) * headroom));
  return overflow >= 0 ? [foldOverflows(file, norm, overflow)] : [];
}

function largestOf(most: number, data: Float64Array): number {
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]));
  return most;
}

function layerOf(spec: LayerSpec, read: (key: string) => FileTensor): Layer {
  const { name, to, bias, norm } = spec, vector = (key: string): Tensor => ({ shape: [to], data: read(key).data });
  return {
    weight: crossbarRows(read(`${name}.weight`).data, spec),
    ...(bias ? { bias: vector(`${name}.bias`) } : {}),
    ...(norm === undefined ? {} : { norm: { name: norm, params: {
      gamma: vector(`${norm}.${normKeys.gamma}`), beta: vector(`${norm}.${normKeys.beta}`), mean: vector(`${norm}.${normKeys.mean}`),
        variance: vector(`${norm}.${normKeys.variance}`) } } }),
  };
}

/** [to, from, taps] of the file -> [taps * from, to], tap-major; sixteen outputs at a time, so that the lines of both sides are used whole. */
function crossbarRows(data: Float64Array, { window, from, to }: LayerSpec): Tensor {
  const taps = window * window, fanIn = from * taps, rows = new Float64Array(data.length);
  for (let first = 0; first < to; first += 16) {
    const end = Math.min(to, first + 16);
    for (let c = 0, i = 0; c < from; c++) for (let tap = 0; tap < taps; tap++, i++) for (let o = first; o < end; o++) rows[(tap * from + c) * to + o] = data[o * fanIn + i];
  }
  return { shape: [taps * from, to], data: rows };
}
