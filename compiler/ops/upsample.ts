// upsample: nearest-neighbour enlargement of a map.
import { pickNothing, sameBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';
import type { Node, Pair, Tensor, ValueType } from '../ir/types.ts';

export const upsample = defineOp({
  kind: 'upsample', form: 'chip', barrier: 'none',
  doc: 'Every position stands for a block of factor[0] x factor[1] positions.',
  source: 'operators.md section 5, nearest upsample',
  takes: [['spike', 'count', 'current']],
  attrs: { factor: { as: 'pair', from: 1, doc: 'rows and columns that each position becomes' } },
  params: {},
  infer: ([x], { factor }) => ({ ...x, grid: [x.grid[0] * factor[0], x.grid[1] * factor[1]] }),
  evaluate: { real: stretch, integer: stretch },
  bounds: sameBounds, pick: pickNothing,
});

function stretch([x]: readonly Tensor[], { attrs: { factor }, type }: Node<string, Readonly<{ factor: Pair }>>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor {
  const { channels, grid } = type, positions = positionsOf(type), copies = type.time === 'step' ? steps : 1, data = new Float64Array(copies * positions * channels);
  for (let copy = 0, at = 0; copy < copies; copy++) {
    for (let position = 0; position < positions; position++, at += channels) {
      const from = Math.floor(Math.floor(position / grid[1]) / factor[0]) * input.grid[1] + Math.floor((position % grid[1]) / factor[1]);
      data.set(x.data.subarray((copy * positionsOf(input) + from) * channels, (copy * positionsOf(input) + from + 1) * channels), at);
    }
  }
  return { shape: type.time === 'step' ? [steps, positions, channels] : [positions, channels], data };
}
