// Images, event frames, spikes and currents from idx and npy files, in the order the chip takes them.
import { basename } from 'node:path';
import { openArray } from '../../compiler/files/array-file.ts';
import type { ArrayFile, NumberArray } from '../../compiler/files/array-file.ts';
import { noSamples, notPixel, samplesShape, samplesType, valueOutside } from './faults.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

/**
 * What the descriptor says of an input. direct: pixels given once; frames: event counts at every step; spikes: 0 or 1 at every step; currents: real numbers at every step.
 * A vector has a 1 x 1 map, a sequence of N tokens one of 1 x N.
 */
export type SampleLayout = Readonly<{ encoding: 'direct' | 'frames' | 'spikes' | 'currents'; steps: number; channels: number; height: number; width: number }>;

/**
 * Samples of one file, read on demand.
 * `name`: the file's. `sha256`: of the file's bytes. `encoder`: how the values were made of them, where they were. `values(sample)`: a fresh array, position-major, position = y * width + x: [positions, channels] for `direct`, pixel k of k/256;
 * else [steps, positions, channels]. `pixels(sample)`: the same of all encodings but `currents`, which do not fit a byte. `close` frees the file; nothing is read after it.
 */
export type Samples = Readonly<{ name: string; sha256: string; encoder?: string; count: number; pixels(sample: number): Uint8Array; values(sample: number): Uint8Array | Float64Array; close(): void }>;

/**
 * Opens a data set: `direct` wants [S, C, H, W] (or [S, H, W] of one channel) of uint8, or of floats that are k/256; `frames` and `spikes` want [S, T, C, H, W] of uint8;
 * `currents` floats, [S, T, C, H, W] or [S, T, N, C] of a sequence. A 1 x 1 map may be left out: [S, C], [S, T, C]; a network of vectors also reads images of as many pixels, row by row.
 * Faults: those of `openArray`; R1001 element type, R1002 shape against the descriptor, R1003 a value that is no 8-bit pixel, R1004 no samples, R1010 no spike or no finite current.
 * Source: checkpoints.md section 9; pixel k enters a network as k/256.
 */
export function readSamples(path: string, layout: SampleLayout): Outcome<Samples> {
  const opened = openArray(path);
  if (!opened.ok) return opened;
  const array = opened.value, faults = checkArray(array, layout);
  if (faults.length > 0) {
    array.close();
    return fail(...faults);
  }
  const { encoding, channels } = layout, scale = encoding === 'direct' && array.dtype !== 'uint8' ? 256 : 1, frames = encoding === 'direct' ? 1 : layout.steps;
  const positions = layout.height * layout.width, length = frames * channels * positions;
  // Only a sequence of tokens has its channels last in the file.
  const channelsLast = encoding === 'currents' && array.shape.length === 4;
  const read = <A extends Uint8Array | Float64Array>(sample: number, into: A): A => { fill(into, array.values(sample * length, length), frames, channels, positions, scale, channelsLast); return into; };
  return succeed({
    name: basename(path), sha256: array.digest(), count: array.shape[0], close: array.close,
    pixels(sample) {
      if (encoding === 'currents') throw new Error('currents are no pixels');
      return read(sample, new Uint8Array(length));
    },
    values: (sample) => read(sample, encoding === 'currents' ? new Float64Array(length) : new Uint8Array(length)),
  });
}

function checkArray(array: ArrayFile, layout: SampleLayout): readonly Fault[] {
  const { file, shape, dtype } = array, faults: Fault[] = [], [wanted, ...others] = shapesOf(layout);
  const flat = layout.encoding === 'direct' && layout.height * layout.width === 1 && shape.slice(1).reduce((product, size) => product * size, 1) === layout.channels;
  if (!flat && ![wanted, ...others].some((sizes) => sameSizes(shape.slice(1), sizes))) faults.push(samplesShape(file, [wanted, ...others].map((sizes) => `[S, ${sizes.join(', ')}]`).join(' or '), shape));
  else if (shape[0] === 0) faults.push(noSamples(file));
  const { types, words, hint } = typesOf[layout.encoding];
  if (!types.includes(dtype)) faults.push(samplesType(file, words, dtype, hint));
  if (faults.length > 0) return faults;
  const length = wanted.reduce((product, size) => product * size, 1);
  if (layout.encoding === 'spikes') return checkValues(array, length, (value) => value <= 1, ({ sample, index, value }, bad) => valueOutside(file, 'a spike is 0 or 1', sample, index, value, bad, 'event counts are "encoding": "frames"'));
  if (layout.encoding === 'currents') return checkValues(array, length, Number.isFinite, ({ sample, index, value }, bad) => valueOutside(file, 'a current is a finite number', sample, index, value, bad, 'the data set is damaged: write it again'));
  // Every float must be a pixel: the chip takes eight bits, and rounding here would be silent.
  return dtype === 'uint8' ? [] : checkValues(array, length, isPixel, ({ sample, index, value }, bad) => notPixel(file, sample, index, value, bad, pixelHint(value)));
}

/** Shapes of one sample in a file, the usual one first. */
function shapesOf({ encoding, steps, channels, height, width }: SampleLayout): readonly (readonly number[])[] {
  const frames = encoding === 'direct' ? [] : [steps], sequence = encoding === 'currents' && height === 1 ? [[steps, width, channels]] : [];
  return [[...frames, channels, height, width], ...(height * width === 1 ? [[...frames, channels]] : []), ...(encoding === 'direct' && channels === 1 ? [[height, width]] : []), ...sequence];
}

const bytes = { types: ['uint8'], hint: 'numpy.save(path, array.astype("uint8"))' };
const typesOf: Readonly<Record<SampleLayout['encoding'], Readonly<{ types: readonly string[]; words: string; hint: string }>>> = {
  direct: { ...bytes, types: ['uint8', 'float32', 'float64'], words: 'uint8 pixels, or float32 or float64 that are k/256' },
  frames: { ...bytes, words: 'uint8 event counts' }, spikes: { ...bytes, words: 'uint8 spikes, 0 or 1' },
  currents: { types: ['float32', 'float64'], words: 'float32 or float64 currents', hint: 'numpy.save(path, array.astype("float32"))' },
};

const sameSizes = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

type Found = Readonly<{ sample: number; index: number; value: number }>;

/** One fault for all values that do not fit, at the first of them. */
function checkValues(array: ArrayFile, length: number, fits: (value: number) => boolean, fault: (first: Found, bad: number) => Fault): readonly Fault[] {
  let bad = 0;
  let first: Found | undefined;
  for (let sample = 0; sample < array.shape[0]; sample++) {
    array.values(sample * length, length).forEach((value, index) => {
      if (fits(value)) return;
      bad++;
      first ??= { sample, index, value };
    });
  }
  return first === undefined ? [] : [fault(first, bad)];
}

const isPixel = (value: number): boolean => value >= 0 && value <= 255 / 256 && Number.isInteger(value * 256);

function pixelHint(value: number): string {
  if (Number.isInteger(value) && value >= 1 && value <= 255) return 'these look like pixels 0..255: numpy.save(path, array.astype("uint8"))';
  const scaled = value * 255;
  const looksScaled = value > 0 && value <= 1 && Math.abs(scaled - Math.round(scaled)) < 1e-4;
  if (looksScaled) return 'these look like k/255: numpy.save(path, (array * 255).round().astype("uint8")), with input.normalize in the descriptor';
  return 'give uint8 pixels, and put the normalisation into input.normalize of the descriptor';
}

/** [frames, channels, positions] of the file (or channels last) -> [frames, positions, channels], times `scale`. */
function fill(into: Uint8Array | Float64Array, values: NumberArray, frames: number, channels: number, positions: number, scale: number, channelsLast: boolean): void {
  if (channelsLast) { into.set(values); return; }
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (frame * channels + channel) * positions, to = frame * positions * channels + channel;
      for (let position = 0; position < positions; position++) into[to + position * channels] = values[from + position] * scale;
    }
  }
}
