// A layer without the rows and columns that nothing needs; what always-firing neurons would add joins its bias.
import type { Node, Tensor } from '../ir/types.ts';
import type { ConvAttrs } from '../ops/conv.ts';
import { pickColumns, pickRows } from '../ops/bounds.ts';
import { hasWeight } from './find-needed.ts';

type Params = Readonly<Record<string, Tensor>>;

const everything = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/**
 * y = gain (W x + border) + bias: a channel that is always k adds gain k sum(W) of its rows.
 * @param constants values of the channels that it may take for granted, NaN for the others, [channels in]
 * @param read channels of the input that stay, ascending; made: columns that stay; undefined: all
 * @returns the same parameters where nothing goes
 */
export function compactConv({ params, attrs: { window } }: Node<'conv', ConvAttrs>, constants: Float64Array, read: readonly number[] | undefined, made: readonly number[] | undefined): Params {
  const { weight, rows, border } = params, channels = constants.length, [count, width] = weight.shape, columns = made ?? everything(width), inputs = read ?? everything(channels);
  const places = new Map(inputs.map((channel, i) => [channel, i])), kept: number[] = [], moved: number[] = [], folded = new Float64Array(width), narrow = made ? pickColumns(weight, columns) : weight;
  for (let i = 0; i < count; i++) {
    const row = rows ? rows.data[i] : i, channel = row % channels, constant = constants[channel];
    if (constant > 0 || constant < 0) for (let c = 0; c < width; c++) folded[c] += constant * weight.data[i * width + c];
    if (!Number.isNaN(constant) || !hasWeight(narrow.data, i * columns.length, columns.length)) continue;
    kept.push(i);
    moved.push(Math.floor(row / channels) * inputs.length + places.get(channel)!);
  }
  if (!made && !read && (kept.length === count || (kept.length === 0 && count === 1 && !hasWeight(weight.data, 0, width)))) return params;
  const isEmpty = kept.length === 0, left = isEmpty ? { shape: [1, columns.length], data: new Float64Array(columns.length) } : pickRows(narrow, kept), numbers = isEmpty ? [0] : moved;
  const all = window[0] * window[1] * inputs.length, part = (tensor: Tensor | undefined): Tensor | undefined => tensor && (made ? pickColumns(tensor, columns) : tensor);
  return given({ weight: left, rows: numbers.length < all ? { shape: [numbers.length], data: Float64Array.from(numbers) } : undefined, bias: part(biasOf(params, folded)), gain: part(params.gain),
    border: part(border), scale: part(params.scale) });
}

function biasOf({ bias, gain }: Params, folded: Float64Array): Tensor | undefined {
  return folded.every((sum) => sum === 0) ? bias : { shape: [folded.length], data: folded.map((sum, c) => (bias ? bias.data[c] : 0) + sum * (gain ? gain.data[c] : 1)) };
}

const given = (params: Readonly<Record<string, Tensor | undefined>>): Params => Object.fromEntries(Object.entries(params).flatMap(([name, tensor]) => (tensor ? [[name, tensor]] : [])));
