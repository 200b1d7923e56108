// Keys of a checkpoint, as families ask for them: which families it may be of, and what it shows of a descriptor (it says neither T nor heads nor thresholds).
import type { FileTensor } from '../files/checkpoint.ts';
import { matches } from './keys.ts';
import { most } from './limits.ts';

/** Keys of a checkpoint, as a family may ask for them. */
export type FileKeys = Readonly<{
  /** Whether some key matches (`*` stands for any characters), its tensor of `rank` axes if that is given. */
  has(pattern: string, rank?: number): boolean;
  /** Length of one axis of a tensor; undefined where the file has no such key or axis. */
  size(key: string, axis: number): number | undefined;
  /** How many things stand in a row: the first i from 0 without a key that begins with `<before>i.` */
  run(before: string): number;
  names: readonly string[];
}>;

export function fileKeys(tensors: ReadonlyMap<string, Pick<FileTensor, 'shape'>>): FileKeys {
  const names = [...tensors.keys()];
  return {
    names,
    has: (pattern, rank) => [...tensors].some(([key, { shape }]) => (rank === undefined || shape.length === rank) && matches(pattern, key)),
    size: (key, axis) => tensors.get(key)?.shape[axis],
    run(before) {
      const seen = new Set(names.flatMap((name) => (name.startsWith(before) ? [/^\d{1,5}(?=\.)/.exec(name.slice(before.length, before.length + 6))?.[0]] : [])));
      let count = 0;
      while (count <= most.depth && seen.has(String(count))) count++;
      return count;
    },
  };
}

/** One question of a key grammar, in words, and whether the file answers as the family wants. */
export type Clue = Readonly<{ text: string; holds: boolean }>;

/** Asks a grammar that is a conjunction; where an answer ends it, the opposite is tried, so that everything it would ask is heard. */
export function cluesOf(detect: (keys: FileKeys) => boolean, keys: FileKeys): readonly Clue[] {
  const turned = new Set<string>();
  for (;;) {
    const asked: { id: string; said: boolean; pattern: string; rank: number | undefined }[] = [];
    const fits = detect({ ...keys, has(pattern, rank) {
      const id = `${pattern} ${rank ?? ''}`, found = keys.has(pattern, rank), said = turned.has(id) ? !found : found;
      asked.push({ id, said, pattern, rank });
      return said;
    } });
    const last = asked.at(-1);
    // `said` is now what the family wants to hear of every question.
    if (fits || last === undefined || turned.has(last.id)) return asked.map(({ id, said, pattern, rank }) => ({ text: `${said ? '' : 'no '}${pattern}${rank === undefined ? '' : ` of ${rank} axes`}`, holds: !turned.has(id) }));
    turned.add(last.id);
  }
}
