// Speeds of the simulator's kernels, as ratios to the calibration kernel of the same process: the figures of `npm run bench`.
import { fillCounters, readCounters } from '../../simulator/kernels/attention.ts';
import { calibrate, calibrationBytes } from '../../simulator/kernels/calibrate.ts';
import { addRows, packPanels, panelSlack } from '../../simulator/kernels/crossbar.ts';
import { addRowsPlain, addRowsSaturating, limitsOf } from '../../simulator/kernels/crossbar-plain.ts';
import { fire } from '../../simulator/kernels/lif.ts';
import { listValues, multiplyRows } from '../../simulator/kernels/multiply.ts';
import { cutLists, emptyLists, joinWindows, listSpikes } from '../../simulator/kernels/rows.ts';
import { tapPosition } from '../../targets/contract/geometry.ts';

/** perSecond: billions of `unit` a second, the best of all samples. ratio: to additions a second of the calibration kernel. */
export type Measurement = Readonly<{ name: string; unit: string; perSecond: number; ratio: number }>;

const rate = 0.2;

/** Measures every kernel in this process. Ratios compare between machines; the rates themselves do not. samples: short runs per kernel, at least 11. */
export function measureKernels(samples = 11): readonly Measurement[] {
  const random = randomNumbers(), bytes = Int8Array.from({ length: calibrationBytes }, () => random() * 256 - 128);
  const yardstick = fastest(samples, calibrationBytes * 512, () => { for (let i = 0; i < 512; i++) calibrate(bytes); });
  const measured: readonly (readonly [string, string, number])[] = [['calibration: 8 KiB widening add', 'additions', yardstick],
    ...crossbars(samples, random), convolution(samples, random), neurons(samples, random), pixels(samples, random), attention(samples, random)];
  return measured.map(([name, unit, perSecond]) => ({ name, unit, perSecond, ratio: perSecond / yardstick }));
}

type Row = readonly [name: string, unit: string, perSecond: number];

/** Best rate in billions a second; the first runs warm the compiler up. */
function fastest(samples: number, work: number, run: () => void): number {
  let best = Infinity;
  for (let sample = 0; sample < Math.max(11, samples) + 5; sample++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return work / best / 1e6;
}

function randomNumbers(): () => number {
  let state = 20260101;
  return () => { state = (Math.imul(state, 1664525) + 1013904223) | 0; return (state >>> 8) / 2 ** 24; };
}

const weightsOf = (count: number, random: () => number): Int8Array => Int8Array.from({ length: count }, () => Math.floor(random() * 256) - 128);

function crossbars(samples: number, random: () => number): Row[] {
  const rows = 256, columns = 256, contexts = 256, weights = weightsOf(rows * columns, random), panels = packPanels(weights, rows, columns);
  const offsets = new Int32Array(contexts + 1), listed: number[] = [];
  for (let context = 0; context < contexts; context++) {
    for (let row = 0; row < rows; row++) if (random() < rate) listed.push(row);
    offsets[context + 1] = listed.length;
  }
  const lists = Int32Array.from(listed), into = new Int32Array(contexts * columns + panelSlack), work = lists.length * columns, none = new Int32Array(0), limits = limitsOf(24);
  return [
    ['crossbar, 256 x 256, rate 0.2', 'SOP', fastest(samples, work, () => addRows(panels, lists, offsets, contexts, into, columns))],
    ['crossbar, plain loop', 'SOP', fastest(samples, work, () => addRowsPlain(weights, columns, lists, offsets, contexts, into, columns))],
    ['crossbar, saturating', 'SOP', fastest(samples, work, () => addRowsSaturating(weights, columns, lists, none, offsets, contexts, into, columns, limits))],
  ];
}

function convolution(samples: number, random: () => number): Row {
  const side = 16, channels = 28, columns = 64, contexts = side * side, steps = 4, cells = steps * contexts, slide = { window: [3, 3], stride: [1, 1], padding: [1, 1] } as const;
  const panels = packPanels(weightsOf(9 * channels * columns, random), 9 * channels, columns), lists = emptyLists(), from = new Int32Array(cells), to = new Int32Array(cells);
  const masks = Int32Array.from({ length: cells },
    () => { let word = 0; for (let channel = 0; channel < channels; channel++) if (random() < rate) word |= 1 << channel; return word; });
  const positions = Int32Array.from({ length: contexts * 9 }, (_, i) => tapPosition(slide, [side, side], [side, side], Math.floor(i / 9), i % 9));
  const joined = { lists: new Int32Array(0), offsets: new Int32Array(cells + 1), passes: new Int32Array(cells) }, into = new Int32Array(cells * columns + panelSlack);
  const run = (): void => {
    listSpikes(masks, 1, cells, lists);
    cutLists(lists, 0, from);
    cutLists(lists, channels, to);
    joinWindows(lists, from, to, { positions, taps: 9, contexts, channelFrom: 0, channelCount: channels }, steps, contexts, joined);
    addRows(panels, joined.lists, joined.offsets, cells, into, columns);
  };
  run();
  return ['convolution 3 x 3, 16 x 16, 28 to 64, lists included', 'SOP', fastest(samples, joined.offsets[cells] * columns, run)];
}

function neurons(samples: number, random: () => number): Row {
  const columns = 64, contexts = 256, steps = 4, values = Int32Array.from({ length: steps * contexts * columns }, () => Math.floor((random() - 0.5) * 4000));
  const rule = { columns, thresholds: new Int32Array(columns).fill(1400), bias: new Int32Array(columns).fill(17), keep: [1, 2], reset: 'zero', fires: '>=',
    rounding: 'floor', fractionBits: 0 } as const;
  const words = new Int32Array(steps * contexts * 2), membranes = new Int32Array(columns), fired = new Int32Array(steps * contexts);
  return ['LIF, 64k neurons, masks out', 'updates', fastest(samples, values.length, () => fire(rule, { values, at: 0, stepStride: contexts * columns, contextStride: columns },
    { words, at: 0, stepStride: contexts * 2, contextStride: 2, firstBit: 0 }, steps, contexts, membranes, fired))];
}

function pixels(samples: number, random: () => number): Row {
  const rows = 27, columns = 48, contexts = 1024, weights = weightsOf(rows * columns, random), values = Int32Array.from({ length: contexts * 3 },
    () => 1 + Math.floor(random() * 255));
  const lists = { rows: new Int32Array(contexts * rows), values: new Int32Array(contexts * rows), offsets: new Int32Array(contexts + 1),
    passes: new Int32Array(contexts) }, into = new Int32Array(contexts * columns);
  const positions = Int32Array.from({ length: contexts * 9 }, (_, i) => (Math.floor(i / 9) + (i % 9)) % contexts);
  return ['pixels, 3 x 3 x 3 to 48', 'MAC', fastest(samples, contexts * rows * columns, () => {
    listValues([{ values, at: 0, channels: 3, shift: 0, each: 'pass' }], { positions, taps: 9, contexts, channelFrom: 0, channelCount: 3 }, lists);
    multiplyRows(weights, columns, lists, contexts, into, 0, columns);
  })];
}

/** Dense-equivalent multiply-accumulates of K^T V and Q A. */
function attention(samples: number, random: () => number): Row {
  const tokens = 64, width = 32, heads = 12, channels = width * heads, stride = channels / 32, lists = emptyLists(), into = new Int32Array(tokens * channels),
    counters = new Int32Array(width * width);
  listSpikes(Int32Array.from({ length: tokens * stride }, () => { let word = 0; for (let bit = 0; bit < 32; bit++) if (random() < rate) word |= 1 << bit; return word; }), stride,
    tokens, lists);
  const cuts = Array.from({ length: heads + 1 }, (_, head) => { const cut = new Int32Array(tokens); cutLists(lists, head * width, cut); return cut; }),
    rows = new Int32Array(2 * tokens);
  return ['attention, 12 heads of 32, 64 tokens', 'MAC', fastest(samples, 2 * heads * tokens * width * width, () => {
    for (let head = 0; head < heads; head++) {
      const spikes = { ids: lists.ids, from: cuts[head], to: cuts[head + 1], cell: 0, first: head * width };
      counters.fill(0);
      fillCounters(spikes, spikes, tokens, width, counters, rows, 0);
      readCounters(spikes, tokens, width, counters, into, head * width, channels, rows, tokens);
    }
  })];
}
