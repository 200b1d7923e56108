// Checkpoint keys against what a family takes: every key is used, ignored with a reason, or a fault; all of them at once.
import type { Checkpoint, FileTensor } from '../files/checkpoint.ts';
import type { NamedConstant } from '../ir/print.ts';
import type { Tensor } from '../ir/types.ts';
import { kernelRows, normKeys } from '../ops/stored-forms.ts';
import type { SlideAttrs } from '../ops/slide.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import { foldOverflows, valueUnusable, tensorMisshapen, tensorMissing, tensorUnexpected, tooManyKeys, varianceWrong } from './faults.ts';
import type { LayerPart, NormPart, Part, TensorPart } from './layers.ts';
import { weightShape } from './layers.ts';
import { most } from './limits.ts';
import { nearest } from '../../targets/contract/nearest.ts';

/** weight: [taps * from, to / groups], rows as a crossbar has them. */
export type Layer = Readonly<{ weight: Tensor; bias?: Tensor; norm?: Norm; slide: SlideAttrs; groups: number }>;
export type Norm = Readonly<{ name: string; epsilon: number; params: Readonly<Record<'gamma' | 'beta' | 'mean' | 'variance', Tensor>> }>;
/** The parameters of a network, by the names of its parts. A name that the family did not list is our own mistake and throws. */
export type Weights = Readonly<{ layer(name: string): Layer; norm(name: string): Norm; tensor(name: string): Tensor }>;
/** What became of every key. */
export type Keys = Readonly<{ used: readonly string[]; ignored: readonly Readonly<{ key: string; reason: string }>[] }>;
/** `parameters`: trainable values (weights, biases, gamma and beta, trained tensors). `named`: where constants come from, for the text form. */
export type Taken = Readonly<{ weights: Weights; parameters: number; keys: Keys; named: Named }>;
export type Named = ReadonlyMap<Tensor, NamedConstant>;
/** How the keys of a family are read. `epsilon`: of every batch normalisation. `sizes`: in words, for hints. */
export type KeyRules = Readonly<{ prefix: string; ignored: readonly string[]; epsilon: number | undefined; sizes: string }>;

type Wanted = Readonly<{ key: string; shape: readonly number[]; trained: boolean }>;
type Read = (key: string) => FileTensor;
/** Remembers where a constant comes from. `norm`: the batch normalisation it is a part of. */
type Name = (tensor: Tensor, form: string, key: string, norm?: string) => Tensor;
const counter = '.num_batches_tracked';

/**
 * Takes all parts of a network.
 * @param files what its file parts hold, by their names
 * Faults: C2020 missing, C2021 unexpected, C2022 mis-shaped keys (C2026: even more of them), C2023 and C2024 unusable batch normalisation, C2029 an unusable value, of the parts whose keys are sound.
 */
export function takeParts(checkpoint: Checkpoint, parts: readonly Part[], { prefix, ignored: patterns, epsilon, sizes }: KeyRules, files: ReadonlyMap<string, Tensor> = new Map()): Outcome<Taken> {
  const { file } = checkpoint, tensors = withoutPrefix(checkpoint.tensors, prefix);
  const wanted = parts.flatMap(wantedBy), used = new Set(wanted.map(({ key }) => key));
  const missing = wanted.filter(({ key }) => !tensors.has(key));
  const { ignored, left } = sortOut([...tensors.keys()].filter((key) => !used.has(key)), patterns);
  const missingKeys = missing.map(({ key }) => key), near = (known: readonly string[], i: number, key: string) => ((i + 1) * known.length <= most.namePairs ? nearest(key,
    known) : undefined);
  const read: Read = (key) => tensors.get(key)!, isSound = ({ key, shape }: Wanted): boolean => { const found = tensors.get(key); return found !== undefined && sameShape(found.shape, shape); };
  const faults: Fault[] = [
    ...missing.map(({ key, shape }, i) => tensorMissing(file, key, shape, left, near(left, i, key))),
    ...left.map((key, i) => tensorUnexpected(file, key, tensors.get(key)!.shape, near(missingKeys, i, key))),
    ...wanted.flatMap(({ key, shape }) => {
      const found = tensors.get(key);
      return found && !sameShape(found.shape, shape) ? [tensorMisshapen(file, key, shape, found.shape, sizes)] : [];
    }),
    ...parts.filter((part) => wantedBy(part).every(isSound))
      .flatMap((part) => (part.take === 'tensor' ? valueDamage(file, part, read) : epsilon !== undefined && part.take !== 'file' ? normDamage(file, part, read, epsilon) : [])),
  ];
  if (faults.length > most.keysListed) return fail(...faults.slice(0, most.keysListed), tooManyKeys(file, faults.length - most.keysListed));
  if (faults.length > 0) return fail(...faults);

  const named = new Map<Tensor, NamedConstant>(), keyOf = (key: string): string => (checkpoint.tensors.get(prefix + key) === tensors.get(key) ? prefix + key : key);
  const weights = weightsOf(parts, read, epsilon, files, (tensor, form, key, group) => { named.set(tensor, { form, key: keyOf(key), ...(group === undefined ? {} : { group: { form: 'batchnorm', key: keyOf(`${group}.${normKeys.gamma}`).slice(0, -1 - normKeys.gamma.length) } }) }); return tensor; });
  return succeed({ weights, named, keys: { used: [...used], ignored },
    parameters: wanted.reduce((sum, { key, trained }) => sum + (trained ? read(key).data.length : 0), 0) });
}

/** Keys without the prefix that the descriptor names; a key that has none keeps its name, and so does one whose short name is taken. */
export function withoutPrefix(tensors: ReadonlyMap<string, FileTensor>, prefix: string): ReadonlyMap<string, FileTensor> {
  if (prefix === '') return tensors;
  return new Map([...tensors].map(([name, found]) => {
    const short = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    return [tensors.has(short) ? name : short, found];
  }));
}

const normWanted = (name: string, channels: number): Wanted[] => Object.entries(normKeys).map(([param, key]) => ({ key: `${name}.${key}`, shape: [channels], trained: param === 'gamma'
  || param === 'beta' }));

function wantedBy(part: Part): Wanted[] {
  switch (part.take) {
    case 'tensor': return [{ key: part.name, shape: part.shape, trained: part.trained }];
    case 'norm': return normWanted(part.name, part.channels);
    case 'file': return [];
    case 'layer': return [
      { key: `${part.name}.weight`, shape: weightShape(part), trained: true },
      ...(part.bias ? [{ key: `${part.name}.bias`, shape: [part.to], trained: true }] : []),
      ...(part.norm === undefined ? [] : normWanted(part.norm, part.to)),
    ];
  }
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

function valueDamage(file: string, { name, values }: TensorPart, read: Read): Fault[] {
  const { data } = read(name), wrong = values ? values.wrong(data) : -1;
  return values && wrong >= 0 ? [valueUnusable(file, name, wrong, data[wrong], values.wanted, values.hint)] : [];
}

function normDamage(file: string, part: LayerPart | NormPart, read: Read, epsilon: number): Fault[] {
  const norm = part.take === 'norm' ? part.name : part.norm;
  if (norm === undefined) return [];
  const [gamma, beta, mean, variance] = Object.values(normKeys).map((key) => read(`${norm}.${key}`).data);
  const wrong = variance.findIndex((value) => !(value >= 0 && value + epsilon > 0));
  if (wrong >= 0) return [varianceWrong(file, `${norm}.${normKeys.variance}`, wrong, variance[wrong], epsilon)];
  const before = part.take === 'norm' ? [] : [`${part.name}.weight`, ...(part.bias ? [`${part.name}.bias`] : [])];
  const largest = before.map((key) => read(key).data).reduce(largestOf, 0);
  const overflow = gamma.findIndex((value, c) => !Number.isFinite((Math.abs(value / Math.sqrt(variance[c] + epsilon)) * (largest + Math.abs(mean[c])) + Math.abs(beta[c])) * headroom));
  return overflow >= 0 ? [foldOverflows(file, norm, overflow)] : [];
}

function weightsOf(parts: readonly Part[], read: Read, epsilon: number | undefined, files: ReadonlyMap<string, Tensor>, name: Name): Weights {
  const held = (key: string): Tensor => ({ shape: read(key).shape, data: read(key).data }), vector = (key: string): Tensor => name(held(key), 'tensor', key);
  const normOf = (norm: string): Norm => {
    if (epsilon === undefined) throw new Error(`"${norm}" normalises, but the descriptor of its family has no bn_eps`);
    const part = (key: string): Tensor => name(held(`${norm}.${key}`), 'tensor', `${norm}.${key}`, norm);
    return { name: norm, epsilon, params: { gamma: part(normKeys.gamma), beta: part(normKeys.beta), mean: part(normKeys.mean), variance: part(normKeys.variance) } };
  };
  const layers = new Map<string, Layer>(), norms = new Map<string, Norm>(), tensors = new Map(files);
  for (const part of parts) {
    if (part.take === 'file') continue;
    if (part.take === 'tensor') tensors.set(part.name, vector(part.name));
    else if (part.take === 'norm') norms.set(part.name, normOf(part.name));
    else layers.set(part.name, { weight: name(kernelRows(read(`${part.name}.weight`).data, { ...part, window: part.slide.window }), part.file, `${part.name}.weight`), slide: part.slide, groups: part.groups, ...(part.bias ? { bias: vector(`${part.name}.bias`) } : {}),
      ...(part.norm === undefined ? {} : { norm: normOf(part.norm) }) });
  }
  const find = <T>(found: ReadonlyMap<string, T>) => (name: string): T => {
    const value = found.get(name);
    if (value === undefined) throw new Error(`the family takes no part "${name}"`);
    return value;
  };
  return { layer: find(layers), norm: find(norms), tensor: find(tensors) };
}

function largestOf(most: number, data: Float64Array): number {
  for (let i = 0; i < data.length; i++) most = Math.max(most, Math.abs(data[i]));
  return most;
}
