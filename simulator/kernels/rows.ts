// Lists of active axons: channel ids per cell (a cell is one position at one step), and their concatenation over the window of a context.
import { popcount } from './bitmask.ts';

/**
 * Cell c owns ids[starts[c]] .. ids[starts[c + 1]], ascending; an id repeats as often as its count says.
 * passes: row passes of all entries before each entry, where passes and entries differ; else empty.
 * levels: the value of each entry where every id stands once (`listLevels`); else empty. All but starts grow, so they hold more than is in use.
 */
export type RowLists = { starts: Int32Array; ids: Int32Array; passes: Int32Array; levels: Int32Array };

export const emptyLists = (): RowLists => ({ starts: new Int32Array(1), ids: new Int32Array(0), passes: new Int32Array(0), levels: new Int32Array(0) });

/** An array of at least `length` elements: the one given if it is long enough, else a larger one with its content. */
export function grown(array: Int32Array, length: number): Int32Array {
  if (array.length >= length) return array;
  const larger = new Int32Array(Math.max(length, array.length + (array.length >> 1), 64));
  larger.set(array);
  return larger;
}

/** Lists the spikes of cells whose masks follow each other, `stride` words each. */
export function listSpikes(words: Int32Array, stride: number, cells: number, lists: RowLists): void {
  if (lists.starts.length !== cells + 1) lists.starts = new Int32Array(cells + 1);
  const starts = lists.starts;
  let total = 0;
  for (let cell = 0, word = 0; cell < cells; cell++) {
    for (const end = word + stride; word < end; word++) total += popcount(words[word]);
    starts[cell + 1] = total;
  }
  const ids = lists.ids = grown(lists.ids, total);
  for (let cell = 0, word = 0, n = 0; cell < cells; cell++) {
    for (let base = 0; base < stride * 32; base += 32, word++) {
      for (let bits = words[word]; bits !== 0; n++) {
        const lowest = bits & -bits;
        ids[n] = base + 31 - Math.clz32(lowest);
        bits ^= lowest;
      }
    }
  }
}

/**
 * One summand of a graded list: spikes in masks, or counts in values [cells, channels].
 * cellStride 0 of a step: the same cells every step. A value is worth value * 2^shift.
 * each: row passes of a value, one (`pass`) or as many as its count before the shift (`count`).
 */
export type Summand = Readonly<{ words: Int32Array; values: Int32Array; stride: number; channels: number; stepCells: number; shift: number; each: 'pass' | 'count' }>;

/** Lists the sums of several planes, each id as often as its sum says, with the row passes that the planes cost. */
export function listGraded(summands: readonly Summand[], steps: number, positions: number, channels: number, lists: RowLists): void {
  const cells = steps * positions;
  if (lists.starts.length !== cells + 1) lists.starts = new Int32Array(cells + 1);
  const counts = new Int32Array(32), passes = new Int32Array(32);
  let { ids, passes: before } = lists, total = 0, passed = 0;
  for (let step = 0, cell = 0; step < steps; step++) for (let position = 0; position < positions; position++, cell++) {
    for (let base = 0; base < channels; base += 32) {  // 32 channels at a time: most of them are silent
      let any = 0, sum = 0;
      for (const summand of summands) any |= addSummand(summand, step * summand.stepCells + position, base, counts, passes);
      for (let bits = any; bits !== 0; bits &= bits - 1) sum += counts[31 - Math.clz32(bits & -bits)];
      if (total + sum >= before.length || total + sum > ids.length) {
        ids = lists.ids = grown(ids, total + sum);
        before = lists.passes = grown(before, total + sum + 1);
      }
      for (let bits = any; bits !== 0; bits &= bits - 1) {
        const channel = 31 - Math.clz32(bits & -bits);
        for (let count = counts[channel]; count > 0; count--, total++) {
          ids[total] = base + channel;
          before[total] = passed;
          passed += passes[channel];
          passes[channel] = 0;
        }
        counts[channel] = 0;
      }
    }
    if (before.length === 0) before = lists.passes = grown(before, 1);
    before[total] = passed;
    lists.starts[cell + 1] = total;
  }
}

/** Adds what a summand has in channels base .. base + 31 of a cell. @returns the channels that are not 0, as bits */
function addSummand({ words, values, stride, channels, shift, each }: Summand, cell: number, base: number, counts: Int32Array, passes: Int32Array): number {
  if (base >= channels) return 0;
  if (stride > 0) {
    const word = words[cell * stride + (base >>> 5)];
    for (let bits = word; bits !== 0; bits &= bits - 1) {
      const channel = 31 - Math.clz32(bits & -bits);
      counts[channel] += 1 << shift;
      passes[channel]++;
    }
    return word;
  }
  let any = 0;
  for (let channel = 0, from = cell * channels + base, end = Math.min(32, channels - base); channel < end; channel++) {
    const value = values[from + channel];
    if (value === 0) continue;
    counts[channel] += value << shift;
    passes[channel] += each === 'count' ? value : 1;
    any |= 1 << channel;
  }
  return any;
}

/** Lists values [cells, channels] that are not 0, each id once with its level. */
export function listLevels(values: Int32Array, channels: number, cells: number, lists: RowLists): void {
  if (lists.starts.length !== cells + 1) lists.starts = new Int32Array(cells + 1);
  let total = 0;
  for (let cell = 0, at = 0; cell < cells; cell++) {
    const ids = lists.ids = grown(lists.ids, total + channels), levels = lists.levels = grown(lists.levels, total + channels);
    for (let channel = 0; channel < channels; channel++, at++) {
      if (values[at] === 0) continue;
      ids[total] = channel;
      levels[total++] = values[at];
    }
    lists.starts[cell + 1] = total;
  }
}

/** Index of the first entry of each cell whose id is at least `channel`. */
export function cutLists(lists: RowLists, channel: number, into: Int32Array): void {
  const { starts, ids } = lists;
  for (let cell = 0; cell < into.length; cell++) {
    let low = starts[cell], high = starts[cell + 1];
    if (low < high && ids[high - 1] < channel) low = high;  // all of a cell, the usual cut
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ids[middle] < channel) low = middle + 1; else high = middle;
    }
    into[cell] = low;
  }
}

/** Row lists of contexts: context m (of all steps) owns lists[offsets[m]] .. lists[offsets[m + 1]] and costs passes[m] row passes. `lists` grows. */
export type JoinedLists = { lists: Int32Array; offsets: Int32Array; passes: Int32Array };

/**
 * What forms the rows of a context: positions [contexts, taps], -1 where there is no row; row = tap * channelCount + id - channelFrom.
 * held [taps x channelCount]: row of the block that holds each of these, -1 for none; absent: the block holds all, in order.
 */
export type Window = Readonly<{ positions: Int32Array; taps: number; contexts: number; channelFrom: number; channelCount: number; held?: Int32Array }>;

/**
 * Concatenates the lists of every context's window; rows come out ascending.
 * @param from  first entry of each cell that belongs to the window's channels (`cutLists`), `to` one past the last
 * @param stepCells cells of one step; 0: every step reads the same cells
 */
export function joinWindows(source: RowLists, from: Int32Array, to: Int32Array, window: Window, steps: number, stepCells: number, into: JoinedLists): void {
  const { positions, taps, contexts, channelFrom, channelCount } = window, { ids, passes: before } = source, counted = before.length > 0;
  let total = 0;
  into.offsets[0] = 0;
  if (window.held) { joinHeld(source, from, to, window, window.held, steps, stepCells, into); return; }
  for (let step = 0, m = 0; step < steps; step++) {
    const cells = step * stepCells;
    for (let context = 0; context < contexts; context++, m++) {
      const first = context * taps;
      let length = 0, passes = 0;
      for (let tap = first; tap < first + taps; tap++) {
        const position = positions[tap];
        if (position >= 0) length += to[cells + position] - from[cells + position];
      }
      const lists = into.lists = grown(into.lists, total + length);
      let row = -channelFrom;
      for (let tap = first; tap < first + taps; tap++, row += channelCount) {
        const position = positions[tap];
        if (position < 0) continue;
        const start = from[cells + position], end = to[cells + position];
        for (let i = start; i < end; i++) lists[total++] = ids[i] + row;
        if (counted) passes += before[end] - before[start];
      }
      into.passes[m] = counted ? passes : length;
      into.offsets[m + 1] = total;
    }
  }
}

/** The same where a block holds some rows only: entries of the others are left out, with their passes. */
function joinHeld(source: RowLists, from: Int32Array, to: Int32Array, { positions, taps, contexts, channelFrom, channelCount }: Window, held: Int32Array, steps: number, stepCells: number, into: JoinedLists): void {
  const { ids, passes: before } = source, counted = before.length > 0;
  let total = 0;
  for (let step = 0, m = 0; step < steps; step++) {
    for (let context = 0; context < contexts; context++, m++) {
      const start = total;
      let passes = 0;
      for (let tap = 0, base = -channelFrom; tap < taps; tap++, base += channelCount) {
        const position = positions[context * taps + tap];
        if (position < 0) continue;
        const cell = step * stepCells + position, end = to[cell], lists = into.lists = grown(into.lists, total + end - from[cell]);
        for (let i = from[cell]; i < end; i++) {
          const row = held[base + ids[i]];
          if (row < 0) continue;
          lists[total++] = row;
          if (counted) passes += before[i + 1] - before[i];
        }
      }
      into.passes[m] = counted ? passes : total - start;
      into.offsets[m + 1] = total;
    }
  }
}
