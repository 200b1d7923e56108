// Attention with levels, over a whole clip, in the Hamming form and on stored matrices: by hand, and against products written out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Attend, Carrier, Plane, Program, Stage } from '../../targets/contract/program.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import { chipWith, feed, passing, plane, programOf, region, sources, span } from './layers.ts';

const chip = chipWith({}), current = (bits: number): Carrier => ({ as: 'current', bits }), spike = { as: 'spike' } as const, count = (max: number): Carrier => ({ as: 'count',
  max });
const at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
const valuesOf = (program: Program, inputs: ReadonlyMap<string, Uint8Array | Int32Array>, on = chip): number[] => {
  const engine = prepare(program, on);
  engine.run(inputs, { activities: false });
  return [...engine.values(program.planes.length - 1)];
};

type Shape = Readonly<{ form: Attend['form']; store?: 'rows' | 'columns'; clear: Attend['clear']; steps: number; fills: number; reads: number; heads: number;
  key: number; value: number;
  carriers: readonly [query: Carrier, key: Carrier, value: Carrier] }>;

/** Operand planes q, k (and v), then one attend stage per tile of heads and a soma that passes its sums on. */
function attentionProgram(shape: Shape, tiles: readonly (readonly [number, number])[]): Program {
  const { form, fills, reads, heads, key, value, carriers } = shape, matrix = form === 'matrix', stored = matrix ? (shape.store === 'rows' ? value : key) : key;
  const planes: Plane[] = [plane('q', [1, reads], heads * key, carriers[0]), plane('k', [1, fills], heads * stored, carriers[1]), ...(matrix ? [] : [plane('v', [1, fills],
    heads * value, carriers[2])]),
    plane('out', [1, reads], heads * value, current(24))], stages: Stage[] = sources(planes, planes.length - 1);
  for (const [from, to] of tiles) {
    const id = stages.length, part = (index: number, positions: number, width: number) => region(index, span(0, positions), span(from * width, to * width)),
      columns = span(from * value, to * value);
    stages.push({ id, layer: 0, kind: 'attend', form, ...(shape.store ? { store: shape.store } : {}), contexts: span(0, fills + reads), heads: span(from, to), width: [key,
      value], fills, columns,
      query: part(0, reads, key), key: part(1, fills, stored), ...(matrix ? {} : { value: part(2, fills, value) }), counterBits: 12, sumBits: 20, clear: shape.clear },
    passing(id + 1, { sums: id }, region(planes.length - 1, span(0, reads), columns)));
  }
  return programOf(shape.steps, planes, [], stages);
}
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

test('levels multiply: one operation per unit, a row as often as its level where the target repeats', () => {
  const program = attentionProgram({ form: 'kv', clear: 'step', steps: 1, fills: 2, reads: 2, heads: 1, key: 2, value: 2, carriers: [count(4), count(4), count(4)] }, [[0, 1]]);
  const inputs = new Map([['q', bytes(2, 0, 1, 3)], ['k', bytes(3, 0, 1, 2)], ['v', bytes(1, 4, 0, 2)]]);
  // counters: [3 12] + [0 2] = [3 14]; [0 4]
  expect(valuesOf(program, inputs)).toEqual([6, 28, 3, 26]);
  const repeat = expectReference(program, chip, inputs), multiply = expectReference(program, chipWith({}, 'multiply'), inputs);
  for (const run of [repeat, multiply]) expect([at(run, 0, 3, 'sopKv'), at(run, 0, 3, 'sopQ')]).toEqual([3 * 5 + 3 * 2, (2 + 4) * 2]);
  expect([[...repeat.activities![3].rows], [...multiply.activities![3].rows]]).toEqual([[3, 3, 2, 4], [1, 2, 1, 2]]);
  expect([at(repeat, 0, 3, 'counterRead'), at(multiply, 0, 3, 'counterRead')]).toEqual([12, 6]);  // 2 x 12 bits are one 32-bit word
  expect([at(repeat, 0, 3, 'counterWrite'), at(multiply, 0, 3, 'counterWrite')]).toEqual([6 + 2, 3 + 2]);
});

test('query first meets every stored key once, and adds its value as often as they have spikes in common', () => {
  const program = attentionProgram({ form: 'qk', clear: 'step', steps: 1, fills: 2, reads: 2, heads: 1, key: 2, value: 2, carriers: [count(4), count(4), count(4)] }, [[0, 1]]);
  const inputs = new Map([['q', bytes(2, 0, 1, 3)], ['k', bytes(3, 0, 1, 2)], ['v', bytes(1, 4, 0, 2)]]), run = expectReference(program, chip, inputs);
  // scores: 6 2; 3 7
  expect(valuesOf(program, inputs)).toEqual([6, 28, 3, 26]);
  expect([at(run, 0, 3, 'sopKv'), at(run, 0, 3, 'sopQ')]).toEqual([6 + 2 + 3 + 7, (6 + 3) * 5 + (2 + 7) * 2]);
  expect([...run.activities![3].rows]).toEqual([1, 1, 2, 2]);
  expect([at(run, 0, 3, 'counterRead'), at(run, 0, 3, 'counterWrite')]).toEqual([4, 2]);  // a row of 12 bits is one word; nothing is cleared
});

test('counters of a whole clip are filled by all steps before any read, and cleared once', () => {
  const shape: Shape = { form: 'kv', clear: 'sample', steps: 2, fills: 1, reads: 1, heads: 1, key: 1, value: 2, carriers: [spike, spike, spike] },
    program = attentionProgram(shape, [[0, 1]]);
  const inputs = new Map([['q', bytes(1, 1)], ['k', bytes(1, 1)], ['v', bytes(1, 0, 1, 1)]]), run = expectReference(program, chip, inputs);
  expect(valuesOf(program, inputs)).toEqual([2, 1, 2, 1]);
  expect(valuesOf(attentionProgram({ ...shape, clear: 'step' }, [[0, 1]]), inputs)).toEqual([1, 0, 1, 1]);
  expect([0, 1].map((step) => [at(run, step, 3, 'sopKv'), at(run, step, 3, 'sopQ'), at(run, step, 3, 'counterWrite')])).toEqual([[1, 2, 2], [2, 2, 1]]);
});

test('Hamming attention counts agreements against disagreements, silence included', () => {
  const program = attentionProgram({ form: 'hamming', clear: 'sample', steps: 2, fills: 1, reads: 1, heads: 1, key: 3, value: 2, carriers: [spike, spike, spike] }, [[0, 1]]);
  const inputs = new Map([['q', bytes(1, 0, 0, 0, 0, 0)], ['k', bytes(1, 1, 0, 0, 0, 1)], ['v', bytes(1, 0, 1, 1)]]), run = expectReference(program, chip, inputs);
  // step 0: q meets k_0 in 2 of 3 (+1) and k_1 in 1 of 3 (-1); step 1: silent q meets k_0 in 1 (-1) and k_1 in 2 (+1)
  expect(valuesOf(program, inputs)).toEqual([1 - 1, -1, -1 + 1, 1]);
  expect([0, 1].map((step) => [at(run, step, 3, 'sopKv'), at(run, step, 3, 'sopQ'), at(run, step, 3, 'partialAdd')])).toEqual([[2, 2, 2 + 4], [2, 0, 4 + 4]]);
  expect([...run.activities![3].rows]).toEqual([2 + 2, 1 + 2, 1 + 2, 0 + 2]);  // the two rows of sums beside key and query rows
  expect([0, 1].map((step) => [at(run, step, 3, 'counterRead'), at(run, step, 3, 'counterWrite')])).toEqual([[4 + 3, 4 + 5], [3 + 2, 3]]);
});

test('a stored matrix keeps currents as rows or as columns, and queries add its rows', () => {
  const shape = { form: 'matrix', clear: 'step', steps: 1, heads: 1, carriers: [spike, current(12), spike] } as const;
  const rows = attentionProgram({ ...shape, store: 'rows', fills: 2, reads: 3, key: 2, value: 3 }, [[0, 1]]), columns = attentionProgram({ ...shape, store: 'columns', fills: 3,
    reads: 2, key: 2, value: 3 }, [[0, 1]]);
  const ofRows = new Map<string, Uint8Array | Int32Array>([['q', bytes(1, 0, 1, 1, 0, 0)], ['k', Int32Array.from([-700, 2, 3, 10, 20, -30])]]);
  const ofColumns = new Map<string, Uint8Array | Int32Array>([['q', bytes(1, 0, 1, 1)], ['k', Int32Array.from([-700, 10, 2, 20, 3, -30])]]);
  expect(valuesOf(rows, ofRows)).toEqual([-700, 2, 3, -690, 22, -27, 0, 0, 0]);
  expect(valuesOf(columns, ofColumns)).toEqual([-700, 2, 3, -690, 22, -27]);
  const [byRows, byColumns] = [expectReference(rows, chip, ofRows), expectReference(columns, chip, ofColumns)];
  expect([byRows, byColumns].map((run) => [at(run, 0, 2, 'sopQ'), at(run, 0, 2, 'sopKv')])).toEqual([[9, 0], [9, 0]]);
  expect([[...byRows.activities![2].rows], [...byColumns.activities![2].rows]]).toEqual([[1, 1, 1, 2, 0], [1, 1, 1, 1, 2]]);
  // 3 x 12 bits are two words, 2 x 12 one
  expect([byRows, byColumns].map((run) => [at(run, 0, 2, 'counterWrite'), at(run, 0, 2, 'counterRead')])).toEqual([[2 * 2, 3 * 2], [3 * 1, 3 * 2]]);
  expect([...byRows.activities![2].bits]).toEqual([0, 0, 60, 60, 60]);
});

const forms: readonly (readonly [string, Pick<Shape, 'form' | 'store' | 'clear' | 'carriers'>])[] = [
  ['levels', { form: 'kv', clear: 'step', carriers: [count(4), count(4), count(4)] }], ['levels of keys alone', { form: 'kv', clear: 'step', carriers: [spike, count(3), spike] }],
  ['query first', { form: 'qk', clear: 'step', carriers: [spike, spike, spike] }], ['query first, levels', { form: 'qk', clear: 'step', carriers: [count(3), count(2), count(4)] }],
  ['levels of values, clip-wide', { form: 'kv', clear: 'sample', carriers: [spike, spike, count(2)] }], ['ternary spikes', { form: 'kv', clear: 'step',
    carriers: [{ as: 'ternary' }, { as: 'ternary' }, { as: 'ternary' }] }],
  ['spikes, Hamming', { form: 'hamming', clear: 'sample', carriers: [spike, spike, spike] }], ['stored rows', { form: 'matrix', store: 'rows', clear: 'step', carriers: [spike,
    current(9), spike] }],
  ['stored columns', { form: 'matrix', store: 'columns', clear: 'step', carriers: [spike, current(9), spike] }],
  ['stored rows of ternary queries', { form: 'matrix', store: 'rows', clear: 'step', carriers: [{ as: 'ternary' }, count(3), spike] }],
];

test.each(forms)('attention on %s equals the products written out, heads split or not, sums saturating or not', (_, form) => {
  const shapes = fc.record({ steps: fc.integer({ min: 1, max: 3 }), fills: fc.integer({ min: 1, max: 5 }), reads: fc.integer({ min: 1, max: 5 }), heads: fc.integer({ min: 1,
    max: 4 }),
    key: fc.integer({ min: 1, max: 18 }), value: fc.integer({ min: 1, max: 18 }), seed: fc.integer({ min: 1, max: 1e6 }) });
  fc.assert(fc.property(shapes, ({ seed, ...sizes }) => {
    const square = form.store === 'rows' ? { key: sizes.fills } : form.store === 'columns' ? { value: sizes.fills } : {}, shape: Shape = { ...form, ...sizes, ...square };
    const program = attentionProgram(shape, [[0, shape.heads]]), split = attentionProgram(shape, shape.heads > 1 ? [[0, 1], [1, shape.heads]] : [[0, 1]]);
    const inputs = feed(program.planes, program.planes.length - 1, shape.steps, seed);
    for (const on of [chip, chipWith({}, 'multiply')]) {
      const one = expectReference(program, on, inputs), parts = expectReference(split, on, inputs);
      for (const kind of ['sopKv', 'sopQ', 'partialAdd', 'counterRead', 'counterWrite'] as const) expect(totalOf(parts.ledger, kind), kind).toBe(totalOf(one.ledger, kind));
    }
    const saturating = chipWith({ sums: 'saturating', accumulatorBits: 30 });
    expect(valuesOf(program, inputs, saturating)).toEqual(valuesOf(program, inputs));
  }), { seed: 121, numRuns: 15 });
});

test('additions to and of the Hamming sums are counted as the reference counts them', () => {
  const shape: Shape = { form: 'hamming', clear: 'sample', steps: 2, fills: 3, reads: 3, heads: 2, key: 5, value: 4, carriers: [spike, spike, spike] },
    program = attentionProgram(shape, [[0, 2]]);
  const inputs = feed(program.planes, 3, 2, 8), run = expectReference(program, chip, inputs), spikes = [...inputs.get('v')!].reduce((a, b) => a + b, 0);
  expect(at(run, 0, 3, 'partialAdd') + at(run, 1, 3, 'partialAdd')).toBe(2 * spikes + 2 * (2 * 3 * 2 * 4));
});

test('sums that saturate clamp after every row, levels and all', () => {
  const program = attentionProgram({ form: 'matrix', store: 'rows', clear: 'step', steps: 1, fills: 3, reads: 1, heads: 1, key: 3, value: 1, carriers: [count(4), current(12),
    spike] }, [[0, 1]]);
  const run = (...rows: readonly number[]): number => valuesOf(program, new Map<string, Uint8Array | Int32Array>([['q', bytes(2, 1, 1)], ['k', Int32Array.from(rows)]]),
    chipWith({ sums: 'saturating',
    accumulatorBits: 8 }))[0];
  expect([run(60, 60, -100), run(-80, 100, 20), run(-60, 0, 50)]).toEqual([27, -8, -70]);  // 120, 127, 27; -128, -28, -8
});
