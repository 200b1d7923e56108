// Hostile and broken safetensors and npz checkpoints: each is refused with its own code, where it lies, and the memory it could have cost unspent.
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, readCheckpointFrom } from '../../compiler/files/checkpoint.ts';
import type { Limits } from '../../compiler/files/limits.ts';
import { writeNpz } from '../../compiler/files/npz.ts';
import { memorySource } from '../../compiler/files/source.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { fileOf, floats, safetensors, u64 } from '../files/archive.ts';
import type { SafeSpec } from '../files/archive.ts';

const seen = new Set<string>();
function refused(bytes: Uint8Array, limits: Partial<Limits> = {}): readonly Fault[] {
  const outcome = readCheckpoint(fileOf(bytes, 'hostile.safetensors'), limits);
  if (outcome.ok) return expect.fail('it was read');
  for (const { code, hint } of outcome.faults) { seen.add(code); expect(hint).toMatch(/\w/); }
  return outcome.faults;
}
const lines = (faults: readonly Fault[]): string[] => faults.map(({ code, message }) => `${code} ${message}`);
const weight: SafeSpec = { name: 'weight', shape: [2, 3], bytes: floats(1, 2, 3, 4, 5, 6) }, bias: SafeSpec = { name: 'bias', shape: [2], bytes: floats(7, 8) };
const whole = safetensors([weight, bias]);
const headed = (header: string): Uint8Array => safetensors([weight], { header });
const field = '"dtype":"F32","shape":[2,3]', said = `"w":{${field},"data_offsets":[0,24]}`;

describe('a safetensors file', () => {
  const cases: readonly (readonly [string, Uint8Array, string, string])[] = [
    ['whose header is 2^63 bytes long', safetensors([weight], { length: 2n ** 63n }), 'C1080', '9223372036854775808 bytes'],
    ['whose header is longer than the file', safetensors([weight], { length: 10_000n }), 'C1080', '10000 bytes'],
    ['cut in its header', whole.slice(0, 60), 'C1080', 'at most 52'],
    ['whose header is no JSON', headed('{weight}'), 'C1081', 'wanted a comma|wanted the name of a tensor'],
    ['whose header goes on behind its end', headed(`{${said}} {}`), 'C1081', 'wanted nothing more'],
    ['whose header lacks a comma', headed(`{${said} ${said}}`), 'C1081', 'wanted `,`'],
    ['whose header is not UTF-8', Buffer.concat([Uint8Array.from(u64(4)), Uint8Array.of(0x7b, 0x22, 0xff, 0x7d)]), 'C1081', 'UTF-8'],
    ['with a raw control character in a name', headed('{"a\nb":{}}'), 'C1081', 'name of a tensor'],
    ['with a name of a megabyte', headed(`{"${'x'.repeat(2 ** 20)}":{}}`), 'C1081', 'more than 65536'],
    ['with a name that never closes', headed(`{"${'\\'.repeat(2 ** 20)}`), 'C1081', 'more than 65536'],
    ['with a size of 2^53', headed('{"w":{"dtype":"F32","shape":[9007199254740992],"data_offsets":[0,24]}}'), 'C1081', '2\\^53'],
    ['with a negative size', headed('{"w":{"dtype":"F32","shape":[-2,3],"data_offsets":[0,24]}}'), 'C1081', 'whole number'],
    ['with a size that is no whole number', headed('{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,24]}}'), 'C1081', 'whole number'],
    ['with a thousand sizes', headed(`{"w":{"dtype":"F32","shape":[${'1,'.repeat(999)}1],"data_offsets":[0,24]}}`), 'C1081', 'more than 64'],
    ['nested a hundred thousand deep', headed(`{"w":${'{"a":'.repeat(1e5)}`), 'C1081', 'a tensor has dtype, shape, data_offsets; came "a"'],
    ['with a field too many', headed(`{"w":{${field},"data_offsets":[0,24],"stride":[3,1]}}`), 'C1081', 'came "stride"'],
    ['with a field too few', headed(`{"w":{${field}}}`), 'C1081', '"w" has no data_offsets'],
    ['with metadata that is no text', headed(`{"__metadata__":{"a":1},${said}}`), 'C1081', 'a text'],
    ['that names a tensor twice', headed(`{${said},${said}}`), 'C1082', '"w" twice'],
    ['that names a field twice', headed(`{"w":{${field},"shape":[6],"data_offsets":[0,24]}}`), 'C1082', '"shape" twice'],
    ['with metadata twice', headed(`{"__metadata__":{},"__metadata__":{},${said}}`), 'C1082', '"__metadata__" twice'],
    ['of 8-bit floats', safetensors([{ ...weight, dtype: 'F8_E4M3' }]), 'C1083', '"F8_E4M3"'],
    ['whose product of sizes is past 2^53', safetensors([{ ...weight, shape: [2 ** 30, 2 ** 30] }]), 'C1044', '2\\^53'],
    ['with offsets past its end', safetensors([{ ...weight, shape: [2 ** 20], offsets: [0, 2 ** 22] }]), 'C1084', 'holds 24 bytes'],
    ['with offsets the wrong way round', safetensors([{ ...weight, offsets: [24, 0] }]), 'C1084', '24 to 0'],
    ['with three offsets', safetensors([{ ...weight, offsets: [0, 24, 24] }]), 'C1084', 'begin, end'],
    ['with fewer bytes than its shape', safetensors([{ ...weight, shape: [2, 4] }]), 'C1084', 'needs 32'],
    ['with overlapping tensors', safetensors([weight, { ...bias, offsets: [20, 28] }]), 'C1084', '20 to 28 overlap those of "weight"'],
    ['with one tensor inside another', safetensors([weight, { ...bias, offsets: [8, 16] }]), 'C1084', '8 to 16 overlap'],
    ['with a gap between its tensors', safetensors([weight, { ...bias, offsets: [28, 36] }, { name: 'pad', shape: [1], bytes: floats(0), offsets: [36, 40] }].map((spec, i) => (i === 2 ? { ...spec, bytes: floats(0, 0) } : spec))), 'C1085', '4 bytes here'],
    ['with bytes left over', Buffer.concat([whole, floats(9)]), 'C1085', '4 bytes here'],
    ['cut in its values', whole.slice(0, -4), 'C1084', 'holds 28 bytes'],
    ['with NaN among its values', safetensors([{ ...bias, bytes: floats(7, NaN) }]), 'C1046', 'NaN at index 1'],
    ['with integers past 2^53', safetensors([{ name: 'n', dtype: 'I64', shape: [1], bytes: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0x7f) }]), 'C1047', '53 bits']];
  it.each(cases)('%s is refused', (_, bytes, code, part) => expect(lines(refused(bytes))).toEqual([expect.stringMatching(new RegExp(`^${code} .*(${part})`, 's'))]));

  it('has all of its wrong tensors told at once, each by its key', () => {
    const faults = refused(safetensors([{ ...weight, dtype: 'C64' }, { ...bias, shape: [3] }, { name: 'more', shape: [1], bytes: floats(1), offsets: [1e6, 1e6 + 4] }]));
    expect(faults.map(({ code, at }) => [code, at?.in === 'key' && at.key])).toEqual([['C1083', 'weight'], ['C1084', 'bias'], ['C1084', 'more']]);
  });

  it('larger than the caps is refused before it is read', () => {
    expect(lines(refused(whole, { headerBytes: 20 }))).toEqual([expect.stringContaining('C1080')]);
    expect(lines(refused(whole, { tensors: 1 }))).toEqual([expect.stringContaining('C1051')]);
    expect(lines(refused(whole, { values: 7 }))).toEqual([expect.stringContaining('C1045')]);
  });

  it('is refused as every proper prefix, and its bytes changed at random give a result or faults', () => {
    const outcome = (bytes: Uint8Array) => readCheckpointFrom(memorySource('small.safetensors', bytes));
    for (let length = 0; length < whole.length; length++) if (outcome(whole.slice(0, length)).ok) expect.fail(`the first ${length} of ${whole.length} bytes were read as a whole file`);
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const damaged = Uint8Array.from(whole);
      for (const [at, byte] of changes) damaged[at] = byte;
      const read = outcome(damaged);
      expect(read.ok ? [...read.value.tensors.values()].reduce((sum, { data }) => sum + data.length, 0) <= 16 : read.faults.every(({ code }) => /^C10\d\d$/.test(code))).toBe(true);
    }), { seed: 5, numRuns: 4000 });
  });
});

describe('an npz checkpoint', () => {
  const array = (values: readonly number[], dtype: 'float32' | 'int64' = 'float32') => ({ shape: [values.length], dtype, data: dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values) });
  it('with NaN, or with more values than are held, is refused by key', () => {
    const faults = refused(writeNpz([['a', array([1, NaN])], ['b', array([1])], ['c', array([Infinity])]]));
    expect(faults.map(({ code, at }) => [code, at?.in === 'key' && at.key])).toEqual([['C1046', 'a'], ['C1046', 'c']]);
    expect(lines(refused(writeNpz([['a', array([1])], ['b', array([1, 2])]]), { values: 2 }))).toEqual([expect.stringContaining('C1045')]);
    expect(lines(refused(writeNpz([['a', array([1])], ['b', array([1, 2])]]), { tensors: 1 }))).toEqual([expect.stringContaining('C1051')]);
  });
});

it('every error code of safetensors files was seen above', () => {
  const codes = [...readFileSync(new URL('../../compiler/files/faults.ts', import.meta.url), 'utf8').matchAll(/error\('(C108\d)'/g)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(4);
  expect(codes.filter((code) => !seen.has(code))).toEqual([]);
});
