// Row lists of synapse contexts: which positions a gather rule reads, and the lists joined over them, shared by the column tiles of a layer.
import type { Pair, Span } from '../../targets/contract/units.ts';
import { spanLength } from '../../targets/contract/units.ts';
import type { Gather, Slide } from '../../targets/contract/program.ts';
import { tapPosition } from '../../targets/contract/geometry.ts';
import type { JoinedLists, Window } from '../kernels/rows.ts';
import { grown, joinWindows } from '../kernels/rows.ts';
import type { RowSet } from './row-sets.ts';

/** Input positions [contexts, taps] of a slide, -1 outside the map. */
export function tapTable(slide: Slide, grid: Pair, outGrid: Pair, taps: Span, contexts: Span): Int32Array {
  const table = new Int32Array(spanLength(taps) * spanLength(contexts));
  for (let context = contexts.from, i = 0; context < contexts.to; context++) {
    for (let tap = taps.from; tap < taps.to; tap++, i++) table[i] = tapPosition(slide, grid, outGrid, context, tap);
  }
  return table;
}

/** The window of a tile's contexts on the positions and channels that it holds. */
export function windowOf(gather: Gather, grid: Pair, contexts: Span): Window {
  const { channels } = gather.from[0], { rows } = gather, held = rows && new Int32Array(spanLength(gather.taps) * spanLength(channels)).fill(-1);
  rows?.forEach((row, i) => { held![row] = i; });
  return { positions: tapTable(gather, grid, gather.outGrid, gather.taps, contexts), taps: spanLength(gather.taps), contexts: spanLength(contexts),
    channelFrom: channels.from, channelCount: spanLength(channels), ...(held ? { held } : {}) };
}

/** Two tiles with equal keys (and equal row sets) gather the same rows. */
export const gatherKey = (gather: Gather, contexts: Span, steps: number): string => JSON.stringify([{ ...gather, rows: gather.rows?.join() }, contexts, steps]);

/**
 * The last few joined lists. Column tiles of one layer gather the same rows, but their chains need not be neighbours in stage order,
 * and keeping all lists of a run would cost more memory than all its planes.
 */
export type Shelves = { readonly shelves: { key: string; used: number; readonly joined: JoinedLists }[]; clock: number };

const shelfCount = 8;

export const createShelves = (): Shelves => ({ clock: 0, shelves: Array.from({ length: shelfCount }, () => ({ key: '', used: 0, joined: emptyJoined() })) });
const emptyJoined = (): JoinedLists => ({ lists: new Int32Array(0), offsets: new Int32Array(1), passes: new Int32Array(0) });

/** Forgets all lists: the planes are about to change. */
export function clearShelves(shelves: Shelves): void {
  for (const shelf of shelves.shelves) shelf.key = '';
}

/** Joined lists of [steps, contexts], from a shelf or made anew. */
export function joinedLists(shelves: Shelves, key: string, set: RowSet, window: Window, steps: number): JoinedLists {
  let shelf = shelves.shelves.find((candidate) => candidate.key === key);
  if (!shelf) {
    shelf = shelves.shelves.reduce((oldest, candidate) => (candidate.used < oldest.used ? candidate : oldest));
    shelf.key = key;
    shelf.joined.offsets = grown(shelf.joined.offsets, steps * window.contexts + 1);
    shelf.joined.passes = grown(shelf.joined.passes, steps * window.contexts);
    const from = set.cuts.get(window.channelFrom)!, to = set.cuts.get(window.channelFrom + window.channelCount)!;
    joinWindows(set.lists, from, to, window, steps, set.steps === 1 ? 0 : set.positions, shelf.joined);
  }
  shelf.used = ++shelves.clock;
  return shelf.joined;
}
