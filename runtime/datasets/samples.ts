// Images and event frames from idx and npy files, as 8-bit pixels in the order the chip takes them.
import { basename } from 'node:path';
import { openArray } from '../../compiler/files/array-file.ts';
import type { ArrayFile, NumberArray } from '../../compiler/files/array-file.ts';
import { noSamples, notPixel, samplesShape, samplesType } from './faults.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

/** What the descriptor says of an input: pixels given at every step (`direct`), or one frame of event counts per step. */
export type SampleLayout = Readonly<{ encoding: 'direct' | 'frames'; steps: number; channels: number; height: number; width: number }>;

/**
 * Samples of one file, read on demand.
 * `name`: the file's. `sha256`: of the file's bytes. `pixels(sample)`: a fresh array, position-major, position = y * width + x:
 * [positions, channels] for `direct`, pixel k of k/256; [steps, positions, channels] for `frames`, event counts.
 * `close` frees the file; no pixels after it.
 */
export type Samples = Readonly<{ name: string; sha256: string; count: number; pixels(sample: number): Uint8Array; close(): void }>;

/**
 * Opens a data set: `direct` wants [S, C, H, W] (or [S, H, W] of one channel) of uint8, or of floats that are k/256; `frames` wants [S, T, C, H, W] of uint8.
 * Faults: those of `openArray`; R1001 element type, R1002 shape against the descriptor, R1003 a value that is no 8-bit pixel, R1004 no samples.
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
  const floating = array.dtype !== 'uint8', frames = layout.encoding === 'frames' ? layout.steps : 1;
  const positions = layout.height * layout.width, length = frames * layout.channels * positions;
  return succeed({
    name: basename(path), sha256: array.digest(), count: array.shape[0], close: array.close,
    pixels: (sample) => toPositionMajor(array.values(sample * length, length), frames, layout.channels, positions, floating ? 256 : 1),
  });
}

function checkArray(array: ArrayFile, layout: SampleLayout): readonly Fault[] {
  const { file, shape, dtype } = array, frames = layout.encoding === 'frames', faults: Fault[] = [];
  const image = [layout.channels, layout.height, layout.width], sample = frames ? [layout.steps, ...image] : image;
  const fits = sameSizes(shape.slice(1), sample) || (!frames && layout.channels === 1 && sameSizes(shape.slice(1), image.slice(1)));
  if (!fits) faults.push(samplesShape(file, `[S, ${sample.join(', ')}]`, shape));
  else if (shape[0] === 0) faults.push(noSamples(file));
  if (frames ? dtype !== 'uint8' : dtype !== 'uint8' && dtype !== 'float32' && dtype !== 'float64') {
    faults.push(samplesType(file, frames ? 'uint8 event counts' : 'uint8 pixels, or float32 or float64 that are k/256', dtype, 'numpy.save(path, array.astype("uint8"))'));
  }
  if (faults.length > 0 || dtype === 'uint8') return faults;
  return checkPixels(array, image.reduce((product, size) => product * size, 1));
}

const sameSizes = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Every float must be a pixel: the chip takes eight bits, and rounding here would be silent. */
function checkPixels(array: ArrayFile, length: number): readonly Fault[] {
  let bad = 0;
  let first: Readonly<{ sample: number; index: number; value: number }> | undefined;
  for (let sample = 0; sample < array.shape[0]; sample++) {
    array.values(sample * length, length).forEach((value, index) => {
      if (isPixel(value)) return;
      bad++;
      first ??= { sample, index, value };
    });
  }
  return first === undefined ? [] : [notPixel(array.file, first.sample, first.index, first.value, bad, pixelHint(first.value))];
}

const isPixel = (value: number): boolean => value >= 0 && value <= 255 / 256 && Number.isInteger(value * 256);

function pixelHint(value: number): string {
  if (Number.isInteger(value) && value >= 1 && value <= 255) return 'these look like pixels 0..255: numpy.save(path, array.astype("uint8"))';
  const scaled = value * 255;
  const looksScaled = value > 0 && value <= 1 && Math.abs(scaled - Math.round(scaled)) < 1e-4;
  if (looksScaled) return 'these look like k/255: numpy.save(path, (array * 255).round().astype("uint8")), with input.normalize in the descriptor';
  return 'give uint8 pixels, and put the normalisation into input.normalize of the descriptor';
}

/** [frames, channels, positions] -> [frames, positions, channels], times `scale`. */
function toPositionMajor(values: NumberArray, frames: number, channels: number, positions: number, scale: number): Uint8Array {
  const pixels = new Uint8Array(values.length);
  for (let frame = 0; frame < frames; frame++) {
    for (let channel = 0; channel < channels; channel++) {
      const from = (frame * channels + channel) * positions, into = frame * positions * channels + channel;
      for (let position = 0; position < positions; position++) pixels[into + position * channels] = values[from + position] * scale;
    }
  }
  return pixels;
}
