// What element-by-element operators on two spike values share.
import type { Bounds } from '../ir/define-op.ts';
import type { Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';

/** The second operand may have one position, or fewer channels: one per run of channels (a head). */
export function spreadable(a: ValueType, b: ValueType): ValueType | string {
  if (a.time !== b.time) return 'joins values of different time';
  if (a.channels % b.channels !== 0) return `joins ${a.channels} channels with ${b.channels}, which do not divide them`;
  return positionsOf(b) === 1 || (a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1]) ? a : 'joins values of different grids';
}

/** Bounds of such an operator: whatever the four pairs of ends give. */
export function binaryBounds(a: Bounds, b: Bounds, join: (a: number, b: number) => number): Bounds {
  const width = a.low.length / b.low.length, ends = (c: number) => [a.low[c], a.high[c]].flatMap((one) => [b.low, b.high].map((other) => join(one, other[Math.floor(c / width)])));
  return { low: a.low.map((_, c) => Math.min(...ends(c))), high: a.low.map((_, c) => Math.max(...ends(c))) };
}

/** Evaluation of such an operator, in both domains. */
export const elementwise = (join: (a: number, b: number) => number) =>
  ([a, b]: readonly Tensor[], { type }: Readonly<{ type: ValueType }>, { steps, types }: Readonly<{ steps: number; types: readonly ValueType[] }>): Tensor => {
    const { channels } = type, positions = positionsOf(type), width = channels / types[1].channels, fewer = positionsOf(types[1]) === 1, data = new Float64Array(a.data.length);
    for (let step = 0, at = 0; step < steps; step++) {
      for (let position = 0; position < positions; position++) {
        const from = (step * positionsOf(types[1]) + (fewer ? 0 : position)) * types[1].channels;
        for (let c = 0; c < channels; c++, at++) data[at] = join(a.data[at], b.data[from + Math.floor(c / width)]);
      }
    }
    return { shape: a.shape, data };
  };
