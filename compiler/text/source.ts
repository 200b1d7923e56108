// A text with its file name: how an offset in it becomes a place with line, column and caret.
import type { Place } from '../../targets/contract/fault.ts';

/** lines: offsets at which lines start. */
export type Source = Readonly<{ file: string; text: string; lines: readonly number[] }>;

/** Widest excerpt: a line that holds a constant may be as long as the file. */
const excerptWidth = 160;

export function sourceOf(file: string, text: string): Source {
  const lines = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.push(at + 1);
  return { file, text, lines };
}

/** Line and column of an offset, from 1. */
export function positionOf({ lines }: Source, offset: number): Readonly<{ line: number; column: number }> {
  let low = 0, high = lines.length;
  while (high - low > 1) { const middle = (low + high) >> 1; if (lines[middle] <= offset) low = middle; else high = middle; }
  return { line: low + 1, column: offset - lines[low] + 1 };
}

/** Place of an offset; `excerpt` is its line and, under it, a caret. */
export function placeOf(source: Source, offset: number): Extract<Place, { in: 'text' }> {
  const { line, column } = positionOf(source, offset), start = offset - column + 1, next = source.lines[line] ?? source.text.length + 1;
  const end = Math.max(offset, source.text[next - 2] === '\r' ? next - 2 : next - 1), from = end - start <= excerptWidth ? start : Math.max(start, Math.min(offset - 40, end - excerptWidth));
  // Tabs stay, so that the caret stands under its column whatever their width.
  return { in: 'text', file: source.file, line, column, excerpt: `${source.text.slice(from, Math.min(end, from + excerptWidth))}\n${source.text.slice(from, offset).replace(/[^\t]/g, ' ')}^` };
}
