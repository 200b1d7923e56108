// Hostile and broken checkpoints and arrays: each is refused with its own code, where it lies, and the memory it could have cost unspent.
import { readFileSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openArray, readArray } from '../../compiler/files/array-file.ts';
import { readCheckpoint, readCheckpointFrom } from '../../compiler/files/checkpoint.ts';
import type { Limits } from '../../compiler/files/limits.ts';
import { readNpz, writeNpy } from '../../compiler/files/npz.ts';
import { openFile } from '../../compiler/files/source.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { call, checkpoint, dense, dict, fileOf, floats, global, integer, legacy, listOf, mark, no, none, pickle, small, smallRoot, smallStorages, storage, tensor, text, tuple, u16, u32, zip } from '../files/archive.ts';
import type { Code, Member } from '../files/archive.ts';

const seen = new Set<string>();
function faultsOf(outcome: Outcome<unknown>): readonly Fault[] {
  if (outcome.ok) expect.fail('it was read');
  for (const { code } of outcome.faults) seen.add(code);
  return outcome.faults;
}
const refused = (bytes: Uint8Array, limits: Partial<Limits> = {}): readonly Fault[] => faultsOf(readCheckpoint(fileOf(bytes, 'hostile.pth'), limits));
/** Codes and messages, one line each. */
const lines = (faults: readonly Fault[]): string[] => faults.map(({ code, message }) => `${code} ${message}`);
const has = (code: string, ...parts: readonly string[]): unknown[] => [expect.stringMatching(new RegExp(`^${code} .*${parts.map((part) => part.replace(/[[\](){}.*+?|\\^$]/g, '\\$&')).join('.*')}`))];

const member = (change: Partial<Member>, name = 'net/data/1'): Uint8Array => zip([{ name: 'net/data.pkl', bytes: pickle(smallRoot) },
  { name: 'net/data/0', bytes: smallStorages[0], ...(name === 'net/data/0' ? change : {}) }, { name: 'net/data/1', bytes: smallStorages[1], ...(name === 'net/data/1' ? change : {}) }]);
const pickled = (code: Code): Uint8Array => checkpoint(code, smallStorages);
const keyed = (...entries: readonly (readonly [string, Code])[]): Uint8Array => pickled(dict(entries.map(([key, code]) => [text(key), code] as const)));
const repeat = (code: Code, times: number): Uint8Array => Buffer.alloc(code.length * times, Uint8Array.from(code));
const rawPickle = (...parts: readonly Uint8Array[]): Uint8Array => zip([{ name: 'net/data.pkl', bytes: Buffer.concat([Uint8Array.of(0x80, 2), ...parts]) }]);
const bombBytes = gzipSync(new Uint8Array(80 * 2 ** 20), { level: 9 });

describe('a file that costs nothing to make', () => {
  // First in this file: the peak of the process can only be compared before the large pickles below.
  it('costs little memory to refuse, even if it claims or has a gigabyte', () => {
    const before = process.resourceUsage().maxRSS, gigabyte = 2 ** 30;
    const sparse = fileOf(small(), 'sparse.pth');
    truncateSync(sparse, gigabyte);
    expect(lines(faultsOf(readCheckpoint(sparse)))).toEqual(has('C1010'));
    const header = writeNpy({ shape: [1], dtype: 'uint8', data: Uint8Array.of(1) }).slice(0, 128), lying = header.slice();
    lying.set(new TextEncoder().encode(`${"{'descr': '<f8', 'fortran_order': False, 'shape': (1250000000,), }".padEnd(117)}\n`), 10);
    expect(lines(faultsOf(readArray(fileOf(lying))))).toEqual(has('C1063', 'needs 10000000000 bytes'));
    const honest = fileOf(Uint8Array.of(0, 0, 8, 1, 0x40, 0, 0, 0));
    truncateSync(honest, gigabyte + 8);
    const array = openArray(honest);
    expect(array.ok && array.value.values(gigabyte - 2, 2)).toEqual(Uint8Array.of(0, 0));
    const ten = tensor({ key: '0', numel: 2_500_000_000, size: [50_000, 50_000], stride: [50_000, 1] });
    expect(lines(refused(keyed(['w', ten])))).toEqual(has('C1042', '10000000000 bytes', 'holds 24'));
    expect(lines(refused(keyed(['w', tensor({ key: '0', numel: 6, size: [2 ** 20, 2 ** 20], stride: [0, 0] })])))).toEqual(has('C1045', String(2 ** 40)));
    expect(lines(refused(keyed(['w', tensor({ key: '0', numel: 6, size: [2 ** 26], stride: [0] })])))).toEqual(has('C1045', 'repeat', String(2 ** 26)));
    expect(lines(refused(member({ method: 8, size: 10e9 % 2 ** 32, raw: Buffer.alloc(100) })))).toEqual(has('C1019', '100 stored bytes'));
    expect((process.resourceUsage().maxRSS - before) / 1024).toBeLessThan(96);
  });
});

describe('an archive that lies', () => {
  const cases: readonly (readonly [string, () => Uint8Array, string, string])[] = [
    ['cut short', () => small().slice(0, -40), 'C1010', ''],
    ['with an end record that counts too few entries', () => zip([{ name: 'a/data.pkl', bytes: pickle(smallRoot) }, { name: 'b', bytes: floats(1) }], { entries: 1 }), 'C1011', 'left after 1 entries'],
    ['with an end record that counts too many entries', () => zip([{ name: 'a/data.pkl', bytes: pickle(smallRoot) }], { entries: 60000 }), 'C1011', '60000 members do not fit'],
    ['with its directory past the end', () => zip([{ name: 'a', bytes: floats(1) }], { at: 1e6 }), 'C1011', 'must end by'],
    ['with its directory where none is', () => zip([{ name: 'a', bytes: floats(1, 2, 3) }], { at: 3 }), 'C1011', 'entry 0'],
    ['with zip64 marks and no zip64 record', () => zip([{ name: 'a', bytes: floats(1) }], { at: 0xffffffff }), 'C1011', 'zip64'],
    ['with zip64 marks and no zip64 sizes', () => member({ stored: 0xffffffff, size: 0xffffffff }), 'C1011', 'zip64 sizes'],
    ['whose stored member has two sizes', () => member({ size: 4 }), 'C1011', 'yet has 8 bytes'],
    ['whose member reaches past the data', () => member({ stored: 1000, size: 1000 }), 'C1012', ''],
    ['whose local header moves the data', () => member({ local: { extra: 60000 } }), 'C1012', ''],
    ['whose members overlap', () => member({ stored: 60, size: 60 }, 'net/data/0'), 'C1013', 'net/data/1'],
    ['with one name twice', () => zip([{ name: 'a/data.pkl', bytes: pickle(smallRoot) }, { name: 'a/data.pkl', bytes: pickle(none) }]), 'C1014', ''],
    ['that is encrypted', () => member({ flags: 0x801 }), 'C1015', 'encrypted'],
    ['compressed by another method', () => member({ method: 12 }), 'C1015', 'method 12'],
    ['whose local header has another name', () => member({ local: { name: 'net/data/2' } }), 'C1016', 'net/data/2'],
    ['whose local header has another method', () => member({ local: { method: 8 } }), 'C1016', 'method 8 against 0'],
    ['whose local header has other sizes', () => member({ local: { stored: 7 } }), 'C1016', 'sizes 7 and 8 against 8 and 8'],
    ['whose local header is elsewhere', () => member({ headerAt: 1 }, 'net/data/0'), 'C1013', ''],
    ['with a wrong checksum', () => member({ crc: 5 }), 'C1017', '0x00000005'],
    ['with deflated garbage', () => member({ method: 8, raw: Uint8Array.of(255, 255, 255) }), 'C1018', ''],
    ['that inflates to less than it says', () => member({ method: 8, size: 9 }), 'C1018', '8 came'],
    ['that inflates to more than it says', () => member({ method: 8, bytes: floats(7, 8, 9), size: 8 }), 'C1018', 'more than 8'],
    ['that inflates a thousandfold', () => zip([{ name: 'n/data.pkl', bytes: new Uint8Array(66 * 2 ** 20), method: 8 }]), 'C1031', `${66 * 2 ** 20}`],
  ];
  it.each(cases)('%s is refused', (_, bytes, code, part) => expect(lines(refused(bytes()))).toEqual(has(code, part)));

  it('that inflates a storage a thousandfold is refused before it is unpacked', () => {
    const bomb = zip([{ name: 'n/data.pkl', bytes: pickle(dict([[text('w'), dense('0', [1])]])) }, { name: 'n/data/0', bytes: new Uint8Array(66 * 2 ** 20), method: 8 }]);
    expect(bomb.length).toBeLessThan(2 ** 17);
    expect(lines(refused(bomb))).toEqual(has('C1019', String(66 * 2 ** 20)));
    expect(lines(refused(bomb, { ratioFreeBytes: 2 ** 30, inflatedBytes: 2 ** 20 }))).toEqual(has('C1020', 'deflated members'));
    expect(lines(refused(small(), { members: 2 }))).toEqual(has('C1020', 'members of the archive: 3'));
  });

  it('names its members like paths and stays a table of names', () => {
    const outcome = readCheckpoint(fileOf(zip([{ name: '../../etc/data.pkl', bytes: pickle(dict([[text('w'), dense('../passwd', [2])]])) }, { name: '../../etc/data/../passwd', bytes: floats(1, 2) }])));
    expect(outcome.ok && [...(outcome.value.tensors.get('w')?.data ?? [])]).toEqual([1, 2]);
  });
});

describe('a pickle', () => {
  const attack = (module: string, name: string): Code => call(global(module, name), text('touch /tmp/owned'));
  it.each([['posix', 'system'], ['argparse', 'Namespace'], ['builtins', 'eval'], ['torch', 'load'], ['collections', 'OrderedDict2']])('that names %s.%s is refused by that name', (module, name) => {
    expect(lines(refused(keyed(['w', dense('0', [6])], ['x', attack(module, name)])))).toEqual(has('C1038', `${module}.${name}`));
    expect(lines(refused(pickled(attack(module, name))))).toEqual(has('C1038', `${module}.${name}`));
  });

  it('has every refused name told once, with its byte, even if it breaks off later', () => {
    const faults = refused(rawPickle(Uint8Array.from([...dict([[text('a'), attack('posix', 'system')], [text('b'), attack('os', 'popen')], [text('c'), attack('posix', 'system')]]), 0x53])));
    expect(lines(faults)).toEqual([...has('C1038', 'posix.system'), ...has('C1038', 'os.popen'), ...has('C1036', 'opcode 0x53')]);
    expect(faults[0].at).toMatchObject({ in: 'file', member: 'net/data.pkl', byte: 10 });
    expect(faults[0].hint).toContain('torch.save(model.state_dict()');
  });

  it('cannot name things by the ways of other protocols either', () => {
    const short = (value: string): number[] => [0x8c, value.length, ...new TextEncoder().encode(value)];
    expect(lines(refused(zip([{ name: 'n/data.pkl', bytes: pickle([...short('posix'), ...short('system'), 0x93, ...tuple(text('id')), 0x52], 4) }])))).toEqual(has('C1038', 'posix.system'));
    expect(lines(refused(pickled([...mark, 0x69, ...new TextEncoder().encode('os\nsystem\n')])))).toEqual([...has('C1038', 'os.system'), ...has('C1036', 'INST')]);
    expect(lines(refused(keyed(['w', call(global('torch._utils', '_rebuild_tensor_v2'), storage('ComplexFloat', '0', 3), integer(0), tuple(), tuple(), none, none)])))).toEqual(has('C1038', 'torch.ComplexFloatStorage'));
  });

  it('prints no control characters of a name it refuses', () => {
    const [fault] = refused(pickled(attack('\u001b[2J\u202e', 'x'.repeat(5000))));
    expect(fault.message).toMatch(/^[\x20-\x7e]{1,400}$/);
  });

  it('of a whole module is refused with the line to type', () => {
    const module = [...global('torch.nn.modules.container', 'Sequential'), 0x29, 0x81, ...dict([[text('_modules'), call(global('torch.nn.modules.conv', 'Conv2d'))], [text('w'), dense('0', [6])]]), 0x62];
    for (const root of [module, dict([[text('model'), module]])]) {
      const faults = refused(pickled(root));
      expect(lines(faults)).toEqual(has('C1008', 'torch.nn.modules.container.Sequential', 'torch.nn.modules.conv.Conv2d'));
      expect(faults[0].hint).toBe('torch.save(model.state_dict(), path)');
    }
  });

  const malformed: readonly (readonly [string, Code, string])[] = [
    ['an empty stack', [0x52], 'the stack is empty'], ['no MARK', [0x74], 'no MARK'], ['an unset memo', [0x68, 9], 'memo 9'], ['values left over', [...none, ...none], 'left on the stack'],
    ['a call of text', [...text('a'), 0x29, 0x52], 'a string cannot be called'], ['a call of a storage type', [...global('torch', 'FloatStorage'), 0x29, 0x52], 'cannot be called so'],
    ['items of a number', [...integer(1), ...mark, ...none, ...none, 0x75], 'a number has no items'], ['a key without a value', [0x7d, ...mark, ...none, 0x75], 'a key has no value'],
    ['an append to a dict', [0x7d, ...none, 0x61], 'a dict cannot be appended to'], ['state for a list', [...listOf(), ...none, 0x62], 'a sequence has no state'],
    ['a strange persistent id', [...text('x'), 0x51], 'persistent id'], ['a storage without a type', [...tuple(text('storage'), text('Float'), text('0'), text('cpu'), integer(1)), 0x51], 'storage type'],
    ['a negative storage', storage('Float', '0', -5), 'natural number'], ['a tensor without a storage', call(global('torch._utils', '_rebuild_tensor_v2'), none), 'wants a storage'],
    ['an OrderedDict of numbers', call(global('collections', 'OrderedDict'), integer(4)), 'list of pairs']];
  it.each(malformed)('with %s is malformed', (_, code, part) => expect(lines(refused(pickled(code)))).toEqual(has('C1037', part)));

  it.each([['opcode 0x53', [0x53]], ['opcode 0x00', [0]], ['opcode 0x92', [0x92]]] as const)('with %s is refused', (part, code) => expect(lines(refused(pickled(code)))).toEqual(has('C1036', part)));

  it('of a protocol from the future is refused', () => expect(lines(refused(zip([{ name: 'n/data.pkl', bytes: pickle(none, 9) }])))).toEqual(has('C1036', 'protocol 9')));

  it.each([['no stop', rawPickle()], ['text of 4 GB', rawPickle(Uint8Array.of(0x58, ...u32(0xfffffff0)))], ['half a number', rawPickle(Uint8Array.of(0x4a, 1))], ['an endless name', rawPickle(Uint8Array.of(0x63, 65, 65))]])(
    'with %s is cut short', (_, bytes) => expect(lines(refused(bytes))).toEqual(has('C1035')));

  it.each<[string, Uint8Array]>([['marks', repeat(mark, 1e6)], ['tuples', Buffer.concat([Uint8Array.of(0x29), repeat([0x85], 1e6)])], ['lists', Buffer.concat([repeat([0x5d], 1e5), repeat([0x61], 1e5)])],
    ['dicts', Buffer.concat([repeat([0x7d, 0x4e], 1e5), Uint8Array.of(0x4e), repeat([0x73], 1e5)])]])(
    'of %s nested too deep is refused', (_, code) => expect(lines(refused(rawPickle(code)))).toEqual(has('C1033', 'deeper than 200')));

  it('too long, too big or with too much in it is refused', () => {
    expect(lines(refused(rawPickle(new Uint8Array(2 ** 26))))).toEqual(has('C1031', String(2 ** 26 + 2)));
    expect(lines(refused(rawPickle(repeat([0x80, 2], 1e7))))).toEqual(has('C1032', '10000000'));
    expect(lines(refused(rawPickle(repeat([0x7d], 2e6))))).toEqual(has('C1034', 'objects'));
    expect(lines(refused(rawPickle(repeat([0x4e], 2e6))))).toEqual(has('C1034', 'values on the stack'));
    expect(lines(refused(rawPickle(Uint8Array.of(0x4e), Buffer.concat(Array.from({ length: 1_000_001 }, (_, i) => Uint8Array.of(0x72, ...u32(i)))))))).toEqual(has('C1034', 'memo entries'));
  });

  it('cannot make much of little by using one long list again and again', () => {
    const remembered = (code: Code, index: number): Code => [...code, 0x71, index], recall = (index: number): Code => [0x68, index];
    const pairs = listOf(...Array.from({ length: 20_000 }, () => [...none, ...none, 0x86]));
    const copies = Buffer.concat([Uint8Array.from(remembered(pairs, 0)), Uint8Array.from(remembered(global('collections', 'OrderedDict'), 1)), repeat([...recall(1), ...recall(0), 0x85, 0x52], 10_000)]);
    expect(lines(refused(rawPickle(copies)))).toEqual(has('C1034', 'objects'));
    const sizes = remembered(tuple(...Array.from({ length: 50_000 }, () => [0x4b, 1])), 0), rebuild = remembered(global('torch._utils', '_rebuild_tensor_v2'), 2);
    const sharing = Array.from({ length: 20_000 }, (_, i) => [text(`t${i}`), call(recall(2), recall(1), integer(0), recall(0), recall(0), no, none)] as const);
    const faults = refused(pickled(dict([[text('sizes'), sizes], [text('storage'), remembered(storage('Float', '0', 6), 1)], [text('rebuild'), rebuild], ...sharing])));
    expect([faults.length, lines(faults.slice(0, 1))]).toEqual([20_000, has('C1044', '50000 sizes')]);
  });

  it('with names made of prefixes, or of control characters, ends and prints', () => {
    const long = 'module.'.repeat(100_000), outcome = readCheckpoint(fileOf(keyed([`${long}w`, dense('0', [6])])));
    expect(outcome.ok && outcome.value.prefix).toBe('module.'.repeat(8));
    const [fault] = refused(keyed([`\u001b[2J${long}`, dense('9', [6])]));
    expect(fault.at?.in === 'key' && fault.at.key).toMatch(/^\\u001b\[2Jmodule[\x20-\x7e]{1,200}$/);
  });

  it('that contains itself ends', () => {
    const outcome = readCheckpoint(fileOf(keyed(['w', dense('0', [6])], ['self', [0x5d, 0x71, 0, 0x68, 0, 0x61]])));
    expect(outcome.ok && [...outcome.value.tensors.keys()]).toEqual(['w']);
  });
});

describe('a checkpoint', () => {
  it.each<[string, Code, string]>([['a list', listOf(), 'a sequence'], ['None', none, 'None'], ['a tensor', dense('0', [6]), 'a tensor'], ['an empty dict', dict([]), 'an empty dict'],
    ['no tensors', dict([[text('epoch'), integer(3)], [text('weights'), smallRoot]]), 'with the keys "epoch", "weights"']])('of %s is no state dict', (_, root, part) => {
    expect(lines(refused(pickled(root)))).toEqual(has('C1040', part));
  });

  it('has all broken tensors told at once, by name', () => {
    const faults = refused(keyed(['good', dense('0', [6])], ['gone', dense('7', [2])], ['short', dense('1', [3])], ['outside', tensor({ key: '0', numel: 6, offset: 1, size: [2, 3], stride: [3, 1] })],
      ['far', tensor({ key: '0', numel: 6, size: [2, 2], stride: [2 ** 40, 2 ** 40] })], ['negative', tensor({ key: '0', numel: 6, size: [-1], stride: [1] })],
      ['overflow', tensor({ key: '0', numel: 6, size: [2 ** 30, 2 ** 30], stride: [0, 0] })], ['backwards', tensor({ key: '0', numel: 6, offset: 5, size: [6], stride: [-1] })],
      ['strides', tensor({ key: '0', numel: 6, size: [6], stride: [] })], ['before', tensor({ key: '0', numel: 6, offset: -1, size: [6], stride: [1] })],
      ['many', tensor({ key: '0', numel: 6, size: Array<number>(65).fill(1), stride: Array<number>(65).fill(1) })]));
    expect(faults.map(({ code, at }) => [code, at?.in === 'key' && at.key])).toEqual([['C1041', 'gone'], ['C1042', 'short'], ['C1043', 'outside'], ['C1043', 'far'], ['C1044', 'negative'], ['C1044', 'overflow'],
      ['C1044', 'backwards'], ['C1044', 'strides'], ['C1044', 'before'], ['C1044', 'many']]);
    expect(faults[2].message).toContain('shape [2, 3], stride [3, 1], offset 1 reach outside its storage of 6 elements');
  });

  it('has all bad values told at once, with count and first index', () => {
    const faults = refused(checkpoint(dict([[text('a'), dense('0', [4])], [text('b'), tensor({ key: '0', numel: 4, size: [2, 2], stride: [1, 2] })], [text('c'), dense('1', [2], 'Long')], [text('d'), dense('2', [2])]]),
      { 0: floats(1, NaN, 2, Infinity), 1: Uint8Array.from([...u32(1, 0), ...u32(0, 0x200000)]), 2: floats(1, 2) }));
    expect(faults.map(({ code, at, message }) => [code, at?.in === 'key' && at.key, /NaN at index \d+|index \d+/.exec(message)?.[0]])).toEqual([
      ['C1046', 'a', 'NaN at index 1'], ['C1046', 'b', 'NaN at index 2'], ['C1047', 'c', 'index 1']]);
    expect(faults[0].message).toContain('2 of its 4 values');
    expect(lines(refused(checkpoint(dict([[text('h'), dense('0', [2], 'Half')]]), { 0: Uint8Array.from(u16(0x3c00, 0xfc00)) })))).toEqual(has('C1046', '-Infinity at index 1'));
  });

  it('with a number as a name, too many tensors, too many values or the other byte order is refused', () => {
    expect(lines(refused(pickled(dict([[integer(3), dense('0', [6])]]))))).toEqual(has('C1048'));
    expect(lines(refused(small(), { tensors: 1 }))).toEqual(has('C1051', '2 tensors'));
    expect(lines(refused(small(), { values: 7 }))).toEqual(has('C1045', '8 values', 'at most 7'));
    expect(lines(refused(checkpoint(smallRoot, smallStorages, [{ name: 'net/byteorder', bytes: new TextEncoder().encode('big') }])))).toEqual(has('C1049', '"big"'));
  });

  it('in another format is refused with the way to save it again', () => {
    const ustar = Buffer.alloc(512);
    ustar.write('ustar', 257);
    const formats: readonly (readonly [Uint8Array | string, string, string])[] = [['', 'C1004', 'an empty file'], ['hello world', 'C1004', '68 65 6c'], [ustar, 'C1006', 'tar'], [pickle(smallRoot), 'C1004', 'a bare pickle'],
      [gzipSync('x'), 'C1004', "gzip'd"]];
    for (const [bytes, code, part] of formats) {
      const faults = faultsOf(readCheckpoint(fileOf(bytes)));
      expect(lines(faults)).toEqual(has(code, part));
      expect(faults[0].hint).toContain('torch.save(');
    }
    expect(lines(refused(checkpoint(smallRoot, smallStorages, [{ name: 'net/constants.pkl', bytes: pickle(none) }])))).toEqual(has('C1007', 'TorchScript'));
    const arrays = refused(zip([{ name: 'a.npy', bytes: writeNpy({ shape: [], dtype: 'int8', data: Int8Array.of(1) }) }, { name: 'notes.txt', bytes: floats(1) }]));
    expect([lines(arrays), arrays[0].hint]).toEqual([has('C1030', '"a.npy"', '"notes.txt"'), expect.stringContaining('npz')]);
    expect(lines(refused(zip([{ name: 'a/data.pkl', bytes: pickle(none) }, { name: 'b/data.pkl', bytes: pickle(none) }])))).toEqual(has('C1030', 'a/data.pkl', 'b/data.pkl'));
  });

  const first = ['1', 2, smallStorages[1]] as const, second = ['0', 6, smallStorages[0]] as const, whole = [first, second] as const;
  it.each<[string, Uint8Array, string, string]>([['of another magic number', legacy(smallRoot, whole, { magic: integer(7) }), 'C1004', 'a bare pickle'], ['of protocol 1002', legacy(smallRoot, whole, { version: integer(1002) }), 'C1052', '1001, came 1002'],
    ['without byte order', legacy(smallRoot, whole, { system: dict([]) }), 'C1052', 'no byte order'], ['big-endian', legacy(smallRoot, whole, { system: dict([[text('little_endian'), no]]) }), 'C1049', '"big"'],
    ['without keys', legacy(smallRoot, whole, { keys: none }), 'C1052', 'no list'], ['with a key too many', legacy(smallRoot, [...whole, ['2', 1, floats(1)]]), 'C1053', '"2"', ], ['with a key twice', legacy(smallRoot, [first, first, second]), 'C1053', 'twice'],
    ['with a key too few', legacy(smallRoot, [first]), 'C1041', '"0"'], ['whose count lies', legacy(smallRoot, [['1', 2 ** 40, smallStorages[1]], second]), 'C1053', `${2 ** 40} elements; the pickle declares 2`],
    ['cut in its data', legacy(smallRoot, [first, ['0', 6, floats(1)]]), 'C1053', '24 bytes; 4 are left'], ['cut before a count', legacy(smallRoot, [first, second]).slice(0, -32), 'C1053', 'ends before it'], ['with bytes left over', legacy(smallRoot, [first, ['0', 6, floats(1, 2, 3, 4, 5, 6, 7)]]), 'C1052', '4 bytes are left'],
    ['of two minds about a storage', legacy(dict([[text('a'), dense('0', [6])], [text('b'), dense('0', [3], 'Long')]]), [second]), 'C1053', '6 float32 and with 3 int64'], ['that names code in its header', legacy(smallRoot, whole, { system: call(global('posix', 'system'), text('id')) }), 'C1038', 'posix.system'],
    ['whose part lies outside', legacy(dict([[text('a'), tensor({ key: '0', numel: 6, size: [2], stride: [1], view: tuple(text('0'), integer(5), integer(2)) })]]), [second]), 'C1037', 'part of a storage of 6']])(
    'in legacy form, %s, is refused', (_, bytes, code, part) => expect(lines(refused(bytes))).toEqual(has(code, part)));

  it('that is no file, too large, or shrinks while it is read is refused', () => {
    expect(lines(faultsOf(readCheckpoint('/no/such/file.pth')))).toEqual(has('C1001', 'no such file'));
    expect(lines(faultsOf(readCheckpoint(tmpdir())))).toEqual(has('C1001', 'not a regular file'));
    expect(lines(refused(small(), { fileBytes: 100 }))).toEqual(has('C1003', 'at most 100'));
    const path = fileOf(small()), opened = openFile(path);
    truncateSync(path, 300);
    expect(opened.ok && lines(faultsOf(readCheckpointFrom(opened.value)))).toEqual(has('C1002'));
  });
});

describe('an array file', () => {
  const array = (header: string, data = new Uint8Array(4), version = 1): string => fileOf(Buffer.concat([Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, ...u16(header.length)), Buffer.from(header), data]));
  const fields = (descr: string, shape: string, fortran = 'False'): string => `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['structured', array(fields("[('x', '<u2'), ('t', '<i8')]", '(1,)')), 'C1062', 'structured, with 2 fields'], ['of objects', array(fields("'|O'", '(1,)')), 'C1062', 'object (a pickle)'],
    ['of complex numbers', array(fields("'<c8'", '(1,)')), 'C1062', '"<c8"'], ['too short', array(fields("'<f4'", '(2,)')), 'C1063', 'needs 8 bytes; the file holds 4'],
    ['too long', array(fields("'<f4'", '(1,)'), new Uint8Array(5)), 'C1063', 'needs 4 bytes; the file holds 5'], ['of negative size', array(fields("'<f4'", '(-1,)')), 'C1061', 'natural numbers'],
    ['past 2^53 values', array(fields("'<f4'", '(4294967296, 4294967296)')), 'C1061', '2^53'], ['with code in its header', array(fields("'<f4'", '__import__("os").system("id")')), 'C1061', '"_"'],
    ['with a header nested deep', array(fields("'<f4'", '('.repeat(5000))), 'C1061', 'nested deeper'], ['with a header of quotes that never close', array(fields("'<f4'", '(' + "'\\\\".repeat(20_000))), 'C1061', 'wanted a value'], ['with no dict', array('(1, 2)\n'), 'C1061', 'wanted a dict'], ['cut in its header', array(fields("'<f4'", '(1,')), 'C1061', 'wanted a value; came ","'],
    ['of version 9', array(fields("'<f4'", '(1,)'), new Uint8Array(4), 9), 'C1061', 'came 9'], ['of a few bytes', fileOf(Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1)), 'C1061', 'came 7'],
    ['whose order is a number', array(fields("'<f4'", '(1,)', '1')), 'C1061', 'fortran_order'], ['of another kind', fileOf('label,pixel\n'), 'C1060', 'something else'],
    ['of integers past 2^53', array(fields("'<i8'", '(2,)'), Uint8Array.from([...u32(1, 0), ...u32(1, 0x7fffffff)])), 'C1047', 'index 1'],
    ['idx of no sizes', fileOf(Uint8Array.of(0, 0, 8, 0)), 'C1070', 'came 0'], ['idx cut in its header', fileOf(Uint8Array.of(0, 0, 8, 3, 0, 0)), 'C1070', 'the file has 6'],
    ['idx of 10 GB', fileOf(Uint8Array.of(0, 0, 8, 2, 0, 1, 0, 0, 0, 2, 98, 0)), 'C1063', 'the file holds 0'], ['idx past 2^53', fileOf(Uint8Array.of(0, 0, 8, 2, ...Array<number>(8).fill(255))), 'C1070', '2^53'],
    ['gzip cut short', fileOf(gzipSync(Buffer.alloc(5000, 'abc')).subarray(0, 30)), 'C1071', 'unexpected end'], ['gzip bomb', fileOf(bombBytes), 'C1072', 'more than']];
  it.each(cases)('%s is refused', (_, path, code, part) => {
    expect(lines(faultsOf(readArray(path)))).toEqual(has(code, part));
  });

  it('too large to hold is refused before it is held', () => {
    expect(lines(faultsOf(readArray(array(fields("'<f4'", '(1,)')), { arrayBytes: 3 })))).toEqual(has('C1064', '4 bytes'));
    expect(lines(faultsOf(openArray(array(fields("'<f4'", '(1,)', 'True')), { residentBytes: 3 })))).toEqual(has('C1064', 'Fortran'));
  });

  it('archived with others is refused by its member', () => {
    const good = writeNpy({ shape: [2], dtype: 'int16', data: Int16Array.of(1, 2) }), archive = (bytes: Uint8Array): Uint8Array => zip([{ name: 'good.npy', bytes: good }, { name: 'bad.npy', bytes, method: 8 }]);
    const faults = faultsOf(readNpz(fileOf(archive(good.slice(0, -1)))));
    expect([lines(faults), faults[0].at]).toEqual([has('C1063', 'holds 3'), expect.objectContaining({ in: 'file', member: 'bad.npy', byte: 128 })]);
    expect(lines(faultsOf(readNpz(fileOf(archive(floats(1))))))).toEqual(has('C1061'));
    expect(lines(faultsOf(readNpz(fileOf(archive(good)), { arrayBytes: 200 })))).toEqual(has('C1064', '264 bytes'));
    expect(lines(faultsOf(readNpz(fileOf(good))))).toEqual(has('C1065', 'an npy file'));
  });
});

it('every error code of the file readers but those of safetensors was seen above', () => {
  const catalogue = readFileSync(new URL('../../compiler/files/faults.ts', import.meta.url), 'utf8');
  const errors = [...catalogue.matchAll(/error\('(C\d+)'/g)].map(([, code]) => code);
  expect(errors).toEqual([...errors].sort());
  expect(errors.filter((code) => code < 'C1080' && !seen.has(code))).toEqual([]);
});
