// What a family takes from a checkpoint: layers, normalisations without a layer, single tensors.
import type { Pair } from '../ir/types.ts';
import type { KernelForm } from '../ops/stored-forms.ts';
import { kernelShape } from '../ops/stored-forms.ts';
import type { SlideAttrs } from '../ops/slide.ts';

/**
 * A linear layer. weight in the file: [to, from / groups, ...window]; `file` says which axes of the window it has: none (Linear; with a window wider than 1 x 1 it reads a map flattened
 * channel by channel), one (Conv1d), two (Conv2d). `norm`: name of the batch normalisation behind it.
 */
export type LayerPart = Readonly<{ take: 'layer'; name: string; file: KernelForm; from: number; to: number; groups: number; slide: SlideAttrs; bias: boolean; norm?: string }>;
/** A batch normalisation with no linear layer before it. */
export type NormPart = Readonly<{ take: 'norm'; name: string; channels: number }>;
/** What every value of a tensor must be. `wrong`: index of the first that is not, -1 where all are; `wanted`, `hint`: in words. */
export type ValueRule = Readonly<{ wrong(data: Float64Array): number; wanted: string; hint: string }>;
/** One tensor by its key. `trained`: counts as parameters of the network (a buffer does not). */
export type TensorPart = Readonly<{ take: 'tensor'; name: string; shape: readonly number[]; trained: boolean; values?: ValueRule }>;
/** An array of a file of its own, npy or idx. `path`: from the folder of the descriptor. Without a shape it may have any. */
export type FilePart = Readonly<{ take: 'file'; name: string; path: string; shape?: readonly number[] }>;
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

export const arrayFile = (name: string, path: string, shape?: readonly number[]): FilePart => ({ take: 'file', name, path, ...(shape ? { shape } : {}) });

/** Shape of a layer's weight in the file. */
export const weightShape = (part: LayerPart): readonly number[] => kernelShape(part.file, { ...part, window: part.slide.window });
