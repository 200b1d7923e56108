// A text with its file name, and how an offset in it becomes a place with line, column and caret.
import type { Place } from '../contract/fault.ts';

export type Source = Readonly<{ file: string; text: string }>;

/** Widest excerpt: a line of a hostile file may be as long as the file. */
const excerptWidth = 160;
const lineEnd = /\r\n|\n|\r/g;

/** Offsets at which lines start; kept per source, because a bad file asks for thousands of places. */
const starts = new WeakMap<Source, readonly number[]>();
function lineStarts(source: Source): readonly number[] {
  const known = starts.get(source) ?? [0, ...Array.from(source.text.matchAll(lineEnd), (end) => end.index + end[0].length)];
  starts.set(source, known);
  return known;
}

/** Index of the last line that starts at or before an offset. */
function lineAt(lines: readonly number[], offset: number): number {
  let low = 0, high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lines[middle] <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Place of an offset; `excerpt` is its line and, under it, a caret. */
export function placeOf(source: Source, offset: number): Extract<Place, { in: 'text' }> {
  const lines = lineStarts(source), index = lineAt(lines, offset), start = lines[index];
  const from = Math.max(start, offset - excerptWidth / 2), [line] = source.text.slice(from, from + excerptWidth).split(/[\r\n]/);
  // Tabs stay, so that the caret stands under its column whatever their width.
  return { in: 'text', file: source.file, line: index + 1, column: offset - start + 1, excerpt: `${line}\n${source.text.slice(from, offset).replace(/[^\t]/g, ' ')}^` };
}
