// Which positions a context needs: the one account of gather, window and broadcast, read by edges, readiness, the verifier and the function half.
import type { Pair, Span } from './units.ts';
import { reachOf } from './host/index.ts';
import type { Attend, Gather, Plane, Slide, Stage } from './program.ts';

export const positionsOf = (grid: Pair): number => grid[0] * grid[1];

/** Grid that a slide makes of a grid; the size formula of PyTorch's Conv2d and MaxPool2d (floor). */
export const slidGrid = (grid: Pair, slide: Slide): Pair =>
  [0, 1].map((axis) => Math.floor((grid[axis] + 2 * slide.padding[axis] - slide.window[axis]) / slide.stride[axis]) + 1) as [number, number];

/** Input position that tap (0 .. window area - 1, row-major) of an output position reads, or -1 outside the map. */
export function tapPosition(slide: Slide, grid: Pair, outGrid: Pair, position: number, tap: number): number {
  const y = Math.floor(position / outGrid[1]) * slide.stride[0] - slide.padding[0] + Math.floor(tap / slide.window[1]);
  const x = (position % outGrid[1]) * slide.stride[1] - slide.padding[1] + (tap % slide.window[1]);
  return y >= 0 && y < grid[0] && x >= 0 && x < grid[1] ? y * grid[1] + x : -1;
}

/** How many rows of a tap the tile holds. */
export function rowsOfTap({ rows, taps, from: [{ channels }] }: Gather, tap: number): number {
  const width = channels.to - channels.from, first = (tap - taps.from) * width;
  return rows ? firstAtLeast(rows, first + width) - firstAtLeast(rows, first) : width;
}

function firstAtLeast(sorted: Uint32Array, value: number): number {
  let low = 0, high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1; else high = middle;
  }
  return low;
}

/** Positions that an attend stage answers: its read contexts. */
export const readsOf = (stage: Attend): number => stage.contexts.to - stage.contexts.from - stage.fills;

/** Position that the first fill context takes: a matrix stored by columns may be a part of one, with positions of its own. */
export const firstFill = (stage: Attend): number => (stage.store === 'columns' ? stage.key.positions.from : 0);

/**
 * Calls `visit` with every position of input `input` (index into inputsOf) that one context must have before it starts.
 * Positions outside the map are not visited, nor taps of which the tile holds no row.
 */
export function visitNeeded(stage: Stage, input: number, context: number, planes: readonly Plane[], visit: (position: number) => void): void {
  switch (stage.kind) {
    case 'synapse': {
      const grid = planes[stage.gather.from[input].plane].grid;
      for (let tap = stage.gather.taps.from; tap < stage.gather.taps.to; tap++) {
        if (stage.gather.rows && rowsOfTap(stage.gather, tap) === 0) continue;
        const position = tapPosition(stage.gather, grid, stage.gather.outGrid, context, tap);
        if (position >= 0) visit(position);
      }
      return;
    }
    case 'pool': {
      const grid = planes[stage.from[input].plane].grid, positions = positionsOf(grid), over = stage.over;
      if (over.kind === 'window') {
        for (let tap = 0; tap < over.window[0] * over.window[1]; tap++) {
          const position = tapPosition(over, grid, over.outGrid, context, tap);
          if (position >= 0) visit(position);
        }
      } else if (over.kind === 'head') {
        for (let token = context - over.padding[0]; token < context - over.padding[0] + over.window[0]; token++) if (token >= 0 && token < positions) visit(token);
      } else if (over.kind === 'tokens') {
        for (let position = 0; position < positions; position++) visit(position);
      } else if (over.kind === 'stretch') {
        const y = Math.floor(Math.floor(context / over.outGrid[1]) / over.factor[0]), x = Math.floor((context % over.outGrid[1]) / over.factor[1]);
        visit(y * grid[1] + x);
      } else visit(positions === 1 ? 0 : context);
      return;
    }
    case 'attend': {
      const reads = context >= stage.fills;
      if (reads === (input === 0)) visit(reads ? context - stage.fills : firstFill(stage) + context);  // input 0 is the query
      return;
    }
    case 'host':
      if (reachOf(stage.compute, input) === 'position') visit(context);
      else for (let position = 0, positions = positionsOf(planes[stage.from[input].plane].grid); position < positions; position++) visit(position);
      return;
    case 'soma': {
      // A plastic matrix reads every element.
      if (input < stage.adds.length || !stage.plastic) visit(context);
      else for (let { from, to } = stage.plastic.from.positions; from < to; from++) visit(from);
      return;
    }
    case 'add': case 'readout': visit(context); return;
    case 'source': return;
  }
}

/** Smallest span of positions of one input that all contexts of a stage need; empty when they need none. */
export function neededSpan(stage: Stage, input: number, planes: readonly Plane[]): Span {
  let from = Infinity, to = -1;
  for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
    visitNeeded(stage, input, context, planes, (position) => { if (position < from) from = position; if (position >= to) to = position + 1; });
  }
  return to < 0 ? { from: 0, to: 0 } : { from, to };
}
