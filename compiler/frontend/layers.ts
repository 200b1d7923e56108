// What a family takes from a checkpoint: layers, normalisations without a layer, single tensors; and how weights become rows of a crossbar.
import type { Pair, Tensor } from '../ir/types.ts';
import type { SlideAttrs } from '../ops/slide.ts';

/**
 * A linear layer. weight in the file: [to, from / groups, ...window]; `file` says which axes of the window it has: none (Linear; with a window wider than 1 x 1 it reads a map flattened
 * channel by channel), one (Conv1d), two (Conv2d). `norm`: name of the batch normalisation behind it.
 */
export type LayerPart = Readonly<{ take: 'layer'; name: string; file: 'linear' | 'conv1d' | 'conv2d'; from: number; to: number; groups: number; slide: SlideAttrs; bias: boolean; norm?: string }>;
/** A batch normalisation with no linear layer before it. */
export type NormPart = Readonly<{ take: 'norm'; name: string; channels: number }>;
/** What every value of a tensor must be. `wrong`: index of the first that is not, -1 where all are; `wanted`, `hint`: in words. */
export type ValueRule = Readonly<{ wrong(data: Float64Array): number; wanted: string; hint: string }>;
/** One tensor by its key. `trained`: counts as parameters of the network (a buffer does not). */
export type TensorPart = Readonly<{ take: 'tensor'; name: string; shape: readonly number[]; trained: boolean; values?: ValueRule }>;
/** An array of a file of its own, npy or idx. `path`: from the folder of the descriptor. */
export type FilePart = Readonly<{ take: 'file'; name: string; path: string; shape: readonly number[] }>;
export type Part = LayerPart | NormPart | TensorPart | FilePart;

type LayerOptions = Readonly<{ bias: boolean; norm?: string }>;
type WindowOptions = LayerOptions & Readonly<{ window?: number; stride?: number; padding?: number; groups?: number }>;

const square = (size: number): Pair => [size, size];
const layerPart = (file: LayerPart['file'], name: string, from: number, to: number, { bias, norm, groups = 1 }: WindowOptions, slide: SlideAttrs): LayerPart =>
  ({ take: 'layer', name, file, from, to, groups, slide, bias, ...(norm === undefined ? {} : { norm }) });

export const pointwise: SlideAttrs = { window: [1, 1], stride: [1, 1], padding: [0, 0] };

/** nn.Linear: weight [to, from]. */
export const linear = (name: string, from: number, to: number, options: LayerOptions): LayerPart => layerPart('linear', name, from, to, options, pointwise);
/** nn.Linear behind a flattened map [channels, height, width]: a convolution whose window is the whole map. weight [to, channels * height * width]. */
export const flatLinear = (name: string, channels: number, grid: Pair, to: number, options: LayerOptions): LayerPart =>
  layerPart('linear', name, channels, to, options, { window: grid, stride: [1, 1], padding: [0, 0] });
/** nn.Conv1d with kernel 1 over tokens: weight [to, from, 1]. */
export const conv1d = (name: string, from: number, to: number, options: LayerOptions): LayerPart => layerPart('conv1d', name, from, to, options, pointwise);
/** nn.Conv2d: weight [to, from / groups, window, window]. Without `padding` an odd window keeps the size of the map. Depthwise: groups = from. */
export const conv2d = (name: string, from: number, to: number, options: WindowOptions): LayerPart => {
  const { window = 1, stride = 1, padding = Math.floor((window - 1) / 2) } = options;
  return layerPart('conv2d', name, from, to, options, { window: square(window), stride: square(stride), padding: square(padding) });
};
export const normOnly = (name: string, channels: number): NormPart => ({ take: 'norm', name, channels });
export const tensor = (name: string, shape: readonly number[], { trained, values }: Pick<TensorPart, 'trained' | 'values'>): TensorPart => ({ take: 'tensor', name, shape, trained, ...(values ? { values } : {}) });

export const arrayFile = (name: string, path: string, shape: readonly number[]): FilePart => ({ take: 'file', name, path, shape });

/** Shape of a layer's weight in the file. */
export function weightShape({ file, from, to, groups, slide: { window: [height, width] } }: LayerPart): readonly number[] {
  if (file === 'linear') return [to, (from / groups) * height * width];
  return file === 'conv1d' ? [to, from / groups, width] : [to, from / groups, height, width];
}

/**
 * [to, from / groups, taps] of the file -> [taps * from, to / groups], tap-major; a row holds the outputs of its own group only. Sixteen outputs at a time, so that the lines of both
 * sides are used whole.
 */
export function crossbarRows(data: Float64Array, { from, to, groups, slide: { window } }: LayerPart): Tensor {
  const taps = window[0] * window[1], reads = from / groups, columns = to / groups, rows = new Float64Array(data.length);
  for (let group = 0; group < groups; group++) {
    for (let start = 0; start < columns; start += 16) {
      const end = Math.min(columns, start + 16);
      for (let c = 0, i = 0; c < reads; c++) for (let tap = 0; tap < taps; tap++, i++) {
        const row = (tap * from + group * reads + c) * columns;
        for (let o = start; o < end; o++) rows[row + o] = data[(group * columns + o) * reads * taps + i];
      }
    }
  }
  return { shape: [taps * from, columns], data: rows };
}
