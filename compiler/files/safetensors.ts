// safetensors: u64 length of the header, the header (JSON: name -> dtype, shape, data_offsets), the raw little-endian values, which it divides without gaps and without overlaps.
import { elementCount, elements } from './elements.ts';
import type { ElementType } from './elements.ts';
import { dataUnclaimed, headerLength, headerOffsets, headerSyntax, headerTwice, headerType, tensorShape } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Sequence, TensorRef } from './pickle-value.ts';
import { refuse } from './refusal.ts';
import { readHeader } from './safetensors-header.ts';
import type { HeaderEntry } from './safetensors-header.ts';
import { viewOf } from './source.ts';
import type { ByteSource } from './source.ts';
import type { Storages, Stored } from './tensors.ts';
import type { Fault } from '../../targets/contract/fault.ts';

const types: ReadonlyMap<string, ElementType> = new Map<string, ElementType>([['F64', 'float64'], ['F32', 'float32'], ['F16', 'float16'], ['BF16', 'bfloat16'], ['I64', 'int64'], ['I32', 'int32'], ['I16', 'int16'], ['I8', 'int8'],
  ['U64', 'uint64'], ['U32', 'uint32'], ['U16', 'uint16'], ['U8', 'uint8'], ['BOOL', 'bool']]);
const lengthBytes = 8, brace = 0x7b;

/** Whether a file begins with eight bytes and an opening brace: no zip, pickle or tar of a checkpoint has one there. */
export const isSafetensors = (head: Uint8Array): boolean => head[lengthBytes] === brace;

type Placed = Readonly<{ key: string; type: ElementType; shape: readonly number[]; count: number; from: number; to: number }>;

/** Tensors of the header and where their values lie, each a storage of its own. Refuses all tensors that are wrong at once. Source: checkpoints.md section 5. */
export function readSafetensors(source: ByteSource, { headerBytes }: Limits): Readonly<{ references: ReadonlyMap<string, TensorRef>; storages: Storages }> {
  const { file, size } = source, view = viewOf(source.read(0, lengthBytes)), length = view.getBigUint64(0, true), most = Math.min(headerBytes, size - lengthBytes);
  if (length > BigInt(most)) return refuse(headerLength({ file, byte: 0 }, String(length), most));
  const dataAt = lengthBytes + Number(length), entries = readHeader(source.read(lengthBytes, Number(length)),
    { syntax: (at, what) => refuse(headerSyntax({ file, byte: lengthBytes + at }, what)), twice: (at, name) => refuse(headerTwice({ file, byte: lengthBytes + at }, name)) });
  const checked = entries.map((entry) => checkEntry(file, entry, size - dataAt)), placed = checked.filter((one): one is Placed => !('code' in one));
  const faults: readonly Fault[] = [...checked.filter((one): one is Fault => 'code' in one), ...overlaps(file, placed)];
  if (faults.length > 0) return refuse(...faults);
  checkCovered(file, placed, dataAt, size);
  const stored = new Map(placed.map(({ key, from, to }): [string, Stored] => [key, { name: key, size: to - from, read: () => source.read(dataAt + from, to - from) }]));
  return { storages: { name: (key) => key, find: (key) => stored.get(key) },
    references: new Map(placed.map(({ key, type, shape, count }) => [key, { kind: 'tensor', storage: { kind: 'storage', type, key, numel: count }, offset: 0, size: sequence(shape), stride: sequence(stridesOf(shape)) }])) };
}

function checkEntry(file: string, { name: key, dtype, shape, offsets: [from, to, ...more] }: HeaderEntry, bytes: number): Placed | Fault {
  const type = types.get(dtype), count = elementCount(shape), wrong = (what: string): Fault => headerOffsets(file, key, what);
  if (type === undefined) return headerType(file, key, dtype, [...types.keys()]);
  if (count === undefined) return tensorShape(file, key, 'the product of its sizes is past 2^53');
  if (from === undefined || to === undefined || more.length > 0) return wrong('wanted [begin, end]');
  if (from > to || to > bytes) return wrong(`${from} to ${to}; the file holds ${bytes} bytes of values`);
  const wanted = count * elements[type].bytes;
  return to - from === wanted ? { key, type, shape, count, from, to } : wrong(`${from} to ${to} are ${to - from} bytes; [${shape.slice(0, 16).join(', ')}] of ${dtype} needs ${wanted}`);
}

const byPlace = (placed: readonly Placed[]): readonly Placed[] => [...placed].sort((a, b) => a.from - b.from || a.to - b.to);

function overlaps(file: string, placed: readonly Placed[]): readonly Fault[] {
  const inOrder = byPlace(placed), faults: Fault[] = [];
  let last: Placed | undefined;
  for (const one of inOrder) {
    if (last && one.from < last.to && one.from < one.to) faults.push(headerOffsets(file, one.key, `${one.from} to ${one.to} overlap those of "${last.key.slice(0, 100)}", ${last.from} to ${last.to}`));
    if (!last || one.to > last.to) last = one;
  }
  return faults;
}

function checkCovered(file: string, placed: readonly Placed[], dataAt: number, size: number): void {
  let end = 0;
  for (const { from, to } of byPlace(placed)) {
    if (from > end) refuse(dataUnclaimed({ file, byte: dataAt + end }, from - end));
    end = to;
  }
  if (dataAt + end < size) refuse(dataUnclaimed({ file, byte: dataAt + end }, size - dataAt - end));
}

const sequence = (items: readonly number[]): Sequence => ({ kind: 'sequence', items: [...items], depth: 1 });
const stridesOf = (shape: readonly number[]): readonly number[] => {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
};
