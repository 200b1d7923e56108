// Hostile and broken checkpoints, descriptors and data, through the command line: refused in seconds, with code, place and hint, no stack, little memory.
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeNpy } from '../../compiler/files/npz.ts';
import type { Code } from '../files/archive.ts';
import { call, checkpoint, dense, dict, floats, global, pickle, safetensors, small, smallRoot, smallStorages, tensor, text, zip } from '../files/archive.ts';
import type { Changes } from '../frontend/tiny.ts';
import { spikformerDescriptor } from '../frontend/tiny.ts';
import { randomFrom } from '../random.ts';
import { at, bytesOf, refused, sampleCount, smallModel, tensors, write } from './synfire.ts';

const { model, arch, data, road } = smallModel();
const run = (checkpointFile: string, archFile = arch): readonly string[] => ['run', checkpointFile, '--arch', archFile, '--data', data];
const random = Uint8Array.from({ length: 5000 }, randomFrom(1).unit).map((_, i) => (i * 2654435761) >>> 24);
const keyed = (entries: readonly (readonly [string, Code])[]): Uint8Array => checkpoint(dict(entries.map(([key, code]) => [text(key), code] as const)), smallStorages);
const rawPickle = (...parts: readonly Uint8Array[]): Uint8Array => zip([{ name: 'net/data.pkl', bytes: Buffer.concat([Uint8Array.of(0x80, 2), ...parts]) }]);
const repeat = (code: Code, times: number): Uint8Array => Buffer.alloc(code.length * times, Uint8Array.from(code));
/** A sound checkpoint with one tensor's first value replaced. */
const poisoned = (key: string, value: number): Uint8Array => { const all = tensors(); all.get(key)!.data[0] = value; return bytesOf(all); };

describe('a checkpoint', () => {
  const cases: readonly (readonly [string, () => Uint8Array, string])[] = [
    ['that is empty', () => new Uint8Array(), 'C1004'],
    ['of random bytes', () => random, 'C1004'],
    ['cut short', () => bytesOf(tensors()).slice(0, -1000), 'C1010'],
    ['that lies about its members', () => zip([{ name: 'a/data.pkl', bytes: pickle(smallRoot) }], { entries: 60000 }), 'C1011'],
    ['whose members overlap', () => zip([{ name: 'net/data.pkl', bytes: pickle(smallRoot), stored: 360, size: 360 }, { name: 'net/data/0', bytes: smallStorages[0] },
      { name: 'net/data/1', bytes: smallStorages[1] }]), 'C1013'],
    ['that names code', () => keyed([['w', call(global('os', 'system'), text('touch /tmp/owned'))]]), 'C1038'],
    ['nested a million deep', () => rawPickle(repeat([0x28], 1e6)), 'C1033'],
    ['of ten million opcodes', () => rawPickle(repeat([0x80, 2], 1e7)), 'C1032'],
    ['of two million objects', () => rawPickle(repeat([0x7d], 2e6)), 'C1034'],
    ['that unpacks a thousandfold', () => zip([{ name: 'n/data.pkl', bytes: new Uint8Array(66 * 2 ** 20), method: 8 }]), 'C1031'],
    ['whose storage unpacks a thousandfold', () =>
      zip([{ name: 'n/data.pkl', bytes: pickle(dict([[text('w'), dense('0', [1])]])) }, { name: 'n/data/0', bytes: new Uint8Array(66 * 2 ** 20), method: 8 }]), 'C1019'],
    ['with a tensor of 10 GB', () => keyed([['w', tensor({ key: '0', numel: 2_500_000_000, size: [50_000, 50_000], stride: [50_000, 1] })]]), 'C1042'],
    ['with a tensor that repeats four bytes to a terabyte', () => keyed([['w', tensor({ key: '0', numel: 6, size: [2 ** 20, 2 ** 20], stride: [0, 0] })]]), 'C1045'],
    ['without a storage, and with one too short', () => keyed([['a', dense('7', [2])], ['b', dense('1', [3])]]), 'C1041 C1042'],
    ['with NaN among its weights', () => poisoned('head.weight', NaN), 'C1046'],
    ['with an infinite weight', () => poisoned('patch_embed.proj_conv.weight', Infinity), 'C1046'],
    ['of safetensors with a header of 2^63 bytes', () => safetensors([], { length: 2n ** 63n }), 'C1080'],
    ['of safetensors nested a million deep', () => safetensors([], { header: '{"a":'.repeat(1e6) }), 'C1081'],
    ['of safetensors with a tensor of 10 GB and one over another', () => safetensors([{ name: 'w', shape: [50_000, 50_000], bytes: floats(1) }, { name: 'a', shape: [1], bytes: floats(1) }, { name: 'b', shape: [1], bytes: floats(1), offsets: [6, 10] }]), 'C1084'],
    ['of safetensors that names a tensor twice', () => safetensors([{ name: 'w', shape: [1], bytes: floats(1) }, { name: 'w', shape: [1], bytes: floats(1) }]), 'C1082'],
    ['of another network', small, 'C2020 C2021'],
    ['with a negative variance', () => poisoned('patch_embed.rpe_bn.running_var', -3), 'C2023'],
  ];
  it.each(cases)('%s is refused', (name, bytes, codes) => { refused(run(write(`${name.length}.pth`, bytes())), 2, ...codes.split(' ')); });

  it('with missing, unexpected and mis-shaped keys has all of them told at once, with the nearest name', () => {
    const all = tensors(), spoilt = new Map([...all].map(([key, value]) =>
      [key === 'head.weight' ? 'heads.weight' : key, key === 'head.bias' ? { ...value, shape: [4], data: floatsOf(4) } : value] as const));
    const faults = refused(run(write('keys.pth', bytesOf(spoilt))), 2, 'C2020', 'C2021', 'C2022');
    expect(faults.map(({ code, at: place, message, hint = '' }) => [code, place?.in === 'key' && place.key, message.includes('[3]') && message.includes('[4]'),
      /heads?\.weight/.exec(hint)?.[0]])).toEqual([
      ['C2020', 'head.weight', false, 'heads.weight'], ['C2021', 'heads.weight', false, 'head.weight'], ['C2022', 'head.bias', true, undefined]]);
  });
});
const floatsOf = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => i);

describe('a descriptor', () => {
  const changes: readonly (readonly [string, Changes, string])[] = [
    ['of no steps', { T: 0 }, 'C2007'], ['of 10^9 steps', { T: 1e9 }, 'C2007'], ['with heads that do not divide', { heads: 3 }, 'C2008'],
      ['of 10^7 channels', { embed_dims: 1e7, head_dim: 5e6 }, 'C2007'],
    ['with an image of 10^7 by 10^7', { image_size: [1e7, 1e7] }, 'C2007'], ['of 10^7 blocks', { depths: 1e7 }, 'C2007'],
      ['of wrong types', { T: '4', heads: null, neuron: 5, patch_embed: [], input: 'direct' }, 'C2007'],
    ['without most keys', { T: undefined, neuron: undefined, patch_embed: undefined }, 'C2006'], ['of an unknown family', { family: 'spikformer-cifra' }, 'C2005'],
      ['of another format', { format: 2 }, 'C2004'],
  ];
  it.each(changes)('%s is refused', (name, change, codes) => { refused(run(model, write(`${name.length}.json`, JSON.stringify(spikformerDescriptor(change)))), 2,
    ...codes.split(' ')); });

  const texts: readonly (readonly [string, string | Uint8Array, string])[] = [
    ['that is empty', '', 'C2002'], ['that is null', 'null', 'C2001'], ['that is a list', '[1, 2, 3]', 'C2001'], ['nested 10^5 deep', '['.repeat(1e5) + ']'.repeat(1e5), 'C2001'],
    ['nested 10^5 deep in a key', JSON.stringify(spikformerDescriptor()).replace('"direct"', '['.repeat(1e5) + ']'.repeat(1e5)), 'C2007'],
      ['never closed', '{"a":'.repeat(1e5), 'C2002'],
    ['with a text of 10 MB', JSON.stringify(spikformerDescriptor({ family: 'x'.repeat(1e7) })), 'C2003'], ['of random bytes', random, 'C2002'],
  ];
  it.each(texts)('%s is refused', (name, content, code) => { refused(run(model, write(`${name.length}-text.json`, content)), 2, code); });

  it('that is no JSON is refused at its line and column, in every command that reads one', () => {
    const broken = write('broken.json', '{\n  "format": 1,\n  "T": 4,,\n}');
    for (const args of [run(model, broken), ['compile', model, '--arch', broken], ['inspect', model, '--arch', broken]]) expect(refused(args, 2, 'C2002')[0].at).toEqual(
      { in: 'text', file: broken, line: 3, column: 10 });
  });

  it('and a checkpoint that are both wrong are both told', () => {
    refused(run(write('both.pth', 'hello'), write('both.json', JSON.stringify(spikformerDescriptor({ T: 0 })))), 2, 'C1004', 'C2007');
  });
});

describe('data', () => {
  const withData = (file: string, ...more: readonly string[]): readonly string[] => ['run', model, '--arch', arch, '--data', file, ...more];
  const array = (name: string, shape: readonly number[], dtype: 'uint8' | 'float32' = 'uint8', value = 0): string =>
    write(name, writeNpy({ shape, dtype, data: dtype === 'uint8' ? new Uint8Array(shape.reduce((a, b) => a * b, 1)).fill(value)
      : new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) }));
  const header = (shape: string): Uint8Array => { const bytes = writeNpy({ shape: [1], dtype: 'uint8', data: Uint8Array.of(1) }).slice(0, 128);
    bytes.set(new TextEncoder().encode(`${`{'descr': '|u1', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)}\n`), 10); return bytes; };
  it('that is empty, random, of other sizes, without samples, claimed to be 10 GB, or no pixels, is refused', () => {
    refused(withData(write('empty.npy', '')), 2, 'C1060');
    refused(withData(write('random.npy', random)), 2, 'C1060');
    refused(withData(array('shape.npy', [4, 9, 9])), 2, 'R1002');
    refused(withData(array('none.npy', [0, 8, 8])), 2, 'R1004');
    refused(withData(write('ten.npy', header('(156250000, 8, 8)'))), 2, 'C1063');
    refused(withData(array('half.npy', [4, 8, 8], 'float32', 0.4)), 2, 'R1003');
  });

  it('with labels of another length, out of range, of text, or in no file is refused', () => {
    refused([...withData(data), '--labels', write('few.txt', '0\n1\n2\n')], 2, 'R1006');
    refused([...withData(data), '--labels', write('large.txt', Array(sampleCount).fill(3).join('\n'))], 2, 'R1007');
    refused([...withData(data), '--labels', write('words.txt', Array(sampleCount).fill('cat').join('\n'))], 2, 'R1008');
    refused([...withData(data), '--labels', write('none.txt', '')], 2, 'R1006');
    refused([...withData(data), '--labels', at('missing.txt')], 2, 'C1001');
  });

  it('and every other file that is missing, a folder or a device is told at once, before anything is compiled', () => {
    mkdirSync(at('a-folder'), { recursive: true });
    const gone = ['a.pth', 'a.json', 'a.npy', 'a.txt'].map(at);
    expect(refused(['run', gone[0], '--arch', gone[1], '--data', gone[2], '--labels', gone[3]], 2, 'C1001').map(({ at: place }) => place?.in === 'file' && place.file).sort())
      .toEqual([...gone].sort());
    refused(['run', at('a-folder'), '--arch', at('a-folder'), '--data', at('a-folder')], 2, 'C1001');
    refused(['run', ...road.map((word) => (word === data ? '' : word))], 2, 'C1001');
  });
});
