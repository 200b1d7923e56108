// Element types of arrays and storages: widths and exact conversion of their bytes to numbers.

export type ElementType = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'int64' | 'uint64' | 'int32' | 'uint32' | 'int16' | 'uint16' | 'int8' | 'uint8' | 'bool';
export type NumberArray = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

type Reader = (view: DataView, at: number, little: boolean) => number;
type Element = Readonly<{ bytes: number; floating: boolean; read: Reader; make: (length: number) => NumberArray }>;

const doubles = (length: number): NumberArray => new Float64Array(length);
const singles = (length: number): NumberArray => new Float32Array(length);

/** 64-bit integers past 2^53 come out rounded: see `firstUnsafe`. */
export const elements: Readonly<Record<ElementType, Element>> = {
  float64: { bytes: 8, floating: true, read: (view, at, little) => view.getFloat64(at, little), make: doubles },
  float32: { bytes: 4, floating: true, read: (view, at, little) => view.getFloat32(at, little), make: singles },
  float16: { bytes: 2, floating: true, read: (view, at, little) => halfToNumber(view.getUint16(at, little)), make: singles },
  bfloat16: { bytes: 2, floating: true, read: (view, at, little) => brainToNumber(view.getUint16(at, little)), make: singles },
  int64: { bytes: 8, floating: false, read: (view, at, little) => wide(view.getInt32(at + (little ? 4 : 0), little), view.getUint32(at + (little ? 0 : 4), little)), make: doubles },
  uint64: { bytes: 8, floating: false, read: (view, at, little) => wide(view.getUint32(at + (little ? 4 : 0), little), view.getUint32(at + (little ? 0 : 4), little)), make: doubles },
  int32: { bytes: 4, floating: false, read: (view, at, little) => view.getInt32(at, little), make: (length) => new Int32Array(length) },
  uint32: { bytes: 4, floating: false, read: (view, at, little) => view.getUint32(at, little), make: (length) => new Uint32Array(length) },
  int16: { bytes: 2, floating: false, read: (view, at, little) => view.getInt16(at, little), make: (length) => new Int16Array(length) },
  uint16: { bytes: 2, floating: false, read: (view, at, little) => view.getUint16(at, little), make: (length) => new Uint16Array(length) },
  int8: { bytes: 1, floating: false, read: (view, at) => view.getInt8(at), make: (length) => new Int8Array(length) },
  uint8: { bytes: 1, floating: false, read: (view, at) => view.getUint8(at), make: (length) => new Uint8Array(length) },
  bool: { bytes: 1, floating: false, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1), make: (length) => new Uint8Array(length) },
};

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const scratch = new DataView(new ArrayBuffer(4));
/** bfloat16 is the upper half of a binary32. */
export function brainToNumber(bits: number): number {
  scratch.setUint32(0, bits * 65536);
  return scratch.getFloat32(0);
}

const wide = (high: number, low: number): number => high * 2 ** 32 + low;

/** Index of the first 64-bit integer without an exact number, or -1. */
export function firstUnsafe(type: ElementType, data: NumberArray): number {
  return type === 'int64' || type === 'uint64' ? data.findIndex((value) => !Number.isSafeInteger(value)) : -1;
}

/** Number of elements of a shape, or undefined if a size is no natural number or the product is past 2^53. */
export function elementCount(shape: readonly number[]): number | undefined {
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) return undefined;
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
