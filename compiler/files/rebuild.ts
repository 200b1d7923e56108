// The only names a pickle may call, each bound to a constructor of ours (checkpoints.md section 3). Nothing is imported or called by name.
import type { ElementType } from './elements.ts';
import { describeValue, isKind } from './pickle-value.ts';
import type { Dict, PickleValue, StorageRef } from './pickle-value.ts';

/** Makes a value of the arguments, or says what is wrong with them. */
export type Constructor = (args: readonly PickleValue[], newDict: (entries: number) => Dict) => PickleValue | Wrong;
export type Wrong = Readonly<{ wrong: string }>;
export const isWrong = <T>(made: T | Wrong): made is Wrong => typeof made === 'object' && made !== null && 'wrong' in made;

const storageTypes: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([
  ['torch.DoubleStorage', 'float64'], ['torch.FloatStorage', 'float32'], ['torch.HalfStorage', 'float16'], ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'], ['torch.IntStorage', 'int32'], ['torch.ShortStorage', 'int16'], ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'], ['torch.BoolStorage', 'bool'],
]);

const inert = (of: string): Constructor => () => ({ kind: 'inert', of, made: 'data' });

const constructors: ReadonlyMap<string, Constructor> = new Map<string, Constructor>([
  ['collections.OrderedDict', orderedDict],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['numpy.core.multiarray.scalar', inert('numpy scalar')],
  ['numpy._core.multiarray.scalar', inert('numpy scalar')],  // its name since numpy 2
  ['numpy.dtype', inert('numpy dtype')],
  ['_codecs.encode', inert('bytes')],
]);

export const isAllowed = (name: string): boolean => constructors.has(name) || storageTypes.has(name);
export const constructorOf = (name: string): Constructor | undefined => constructors.get(name);

function orderedDict(args: readonly PickleValue[], newDict: (entries: number) => Dict): PickleValue | Wrong {
  if (args.length === 0) return newDict(0);
  const pairs = args[0];
  if (args.length > 1 || !isKind(pairs, 'sequence')) return { wrong: 'OrderedDict wants nothing or one list of pairs' };
  // One long list in the memo could be copied by every call: its pairs count as objects each time.
  const dict = newDict(pairs.items.length);
  for (const pair of pairs.items) {
    if (!isKind(pair, 'sequence') || pair.items.length !== 2) return { wrong: 'OrderedDict wants pairs' };
    dict.entries.set(pair.items[0], pair.items[1]);
    dict.depth = Math.max(dict.depth, pair.depth);
  }
  return dict;
}

/** (storage, offset, size, stride, requires_grad, hooks): the numbers are checked when the name of the tensor is known. */
function rebuildTensor(args: readonly PickleValue[]): PickleValue | Wrong {
  const [storage, offset, size, stride] = args;
  if (storage !== undefined && isKind(storage, 'inert')) return storage;
  if (args.length < 6 || !isKind(storage, 'storage')) {
    return { wrong: `a tensor wants a storage and five more values; came ${args.length} values, the first ${describeValue(args[0] ?? null)}` };
  }
  return { kind: 'tensor', storage, offset, size, stride };
}

function rebuildParameter(args: readonly PickleValue[]): PickleValue | Wrong {
  return args.length === 3 && (isKind(args[0], 'tensor') || isKind(args[0], 'inert')) ? args[0] : { wrong: 'a parameter wants a tensor and two more values' };
}

/** Persistent id: ('storage', type, key, location, numel); legacy files add None or (key, first element, elements) of a part of it. */
export function storageOf(id: PickleValue): StorageRef | Wrong {
  if (!isKind(id, 'sequence') || id.items.length < 5 || id.items[0] !== 'storage') return { wrong: "a persistent id wants ('storage', type, key, location, numel)" };
  const [, type, key, , numel] = id.items;
  const element = isKind(type, 'global') ? storageTypes.get(type.name) : undefined;
  if (element === undefined) return { wrong: `a storage wants a storage type; came ${isKind(type, 'global') ? JSON.stringify(type.name.slice(0, 80)) : describeValue(type)}` };
  if (typeof key !== 'string') return { wrong: `a storage wants text as its key; came ${describeValue(key)}` };
  if (!isNatural(numel)) return { wrong: 'a storage wants a natural number of elements' };
  const part = partOf(id.items[5] ?? null, numel);
  return part && isWrong(part) ? part : { kind: 'storage', type: element, key, numel, ...(part ? { part } : {}) };
}

const isNatural = (value: PickleValue | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

function partOf(view: PickleValue, numel: number): StorageRef['part'] | Wrong {
  if (view === null) return undefined;
  const [, from, length] = isKind(view, 'sequence') ? view.items : [];
  if (!isNatural(from) || !isNatural(length) || from + length > numel) return { wrong: `a part of a storage of ${numel} elements wants (key, first element, elements) within it` };
  return { from, numel: length };
}
