// Every kind of stage on small programs with results and counts worked out by hand, and against the reference at random.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Plane, Stage } from '../../targets/contract/program.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import { chipWith, dense, lif, numbers, plane, programOf, region, span } from './layers.ts';

const chip = chipWith({}), spike = { as: 'spike' } as const;
const at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
const source = (id: number, input: Plane, plane: number): Stage =>
  ({ id, layer: 0, kind: 'source', coding: input.per === 'sample' ? 'direct' : 'frames', contexts: span(0, input.grid[0] * input.grid[1]), out: region(plane, span(0,
    input.grid[0] * input.grid[1]), span(0, input.channels)) });

test('a neuron leaks, fires, resets and counts its state words: none read at step 0', () => {
  const planes = [plane('in', [1, 2], 1, spike), plane('out', [1, 2], 3, spike)];
  const program = programOf(3, planes, [{ rows: 1, columns: 3, data: Int8Array.from([4, -2, 7]) }], [source(0, planes[0], 0),
    { id: 1, layer: 0, kind: 'synapse', contexts: span(0, 2), gather: { ...dense, outGrid: [1, 2], taps: span(0, 1), from: [region(0, span(0, 2), span(0, 1))], shifts: [0],
      groups: 1 },
      block: 0, columns: span(0, 3), evaluate: 'step', sumBits: 5 },
    { id: 2, layer: 0, kind: 'soma', contexts: span(0, 2), columns: span(0, 3), sums: [1], adds: [], bias: Int32Array.from([1, 0, -1]), rule: lif(Int32Array.from([6, 1, 6])),
      membraneBits: 24, spikes: region(1, span(0, 2), span(0, 3)) }]);
  const run = expectReference(program, chip, new Map([['in', Uint8Array.from([1, 0, 0, 1, 1, 1])]])), engine = prepare(program, chip);
  engine.run(new Map([['in', Uint8Array.from([1, 0, 0, 1, 1, 1])]]), { activities: false });
  // position 0: u = 5, 3, 6 fires; -2, -1, floor(-0.5) - 2 = -3; 6 fires and resets, -1, -1 + 6 = 5. position 1: 1, 5, 7 fires; 0, -2, -3; -1, 5, 8 fires
  expect([...engine.values(1)]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1]);
  for (let step = 0; step < 3; step++) {
    expect(at(run, step, 2, 'stateWrite')).toBe(2 * 2);  // 3 membranes of 24 bits are two 64-bit words
    expect(at(run, step, 2, 'stateRead')).toBe(step === 0 ? 0 : 4);
    expect(at(run, step, 2, 'tableRead')).toBe(2 * 3);   // 3 x 48 bits
    expect([at(run, step, 2, 'update'), at(run, step, 2, 'biasAdd'), at(run, step, 2, 'partialAdd')]).toEqual([6, 6, 0]);
  }
  expect([0, 1, 2].map((step) => at(run, step, 2, 'spike'))).toEqual([1, 0, 3]);
  expect([0, 1, 2].map((step) => at(run, step, 1, 'weightRead'))).toEqual([1, 1, 2]);
  expect([...run.activities![1].rows]).toEqual([1, 0, 0, 1, 1, 1]);
  expect([...run.activities![2].bits]).toEqual([2, 0, 0, 0, 2, 3]);  // an index of 2 bits for one spike; the mask of 3 bits for two
});

test('direct pixels are multiplied once per sample, borders corrected, sums kept and read back every step', () => {
  const planes = [plane('image', [2, 2], 2, { as: 'pixel' }, 'sample'), plane('out', [2, 2], 5, { as: 'current', bits: 16 })], all = span(0, 4), random = numbers(5);
  const program = programOf(3, planes, [{ rows: 18, columns: 5, data: Int8Array.from({ length: 90 }, () => random(256) - 128) }], [source(0, planes[0], 0),
    { id: 1, layer: 0, kind: 'synapse', contexts: all, gather: { window: [3, 3], stride: [1, 1], padding: [1, 1], outGrid: [2, 2], taps: span(0, 9), from: [region(0, all, span(0,
      2))], shifts: [0], groups: 1 }, block: 0, columns: span(0, 5),
      evaluate: 'sample', sumBits: 17, border: { classes: Uint8Array.from([0, 1, 1, 0]), sums: Int32Array.from([1, 2, 3, 4, 5, -10, -20, -30, -40, -50]) } },
    { id: 2, layer: 0, kind: 'soma', contexts: all, columns: span(0, 5), sums: [1], adds: [], bias: Int32Array.from([1, 1, 1, 1, 1]), rule: { kind: 'pass' }, membraneBits: 0,
      current: region(1, all, span(0, 5)) },
    { id: 3, layer: 0, kind: 'readout', contexts: all, from: region(1, all, span(0, 5)), bias: Int32Array.from([100, 0, 0, 0, 0]), output: 'logits', keeps: { steps: false,
      positions: false } }]);
  const run = expectReference(program, chip, new Map([['image', Uint8Array.from([0, 255, 3, 0, 77, 1, 0, 0])]]));
  expect([0, 1, 2].map((step) => at(run, step, 1, 'mac'))).toEqual([4 * 4 * 2 * 5, 0, 0]);  // every context sees all four positions, zeros included
  expect([...run.activities![1].rows]).toEqual([8, 8, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect([0, 1, 2].map((step) => at(run, step, 1, 'weightRead'))).toEqual([32, 0, 0]);
  expect([0, 1, 2].map((step) => at(run, step, 2, 'stateWrite'))).toEqual([4 * 2, 0, 0]);   // 5 sums of 17 bits are two words
  expect([0, 1, 2].map((step) => at(run, step, 2, 'stateRead'))).toEqual([8, 8, 8]);
  expect([at(run, 0, 1, 'biasAdd'), at(run, 1, 1, 'biasAdd'), at(run, 0, 1, 'tableRead'), at(run, 1, 1, 'tableRead')]).toEqual([20, 0, 8, 0]);
  expect(totalOf(run.ledger, 'update') + totalOf(run.ledger, 'spike') + totalOf(run.ledger, 'crossing')).toBe(0);
  expect([0, 1, 2].map((step) => [at(run, step, 3, 'partialAdd'), at(run, step, 3, 'biasAdd')])).toEqual([[20, 0], [20, 0], [20, 5]]);
  expect([...run.activities![0].bits]).toEqual([16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(run.activities![1].bits[3]).toBe(5 * 17);
  expect(run.activities![1].bits[4]).toBe(0);
});

test('attention counts coincidences, queries and counter words', () => {
  const planes = [plane('q', [1, 2], 4, spike), plane('k', [1, 2], 4, spike), plane('v', [1, 2], 4, spike), plane('out', [1, 2], 4, { as: 'current', bits: 4 })], tokens = span(0,
    2), all = span(0, 4);
  const program = programOf(1, planes, [], [source(0, planes[0], 0), source(1, planes[1], 1), source(2, planes[2], 2),
    { id: 3, layer: 0, kind: 'attend', form: 'kv', contexts: span(0, 4), heads: span(0, 2), width: [2, 2], columns: all, query: region(0, tokens, all), key: region(1, tokens,
      all), value: region(2, tokens, all), counterBits: 20, sumBits: 4, fills: 2, clear: 'step' },
    { id: 4, layer: 0, kind: 'soma', contexts: tokens, columns: all, sums: [3], adds: [], bias: new Int32Array(4), rule: { kind: 'pass' }, membraneBits: 0, current: region(3,
      tokens, all) }]);
  const inputs = new Map([['q', Uint8Array.from([1, 1, 0, 0, 0, 1, 1, 1])], ['k', Uint8Array.from([1, 1, 1, 0, 0, 1, 1, 1])], ['v', Uint8Array.from([1, 0, 0, 0, 1, 1, 0, 1])]]);
  const run = expectReference(program, chip, inputs), engine = prepare(program, chip);
  engine.run(inputs, { activities: false });
  // head 0: token 0 k {0 1} v {0}, token 1 k {1} v {0 1}: counters [[1 0] [2 1]]; head 1: only token 1, k {0 1} v {1}: [[0 1] [0 1]]
  expect([...engine.values(3)]).toEqual([3, 1, 0, 0, 2, 1, 0, 2]);
  expect([at(run, 0, 3, 'sopKv'), at(run, 0, 3, 'sopQ')]).toEqual([2 + 2 + 2, 5 * 2]);
  expect([...run.activities![3].rows]).toEqual([2, 3, 2, 3]);                // token 0's key of head 1 meets an empty value
  expect([...run.activities![3].bits]).toEqual([0, 0, 16, 16]);             // only read contexts send
  expect(at(run, 0, 3, 'counterRead')).toBe((5 + 5) * 2);                    // a row of 2 x 20 bits is two 32-bit words
  expect(at(run, 0, 3, 'counterWrite')).toBe(5 * 2 + 2 * 2 * 2);             // and all four rows of both heads are cleared
});

test('attention equals (Q K^T) V on random spikes, heads cut in tiles', () => {
  const shapes = fc.record({ tokens: fc.integer({ min: 1, max: 6 }), heads: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 20 }), seed: fc.integer({ min: 1,
    max: 1e6 }) });
  fc.assert(fc.property(shapes, ({ tokens: count, heads, width, seed }) => {
    const channels = heads * width, tokens = span(0, count), random = numbers(seed), planes = [...['q', 'k', 'v'].map((name) => plane(name, [1, count], channels, spike)),
      plane('out', [1, count], channels, spike)];
    const tiles = heads > 1 ? [span(0, 1), span(1, heads)] : [span(0, 1)];
    const stages: Stage[] = [0, 1, 2].map((i) => source(i, planes[i], i));
    for (const tile of tiles) {
      const columns = span(tile.from * width, tile.to * width), wide = columns.to - columns.from, id = stages.length;
      stages.push({ id, layer: 0, kind: 'attend', form: 'kv', contexts: span(0, 2 * count), heads: tile, width: [width, width], columns, query: region(0, tokens, columns),
        key: region(1, tokens, columns), value: region(2, tokens, columns), counterBits: 4, sumBits: 9, fills: count, clear: 'step' },
        { id: id + 1, layer: 0, kind: 'soma', contexts: tokens, columns, sums: [id], adds: [], bias: new Int32Array(wide), rule: lif(new Int32Array(wide).fill(3)),
          membraneBits: 16, spikes: region(3, tokens, columns) });
    }
    const inputs = new Map(['q', 'k', 'v'].map((name) => [name, Uint8Array.from({ length: 2 * count * channels }, () => random(2))]));
    expectReference(programOf(2, planes, [], stages), chip, inputs);
  }), { seed: 71, numRuns: 30 });
});

test('the largest of signed currents is pooled, and added to a branch it fires', () => {
  const planes = [plane('in', [2, 2], 1, spike), plane('wide', [2, 2], 2, { as: 'current', bits: 8 }), plane('top', [1, 1], 2, { as: 'current', bits: 8 }), plane('out', [1, 1],
    2, spike)], four = span(0, 4), one = span(0, 1), two = span(0, 2);
  const program = programOf(2, planes, [{ rows: 1, columns: 2, data: Int8Array.from([-9, 5]) }], [source(0, planes[0], 0),
    { id: 1, layer: 0, kind: 'synapse', contexts: four, gather: { ...dense, outGrid: [2, 2], taps: one, from: [region(0, four, one)], shifts: [0], groups: 1 }, block: 0,
      columns: two,
      evaluate: 'step', sumBits: 8 },
    { id: 2, layer: 0, kind: 'soma', contexts: four, columns: two, sums: [1], adds: [], bias: Int32Array.from([-3, -2]), rule: { kind: 'pass' }, membraneBits: 0,
      current: region(1, four, two) },
    { id: 3, layer: 0, kind: 'pool', op: 'max', contexts: one, from: [region(1, four, two)], over: { kind: 'window', window: [2, 2], stride: [2, 2], padding: [0, 0], outGrid: [1,
      1] }, out: region(2, one, two) },
    { id: 4, layer: 0, kind: 'soma', contexts: one, columns: two, sums: [], adds: [region(2, one, two), region(2, one, two)], bias: Int32Array.from([7, 0]),
      rule: lif(Int32Array.from([1, 4])), membraneBits: 8, spikes: region(3, one, two) }]);
  const run = expectReference(program, chip, new Map([['in', Uint8Array.from([1, 1, 1, 1, 0, 1, 0, 0])]])), engine = prepare(program, chip);
  engine.run(new Map([['in', Uint8Array.from([1, 1, 1, 1, 0, 1, 0, 0])]]), { activities: false });
  expect([...engine.values(2)]).toEqual([-12, 3, -3, 3]);
  expect([...engine.values(3)]).toEqual([0, 1, 0, 1]);  // 2 x -12 + 7 = -17, then floor(-8.5) + 1 = -8
  expect(at(run, 0, 4, 'partialAdd')).toBe(4);
  expect(at(run, 0, 3, 'compare')).toBe(8);
  expect(run.activities![3].bits[0]).toBe(16);
});

test('spike planes and counts add up to a count or to its bit planes', () => {
  const planes = [plane('a', [1, 3], 5, spike), plane('b', [1, 3], 5, { as: 'count', max: 6 }), plane('sum', [1, 3], 5, { as: 'count', max: 7 }), plane('bit0', [1, 3], 5, spike),
    plane('bit1', [1, 3], 5, spike), plane('bit2', [1, 3], 5, spike)];
  const contexts = span(0, 3), all = span(0, 5), from = [region(0, contexts, all), region(1, contexts, all)], random = numbers(3);
  const program = programOf(2, planes, [], [source(0, planes[0], 0), source(1, planes[1], 1), { id: 2, layer: 0, kind: 'add', contexts, from, out: [region(2, contexts, all)] },
    { id: 3, layer: 0, kind: 'add', contexts, from, out: [3, 4, 5].map((out) => region(out, contexts, all)) }]);
  const a = Uint8Array.from({ length: 30 }, () => random(2)), b = Uint8Array.from({ length: 30 }, () => random(7)), run = expectReference(program, chip, new Map([['a', a], ['b',
    b]]));
  expect([at(run, 0, 2, 'compare'), at(run, 1, 3, 'compare')]).toEqual([30, 30]);
  const sums = a.map((value, i) => value + b[i]), spikes = (bit: number, m: number): number => sums.slice(m * 5, m * 5 + 5).reduce((n, sum) => n + ((sum >> bit) & 1), 0);
  expect([...run.activities![2].bits]).toEqual([15, 15, 15, 15, 15, 15]);
  expect([...run.activities![3].bits]).toEqual(Array.from({ length: 18 }, (_, i) => Math.min(5, 3 * spikes(i % 3, Math.floor(i / 3)))));
});
