// and: a mask of spikes by spikes.
import { defineOp } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';

export const and = defineOp({
  kind: 'and', form: 'chip', barrier: 'none',
  doc: 'Bitwise AND of two spike values; the second may have one position, which then masks every token.',
  source: 'operators.md theorem 5',
  takes: [['spike'], ['spike']],
  attrs: {}, params: {},
  infer([a, b]) {
    if (a.channels !== b.channels || a.time !== b.time) return 'masks a value of different channels or time';
    return positionsOf(b) === 1 || (a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1]) ? a : 'masks a value of another grid';
  },
  evaluate: { real: mask, integer: mask },
});

function mask([a, b]: readonly { shape: readonly number[]; data: Float64Array }[], _: unknown, { steps }: { steps: number }) {
  const size = a.data.length / steps, other = b.data.length / steps;
  return { shape: a.shape, data: a.data.map((value, i) => value * b.data[Math.floor(i / size) * other + ((i % size) % other)]) };
}
