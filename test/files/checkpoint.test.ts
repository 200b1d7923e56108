// Checkpoints: the shared ones against an independent reader, and the forms a state dict may take, built in code.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import type { Checkpoint } from '../../compiler/files/checkpoint.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { call, checkpoint, dense, dict, fileOf, global, integer, listOf, no, none, orderedDict, pickle, small, smallRoot, smallStorages, tensor, text, tuple, u16, u32, u64, zip } from './archive.ts';
import { isShared, sharedFiles, sharedPath } from './shared.ts';

/** SHA-256 over name, shape and float64 values of every tensor, in file order; made with Python's pickle, zipfile and struct. */
const digests = [
  ['zoo/spikformer-cifar/real-a/model.pth', 78, 'e63243dae5851efef87934c95f4a6db814deae64f26887cfd14cd8c857ed5452'],
  ['zoo/sdt-v1/real-a/model.pth', 112, '23db773677b4b24de3f3608f51416a82f09f90608e3484cccfbd57845a59eddf'],
  ['zoo/sdt-v3/real-a/model.pth', 381, '15b8038e033e4a90886ad04b2ee1015fe1cce2699e9162a3913d9772142b0d2f'],
  ['zoo/mnist-cnn/real-a/model.pth', 8, '645fad281cb4bc48295df22e8624990afc84b47cc146c1c7770bae55462c4f0d'],
  ['zoo/mnist-cnn/published-admm/checkpoint.t7', 8, 'f8e4a9d8e2503158d61f481b9133abe27b5fa013251e5bdac85e897ffaea76f8'],
  ['models/spikformer-2-64-fashion/model.pth', 124, 'e196132c52313112487fe97f8c6102a3599ed0651f4192fa8c2ef7ba03cfd22a'],
  ['models/sdt-v1-2-64-fashion/model.pth', 112, '6d21325be6cbfb22b43796d7f994840407ced9632f5fc864dedaaf6e4db02079'],
] as const;

function value(outcome: Outcome<Checkpoint>): Checkpoint {
  if (!outcome.ok) throw new Error(outcome.faults.map((fault) => `${fault.code} ${fault.message}`).join('\n'));
  return outcome.value;
}
const read = (bytes: Uint8Array): Checkpoint => value(readCheckpoint(fileOf(bytes)));
const dataOf = (read: Checkpoint, key: string): number[] => [...(read.tensors.get(key)?.data ?? [])];

describe.skipIf(!isShared)('shared checkpoints', () => {
  it.each(sharedFiles('.pth'))('%s loads with the wrapper and prefix its descriptor names', (name) => {
    const path = sharedPath(name), arch = path.replace('model.pth', 'arch.json'), read = value(readCheckpoint(path));
    const stated: { checkpoint: { wrapper: string; key_prefix: string } } = JSON.parse(readFileSync(arch, 'utf8'));
    expect(existsSync(arch)).toBe(true);
    expect(read.wrapper).toBe(stated.checkpoint.wrapper);
    // The prefix of the spikelm cases belongs to its names; only those of training wrappers are stripped.
    expect(read.prefix).toBe(stated.checkpoint.key_prefix.startsWith('bert.') ? '' : stated.checkpoint.key_prefix);
    expect(read.sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
    for (const { shape, data } of read.tensors.values()) expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
  });

  it.each(digests)('%s holds the %i tensors an independent reader finds, to the last bit', (name, count, wanted) => {
    const read = value(readCheckpoint(sharedPath(name))), hash = createHash('sha256');
    for (const [key, { shape, data }] of read.tensors) hash.update(read.prefix + key).update(JSON.stringify(shape)).update(new Uint8Array(data.buffer));
    expect(read.tensors.size).toBe(count);
    expect(hash.digest('hex')).toBe(wanted);
  });
});

describe('a state dict', () => {
  it('gives its tensors by name, row-major, in file order', () => {
    const { tensors, wrapper, prefix, ignored } = read(small());
    expect([...tensors]).toEqual([
      ['weight', { shape: [2, 3], dtype: 'float32', data: Float64Array.of(1, 2, 3, 4, 5, 6) }], ['bias', { shape: [2], dtype: 'float32', data: Float64Array.of(7, 8) }]]);
    expect({ wrapper, prefix, ignored }).toEqual({ wrapper: 'none', prefix: '', ignored: [] });
  });

  it('honours strides, offsets and shared storages', () => {
    const root = dict([
      [text('transposed'), tensor({ key: '0', numel: 6, size: [3, 2], stride: [1, 3] })], [text('row'), tensor({ key: '0', numel: 6, offset: 3, size: [3], stride: [1] })],
      [text('corner'), tensor({ key: '0', numel: 6, offset: 1, size: [2, 1, 2], stride: [3, 3, 1] })], [text('scalar'), tensor({ key: '0', numel: 6, offset: 5, size: [], stride: [] })],
      [text('expanded'), tensor({ key: '0', numel: 6, offset: 1, size: [2, 3], stride: [0, 1] })], [text('empty'), tensor({ key: '0', numel: 6, size: [0, 4], stride: [4, 1] })]]);
    const loaded = read(checkpoint(root, { 0: smallStorages[0] }));
    expect(Object.fromEntries([...loaded.tensors].map(([key, { data }]) => [key, [...data]]))).toEqual({
      transposed: [1, 4, 2, 5, 3, 6], row: [4, 5, 6], corner: [2, 3, 5, 6], scalar: [6], expanded: [2, 3, 4, 2, 3, 4], empty: [] });
    expect(loaded.tensors.get('scalar')?.shape).toEqual([]);
  });

  it('converts every element type exactly', () => {
    const bytes = (values: ArrayBufferView): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const cases: readonly (readonly [string, string, Uint8Array, readonly number[]])[] = [
      ['Double', 'float64', bytes(Float64Array.of(0.1, -2e300)), [0.1, -2e300]], ['Half', 'float16', Uint8Array.from(u16(0x3555, 0x8001, 0xfbff)), [0.333251953125, -(2 ** -24), -65504]],
      ['BFloat16', 'bfloat16', Uint8Array.from(u16(0x3f80, 0xc049)), [1, -3.140625]], ['Long', 'int64', bytes(BigInt64Array.of(-1n, 9007199254740991n, -9007199254740991n)), [-1, 2 ** 53 - 1, 1 - 2 ** 53]],
      ['Int', 'int32', bytes(Int32Array.of(-(2 ** 31), 5)), [-(2 ** 31), 5]], ['Short', 'int16', bytes(Int16Array.of(-32768)), [-32768]],
      ['Char', 'int8', bytes(Int8Array.of(-128, 127)), [-128, 127]], ['Byte', 'uint8', Uint8Array.of(255), [255]], ['Bool', 'bool', Uint8Array.of(0, 1), [0, 1]]];
    const root = dict(cases.map(([type, , , values], i) => [text(type), dense(String(i), [values.length], type)] as const));
    const loaded = read(checkpoint(root, Object.fromEntries(cases.map(([, , raw], i) => [String(i), raw]))));
    for (const [type, dtype, , values] of cases) {
      expect(loaded.tensors.get(type)?.dtype).toBe(dtype);
      expect(dataOf(loaded, type)).toEqual(values);
    }
  });

  it.each(['state_dict', 'model', 'net', 'state_dict_ema'])('is found under %s, with both prefixes stripped when every key has them', (wrapper) => {
    const inner = orderedDict([[text('module.backbone.weight'), dense('0', [2, 3])], [text('module.backbone.bias'), dense('1', [2])]]);
    const loaded = read(checkpoint(dict([[text('epoch'), integer(7)], [text('best'), dense('1', [2])], [text(wrapper), inner]]), smallStorages));
    expect([loaded.wrapper, loaded.prefix, [...loaded.tensors.keys()]]).toEqual([wrapper, 'module.backbone.', ['weight', 'bias']]);
  });

  it('keeps a prefix that not every key has', () => {
    const loaded = read(checkpoint(dict([[text('module.weight'), dense('0', [2, 3])], [text('bias'), dense('1', [2])]]), smallStorages));
    expect([loaded.prefix, [...loaded.tensors.keys()]]).toEqual(['', ['module.weight', 'bias']]);
  });

  it('warns which entry it takes when several hold tensors', () => {
    const outcome = readCheckpoint(fileOf(checkpoint(dict([[text('state_dict_ema'), smallRoot], [text('state_dict'), smallRoot]]), smallStorages)));
    expect(outcome).toMatchObject({ ok: true, value: { wrapper: 'state_dict' }, warnings: [{ code: 'C1050', severity: 'warning' }] });
  });

  it('passes over numpy scalars, bytes, optimiser state, parameters and metadata', () => {
    const encoded = call(global('_codecs', 'encode'), text('ab'), text('latin1'));
    const type = [...call(global('numpy', 'dtype'), text('f8'), no, [0x88]), ...tuple(integer(3), text('<'), none), 0x62];
    const scalar = call(global('numpy.core.multiarray', 'scalar'), type, encoded);
    const parameter = call(global('torch._utils', '_rebuild_parameter'), dense('0', [2, 3]), no, orderedDict());
    const weights = [...orderedDict([[text('weight'), parameter], [text('__proto__'), dense('1', [2])], [text('note'), text('hello')]]), ...dict([[text('_metadata'), orderedDict()]]), 0x62];
    const optimiser = dict([[text('state'), dict([[integer(0), dense('1', [2])]])], [text('param_groups'), listOf(dict([[text('lr'), [0x47, 0x3f, 0x50, 0x62, 0x4d, 0xd2, 0xf1, 0xa9, 0xfc]]]))]]);
    const loaded = read(checkpoint(dict([[text('model'), weights], [text('acc'), scalar], [text('optimizer'), optimiser], [text('epoch'), integer(2 ** 40)]]), smallStorages));
    expect([...loaded.tensors.keys()]).toEqual(['weight', '__proto__']);
    expect(dataOf(loaded, 'weight')).toEqual([1, 2, 3, 4, 5, 6]);
    expect(loaded.ignored).toEqual(['note']);
  });

  it('reads memoised names, deflated members, data descriptors and protocol 4 alike', () => {
    const memoised = (code: readonly number[], index: number): number[] => [...code, 0x71, index];
    const root = [0x7d, 0x71, 0, 0x28, ...memoised(text('a'), 1), ...memoised(dense('0', [2, 3]), 2), ...text('b'), 0x68, 2, 0x75];
    const named = (bytes: Uint8Array): readonly number[] => dataOf(read(bytes), 'b');
    expect(named(checkpoint(root, smallStorages))).toEqual([1, 2, 3, 4, 5, 6]);
    const described = { method: 8, flags: 0x808, local: { stored: 0, size: 0 } };
    expect(named(zip([{ name: 'x/data.pkl', bytes: pickle(root), ...described }, { name: 'x/data/0', bytes: smallStorages[0], ...described }]))).toEqual([1, 2, 3, 4, 5, 6]);
    const short = (value: string): number[] => [0x8c, value.length, ...new TextEncoder().encode(value), 0x94];
    const four = [0x95, ...u64(9), 0x7d, 0x94, 0x28, ...short('b'), ...short('collections'), ...short('OrderedDict'), 0x93, 0x29, 0x52, ...short('w'), ...dense('0', [2, 3]), 0x75];
    expect([...read(zip([{ name: 'x/data.pkl', bytes: pickle(four, 4) }, { name: 'x/data/0', bytes: smallStorages[0] }])).tensors.keys()]).toEqual(['w']);
  });

  it('reads zip64 sizes and end records', () => {
    const record = (at: number, length: number): Uint8Array => Uint8Array.from([...u32(0x06064b50), ...u64(44), ...u16(45, 45), ...u32(0, 0), ...u64(2), ...u64(2), ...u64(length), ...u64(at),
      ...u32(0x07064b50, 0), ...u64(at + length), ...u32(1)]);
    const extra = Uint8Array.from([...u16(0x7075, 2, 0), ...u16(1, 16), ...u64(24), ...u64(24)]), unset = 0xffffffff;
    const bytes = zip([{ name: 'n/data.pkl', bytes: pickle(dict([[text('w'), dense('0', [6])]])) }, { name: 'n/data/0', bytes: smallStorages[0], stored: unset, size: unset, extra }],
      { entries: 0xffff, at: unset, before: record });
    expect(dataOf(read(bytes), 'w')).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
