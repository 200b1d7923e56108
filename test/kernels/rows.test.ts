// Row lists against dense planes: which rows a window adds, how often, and how many passes it costs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JoinedLists, Summand, Window } from '../../simulator/kernels/rows.ts';
import { cutLists, emptyLists, joinWindows, listGraded, listSpikes } from '../../simulator/kernels/rows.ts';

const maskOf = (values: readonly number[], channels: number, stride: number): Int32Array => {
  const words = new Int32Array((values.length / channels) * stride);
  values.forEach((value, i) => { if (value) words[Math.floor(i / channels) * stride + ((i % channels) >> 5)] |= 1 << (i % channels & 31); });
  return words;
};
const joined = (contexts: number): JoinedLists => ({ lists: new Int32Array(0), offsets: new Int32Array(contexts + 1), passes: new Int32Array(contexts) });

const planes = fc.record({ channels: fc.integer({ min: 1, max: 70 }), positions: fc.integer({ min: 1, max: 6 }), steps: fc.integer({ min: 1, max: 3 }), low: fc.nat(),
  high: fc.nat(), shift: fc.integer({ min: 0, max: 3 }) })
  .chain(({ channels, positions, steps, low, high, shift }) => {
    const size = channels * positions * steps, from = low % channels, to = from + 1 + (high % (channels - from));
    return fc.record({ channels: fc.constant(channels), positions: fc.constant(positions), steps: fc.constant(steps), from: fc.constant(from), to: fc.constant(to),
      shift: fc.constant(shift),
      spikes: fc.array(fc.nat(1), { minLength: size, maxLength: size }), counts: fc.array(fc.nat(4), { minLength: size, maxLength: size }),
      taps: fc.array(fc.integer({ min: -1, max: positions - 1 }), { minLength: 6, maxLength: 6 }) });
  });

test('joined windows hold the rows of a spike plane, ascending, of the channels asked for and no others', () => {
  fc.assert(fc.property(planes, ({ channels, positions, steps, from, to, spikes, taps }) => {
    const stride = Math.ceil(channels / 32), lists = emptyLists(), cells = steps * positions, cut = [new Int32Array(cells), new Int32Array(cells)], into = joined(steps * 2);
    listSpikes(maskOf(spikes, channels, stride), stride, cells, lists);
    cutLists(lists, from, cut[0]);
    cutLists(lists, to, cut[1]);
    const window: Window = { positions: Int32Array.from(taps), taps: 3, contexts: 2, channelFrom: from, channelCount: to - from };
    joinWindows(lists, cut[0], cut[1], window, steps, positions, into);
    for (let m = 0; m < steps * 2; m++) {
      const rows: number[] = [];
      for (let tap = 0; tap < 3; tap++) {
        const position = taps[(m % 2) * 3 + tap];
        for (let channel = from; channel < to; channel++) {
          if (position >= 0 && spikes[((m >> 1) * positions + position) * channels + channel]) rows.push(tap * (to - from) + channel - from);
        }
      }
      expect([...into.lists.slice(into.offsets[m], into.offsets[m + 1])]).toEqual(rows);
      expect(into.passes[m]).toBe(rows.length);
    }
  }), { seed: 41, numRuns: 200 });
});

test.each(['count', 'pass'] as const)('graded lists repeat a row as often as its sum says, and cost one %s each', (each) => {
  fc.assert(fc.property(planes, ({ channels, positions, steps, from, to, shift, spikes, counts, taps }) => {
    const stride = Math.ceil(channels / 32), cells = steps * positions, lists = emptyLists(), cut = [new Int32Array(cells), new Int32Array(cells)], into = joined(steps * 2);
    const summands: Summand[] = [
      { words: maskOf(spikes, channels, stride), values: new Int32Array(0), stride, channels, stepCells: positions, shift, each: 'pass' },
      { words: new Int32Array(0), values: Int32Array.from(counts), stride: 0, channels, stepCells: positions, shift: 0, each }];
    listGraded(summands, steps, positions, channels, lists);
    cutLists(lists, from, cut[0]);
    cutLists(lists, to, cut[1]);
    joinWindows(lists, cut[0], cut[1], { positions: Int32Array.from(taps), taps: 3, contexts: 2, channelFrom: from, channelCount: to - from }, steps, positions, into);
    for (let m = 0; m < steps * 2; m++) {
      const rows: number[] = [];
      let passes = 0;
      for (let tap = 0; tap < 3; tap++) for (let channel = from; channel < to; channel++) {
        const position = taps[(m % 2) * 3 + tap], i = ((m >> 1) * positions + position) * channels + channel;
        if (position < 0) continue;
        for (let count = (spikes[i] << shift) + counts[i]; count > 0; count--) rows.push(tap * (to - from) + channel - from);
        passes += spikes[i] + (each === 'count' ? counts[i] : Math.min(1, counts[i]));
      }
      expect([...into.lists.slice(into.offsets[m], into.offsets[m + 1])]).toEqual(rows);
      expect(into.passes[m]).toBe(passes);
    }
  }), { seed: 42, numRuns: 150 });
});

test('a plane per sample is read again every step', () => {
  const lists = emptyLists(), cut = [new Int32Array(2), new Int32Array(2)], into = joined(3);
  listSpikes(Int32Array.from([0b101, 0b010]), 1, 2, lists);
  cutLists(lists, 0, cut[0]);
  cutLists(lists, 3, cut[1]);
  joinWindows(lists, cut[0], cut[1], { positions: Int32Array.from([1, 0]), taps: 2, contexts: 1, channelFrom: 0, channelCount: 3 }, 3, 0, into);
  expect([...into.lists.slice(0, into.offsets[3])]).toEqual([1, 3, 5, 1, 3, 5, 1, 3, 5]);
});

test('lists shrink again when a later plane is emptier', () => {
  const lists = emptyLists();
  listSpikes(Int32Array.from([-1, -1]), 1, 2, lists);
  expect(lists.starts[2]).toBe(64);
  listSpikes(Int32Array.from([0, 2]), 1, 2, lists);
  expect([...lists.starts]).toEqual([0, 0, 1]);
  expect(lists.ids[0]).toBe(1);
});
