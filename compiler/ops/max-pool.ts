// max-pool: maximum over a window: an OR of spikes, or a maximum of currents.
import { pickNothing, sameBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import type { SlideAttrs } from './slide.ts';
import { slidGrid, slideAttrs, tapTable } from './slide.ts';

export const maxPool = defineOp({
  kind: 'max-pool', form: 'chip', barrier: 'window',
  doc: 'Maximum over a window of positions; positions outside the map take no part (padding is -infinity). On spikes it is an OR, on currents a maximum of complete sums.',
  source: 'operators.md theorem 13',
  takes: [['spike', 'current']],
  attrs: slideAttrs,
  params: {},
  infer([x], attrs) {
    const grid = slidGrid(x.grid, attrs);
    return typeof grid === 'string' ? grid : { ...x, grid };
  },
  evaluate: { real: pool, integer: pool },
  bounds: sameBounds, pick: pickNothing,
});

function pool([x]: readonly Tensor[], { attrs, type }: Node<string, SlideAttrs>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor {
  const positionsIn = positionsOf(input), positions = positionsOf(type), { channels } = type, taps = attrs.window[0] * attrs.window[1];
  const table = tapTable(input.grid, type.grid, attrs), copies = type.time === 'step' ? steps : 1, data = new Float64Array(copies * positions * channels).fill(-Infinity);
  for (let copy = 0; copy < copies; copy++) {
    for (let at = 0; at < table.length; at++) {
      if (table[at] < 0) continue;
      const from = (copy * positionsIn + table[at]) * channels, to = (copy * positions + Math.floor(at / taps)) * channels;
      for (let c = 0; c < channels; c++) if (x.data[from + c] > data[to + c]) data[to + c] = x.data[from + c];
    }
  }
  return { shape: type.time === 'step' ? [steps, positions, channels] : [positions, channels], data };
}
