// Synapses on groups, currents and ternary spikes; sources and readouts in all their forms.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Carrier, Gather, Plane, Program, Slide, Stage, WeightBlock } from '../../targets/contract/program.ts';
import { slidGrid } from '../../targets/contract/geometry.ts';
import type { Pair, Span } from '../../targets/contract/units.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import { chipWith, dense, feed, numbers, passing, plane, programOf, region, sources, span, whole } from './layers.ts';

const chip = chipWith({}), at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
const wide = { as: 'current', bits: 20 } as const, spike = { as: 'spike' } as const, ternary = { as: 'ternary' } as const;
const valuesOf = (program: Program, inputs: ReadonlyMap<string, Uint8Array | Int32Array>, on = chip): number[] => {
  const engine = prepare(program, on);
  engine.run(inputs, { activities: false });
  return [...engine.values(program.planes.length - 1)];
};

/** One convolution: perGroup channels to columnsPerGroup columns in each of `groups` groups, cut at groups, contexts and taps. */
type Layer = Readonly<{ steps: number; grid: Pair; groups: number; deep: number; width: number; slide: Slide; carriers: readonly Carrier[];
  shifts: readonly number[]; seed: number }>;
type Cuts = Readonly<{ groups: readonly Span[]; contexts: readonly Span[]; taps: readonly Span[] }>;
const outGridOf = ({ grid, slide }: Layer): Pair => slidGrid(grid, slide);
const contextsOf = (layer: Layer): number => outGridOf(layer)[0] * outGridOf(layer)[1];
const uncut = (layer: Layer): Cuts => ({ groups: [span(0, layer.groups)], contexts: [span(0, contextsOf(layer))], taps: [span(0, layer.slide.window[0] * layer.slide.window[1])] });

function layerProgram(layer: Layer, cuts: Cuts): Program {
  const { groups, deep, width, slide, carriers, seed } = layer, outGrid = outGridOf(layer), blocks: WeightBlock[] = [], positions = span(0, layer.grid[0] * layer.grid[1]);
  const planes: Plane[] = [...carriers.map((carrier, i) => plane(`in${i}`, layer.grid, groups * deep, carrier)), plane('out', outGrid, groups * width, wide)];
  const stages: Stage[] = sources(planes, carriers.length), weight = (tap: number, channel: number, column: number): number =>
    numbers(((seed * 31 + tap) * 131 + channel) * 257 + column + 1)(256) - 128;
  for (const contexts of cuts.contexts) for (const cut of cuts.groups) {
    const channels = span(cut.from * deep, cut.to * deep), columns = span(cut.from * width, cut.to * width), count = channels.to - channels.from;
    let after: number | undefined;
    for (const taps of cuts.taps) {
      const rows = (taps.to - taps.from) * count, data = Int8Array.from({ length: rows * width }, (_, i) => { const row = Math.floor(i / width);
        return weight(taps.from + Math.floor(row / count), channels.from + (row % count), i % width); });
      const gather: Gather = { ...slide, outGrid, taps, from: carriers.map((_, i) => region(i, positions, channels)), shifts: layer.shifts, groups: cut.to - cut.from },
        id = stages.length;
      stages.push({ id, layer: 0, kind: 'synapse', contexts, gather, block: blocks.push({ rows, columns: width, data }) - 1, columns, evaluate: 'step', sumBits: 20,
        ...(after === undefined ? {} : { after }) });
      after = id;
    }
    stages.push(passing(stages.length, { sums: after! }, region(carriers.length, contexts, columns)));
  }
  return programOf(layer.steps, planes, blocks, stages);
}

test('a depthwise layer adds one weight per spike and tap, and reads a word for it', () => {
  const layer: Layer = { steps: 1, grid: [1, 3], groups: 3, deep: 1, width: 1, slide: { window: [1, 3], stride: [1, 1], padding: [0, 1] }, carriers: [spike], shifts: [0],
    seed: 4 };
  const program = layerProgram(layer, uncut(layer)), inputs = new Map([['in0', Uint8Array.from([1, 0, 0, 0, 0, 1, 1, 0, 1])]]), run = expectReference(program, chip, inputs),
    w = program.blocks[0].data;
  // rows tap * 3 + channel; channel 0 at positions 0 and 2, channel 2 at positions 1 and 2
  expect(valuesOf(program, inputs)).toEqual([w[3], 0, w[8], w[0] + w[6], 0, w[5] + w[8], w[3], 0, w[2] + w[5]]);
  expect([at(run, 0, 1, 'sopBinary'), at(run, 0, 1, 'weightRead')]).toEqual([9, 9]);
  expect([...run.activities![1].rows]).toEqual([2, 4, 3]);
});

test('a row of a group is as wide as the group: two groups of nine columns read two words a row', () => {
  const layer: Layer = { steps: 1, grid: [1, 1], groups: 2, deep: 2, width: 9, slide: dense, carriers: [spike], shifts: [0], seed: 5 }, program = layerProgram(layer, uncut(layer));
  const inputs = new Map([['in0', Uint8Array.from([0, 1, 1, 1])]]), run = expectReference(program, chip, inputs), w = program.blocks[0].data;
  expect(valuesOf(program, inputs)).toEqual(Array.from({ length: 18 }, (_, i) => (i < 9 ? w[9 + i] : w[9 + i] + w[18 + i])));  // channel 1; channels 2 and 3
  expect([at(run, 0, 1, 'sopBinary'), at(run, 0, 1, 'weightRead')]).toEqual([27, 6]);
});

test('currents are multiplied densely every step: zeros inside the map cost, the border does not', () => {
  const layer: Layer = { steps: 2, grid: [1, 2], groups: 1, deep: 2, width: 3, slide: { window: [1, 3], stride: [1, 1], padding: [0, 1] }, carriers: [{ as: 'current',
    bits: 12 }], shifts: [0], seed: 6 };
  const program = layerProgram(layer, uncut(layer)), inputs = new Map([['in0', Int32Array.from([-1000, 0, 0, 3, 0, 0, 0, 0])]]), run = expectReference(program, chip, inputs),
    w = program.blocks[0].data;
  const sum = (c: number, channel0: number, channel1: number): number => -1000 * w[channel0 * 3 + c] + 3 * w[channel1 * 3 + c];
  expect(valuesOf(program, inputs).slice(0, 6)).toEqual([0, 1, 2].map((c) => sum(c, 2, 5)).concat([0, 1, 2].map((c) => sum(c, 0, 3))));
  for (const step of [0, 1]) expect([at(run, step, 1, 'mac'), at(run, step, 1, 'weightRead'), at(run, step, 1, 'sopGraded')]).toEqual([2 * 2 * 2 * 3, 8, 0]);
  expect([...run.activities![1].rows]).toEqual([4, 4, 4, 4]);
});

test('ternary spikes add or subtract their row, one pass and one operation per column each', () => {
  const layer: Layer = { steps: 1, grid: [1, 2], groups: 1, deep: 3, width: 4, slide: dense, carriers: [ternary], shifts: [0], seed: 7 }, program = layerProgram(layer,
    uncut(layer));
  const inputs = new Map([['in0', Int32Array.from([1, -1, 0, 0, 0, -1])]]), run = expectReference(program, chip, inputs), w = program.blocks[0].data;
  expect(valuesOf(program, inputs)).toEqual([0, 1, 2, 3].map((c) => w[c] - w[4 + c]).concat([0, 1, 2, 3].map((c) => -w[8 + c])));
  expect([at(run, 0, 1, 'sopGraded'), at(run, 0, 1, 'sopBinary'), at(run, 0, 1, 'mac'), at(run, 0, 1, 'weightRead')]).toEqual([12, 0, 0, 3]);
  expect([...run.activities![1].rows]).toEqual([2, 1]);
});

const carriers: readonly (readonly [string, readonly Carrier[], readonly number[]])[] = [['spikes', [spike], [0]], ['counts', [{ as: 'count', max: 5 }], [0]], ['unary spikes',
  [spike, spike], [0, 0]],
  ['bit planes', [spike, spike], [0, 1]], ['ternary spikes', [ternary], [0]], ['ternary spikes and counts', [ternary, { as: 'count', max: 3 }, spike], [0, 1, 0]],
  ['currents', [{ as: 'current', bits: 9 }], [0]], ['currents and spikes', [{ as: 'current', bits: 9 }, spike], [0, 2]], ['frames', [{ as: 'pixel' }], [0]]];

test.each(carriers)('grouped layers of %s equal the reference, whatever the cut and however sums are kept', (_, inputs, shifts) => {
  const layers = fc.record({ steps: fc.integer({ min: 1, max: 2 }), height: fc.integer({ min: 2, max: 4 }), window: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1,
    max: 2 }),
    groups: fc.integer({ min: 1, max: 5 }), deep: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 20 }), seed: fc.integer({ min: 1, max: 1e6 }) });
  fc.assert(fc.property(layers, ({ steps, height, window, stride, groups, deep, width, seed }) => {
    const layer: Layer = { steps, grid: [height, 3], groups, deep, width, seed, carriers: inputs, shifts, slide: { window: [window, window], stride: [stride, 1],
      padding: [window >> 1, window >> 1] } };
    const whole = uncut(layer), fed = feed(inputs.map((carrier, i) => plane(`in${i}`, layer.grid, groups * deep, carrier)), inputs.length, steps, seed);
    const halves = (all: Span): Span[] => (all.to > 1 ? [span(0, all.to >> 1), span(all.to >> 1, all.to)] : [all]);
    const cut: Cuts = { groups: halves(whole.groups[0]), contexts: halves(whole.contexts[0]), taps: halves(whole.taps[0]) };
    const program = layerProgram(layer, whole), tiled = layerProgram(layer, cut), one = expectReference(program, chip, fed), parts = expectReference(tiled, chip, fed);
    for (const kind of ['sopBinary', 'sopGraded', 'mac'] as const) expect(totalOf(parts.ledger, kind), kind).toBe(totalOf(one.ledger, kind));
    const values = valuesOf(program, fed);
    expect(valuesOf(tiled, fed)).toEqual(values);
    const saturating = chipWith({ sums: 'saturating', accumulatorBits: 31 }), clamped = prepare(program, saturating).run(fed, { activities: true });
    expect(valuesOf(program, fed, saturating)).toEqual(values);
    expect([clamped.ledger, clamped.activities]).toEqual([one.ledger, one.activities]);
  }), { seed: 111, numRuns: 12 });
});

test('encoded spikes and signed integers come in every step, and a wrong number of integers throws', () => {
  const planes = [plane('s', [1, 1], 3, spike), plane('c', [1, 1], 2, { as: 'current', bits: 20 })], program = programOf(2, planes, [], sources(planes, 2)),
    engine = prepare(program, chip);
  const run = engine.run(new Map<string, Uint8Array | Int32Array>([['s', Uint8Array.from([1, 0, 1, 0, 0, 0])], ['c', Int32Array.from([-300000, 5, 0, 7])]]), { activities: true });
  expect([[...engine.values(0)], [...engine.values(1)]]).toEqual([[1, 0, 1, 0, 0, 0], [-300000, 5, 0, 7]]);
  expect([[...run.activities![0].bits], [...run.activities![1].bits]]).toEqual([[3, 0], [40, 40]]);
  expect(() => engine.run(new Map<string, Uint8Array | Int32Array>([['s', new Uint8Array(6)], ['c', new Int32Array(3)]]),
    { activities: false })).toThrow('input "c" needs 4 integers, got 3');
});

test.each([[false, false], [true, false], [false, true], [true, true]])('a readout keeps steps: %s and positions: %s, with the bias once per result', (steps, positions) => {
  const planes = [plane('in', [1, 2], 2, { as: 'current', bits: 9 })];
  const readout = (change: object): Program => programOf(3, planes, [], [...sources(planes, 1), { id: 1, layer: 0, kind: 'readout', contexts: span(0, 2), from: whole(planes, 0),
    bias: Int32Array.from([100, 200]), output: 'out', keeps: { steps, positions }, ...change }]);
  const inputs = new Map([['in', Int32Array.from([1, 2, 3, 4, 10, 20, 30, 40, -5, 0, 0, -6])]]), run = expectReference(readout({}), chip, inputs);
  const weighted = expectReference(readout({ stepWeights: Int32Array.from([1, -1, 2]) }), chip, inputs);
  const apart = [1, 2, 3, 4, 10, 20, 30, 40, -5, 0, 0, -6], results = (weights: readonly number[]): number[] => {
    const summed = new Array<number>((steps ? 3 : 1) * (positions ? 2 : 1) * 2).fill(0).map((_, i) => [100, 200][i % 2]);
    apart.forEach((value, i) =>
      { summed[((steps ? Math.floor(i / 4) : 0) * (positions ? 2 : 1) + (positions ? Math.floor(i / 2) % 2 : 0)) * 2 + (i % 2)] += value * weights[Math.floor(i / 4)]; });
    return summed;
  };
  if (!steps && !positions) expect([...run.outputs.get('out')!]).toEqual([139, 260]);
  if (steps && positions) expect([...weighted.outputs.get('out')!]).toEqual([101, 202, 103, 204, 90, 180, 70, 160, 90, 200, 100, 188]);
  expect([...run.outputs.get('out')!]).toEqual(results([1, 1, 1]));
  expect([...weighted.outputs.get('out')!]).toEqual(results([1, -1, 2]));
  expect([0, 1, 2].map((step) => [at(weighted, step, 1, 'mac'), at(run, step, 1, 'mac'), at(run, step, 1, 'partialAdd')])).toEqual([[4, 0, 4], [4, 0, 4], [4, 0, 4]]);
  expect([0, 1, 2].map((step) => at(run, step, 1, 'biasAdd'))).toEqual([steps ? 1 : 0, steps ? 1 : 0, 1].map((n) => n * (positions ? 4 : 2)));
});
