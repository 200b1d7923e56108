// Which families a checkpoint may be of, by the grammar of its keys alone (a checkpoint says neither T nor heads nor thresholds).
import type { FileTensor } from '../files/checkpoint.ts';
import { matches } from './keys.ts';

/** Keys of a checkpoint, as a family may ask for them. */
export type FileKeys = Readonly<{
  /** Whether some key matches (`*` stands for any characters), its tensor of `rank` axes if that is given. */
  has(pattern: string, rank?: number): boolean;
}>;

export const fileKeys = (tensors: ReadonlyMap<string, FileTensor>): FileKeys => ({
  has: (pattern, rank) => [...tensors].some(([key, { shape }]) => (rank === undefined || shape.length === rank) && matches(pattern, key)),
});
