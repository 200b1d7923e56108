// Samples and labels: pixels in the order the chip takes them, and every mismatch with the descriptor told.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readArray } from '../../compiler/files/array-file.ts';
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import { readLabels } from '../../runtime/datasets/labels.ts';
import { readSamples } from '../../runtime/datasets/samples.ts';
import type { SampleLayout, Samples } from '../../runtime/datasets/samples.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fileOf, u32 } from '../files/archive.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';

const seen = new Set<string>();
function value<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.faults.map((fault) => `${fault.code} ${fault.message}`).join('\n'));
  return outcome.value;
}
function faultsOf(outcome: Outcome<unknown>): string[] {
  if (outcome.ok) expect.fail('it was read');
  for (const { code } of outcome.faults) seen.add(code);
  return outcome.faults.map(({ code, message, hint }) => `${code} ${message} | ${hint ?? ''}`);
}
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const npy = (array: NumpyArray): string => fileOf(writeNpy(array), 'x.npy');
const direct = (channels: number, height: number, width: number): SampleLayout => ({ encoding: 'direct', steps: 4, channels, height, width });
const frames = (steps: number, channels: number, height: number, width: number): SampleLayout => ({ encoding: 'frames', steps, channels, height, width });
const count = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

describe.skipIf(!isShared)('shared data', () => {
  it('of Fashion-MNIST are 2,000 images and labels, as an independent reader finds them', () => {
    const path = sharedPath('data/fashion-mnist/t2k-images-idx3-ubyte.gz'), samples = value(readSamples(path, direct(1, 28, 28)));
    const labels = value(readLabels(sharedPath('data/fashion-mnist/t2k-labels-idx1-ubyte.gz'), samples.count, 10));
    expect(samples).toMatchObject({ name: 't2k-images-idx3-ubyte.gz', sha256: sha256(readFileSync(path)), count: 2000 });
    expect([sha256(samples.pixels(0)), sha256(samples.pixels(1999))]).toEqual(['ffc7351ed0f8bae542820866086177fa4e0b366b97bf9d998dffdb8dbe138787', '78fa057af182b42c94695157eae4ac6ec2c0e7bba23a7c74cfc41040cd863b77']);
    expect([...labels.slice(0, 16)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7, 4, 5, 7, 3, 4, 1]);
  });

  const families = ['spikformer-cifar', 'sdt-v1', 'spikingformer', 'spikformer-dvs', 'qkformer-cifar'];
  it.each(sharedFiles('input.npy').filter((name) => families.includes(name.split('/')[1])))('%s gives back every pixel of the case', (name) => {
    const path = sharedPath(name), { shape, data } = value(readArray(path));
    const arch: { T: number; in_channels: number; image_size: [number, number]; input: { encoding: 'direct' | 'frames' } } = JSON.parse(readFileSync(path.replace('input.npy', 'arch.json'), 'utf8'));
    const layout = { encoding: arch.input.encoding, steps: arch.T, channels: arch.in_channels, height: arch.image_size[0], width: arch.image_size[1] };
    const samples = value(readSamples(path, layout)), scale = layout.encoding === 'direct' ? 256 : 1, steps = layout.encoding === 'direct' ? 1 : arch.T;
    const positions = layout.height * layout.width, length = steps * layout.channels * positions;
    expect(samples.count).toBe(shape[0]);
    for (let sample = 0; sample < samples.count; sample++) {
      const pixels = samples.pixels(sample), wrong: number[] = [];
      for (let i = 0; i < length; i++) {
        const position = i % positions, channel = Math.floor(i / positions) % layout.channels, step = Math.floor(i / positions / layout.channels);
        if (pixels[(step * positions + position) * layout.channels + channel] !== data[sample * length + i] * scale) wrong.push(i);
      }
      expect(wrong).toEqual([]);
    }
  });
});

describe('samples', () => {
  const pixelsOf = (samples: Samples): number[][] => Array.from({ length: samples.count }, (_, sample) => [...samples.pixels(sample)]);

  it('come position by position, channels together', () => {
    const wanted = [[0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11], [12, 18, 13, 19, 14, 20, 15, 21, 16, 22, 17, 23]];
    expect(pixelsOf(value(readSamples(npy({ shape: [2, 2, 2, 3], dtype: 'uint8', data: count(24) }), direct(2, 2, 3))))).toEqual(wanted);
    for (const dtype of ['float32', 'float64'] as const) {
      const values = [...count(24)].map((pixel) => pixel / 256), data = dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values);
      expect(pixelsOf(value(readSamples(npy({ shape: [2, 2, 2, 3], dtype, data }), direct(2, 2, 3))))).toEqual(wanted);
    }
  });

  it('of frames come step by step', () => {
    expect(pixelsOf(value(readSamples(npy({ shape: [1, 2, 2, 1, 3], dtype: 'uint8', data: count(12) }), frames(2, 2, 1, 3))))).toEqual([[0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11]]);
  });

  it('are read from idx, gzip\'d or not, and from npy without a channel axis', () => {
    const idx = Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 8, 7, 255);
    for (const path of [fileOf(idx), fileOf(gzipSync(idx)), npy({ shape: [2, 1, 2], dtype: 'uint8', data: Uint8Array.of(9, 8, 7, 255) })]) {
      const samples = value(readSamples(path, direct(1, 1, 2)));
      expect([pixelsOf(samples), samples.sha256]).toEqual([[[9, 8], [7, 255]], sha256(readFileSync(path))]);
    }
  });

  it('that do not fit the descriptor are refused with both shapes', () => {
    const path = npy({ shape: [2, 1, 2, 3], dtype: 'uint8', data: count(12) });
    expect(faultsOf(readSamples(path, direct(1, 3, 2)))[0]).toMatch(/^R1002 .*\[S, 1, 3, 2\] or \[S, 3, 2\]; the file holds \[2, 1, 2, 3\]/);
    expect(faultsOf(readSamples(path, direct(2, 3, 2)))[0]).toMatch(/^R1002/);
    expect(faultsOf(readSamples(path, frames(2, 1, 2, 3)))[0]).toMatch(/^R1002 .*\[S, 2, 1, 2, 3\]/);
    expect(faultsOf(readSamples(npy({ shape: [1, 3, 1, 2, 2], dtype: 'uint8', data: count(12) }), frames(4, 1, 2, 2)))[0]).toMatch(/^R1002 .*\[S, 4, 1, 2, 2\]; the file holds \[1, 3, 1, 2, 2\]/);
    expect(faultsOf(readSamples(npy({ shape: [0, 1, 2, 3], dtype: 'uint8', data: count(0) }), direct(1, 2, 3)))[0]).toMatch(/^R1004/);
    expect(faultsOf(readSamples(fileOf('no array'), direct(1, 2, 3)))[0]).toMatch(/^C1060/);
  });

  it('of another element type are refused, together with a wrong shape', () => {
    const path = npy({ shape: [1, 1, 2], dtype: 'int32', data: Int32Array.of(1, 2) });
    expect(faultsOf(readSamples(path, direct(1, 1, 2)))).toEqual([expect.stringMatching(/^R1001 .*int32 .*astype/)]);
    expect(faultsOf(readSamples(path, direct(3, 1, 2))).map((line) => line.slice(0, 5))).toEqual(['R1002', 'R1001']);
    expect(faultsOf(readSamples(npy({ shape: [1, 1, 1, 1, 2], dtype: 'float32', data: Float32Array.of(1, 2) }), frames(1, 1, 1, 2)))[0]).toMatch(/^R1001 .*uint8 event counts; came float32/);
  });

  it.each<[string, number, string]>([['k/255', 100 / 255, '255'], ['0..255', 200, 'astype'], ['one', 1, 'astype'], ['normalised', -0.42421296, 'input.normalize'], ['between two pixels', 0.5 / 256, 'input.normalize'], ['not a number', NaN, 'input.normalize']])(
    'that are %s are no pixels: sample, index and value are told', (_, wrong, hint) => {
      const data = Float32Array.of(0, 0.5, 255 / 256, 0, 0.25, wrong, wrong, 0), [line] = faultsOf(readSamples(npy({ shape: [2, 1, 2, 2], dtype: 'float32', data }), direct(1, 2, 2)));
      expect(line).toMatch(new RegExp(`^R1003 .*sample 1 has ${Math.fround(wrong)} at index 1 \\(2 such values in all\\)`));
      expect(line.split(' | ')[1]).toContain(hint);
    });
});

describe('samples of other kinds', () => {
  const layout = (encoding: SampleLayout['encoding'], steps: number, channels: number, height: number, width: number): SampleLayout => ({ encoding, steps, channels, height, width });
  it('are vectors when the map has one position, with or without its axes', () => {
    for (const shape of [[1, 2, 3], [1, 2, 3, 1, 1]]) expect([...value(readSamples(npy({ shape, dtype: 'uint8', data: count(6) }), layout('frames', 2, 3, 1, 1))).pixels(0)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...value(readSamples(npy({ shape: [2, 3], dtype: 'uint8', data: count(6) }), layout('direct', 2, 3, 1, 1))).pixels(1)]).toEqual([3, 4, 5]);
    expect(faultsOf(readSamples(npy({ shape: [1, 2, 3], dtype: 'uint8', data: count(6) }), layout('frames', 2, 3, 1, 2)))[0]).toMatch(/^R1002/);
    expect(faultsOf(readSamples(npy({ shape: [1, 4, 6, 32], dtype: 'uint8', data: count(768) }), layout('currents', 4, 32, 1, 8)))[0]).toMatch(/^R1002 .*\[S, 4, 32, 1, 8\] or \[S, 4, 8, 32\]; the file holds \[1, 4, 6, 32\]/);
  });
  it('are spikes of 0 and 1, and told where they are not', () => {
    const spikes = (last: number) => readSamples(npy({ shape: [1, 1, 2, 1, 2], dtype: 'uint8', data: Uint8Array.of(0, 1, 1, last) }), layout('spikes', 1, 2, 1, 2));
    expect([...value(spikes(0)).values(0)]).toEqual([0, 1, 1, 0]);
    expect(faultsOf(spikes(2))).toEqual([expect.stringMatching(/^R1010 a spike is 0 or 1; sample 0 has 2 at index 3 .*frames/)]);
  });
  it('are currents, channels first on a map and last in a sequence, and never pixels', () => {
    const data = Float32Array.of(-0.5, 0.25, 3, 4, 5, 6), map = value(readSamples(npy({ shape: [1, 1, 2, 1, 3], dtype: 'float32', data }), layout('currents', 1, 2, 1, 3)));
    expect([...map.values(0)]).toEqual([-0.5, 4, 0.25, 5, 3, 6]);
    expect([...value(readSamples(npy({ shape: [1, 1, 3, 2], dtype: 'float32', data }), layout('currents', 1, 2, 1, 3))).values(0)]).toEqual([...data]);
    expect(() => map.pixels(0)).toThrow('no pixels');
    expect(faultsOf(readSamples(npy({ shape: [1, 1, 2, 1, 3], dtype: 'float32', data: Float32Array.of(1, 2, NaN, 4, Infinity, 6) }), layout('currents', 1, 2, 1, 3)))).toEqual([expect.stringMatching(/^R1010 .*NaN at index 2 \(2 such/)]);
    expect(faultsOf(readSamples(npy({ shape: [1, 1, 3, 2], dtype: 'uint8', data: count(6) }), layout('currents', 1, 2, 1, 3)))).toEqual([expect.stringMatching(/^R1001 .*currents; came uint8/)]);
  });
});

describe('labels', () => {
  const idx = fileOf(Uint8Array.of(0, 0, 8, 1, ...[0, 0, 0, 3], 4, 0, 9));

  it('are the same from idx, npy and text', () => {
    const paths = [idx, fileOf(gzipSync(readFileSync(idx))), npy({ shape: [3], dtype: 'int64', data: Float64Array.of(4, 0, 9) }), npy({ shape: [3], dtype: 'uint8', data: Uint8Array.of(4, 0, 9) }), fileOf('4\n0\r\n 9\n\n'), fileOf('4\n0\n9')];
    for (const path of paths) expect(value(readLabels(path, 3, 10))).toEqual(Int32Array.of(4, 0, 9));
  });

  it('that are too few, too many or outside the classes are refused', () => {
    expect(faultsOf(readLabels(idx, 4, 10))).toEqual([expect.stringMatching(/^R1006 .*wanted 4 labels.*came 3/)]);
    expect(faultsOf(readLabels(idx, 2, 4)).map((line) => line.slice(0, 5))).toEqual(['R1006', 'R1007']);
    expect(faultsOf(readLabels(idx, 3, 4))).toEqual([expect.stringMatching(/^R1007 label 4 of sample 0 is outside 0\.\.3 \(2 such labels in all\)/)]);
    expect(faultsOf(readLabels(npy({ shape: [2], dtype: 'int8', data: Int8Array.of(0, -1) }), 2, 4))).toEqual([expect.stringMatching(/^R1007 label -1 of sample 1/)]);
    expect(faultsOf(readLabels(fileOf(''), 3, 4))).toEqual([expect.stringMatching(/^R1006 .*came 0/)]);
  });

  it('that are no list of whole numbers are refused', () => {
    expect(faultsOf(readLabels(npy({ shape: [1, 3], dtype: 'uint8', data: count(3) }), 3, 10))).toEqual([expect.stringMatching(/^R1005 .*\[1, 3\]/)]);
    expect(faultsOf(readLabels(npy({ shape: [3], dtype: 'float32', data: Float32Array.of(0, 1, 2) }), 3, 10))).toEqual([expect.stringMatching(/^R1005 .*float32/)]);
    const outcome = readLabels(fileOf('0\ncat\n1\n\u001b[31m2\n-1\n'), 5, 10);
    expect(faultsOf(outcome)).toEqual([expect.stringMatching(/^R1008 .*"cat"/), expect.stringMatching(/^R1008 [ -~]*$/), expect.stringMatching(/^R1008 .*"-1"/)]);
    expect(!outcome.ok && outcome.faults.map(({ at }) => at?.in === 'text' && at.line)).toEqual([2, 4, 5]);
    expect(faultsOf(readLabels(fileOf(new Uint8Array(2 ** 23 + 1).fill(48)), 5, 10))).toEqual([expect.stringMatching(/^R1009/)]);
    expect(faultsOf(readLabels('/no/such/labels', 5, 10))).toEqual([expect.stringMatching(/^C1001/)]);
    expect(faultsOf(readLabels(fileOf(Uint8Array.of(0, 0, 8, 1, ...u32(0xffffffff))), 5, 10))).toEqual([expect.stringMatching(/^C1063/)]);
  });
});

it('every error code of the data set readers was seen above', () => {
  const catalogue = readFileSync(new URL('../../runtime/datasets/faults.ts', import.meta.url), 'utf8');
  const errors = [...catalogue.matchAll(/error\('(R\d+)'/g)].map(([, code]) => code);
  expect(errors).toEqual([...errors].sort());
  expect(errors.filter((code) => !seen.has(code))).toEqual([]);
});
