// Cutting intervals and regions.
import type { Pair, Span } from '../../targets/contract/units.ts';
import type { Plane, Region, Stage } from '../../targets/contract/program.ts';
import { neededSpan } from '../../targets/contract/geometry.ts';

/** `span` in `parts` pieces as equal as they come, each a multiple of `grain` where that leaves no piece empty. */
export function split(span: Span, parts: number, grain = 1): Span[] {
  const length = span.to - span.from, unit = Math.floor(length / grain) >= parts && length % grain === 0 ? grain : 1, grains = length / unit;
  return Array.from({ length: parts }, (_, i) => ({ from: span.from + Math.floor((i * grains) / parts) * unit, to: span.from + Math.floor(((i + 1) * grains) / parts) * unit }));
}

export const pieces = (length: number, most: number): number => Math.max(1, Math.ceil(length / most));
export const length = (span: Span): number => span.to - span.from;
export const rowOf = (grid: Pair): number => grid[1];

/** A region narrowed to the positions that a stage's contexts need. `stage` must already carry its contexts; `input` is the region's place in inputsOf. */
export const narrowed = (stage: Stage, input: number, region: Region, planes: readonly Plane[]): Region => ({ ...region, positions: neededSpan(stage, input, planes) });
