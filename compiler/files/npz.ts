// npz archives (a zip of npy files), both ways, and npy files written.
import { checkIntegers, checkSize, decodeAll } from './array-file.ts';
import type { NumpyArray } from './array-file.ts';
import { elements } from './elements.ts';
import type { ElementType, NumberArray } from './elements.ts';
import { arrayTooLarge, kindOf, notAnArchive } from './faults.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { descriptorOf, readNpyHeader } from './npy-header.ts';
import { attempt, refuse } from './refusal.ts';
import { fileSource, memorySource, viewOf } from './source.ts';
import type { ByteSource } from './source.ts';
import { writeZip } from './zip-write.ts';
import { openZip } from './zip.ts';
import type { Outcome } from '../../targets/contract/fault.ts';

/**
 * All arrays of an npz file by name (without `.npy`), in C order; members that are no npy files are left out.
 * Faults: C1001 to C1003, C1010 to C1020 (zip), C1047, C1061 to C1065.
 */
export const readNpz = (path: string, limits: Partial<Limits> = {}): Outcome<ReadonlyMap<string, NumpyArray>> => attempt(() => {
  const caps = { ...defaultLimits, ...limits }, source = fileSource(path, caps);
  try {
    return parseNpz(source, caps);
  } finally {
    source.close();
  }
});

/** The same for bytes that are open already; the caller closes them. */
export const readNpzFrom = (source: ByteSource, limits: Partial<Limits> = {}): Outcome<ReadonlyMap<string, NumpyArray>> => attempt(() => parseNpz(source, { ...defaultLimits, ...limits }));

/** The same within a reader of this room, which refuses by exception. */
export function parseNpz(source: ByteSource, limits: Limits): ReadonlyMap<string, NumpyArray> {
  const { file } = source, head = source.read(0, Math.min(8, source.size));
  if (head[0] !== 0x50 || head[1] !== 0x4b) refuse(notAnArchive(file, kindOf(head)));
  const zip = openZip(source, limits), arrays = new Map<string, NumpyArray>();
  let total = 0;
  for (const member of zip.members.values()) {
    if (!member.name.endsWith('.npy')) continue;
    total += member.size;
    const spot = { file, member: member.name };
    if (total > limits.arrayBytes) refuse(arrayTooLarge(spot, 'the arrays up to this one', total, limits.arrayBytes));
    const bytes = memorySource(file, zip.read(member)), header = readNpyHeader(spot, bytes.size, bytes.read);
    checkSize({ ...spot, byte: header.dataAt }, header, bytes.size);
    const data = decodeAll(header, bytes);
    checkIntegers(spot, header.dtype, data);
    arrays.set(member.name.slice(0, -'.npy'.length), { shape: header.shape, dtype: header.dtype, data });
  }
  return arrays;
}

/**
 * An npz file as numpy.savez_compressed writes it; the same entries in the same order give the same bytes.
 * @throws RangeError for what `writeNpy` or plain zip cannot hold
 */
export const writeNpz = (entries: Iterable<readonly [name: string, array: NumpyArray]>): Uint8Array => writeZip(npyMembers(entries));

function* npyMembers(entries: Iterable<readonly [string, NumpyArray]>): Generator<readonly [string, Uint8Array]> {
  for (const [name, array] of entries) yield [`${name}.npy`, writeNpy(array)];
}

/**
 * An npy file (version 1.0, little-endian, C order) with the element type `dtype`.
 * @throws RangeError when the data has another length than the shape, or the type is float16 or bfloat16, which are not written
 */
export function writeNpy({ shape, dtype, data }: NumpyArray): Uint8Array {
  const descriptor = dtype === 'float16' ? undefined : descriptorOf(dtype), count = shape.reduce((product, size) => product * size, 1);
  if (descriptor === undefined) throw new RangeError(`${dtype} arrays are not written`);
  if (count !== data.length) throw new RangeError(`shape [${shape.join(', ')}] holds ${count} values; the data has ${data.length}`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const dataAt = Math.ceil((10 + text.length + 1) / 64) * 64, bytes = new Uint8Array(dataAt + count * elements[dtype].bytes);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (dataAt - 10) % 256, Math.floor((dataAt - 10) / 256)]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(dataAt - 11)}\n`), 10);
  encode(dtype, data, viewOf(bytes.subarray(dataAt)));
  return bytes;
}

function encode(dtype: ElementType, data: NumberArray, into: DataView): void {
  const width = elements[dtype].bytes, write = writers[dtype];
  if (write === undefined) throw new RangeError(`${dtype} arrays are not written`);
  data.forEach((value, i) => write(into, i * width, value));
}

const writers: Readonly<Partial<Record<ElementType, (view: DataView, at: number, value: number) => void>>> = {
  float64: (view, at, value) => view.setFloat64(at, value, true),
  float32: (view, at, value) => view.setFloat32(at, value, true),
  int64: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  uint64: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  int32: (view, at, value) => view.setInt32(at, value, true),
  uint32: (view, at, value) => view.setUint32(at, value, true),
  int16: (view, at, value) => view.setInt16(at, value, true),
  uint16: (view, at, value) => view.setUint16(at, value, true),
  int8: (view, at, value) => view.setInt8(at, value),
  uint8: (view, at, value) => view.setUint8(at, value),
  bool: (view, at, value) => view.setUint8(at, value === 0 ? 0 : 1),
};
