// sum-pool: the sum over a window; an average pool is this and a scale.
import { pickNothing, summed } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { extremes } from '../ir/numbers.ts';
import { positionsOf } from '../ir/types.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import type { SlideAttrs } from './slide.ts';
import { slidGrid, slideAttrs, tapTable } from './slide.ts';

export const sumPool = defineOp({
  kind: 'sum-pool', form: 'chip', barrier: 'window',
  doc: 'Sum over a window of positions, zero outside the map: a count of spikes, or a sum of currents. An average pool is a sum-pool and an affine that folds into the next layer.',
  source: 'operators.md section 5, avgpool',
  takes: [['spike', 'count', 'current']],
  attrs: slideAttrs,
  params: {},
  infer([x], attrs) {
    const grid = slidGrid(x.grid, attrs), taps = attrs.window[0] * attrs.window[1];
    return typeof grid === 'string' ? grid : { ...x, kind: x.kind === 'current' ? 'current' : 'count', grid, range: [Math.min(0, taps * x.range[0]), Math.max(0, taps * x.range[1])] };
  },
  evaluate: { real: pool, integer: pool },
  bounds: ([x], { attrs, type }, { types: [input] }) => summed(x, ...validTaps(input, type, attrs)), pick: pickNothing,
});

/** The fewest and the most positions that a window sees. */
function validTaps(input: ValueType, { grid }: ValueType, attrs: SlideAttrs): readonly [number, number] {
  const taps = attrs.window[0] * attrs.window[1], seen = new Int32Array(grid[0] * grid[1]);
  tapTable(input.grid, grid, attrs).forEach((position, at) => { if (position >= 0) seen[Math.floor(at / taps)]++; });
  return extremes(seen);
}

function pool([x]: readonly Tensor[], { attrs, type }: Node<string, SlideAttrs>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor {
  const positionsIn = positionsOf(input), positions = positionsOf(type), { channels } = type, taps = attrs.window[0] * attrs.window[1];
  const table = tapTable(input.grid, type.grid, attrs), copies = type.time === 'step' ? steps : 1, data = new Float64Array(copies * positions * channels);
  for (let copy = 0; copy < copies; copy++) {
    for (let at = 0; at < table.length; at++) {
      if (table[at] < 0) continue;
      const from = (copy * positionsIn + table[at]) * channels, to = (copy * positions + Math.floor(at / taps)) * channels;
      for (let c = 0; c < channels; c++) data[to + c] += x.data[from + c];
    }
  }
  return { shape: type.time === 'step' ? [steps, positions, channels] : [positions, channels], data };
}
