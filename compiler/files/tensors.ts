// Tensor references, and arrays that are read already -> values: every declared size is checked against the bytes that exist before anything is allocated.
import { elementCount, elements, firstUnsafe } from './elements.ts';
import type { ElementType, NumberArray } from './elements.ts';
import { integerTooLarge, nonFinite, storageMissing, storageShort, tensorShape, tooManyValues, viewOutside } from './faults.ts';
import type { Limits } from './limits.ts';
import { isKind } from './pickle-value.ts';
import type { PickleValue, StorageRef, TensorRef } from './pickle-value.ts';
import { refuse } from './refusal.ts';
import { viewOf } from './source.ts';
import type { Fault } from '../../targets/contract/fault.ts';

/** `data`: row-major over `shape`, exactly the numbers of the file. `dtype`: name of the element type in the file. */
export type FileTensor = Readonly<{ shape: readonly number[]; dtype: string; data: Float64Array }>;

/** The raw values of one storage, little-endian. `name`: what the file calls it. */
export type Stored = Readonly<{ name: string; size: number; read(): Uint8Array }>;
/** Storages of a checkpoint; the same key gives the same object. */
export type Storages = Readonly<{ name(key: string): string; find(key: string): Stored | undefined }>;

type View = Readonly<{ key: string; shape: readonly number[]; stride: readonly number[]; offset: number; count: number; type: ElementType; stored: Stored }>;
const mostSizes = 64;

/** Reads all tensors; storages are read once each and let go. */
export function readTensors(file: string, storages: Storages, references: ReadonlyMap<string, TensorRef>, limits: Limits): ReadonlyMap<string, FileTensor> {
  const faults: Fault[] = [], views: View[] = [], stored = new Map<string, number>();
  let values = 0, storedValues = 0;
  for (const [key, reference] of references) {
    const view = checkView(file, storages, key, reference);
    if ('code' in view) { faults.push(view); continue; }
    values += view.count;
    storedValues += Math.max(0, reference.storage.numel - (stored.get(view.stored.name) ?? 0));
    stored.set(view.stored.name, Math.max(reference.storage.numel, stored.get(view.stored.name) ?? 0));
    // A view with stride 0, or many views of one storage, can claim far more values than there are bytes.
    const claimed = Math.max(values, storedValues), repeated = 8 * storedValues + 2 ** 20;
    if (claimed > limits.values) refuse(...faults, tooManyValues(file, key, 'the tensors declare too many values', claimed, limits.values));
    if (values > repeated) refuse(...faults, tooManyValues(file, key, 'the tensors repeat the stored values too often', values, repeated));
    views.push(view);
  }
  if (faults.length > 0) refuse(...faults);
  return decodeByStorage(file, views);
}

function checkView(file: string, storages: Storages, key: string, { storage, offset, size, stride }: TensorRef): View | Fault {
  const stored = checkStorage(file, storages, key, storage);
  if ('code' in stored) return stored;
  // Length first: tensors may share one huge tuple, and each would walk it.
  const axes = isKind(size, 'sequence') ? size.items.length : 0;
  if (axes > mostSizes) return tensorShape(file, key, `it has ${axes} sizes; at most ${mostSizes} are read`);
  const shape = naturals(size), steps = naturals(stride);
  if (shape === undefined) return tensorShape(file, key, 'its sizes are not natural numbers');
  if (steps === undefined || steps.length !== shape.length) return tensorShape(file, key, `it wants one natural stride for each of its ${shape.length} sizes`);
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) return tensorShape(file, key, 'its offset is not a natural number');
  const count = elementCount(shape);
  if (count === undefined) return tensorShape(file, key, 'the product of its sizes is past 2^53');
  const last = count === 0 ? offset - 1 : shape.reduce((sum, length, axis) => sum + (length - 1) * steps[axis], offset);
  // Legacy files may hand out a part of a storage as a storage of its own.
  const { from, numel } = storage.part ?? { from: 0, numel: storage.numel };
  if (last >= numel) return viewOutside(file, key, shape, steps, offset, numel);
  return { key, shape, stride: steps, offset: from + offset, count, type: storage.type, stored };
}

function checkStorage(file: string, storages: Storages, key: string, storage: StorageRef): Stored | Fault {
  const name = storages.name(storage.key), stored = storages.find(storage.key);
  if (stored === undefined) return storageMissing(file, key, name);
  const wanted = storage.numel * elements[storage.type].bytes;
  return stored.size < wanted ? storageShort(file, key, name, wanted, stored.size) : stored;
}

function naturals(value: PickleValue): readonly number[] | undefined {
  if (!isKind(value, 'sequence') || value.items.length > mostSizes) return undefined;
  const numbers = value.items.filter((item): item is number => typeof item === 'number' && Number.isSafeInteger(item) && item >= 0);
  return numbers.length === value.items.length ? numbers : undefined;
}

function decodeByStorage(file: string, views: readonly View[]): ReadonlyMap<string, FileTensor> {
  const sharing = new Map<Stored, View[]>();
  for (const view of views) {
    const group = sharing.get(view.stored);
    if (group) group.push(view);
    else sharing.set(view.stored, [view]);
  }
  const read = new Map<View, FileTensor>(), faults = new Map<View, Fault>();
  for (const [stored, group] of sharing) {
    const bytes = viewOf(stored.read());
    for (const view of group) {
      const data = decodeView(view, bytes);
      const fault = checkValues(file, view, data);
      if (fault) faults.set(view, fault);
      else read.set(view, { shape: view.shape, dtype: view.type, data });
    }
  }
  if (faults.size > 0) refuse(...inOrder(views, faults).map(([, fault]) => fault));
  return new Map(inOrder(views, read).map(([view, tensor]) => [view.key, tensor]));
}

const inOrder = <T>(views: readonly View[], made: ReadonlyMap<View, T>): (readonly [View, T])[] =>
  views.flatMap((view) => { const value = made.get(view); return value === undefined ? [] : [[view, value] as const]; });

/** Arrays that are read already, as tensors. Refuses: all whose values are not finite; more values than are held. */
export function tensorsOfArrays(file: string, arrays: ReadonlyMap<string, Readonly<{ shape: readonly number[]; dtype: ElementType; data: NumberArray }>>, limits: Limits): ReadonlyMap<string, FileTensor> {
  const tensors = new Map<string, FileTensor>(), faults: Fault[] = [];
  let values = 0;
  for (const [key, { shape, dtype, data }] of arrays) {
    values += data.length;
    if (values > limits.values) refuse(...faults, tooManyValues(file, key, 'the arrays hold too many values', values, limits.values));
    const exact = Float64Array.from(data), fault = checkValues(file, { key, type: dtype }, exact);
    if (fault) faults.push(fault);
    tensors.set(key, { shape, dtype, data: exact });
  }
  return faults.length > 0 ? refuse(...faults) : tensors;
}

/** Walks the view in row-major order with an odometer over all axes but the last. */
function decodeView({ shape, stride, offset, count, type }: View, bytes: DataView): Float64Array {
  const data = new Float64Array(count), { bytes: width, read } = elements[type];
  const axes = shape.length, inner = axes === 0 ? 1 : shape[axes - 1], innerStep = axes === 0 ? 0 : stride[axes - 1] * width;
  const index = new Array<number>(Math.max(0, axes - 1)).fill(0);
  let row = offset * width;
  for (let done = 0; done < count; done += inner) {
    for (let i = 0, at = row; i < inner; i++, at += innerStep) data[done + i] = read(bytes, at, true);
    for (let axis = axes - 2; axis >= 0; axis--) {
      row += stride[axis] * width;
      if (++index[axis] < shape[axis]) break;
      row -= shape[axis] * stride[axis] * width;
      index[axis] = 0;
    }
  }
  return data;
}

function checkValues(file: string, { key, type }: Pick<View, 'key' | 'type'>, data: Float64Array): Fault | undefined {
  const unsafe = firstUnsafe(type, data);
  if (unsafe >= 0) return integerTooLarge({ file, key }, unsafe);
  if (!elements[type].floating) return undefined;
  const first = data.findIndex((value) => !Number.isFinite(value));
  if (first < 0) return undefined;
  let count = 0;
  for (const value of data) if (!Number.isFinite(value)) count++;
  return nonFinite(file, key, count, data.length, first, data[first]);
}
