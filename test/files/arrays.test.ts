// npy, npz and idx: the shared ones against an independent reader, every element type and order, and what we write ourselves.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openArray, readArray } from '../../compiler/files/array-file.ts';
import type { ElementType, NumberArray, NumpyArray } from '../../compiler/files/array-file.ts';
import { readNpz, readNpzFrom, writeNpy, writeNpz } from '../../compiler/files/npz.ts';
import { memorySource } from '../../compiler/files/source.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fileOf, u32, zip } from './archive.ts';
import { isShared, sharedFiles, sharedPath } from './shared.ts';

/** SHA-256 over name, shape and values as float64, in file order; made with Python's zipfile and struct. */
const digests = [
  ['zoo/spikformer-cifar/exact-a/golden.npz', 23, '2a3dc65ff071e021a1761e409f423b6e9f2e28fe9ef0fef741222653bc943ca6'],
  ['zoo/sdt-v3/exact-a/golden.npz', 58, '3d9ab6d343774a04e33f5e4f605fc5c89efa775be3e2f653ffd7e52734c66230'],
  ['zoo/spikelm/exact-a/golden.npz', 11, '9ad77c3f64d5e9691f3648005931958e74f4264b5d7971cb2d3e9ae9c2619d2a'],
  ['zoo/ops/lif-floor-shift/data.npz', 24, 'a6cf82f2d3d68162aa855663e7cc22cb5b977d9a9daa7e62812a84f06245154a'],
] as const;

function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map((fault) => `${fault.code} ${fault.message}`).join('\n'));
  return outcome.value;
}
const npy = (descriptor: string, shape: string, data: Uint8Array, fortran = 'False', major = 1): Uint8Array => {
  const header = `{'descr': '${descriptor}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  return Buffer.concat([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, major, 0, ...(major === 1 ? [header.length % 256, header.length >> 8] : u32(header.length))), Buffer.from(header), data]);
};
const bytesOf = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
const reversed = (values: ArrayBufferView, width: number): Uint8Array => { const bytes = Buffer.from(bytesOf(values)); return Uint8Array.from(bytes, (_, i) => bytes[i - (i % width) + width - 1 - (i % width)]); };

describe.skipIf(!isShared)('shared arrays', () => {
  it.each(sharedFiles('.npy'))('%s loads with as many values as its shape holds', (name) => {
    const { shape, data } = value(readArray(sharedPath(name)));
    expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
    expect(data.length).toBeGreaterThan(0);
  });

  it.each(sharedFiles('.npz'))('%s loads, and logits are the integer logits over their denominator where both are given', (name) => {
    const arrays = value(readNpz(sharedPath(name))), exact = arrays.get('logits_int'), logits = arrays.get('logits');
    expect(arrays.size).toBeGreaterThan(0);
    if (exact === undefined || logits === undefined) return;
    const { logits_denominator: denominator }: { logits_denominator: number } = JSON.parse(readFileSync(sharedPath(name).replace('golden.npz', 'arch.json'), 'utf8'));
    expect([...exact.data].map((integer) => integer / denominator)).toEqual([...logits.data]);
  });

  it.each(digests)('%s holds the %i arrays an independent reader finds, to the last bit', (name, count, wanted) => {
    const hash = createHash('sha256'), arrays = value(readNpz(sharedPath(name)));
    for (const [key, { shape, data }] of arrays) hash.update(key).update(JSON.stringify(shape)).update(bytesOf(Float64Array.from(data)));
    expect(arrays.size).toBe(count);
    expect(hash.digest('hex')).toBe(wanted);
  });
});

describe('npy', () => {
  const cases: readonly (readonly [string, ElementType, ArrayBufferView, readonly number[]])[] = [
    ['f8', 'float64', Float64Array.of(0.1, -1e300, NaN), [0.1, -1e300, NaN]], ['f4', 'float32', Float32Array.of(0.5, -Infinity), [0.5, -Infinity]],
    ['f2', 'float16', Uint16Array.of(0x3c00, 0x0001, 0x7c00), [1, 2 ** -24, Infinity]], ['i8', 'int64', BigInt64Array.of(-5n, 2n ** 53n - 1n), [-5, 2 ** 53 - 1]],
    ['u8', 'uint64', BigUint64Array.of(5n, 2n ** 40n), [5, 2 ** 40]], ['i4', 'int32', Int32Array.of(-7), [-7]], ['u4', 'uint32', Uint32Array.of(2 ** 32 - 1), [2 ** 32 - 1]],
    ['i2', 'int16', Int16Array.of(-2), [-2]], ['u2', 'uint16', Uint16Array.of(65535), [65535]], ['i1', 'int8', Int8Array.of(-1), [-1]], ['u1', 'uint8', Uint8Array.of(255), [255]], ['b1', 'bool', Uint8Array.of(0, 1), [0, 1]]];

  it.each(cases)('reads %s of either byte order as %s', (descriptor, dtype, raw, values) => {
    const width = raw.byteLength / values.length;
    for (const [order, bytes] of [['<', bytesOf(raw)], ['>', reversed(raw, width)]] as const) {
      const read = value(readArray(fileOf(npy(`${width === 1 ? '|' : order}${descriptor}`, `(${values.length},)`, bytes))));
      expect([read.dtype, read.shape, [...read.data]]).toEqual([dtype, [values.length], values]);
    }
  });

  it('brings Fortran order into C order', () => {
    const columns = Uint8Array.of(0, 12, 4, 16, 8, 20, 1, 13, 5, 17, 9, 21, 2, 14, 6, 18, 10, 22, 3, 15, 7, 19, 11, 23), wanted = Array.from({ length: 24 }, (_, i) => i);
    const path = fileOf(npy('|u1', '(2, 3, 4)', columns, 'True'));
    expect([...value(readArray(path)).data]).toEqual(wanted);
    expect([...value(openArray(path)).values(5, 3)]).toEqual([5, 6, 7]);
  });

  it('reads scalars, empty arrays, headers of version 2 and long integers of Python 2', () => {
    expect(value(readArray(fileOf(npy('<f4', '()', bytesOf(Float32Array.of(3))))))).toMatchObject({ shape: [], data: Float32Array.of(3) });
    expect(value(readArray(fileOf(npy('<f4', '(3, 0)', new Uint8Array()))))).toMatchObject({ shape: [3, 0], data: new Float32Array() });
    expect(value(readArray(fileOf(npy('<i2', '(2L,)', bytesOf(Int16Array.of(1, 2)), 'False', 2))))).toMatchObject({ shape: [2], data: Int16Array.of(1, 2) });
  });

  it('gives the same values from disk, from memory and gzip\'d', () => {
    const bytes = npy('<i4', '(3, 2)', bytesOf(Int32Array.of(1, 2, 3, 4, 5, 6)));
    for (const path of [fileOf(bytes), fileOf(gzipSync(bytes))]) {
      for (const residentBytes of [0, 1000]) {
        const array = value(openArray(path, { residentBytes }));
        expect([...array.values(2, 3)]).toEqual([3, 4, 5]);
        array.close();
      }
    }
  });
});

describe('npz and npy as we write them', () => {
  const types: readonly (readonly [ElementType, (values: readonly number[]) => NumberArray, number, number])[] = [
    ['float64', (v) => Float64Array.from(v), -1e9, 1e9], ['float32', (v) => Float32Array.from(v), -1e6, 1e6], ['int64', (v) => Float64Array.from(v), -(2 ** 52), 2 ** 52], ['uint64', (v) => Float64Array.from(v), 0, 2 ** 53 - 1],
    ['int32', (v) => Int32Array.from(v), -(2 ** 31), 2 ** 31 - 1], ['uint32', (v) => Uint32Array.from(v), 0, 2 ** 32 - 1], ['int16', (v) => Int16Array.from(v), -32768, 32767],
    ['uint16', (v) => Uint16Array.from(v), 0, 65535], ['int8', (v) => Int8Array.from(v), -128, 127], ['uint8', (v) => Uint8Array.from(v), 0, 255], ['bool', (v) => Uint8Array.from(v), 0, 1]];
  const arrays = fc.tuple(fc.constantFrom(...types), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })).chain(([[dtype, make, min, max], shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return fc.array(fc.integer({ min, max }), { minLength: count, maxLength: count }).map((values): NumpyArray => ({ dtype, shape, data: make(values) }));
  });

  it('read back what was written, and the same arrays make the same bytes', () => {
    fc.assert(fc.property(fc.dictionary(fc.stringMatching(/^[a-z][a-z.:_]{0,12}$/), arrays, { maxKeys: 5 }), (entries) => {
      const bytes = writeNpz(Object.entries(entries));
      expect(Object.fromEntries(value(readNpzFrom(memorySource('made.npz', bytes))))).toEqual({ ...entries });
      expect(writeNpz(Object.entries(entries))).toEqual(bytes);
      if (Object.keys(entries).length > 0) expect([...bytes.subarray(10, 14)]).toEqual([0, 0, 0x21, 0]);  // 1980-01-01, whatever the clock says
    }), { seed: 20260, numRuns: 100 });
  });

  it('pad the header to 64 bytes as numpy does', () => {
    const bytes = writeNpy({ shape: [2], dtype: 'uint8', data: Uint8Array.of(1, 2) });
    expect(new TextDecoder('latin1').decode(bytes.subarray(0, 128))).toBe(`\x93NUMPY\x01\x00\x76\x00${"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }".padEnd(117)}\n`);
    expect([...bytes.subarray(128)]).toEqual([1, 2]);
  });

  it('refuse by exception what they cannot hold: that is our mistake', () => {
    expect(() => writeNpy({ shape: [3], dtype: 'uint8', data: Uint8Array.of(1) })).toThrow(RangeError);
    expect(() => writeNpy({ shape: [1], dtype: 'float16', data: Float32Array.of(1) })).toThrow('float16');
  });

  it('read stored members and pass over members that are no arrays', () => {
    const bytes = zip([{ name: 'a.npy', bytes: writeNpy({ shape: [1], dtype: 'int8', data: Int8Array.of(-3) }) }, { name: 'readme.txt', bytes: Uint8Array.of(65) }]);
    expect([...value(readNpz(fileOf(bytes)))]).toEqual([['a', { shape: [1], dtype: 'int8', data: Int8Array.of(-3) }]]);
  });
});

describe('idx', () => {
  it('reads big-endian values of every type code, gzip\'d or not', () => {
    const cases: readonly (readonly [number, Uint8Array, readonly number[]])[] = [
      [0x08, Uint8Array.of(200), [200]], [0x09, Uint8Array.of(200), [-56]], [0x0b, Uint8Array.of(0xff, 0xfe), [-2]], [0x0c, Uint8Array.of(0, 0, 1, 0), [256]],
      [0x0d, Uint8Array.of(0x3f, 0x80, 0, 0), [1]], [0x0e, Uint8Array.of(0xbf, 0xf0, 0, 0, 0, 0, 0, 0), [-1]]];
    for (const [code, data, values] of cases) {
      const bytes = Uint8Array.of(0, 0, code, 2, 0, 0, 0, 1, 0, 0, 0, 1, ...data);
      for (const path of [fileOf(bytes), fileOf(gzipSync(bytes))]) {
        const { shape, data: read } = value(readArray(path));
        expect([shape, [...read]]).toEqual([[1, 1], values]);
      }
    }
  });
});
