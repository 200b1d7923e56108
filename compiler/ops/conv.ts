// conv: convolution, and with a 1x1 window every linear layer: the crossbar's operator.
import { scaledBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import type { Bounds } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { extremes } from '../ir/numbers.ts';
import type { SlideAttrs } from './slide.ts';
import { slidGrid, slideAttrs, tapTable } from './slide.ts';

export type ConvAttrs = SlideAttrs & Readonly<{ groups?: number }>;

export const conv = defineOp({
  kind: 'conv', form: 'chip', barrier: 'none',
  doc: 'y[o] = gain[o] * (border[position, o] + sum over taps and channels of weight[tap * channels + c, o] * x[c]) + bias[o]; zero padding. A 1x1 window is a linear layer over positions. '
    + 'With groups, channels and outputs fall into equal runs, each run of outputs sees its own run of channels, and a row of weights is one run wide (depthwise: one channel a group).',
  source: 'operators.md section 5 and theorem 3 (border: input normalisation meets zero padding)',
  takes: [['pixel', 'spike', 'ternary', 'count', 'current']],
  attrs: { ...slideAttrs, groups: { as: 'whole', from: 1, absent: 1, doc: 'runs of channels that do not see each other' } },
  params: {
    weight: { shape: '[taps * channels in, channels out / groups]', optional: false, doc: 'rows as a crossbar has them: tap, then channel; those of `rows` only, where it is given' },
    rows: { shape: '[rows]', optional: true, doc: 'the rows that there are, ascending, of tap * channels in + channel: the others are zero and take no axon; one group' },
    bias: { shape: '[channels out]', optional: true, doc: 'added at every position' },
    gain: { shape: '[channels out]', optional: true, doc: 'whole factor of the sums, in integer graphs: brings a layer to the unit of its stream' },
    border: { shape: '[positions out, channels out]', optional: true, doc: 'correction per position, of inputs given once' },
    scale: { shape: '[channels out]', optional: true, doc: 'real value of one unit of the sum, in integer graphs' },
  },
  infer([x], attrs, { weight, rows, bias, gain, border, scale }) {
    const grid = slidGrid(x.grid, attrs), groups = attrs.groups ?? 1;
    if (typeof grid === 'string') return grid;
    if (x.channels % groups !== 0) return `${groups} groups do not divide ${x.channels} channels`;
    if (weight.shape.length !== 2) return `parameter "weight" must be a matrix, has shape [${weight.shape.join(', ')}]`;
    const channels = weight.shape[1] * groups, all = attrs.window[0] * attrs.window[1] * x.channels, unlawful = rows && rowsWrong(rows, all, groups);
    if (unlawful !== undefined) return unlawful;
    const wrong = shapeWrong('weight', weight, [rows ? rows.data.length : all, weight.shape[1]]) ?? shapeWrong('bias', bias, [channels])
      ?? shapeWrong('gain', gain, [channels]) ?? shapeWrong('border', border, [grid[0] * grid[1], channels]) ?? shapeWrong('scale', scale, [channels]);
    return wrong ?? { kind: 'current', domain: x.domain, grid, channels, time: x.time, range: x.domain === 'real' ? [-Infinity, Infinity] : hull(x, groups, { weight, bias, gain, border }) };
  },
  evaluate: { real: convolve, integer: convolve },
  bounds: ([x], node, { types: [input] }) => columnBounds(x, input, node),
  sops([x], { params: { weight, rows }, attrs, type }, { types, steps }) {
    // Pixels given once and currents are multiplied: multiply-accumulates, not synaptic operations.
    if (types[0].kind === 'current' || (types[0].kind === 'pixel' && types[0].time === 'once')) return 0;
    const each = rows ? heldFanOut(types[0], type, attrs, rows) : validFanOut(types[0], type, attrs), wide = rows ? 1 : types[0].channels;
    let sum = 0;
    for (let i = 0; i < x.data.length; i++) sum += Math.abs(x.data[i]) * each[Math.floor(i / wide) % each.length];
    return sum * weight.shape[1] * (types[0].time === 'once' ? steps : 1);
  },
});

/** Bounds of every column where those of the channels that it reads are known; a tap that some position has outside the map may be 0 there. */
function columnBounds(x: Bounds, input: ValueType, { params, attrs, type }: Node<string, ConvAttrs>): Bounds {
  const { weight, rows, border, bias, gain } = params, width = weight.shape[1], run = input.channels / (attrs.groups ?? 1), taps = attrs.window[0] * attrs.window[1], leaves = tapsThatLeave(input, type, attrs);
  const low = new Float64Array(type.channels), high = new Float64Array(type.channels), count = weight.shape[0];
  for (let i = 0, at = 0; i < count; i++) {
    const row = rows ? rows.data[i] : i, channel = row % input.channels, first = Math.floor(channel / run) * width, mayLeave = leaves[Math.floor(row / input.channels) % taps];
    const least = mayLeave ? Math.min(0, x.low[channel]) : x.low[channel], most = mayLeave ? Math.max(0, x.high[channel]) : x.high[channel];
    for (let column = first; column < first + width; column++, at++) {
      const w = weight.data[at];
      low[column] += w < 0 ? w * most : w * least;
      high[column] += w < 0 ? w * least : w * most;
    }
  }
  if (border) addHull(border.data, type.channels, low, high);
  return scaledBounds({ low, high }, gain?.data, bias?.data);
}

/** Per tap: whether some output position has it outside the map. */
export function tapsThatLeave(input: ValueType, output: ValueType, attrs: SlideAttrs): readonly boolean[] {
  const taps = attrs.window[0] * attrs.window[1], leaves = Array<boolean>(taps).fill(false);
  tapTable(input.grid, output.grid, attrs).forEach((position, at) => { if (position < 0) leaves[at % taps] = true; });
  return leaves;
}

/** How many output positions each input position reaches. */
function validFanOut(input: ValueType, output: ValueType, attrs: SlideAttrs): Int32Array {
  const fanOut = new Int32Array(positionsOf(input));
  for (const position of tapTable(input.grid, output.grid, attrs)) if (position >= 0) fanOut[position]++;
  return fanOut;
}

/** How many rows each element of the input, [positions, channels], adds somewhere, where there are some rows only. */
function heldFanOut(input: ValueType, output: ValueType, attrs: SlideAttrs, rows: Tensor): Int32Array {
  const { channels } = input, taps = attrs.window[0] * attrs.window[1], fanOut = new Int32Array(positionsOf(input) * channels), table = tapTable(input.grid, output.grid, attrs);
  for (let at = 0; at < table.length; at += taps) for (const row of rows.data) {
    const position = table[at + Math.floor(row / channels)];
    if (position >= 0) fanOut[position * channels + (row % channels)]++;
  }
  return fanOut;
}

/** Multiply-accumulates with positions inside the map, one pass over one sample's single copy of the input. */
export function validMacs(input: ValueType, node: Node<string, ConvAttrs>): number {
  const { rows, weight } = node.params, valid = (rows ? heldFanOut(input, node.type, node.attrs, rows) : validFanOut(input, node.type, node.attrs)).reduce((sum, n) => sum + n, 0);
  return valid * (rows ? 1 : input.channels) * weight.shape[1];
}

function rowsWrong({ data }: Tensor, all: number, groups: number): string | undefined {
  if (groups !== 1) return 'holds some rows only, which needs one group';
  return data.length > 0 && data.every((row, i) => Number.isInteger(row) && row >= 0 && row < all && (i === 0 || row > data[i - 1])) ? undefined : `parameter "rows" must hold ascending whole numbers below ${all}`;
}

type SumParams = Readonly<{ weight: Tensor; bias?: Tensor | undefined; gain?: Tensor | undefined; border?: Tensor | undefined }>;

/** Exact bounds of every column's sum for inputs within their range; gain, bias and border included where they are given, per output channel. */
export function columnRanges(x: ValueType, groups: number, { weight, bias, gain, border }: SumParams): Readonly<{ low: Float64Array; high: Float64Array }> {
  const [rows, width] = weight.shape, columns = width * groups, run = x.channels / groups, low = new Float64Array(columns), high = new Float64Array(columns);
  // Twice the negative and twice the positive weights: w -+ |w| is exact and has no branch for random signs to miss.
  for (let row = 0, at = 0; row < rows; row++) {
    const first = Math.floor((row % x.channels) / run) * width;
    for (let column = first; column < first + width; column++, at++) {
      const w = weight.data[at], size = Math.abs(w);
      low[column] += w - size;
      high[column] += w + size;
    }
  }
  // With one group the channel of a row does not matter here. A tap outside the map contributes 0, so 0 is always within reach.
  const least = Math.min(0, x.range[0]) / 2, greatest = Math.max(0, x.range[1]) / 2;
  for (let column = 0; column < columns; column++) {
    const negative = low[column], positive = high[column];
    low[column] = negative * greatest + positive * least;
    high[column] = positive * greatest + negative * least;
  }
  if (border) addHull(border.data, columns, low, high);
  for (let column = 0; column < columns; column++) {
    const factor = gain ? gain.data[column] : 1, offset = bias ? bias.data[column] : 0, ends = [low[column] * factor + offset, high[column] * factor + offset];
    low[column] = Math.min(...ends);
    high[column] = Math.max(...ends);
  }
  return { low, high };
}

/** Adds the least and the greatest border correction of every column. */
function addHull(border: Float64Array, columns: number, low: Float64Array, high: Float64Array): void {
  for (let column = 0; column < columns; column++) {
    let least = Infinity, greatest = -Infinity;
    for (let at = column; at < border.length; at += columns) { least = Math.min(least, border[at]); greatest = Math.max(greatest, border[at]); }
    low[column] += least;
    high[column] += greatest;
  }
}

function hull(x: ValueType, groups: number, params: SumParams): readonly [number, number] {
  const { low, high } = columnRanges(x, groups, params);
  return [extremes(low)[0], extremes(high)[1]];
}

/** Gathers and skips zeros: sums of small integers are exact in float64, so both domains share it. */
function convolve([x]: readonly Tensor[], { params: { weight, rows, bias, gain, border }, attrs, type }: Node<string, ConvAttrs>, { types, steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor {
  const [input] = types, positionsIn = positionsOf(input), positions = positionsOf(type), channels = input.channels, columns = type.channels;
  const taps = attrs.window[0] * attrs.window[1], table = tapTable(input.grid, type.grid, attrs), copies = type.time === 'step' ? steps : 1;
  const width = weight.shape[1], run = channels / (attrs.groups ?? 1), data = new Float64Array(copies * positions * columns), weights = weight.data;
  for (let copy = 0; copy < copies; copy++) {
    for (let position = 0; position < positions; position++) {
      const into = data.subarray((copy * positions + position) * columns, (copy * positions + position + 1) * columns);
      if (border) into.set(border.data.subarray(position * columns, (position + 1) * columns));
      for (let i = 0, row = 0; rows && i < rows.data.length; i++, row += width) {
        const from = table[position * taps + Math.floor(rows.data[i] / channels)], value = from < 0 ? 0 : x.data[(copy * positionsIn + from) * channels + (rows.data[i] % channels)];
        if (value !== 0) for (let column = 0; column < width; column++) into[column] += value * weights[row + column];
      }
      for (let tap = 0; tap < taps && !rows; tap++) {
        const from = table[position * taps + tap];
        if (from < 0) continue;
        for (let c = 0, at = (copy * positionsIn + from) * channels, row = tap * channels * width; c < channels; c++, at++, row += width) {
          const value = x.data[at], to = Math.floor(c / run) * width;
          if (value !== 0) for (let column = 0; column < width; column++) into[to + column] += value * weights[row + column];
        }
      }
      for (let column = 0; column < columns; column++) into[column] = into[column] * (gain ? gain.data[column] : 1) + (bias ? bias.data[column] : 0);
    }
  }
  return { shape: type.time === 'step' ? [steps, positions, columns] : [positions, columns], data };
}
