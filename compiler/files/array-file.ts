// Array files, npy or idx, gzip'd or not, told apart by their bytes: header first, values when they are asked for.
import { gunzipSync } from 'node:zlib';
import { elements, firstUnsafe } from './elements.ts';
import type { ElementType, NumberArray } from './elements.ts';
import { arraySize, arrayTooLarge, gzipBomb, gzipDamaged, integerTooLarge, kindOf, notAnArray } from './faults.ts';
import type { Spot } from './faults.ts';
import { isIdx, readIdxHeader } from './idx-header.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { isNpy, readNpyHeader } from './npy-header.ts';
import type { ArrayHeader } from './npy-header.ts';
import { attempt, refuse } from './refusal.ts';
import { digest, fileSource, memorySource, viewOf } from './source.ts';
import type { ByteSource } from './source.ts';
import { zlibReason } from './zip.ts';
import type { Outcome } from '../../targets/contract/fault.ts';

export type { ElementType, NumberArray } from './elements.ts';

/**
 * An array in C order. `dtype` names the element type in the file; `data` holds exactly its numbers:
 * float16 as Float32Array, int64 and uint64 as Float64Array (refused past 2^53), bool as Uint8Array of 0 and 1, the others as their own typed array.
 */
export type NumpyArray = Readonly<{ shape: readonly number[]; dtype: ElementType; data: NumberArray }>;

/**
 * An array whose values are read on demand.
 * `values(from, count)`: elements in C order. It fails by exception only, if the file changed or cannot be read any more.
 * `digest()`: SHA-256 of the file as it lies on disk. Call `close` when done.
 */
export type ArrayFile = Readonly<{ file: string; format: 'npy' | 'idx'; shape: readonly number[]; count: number; dtype: ElementType;
  values(from: number, count: number): NumberArray; digest(): string; close(): void }>;

/**
 * Opens an npy or idx file, gzip'd or not; small or gzip'd ones are held in memory, large ones stay on disk.
 * Faults: C1001 to C1003, C1060 to C1064, C1070 to C1072.
 */
export const openArray = (path: string, limits: Partial<Limits> = {}): Outcome<ArrayFile> => attempt(() => arrayFile(path, { ...defaultLimits, ...limits }));

/** Whole npy or idx file. Faults: those of `openArray`, and C1047 for integers past 2^53. */
export const readArray = (path: string, limits: Partial<Limits> = {}): Outcome<NumpyArray> => attempt(() => {
  const caps = { ...defaultLimits, ...limits }, array = arrayFile(path, caps);
  try {
    const bytes = array.count * elements[array.dtype].bytes;
    if (bytes > caps.arrayBytes) refuse(arrayTooLarge({ file: path }, 'values of the array', bytes, caps.arrayBytes));
    const data = array.values(0, array.count);
    checkIntegers({ file: path }, array.dtype, data);
    return { shape: array.shape, dtype: array.dtype, data };
  } finally {
    array.close();
  }
});

function arrayFile(path: string, limits: Limits): ArrayFile {
  const disk = fileSource(path, limits);
  let opened: ArrayFile | undefined;
  try {
    const { source, raw } = resident(disk, limits), head = source.read(0, Math.min(8, source.size));
    const format = isNpy(head) ? 'npy' : isIdx(head) ? 'idx' : refuse(notAnArray({ file: path }, kindOf(head)));
    const header = (format === 'npy' ? readNpyHeader : readIdxHeader)({ file: path }, source.size, source.read);
    checkSize({ file: path, byte: header.dataAt }, header, source.size);
    const values = header.fortran ? reordered(path, header, source, limits) : (from: number, count: number) => decodeRange(header, source, from, count);
    opened = { file: path, format, shape: header.shape, count: header.count, dtype: header.dtype, values, digest: () => digest(raw), close: source.close };
    return opened;
  } finally {
    if (opened === undefined) disk.close();
  }
}

/** `raw`: the bytes on disk; `source`: the same unpacked. */
function resident(disk: ByteSource, limits: Limits): { source: ByteSource; raw: ByteSource } {
  const head = disk.read(0, Math.min(2, disk.size)), isPacked = head[0] === 0x1f && head[1] === 0x8b;
  if (isPacked && disk.size > limits.inflatedBytes) refuse(gzipBomb(disk.file, disk.size, limits.inflatedBytes));
  const raw = isPacked || disk.size <= limits.residentBytes ? held(disk) : disk;
  return { raw, source: isPacked ? memorySource(disk.file, unzip(raw, limits)) : raw };
}

function held(disk: ByteSource): ByteSource {
  const bytes = disk.read(0, disk.size);
  disk.close();
  return memorySource(disk.file, bytes);
}

function unzip({ file, size, read }: ByteSource, limits: Limits): Uint8Array {
  const most = Math.min(limits.inflatedBytes, Math.max(limits.ratioFreeBytes, size * limits.inflateRatio));
  try {
    return gunzipSync(read(0, size), { maxOutputLength: most });
  } catch (caught) {
    const reason = zlibReason(caught, most);
    return refuse(reason.startsWith('it makes more') ? gzipBomb(file, size, most) : gzipDamaged(file, reason));
  }
}

/** The bytes after the header must be just those of the shape. */
export function checkSize(spot: Spot, header: ArrayHeader, size: number): void {
  const wanted = header.count * elements[header.dtype].bytes;
  if (size - header.dataAt !== wanted) refuse(arraySize(spot, header.shape, header.dtype, wanted, size - header.dataAt));
}

export function checkIntegers(spot: Spot, dtype: ElementType, data: NumberArray): void {
  const unsafe = firstUnsafe(dtype, data);
  if (unsafe >= 0) refuse(integerTooLarge(spot, unsafe));
}

function decodeRange({ dtype, little, dataAt }: ArrayHeader, source: ByteSource, from: number, count: number): NumberArray {
  const { bytes: width, read, make } = elements[dtype], view = viewOf(source.read(dataAt + from * width, count * width)), data = make(count);
  for (let i = 0; i < count; i++) data[i] = read(view, i * width, little);
  return data;
}

/** All values of bytes that hold a whole array, in C order. */
export function decodeAll(header: ArrayHeader, source: ByteSource): NumberArray {
  const data = decodeRange(header, source, 0, header.count);
  return header.fortran && header.shape.length > 1 && header.count > 0 ? toRowMajor(header.shape, data, elements[header.dtype].make(header.count)) : data;
}

function reordered(file: string, header: ArrayHeader, source: ByteSource, limits: Limits): (from: number, count: number) => NumberArray {
  const bytes = header.count * elements[header.dtype].bytes;
  if (bytes > limits.residentBytes) refuse(arrayTooLarge({ file }, 'a Fortran-ordered array is reordered in memory', bytes, limits.residentBytes));
  const whole = decodeAll(header, source);
  return (from, count) => whole.slice(from, from + count);
}

/** Column-major (first axis fastest) to row-major. */
function toRowMajor(shape: readonly number[], from: NumberArray, into: NumberArray): NumberArray {
  const stride = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1)), index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < into.length; i++) {
    into[i] = from[at];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += stride[axis];
      if (++index[axis] < shape[axis]) break;
      at -= shape[axis] * stride[axis];
      index[axis] = 0;
    }
  }
  return into;
}
