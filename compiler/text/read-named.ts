// Constants that a text takes from a checkpoint by key, and how their form makes a parameter of what is stored.
import type { IToken } from 'chevrotain';
import { nearest } from '../../targets/contract/nearest.ts';
import type { OpDef } from '../ir/define-op.ts';
import type { Pair, Tensor, ValueType } from '../ir/types.ts';
import { norm } from '../ops/index.ts';
import { kernelForms, kernelRows, kernelShape, normKeys } from '../ops/stored-forms.ts';
import type { KernelForm } from '../ops/stored-forms.ts';
import { constantsTooLarge, formMisplaced, formUnknown, keyUnknown, storedMissing, storedShape } from './faults.ts';
import type { NamedText } from './grammar.ts';
import { limits } from './limits.ts';
import type { Reading } from './reading.ts';
import { textOf } from './reading.ts';

/** The node whose parameter is read. input: type of what it reads first, where that is sound. */
export type Owner = Readonly<{ def: OpDef; attrs: object; input: ValueType | undefined }>;

/** One parameter as it lies in the file. */
const whole = 'tensor';
/** All parameters of a normalisation, by the name before their keys. */
const batchNorm = 'batchnorm';
/** Words that stand before a key. */
export const storedForms: readonly string[] = [whole, ...kernelForms, batchNorm];

const isKernel = (form: string): form is KernelForm => kernelForms.some((known) => known === form);

/** One parameter by key, or undefined and a fault. */
export function readNamed({ form, key }: NamedText, parameter: string, owner: Owner, reading: Reading): Tensor | undefined {
  const { source, report } = reading, word = form.image, at = form.startOffset;
  if (!storedForms.includes(word)) return void report(formUnknown(source, at, word, nearest(word, storedForms), storedForms));
  if (word === batchNorm) return void report(formMisplaced(source, at, word, `all parameters of ${norm.kind}: write it alone, ${batchNorm}("block.0.bn")`));
  const windowed = owner.attrs as Readonly<{ window?: Pair; groups?: number }>;
  if (isKernel(word) && (parameter !== 'weight' || !windowed.window)) return void report(formMisplaced(source, at, word, 'the weight of an operator with a window'));
  const found = lookUp(key, textOf(key, reading), reading);
  if (!found) return undefined;
  const tensor = isKernel(word) ? kernelOf(word, found, key, windowed, owner.input, reading) : found;
  if (tensor) reading.named.set(tensor, { form: word, key: textOf(key, reading)! });
  return tensor;
}

/** Parameters that a form gives all at once. */
export function readGroup({ form, key }: NamedText, { def }: Owner, reading: Reading): Readonly<Record<string, Tensor>> | undefined {
  const { source, report } = reading, at = form.startOffset;
  if (!storedForms.includes(form.image)) return void report(formUnknown(source, at, form.image, nearest(form.image, storedForms), storedForms));
  if (form.image !== batchNorm) return void report(formMisplaced(source, at, form.image, `one parameter: write its name before it, weight = ${form.image}("key")`));
  if (def.kind !== norm.kind) return void report(formMisplaced(source, at, batchNorm, `the parameters of ${norm.kind}`));
  const prefix = textOf(key, reading);
  if (prefix === undefined) return undefined;
  const parts = Object.entries(normKeys).map(([parameter, end]) => [parameter, lookUp(key, `${prefix}.${end}`, reading)] as const);
  if (!parts.every((part): part is readonly [string, Tensor] => part[1] !== undefined)) return undefined;
  for (const [parameter, tensor] of parts) reading.named.set(tensor, { form: whole, key: `${prefix}.${(normKeys as Readonly<Record<string, string>>)[parameter]}`, group: { form: batchNorm, key: prefix } });
  return Object.fromEntries(parts);
}

/** A scalar is one value. */
function lookUp(at: IToken, key: string | undefined, { source, report, stored, used, budget }: Reading): Tensor | undefined {
  if (key === undefined) return undefined;
  if (!stored) return void report(storedMissing(source, at.startOffset, key));
  const found = stored.get(key);
  if (!found) return void report(keyUnknown(source, at.startOffset, key, nearest(key, [...stored.keys()]), stored.size));
  used.add(key);
  budget.named += found.data.length;
  // A short text may name one large tensor again and again, and each is laid out anew.
  return budget.named > limits.named ? void report(constantsTooLarge(source, at.startOffset, budget.named, limits.named)) : { shape: found.shape.length === 0 ? [1] : found.shape, data: found.data };
}

function kernelOf(form: KernelForm, { shape, data }: Tensor, key: IToken, { window = [1, 1], groups = 1 }: Readonly<{ window?: Pair; groups?: number }>, input: ValueType | undefined, { source, report }: Reading): Tensor | undefined {
  if (!input) return undefined;  // refused already
  const kernel = { from: input.channels, to: shape[0] ?? 0, groups, window }, wanted = kernelShape(form, kernel);
  if (wanted.length !== shape.length || wanted.some((size, axis) => size !== shape[axis]) || kernel.to % groups !== 0) {
    return void report(storedShape(source, key.startOffset, form, key.image, `[outputs${groups > 1 ? `, a multiple of ${groups}` : ''}, ${wanted.slice(1).join(', ')}]`, shape));
  }
  return kernelRows(data, kernel);
}
