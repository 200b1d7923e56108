// What the two additions share: which values may be added, the bounds of the sum, the sum.
import type { Tensor, ValueType } from '../ir/types.ts';

export const alike = (a: ValueType, b: ValueType): string | undefined =>
  a.grid[0] === b.grid[0] && a.grid[1] === b.grid[1] && a.channels === b.channels && a.time === b.time ? undefined : 'adds values of different shape or time';
export const sumBounds = (a: ValueType, b: ValueType): readonly [number, number] => [a.range[0] + b.range[0], a.range[1] + b.range[1]];
export const sum = ([a, b]: readonly Tensor[]): Tensor => ({ shape: a.shape, data: a.data.map((value, i) => value + b.data[i]) });
