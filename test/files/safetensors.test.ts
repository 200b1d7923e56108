// safetensors and npz files as checkpoints: the same tensors, exactly, whatever the file is called.
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import type { Checkpoint } from '../../compiler/files/checkpoint.ts';
import { writeNpz } from '../../compiler/files/npz.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fileOf, floats, safetensors, small, u16, u32, u64, zip } from './archive.ts';
import { isShared, sharedPath } from './shared.ts';

function value(outcome: Outcome<Checkpoint>): Checkpoint {
  if (!outcome.ok) expect.fail(JSON.stringify(outcome.faults));
  return outcome.value;
}
const read = (bytes: Uint8Array, name = 'weights.bin'): Checkpoint => value(readCheckpoint(fileOf(bytes, name)));
const values = ({ tensors }: Checkpoint) => [...tensors].map(([key, { shape, data }]) => [key, shape, [...data]]);
const doubles = (...of: readonly number[]): Uint8Array => new Uint8Array(new Float64Array(of).buffer);

describe('a safetensors file', () => {
  it('gives the tensors that the same state dict gives as pth, by its bytes alone', () => {
    const bytes = safetensors([{ name: 'weight', shape: [2, 3], bytes: floats(1, 2, 3, 4, 5, 6) }, { name: 'bias', shape: [2], bytes: floats(7, 8) }]);
    for (const name of ['model.safetensors', 'model.pth', 'model']) expect(values(read(bytes, name))).toEqual(values(read(small())));
  });

  it('is read in every element type, exactly', () => {
    const made = read(safetensors([
      { name: 'f64', dtype: 'F64', shape: [2], bytes: doubles(0.1, -1e300) }, { name: 'f16', dtype: 'F16', shape: [3], bytes: Uint8Array.from(u16(0x3c00, 0xc100, 0x0001)) },
      { name: 'bf16', dtype: 'BF16', shape: [2], bytes: Uint8Array.from(u16(0x3f80, 0xc020)) }, { name: 'i64', dtype: 'I64', shape: [], bytes: Uint8Array.from(u64(2 ** 40 + 3)) }, { name: 'i32', dtype: 'I32', shape: [1], bytes: Uint8Array.from(u32(-5)) },
      { name: 'i16', dtype: 'I16', shape: [1], bytes: Uint8Array.from(u16(-6)) }, { name: 'i8', dtype: 'I8', shape: [1, 2], bytes: Uint8Array.of(255, 127) }, { name: 'u64', dtype: 'U64', shape: [1], bytes: Uint8Array.from(u64(2 ** 52)) },
      { name: 'u32', dtype: 'U32', shape: [1], bytes: Uint8Array.from(u32(2 ** 31)) }, { name: 'u16', dtype: 'U16', shape: [1], bytes: Uint8Array.from(u16(65_535)) }, { name: 'u8', dtype: 'U8', shape: [1], bytes: Uint8Array.of(200) },
      { name: 'bool', dtype: 'BOOL', shape: [2], bytes: Uint8Array.of(1, 0) }, { name: 'none', shape: [0, 4], bytes: floats() }]));
    expect(values(made)).toEqual([['f64', [2], [0.1, -1e300]], ['f16', [3], [1, -2.5, 2 ** -24]], ['bf16', [2], [1, -2.5]], ['i64', [], [2 ** 40 + 3]], ['i32', [1], [-5]], ['i16', [1], [-6]], ['i8', [1, 2], [-1, 127]],
      ['u64', [1], [2 ** 52]], ['u32', [1], [2 ** 31]], ['u16', [1], [65_535]], ['u8', [1], [200]], ['bool', [2], [1, 0]], ['none', [0, 4], []]]);
  });

  it('may have blanks behind its header, fields in any order, escapes in its names, tensors out of place, no metadata', () => {
    const header = '{ "a\\u00e9\\"" : {"data_offsets":[4,8], "shape":[1] ,"dtype":"F32"},\n"b":{"shape":[1],"dtype":"F32","data_offsets":[0,4]} }     ';
    expect(values(read(safetensors([{ name: 'b', shape: [1], bytes: floats(1) }, { name: 'a', shape: [1], bytes: floats(2) }], { header })))).toEqual([['aé"', [1], [2]], ['b', [1], [1]]]);
  });

  it('loses the prefix that all its names carry', () => {
    const made = read(safetensors([{ name: 'module.backbone.w', shape: [1], bytes: floats(1) }, { name: 'module.backbone.__proto__', shape: [1], bytes: floats(2) }]));
    expect([made.prefix, made.wrapper, [...made.tensors.keys()]]).toEqual(['module.backbone.', 'none', ['w', '__proto__']]);
  });
});

describe('an npz file', () => {
  it('is a checkpoint of its arrays, Fortran-ordered and big-endian ones included', () => {
    const npy = (descr: string, fortran: string, shape: string, data: Uint8Array): Uint8Array => {
      const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
      return Buffer.concat([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, ...u16(header.length)), Buffer.from(header), data]);
    };
    const made = read(zip([{ name: 'module.w.npy', bytes: npy('<f4', 'True', '(2, 3)', floats(1, 4, 2, 5, 3, 6)), method: 8 }, { name: 'module.b.npy', bytes: npy('>i2', 'False', '(2,)', Uint8Array.of(0, 7, 0xff, 0xff)) }]), 'model.pth');
    expect([made.prefix, values(made)]).toEqual(['module.', [['w', [2, 3], [1, 2, 3, 4, 5, 6]], ['b', [2], [7, -1]]]]);
  });

  it.runIf(isShared)('of a whole state dict is that state dict, and so is its safetensors file', () => {
    const whole = value(readCheckpoint(sharedPath('zoo/spikformer-cifar/exact-a/model.pth'))), arrays = [...whole.tensors];
    const npz = read(writeNpz(arrays.map(([key, { shape, data }]) => [key, { shape, dtype: 'float64', data }]))), safe = read(safetensors(arrays.map(([name, { shape, data }]) => ({ name, dtype: 'F64', shape, bytes: doubles(...data) }))));
    for (const other of [npz, safe]) expect(values(other)).toEqual(values(whole));
    expect(npz.sha256).not.toBe(whole.sha256);
  });
});
