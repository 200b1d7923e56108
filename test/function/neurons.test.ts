// Neuron rules on currents fed from outside: by hand where a rule differs from its neighbours, and against the reference at random.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Carrier, Program, Rule, Stage } from '../../targets/contract/program.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import { workCycles } from '../../targets/contract/work.ts';
import { chipWith, dense, feed, lif, numbers, plane, programOf, region, sources, span, whole } from './layers.ts';

const chip = chipWith({}), current = { as: 'current', bits: 12 } as const;
const at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
type Neuron = Extract<Rule, { kind: 'lif' }>;

/** Currents straight into one soma. */
function neuronProgram(steps: number, columns: number, rule: Rule, out: Carrier, membraneBits: number, bias = new Int32Array(columns)): Program {
  const planes = [plane('in', [1, 1], columns, current), plane('out', [1, 1], columns, out)];
  const soma: Stage = { id: 1, layer: 0, kind: 'soma', contexts: span(0, 1), columns: span(0, columns), sums: [], adds: [whole(planes, 0)], bias, rule, membraneBits,
    spikes: whole(planes, 1) };
  return programOf(steps, planes, [], [...sources(planes, 1), soma]);
}

/** What one neuron gives for its currents, step by step. */
function respond(rule: Rule, out: Carrier, ...currents: readonly number[]): number[] {
  const program = neuronProgram(currents.length, 1, rule, out, 16), engine = prepare(program, chip), inputs = new Map([['in', Int32Array.from(currents)]]);
  expectReference(program, chip, inputs);
  engine.run(inputs, { activities: false });
  return [...engine.values(1)];
}

const neuron = (threshold: number, change: Partial<Neuron>): Rule => ({ ...lif(Int32Array.from([threshold])) as Neuron, ...change });
const spike = { as: 'spike' } as const;

test('a strict neuron leaks towards zero from below and does not fire on its threshold', () => {
  const strict = { keep: [1, 4], fires: '>', rounding: 'ceil' } as const;
  expect(respond(neuron(24, strict), spike, -3, 25, 24, 18, 19)).toEqual([0, 1, 0, 0, 1]);                      // ceil(-0.75) + 25 = 25; 24; 6 + 18; 6 + 19
  expect(respond(neuron(24, { ...strict, rounding: 'floor' }), spike, -3, 25)).toEqual([0, 0]);                 // -1 + 25
  expect(respond(neuron(24, { ...strict, fires: '>=' }), spike, 24, 24)).toEqual([1, 1]);
});

test('after a spike the membrane is zero, less by the threshold, or the threshold', () => {
  const currents = [12, 9, 5, 3] as const;
  expect(respond(neuron(10, { reset: 'zero' }), spike, ...currents)).toEqual([1, 0, 0, 0]);        // 12 | 9, 4 + 5, 4 + 3
  expect(respond(neuron(10, { reset: 'subtract' }), spike, ...currents)).toEqual([1, 1, 0, 0]);    // 12 | 1 + 9 | 5, 2 + 3
  expect(respond(neuron(10, { reset: 'threshold' }), spike, ...currents)).toEqual([1, 1, 1, 0]);   // 12 | 5 + 9 | 5 + 5 | 5 + 3
});

test('fractional bits keep what a plain floor of 3/4 loses', () => {
  expect(respond(neuron(12, { keep: [3, 4] }), spike, 1, 10, 4)).toEqual([0, 0, 0]);                             // 1; 0 + 10; 7 + 4
  expect(respond(neuron(16, { fractionBits: 3 }), spike, 1, 1, 1, 2)).toEqual([0, 0, 0, 1]);  // 8; 12; 14; 7 + 16
  expect(respond(neuron(12 * 16, { keep: [3, 4], fractionBits: 4 }), spike, 1, 10, 4)).toEqual([0, 0, 1]);       // 16; 12 + 160; 129 + 64 = 193
});

test('a ladder counts the thresholds it reaches, half to even', () => {
  const rule: Rule = { kind: 'ladder', levels: 4, thresholds: Int32Array.from([1, 3, 5, 7]), strict: Uint8Array.from([1, 0, 1, 0]) }, count = { as: 'count', max: 4 } as const;
  expect(respond(rule, count, -9, 1, 2, 3, 5, 6, 7, 900)).toEqual([0, 0, 1, 2, 2, 3, 4, 4]);
});

test('a ladder counts one update per neuron, unit spikes, neurons that emit, no state, and reads all its thresholds', () => {
  const rule: Rule = { kind: 'ladder', levels: 3, thresholds: Int32Array.from([1, 2, 3, 4, 4, 9]), strict: new Uint8Array(3) };
  const run = expectReference(neuronProgram(2, 2, rule, { as: 'count', max: 3 }, 0, Int32Array.from([0, -1])), chip, new Map([['in', Int32Array.from([2, 5, 0, 99])]]));
  // step 0: 2 of [1 2 3] is level 2, 5 - 1 of [4 4 9] is level 2; step 1: 0 and 3
  expect([0, 1].map((step) => [at(run, step, 1, 'update'), at(run, step, 1, 'crossing'), at(run, step, 1, 'spike')])).toEqual([[2, 2, 4], [2, 1, 3]]);
  expect([at(run, 0, 1, 'stateWrite'), at(run, 1, 1, 'stateRead'), at(run, 0, 1, 'tableRead')]).toEqual([0, 0, 3]);  // 2 x (24 + 3 x 24) bits in words of 64
  expect([...run.activities![1].bits]).toEqual([4, 4]);                                                              // counts travel dense
});

test('an elastic neuron is wiped after +, doubled against silence after -, and silent on its thresholds', () => {
  const rule: Rule = { kind: 'elastic', thresholds: Int32Array.from([2, 2, 2, 2, 2, 3]), keeps: Int32Array.from([9, 9, 9, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0]),
    keepBits: 2, fractionBits: 0 };
  // -3; odd(-1.5) + 1 = 0; 0 + 4 = 4; wiped: 2; odd(0.5) - 2 = -1; odd(-0.25) - 3 = -4
  expect(respond(rule, { as: 'ternary' }, -3, 1, 4, 2, -2, -3)).toEqual([-1, 0, 1, 0, 0, -1]);
});

test('ternary spikes count one each, send an index and a sign, and keep a membrane', () => {
  const columns = 5, rule: Rule = { kind: 'elastic', thresholds: new Int32Array(10).fill(3), keeps: new Int32Array(6).fill(1), keepBits: 1, fractionBits: 1 };
  const run = expectReference(neuronProgram(2, columns, rule, { as: 'ternary' }, 24), chip, new Map([['in', Int32Array.from([2, -2, 1, 0, 0, -9, 0, 9, 9, 9])]]));
  // step 0: 4 -4 2 0 0 -> two spikes of 3 + 1 bits; step 1: 2 - 18, -2, 1 + 18, 18, 18 -> four, the mask of 2 x 5 bits
  expect([0, 1].map((step) => [at(run, step, 1, 'spike'), at(run, step, 1, 'crossing'), at(run, step, 1, 'update')])).toEqual([[2, 2, 5], [4, 4, 5]]);
  expect([...run.activities![1].bits]).toEqual([8, 10]);
  expect([at(run, 0, 1, 'stateRead'), at(run, 1, 1, 'stateRead'), at(run, 1, 1, 'stateWrite')]).toEqual([0, 2, 2]);   // 5 x 24 bits
});

test('a neuron that mixes steps stores each input once, reads those before, and takes a pass of its lanes for each', () => {
  const columns = 5, rule: Rule = { kind: 'mix', thresholds: new Int32Array(15).fill(4), weights: Int32Array.from([1, 0, 0, 1, 1, 0, -1, 2, 1]) };
  const run = expectReference(neuronProgram(3, columns, rule, spike, 24), chip, new Map([['in', Int32Array.from([4, 3, 0, -9, 1, 0, 1, 9, 9, 2, 0, 6, -20, 0, 9])]]));
  // 4 3 0 -9 1; 4 4 9 0 3; -4 5 -2 27 12
  expect([0, 1, 2].map((step) => at(run, step, 1, 'spike'))).toEqual([1, 3, 3]);
  // 5 x 24 bits are two words of state; step 2 stores nothing, and reads two inputs of each
  expect([0, 1, 2].map((step) => [at(run, step, 1, 'stateWrite'), at(run, step, 1, 'stateRead'), at(run, step, 1, 'mac')])).toEqual([[2, 0, 5], [2, 2, 10], [0, 4, 15]]);
  expect([0, 1, 2].map((step) => at(run, step, 1, 'tableRead'))).toEqual([5, 6, 6]);  // 5 x (24 + 32) bits and 24 for each step so far, in words of 64
  expect([...run.activities![1].rows]).toEqual([0, 1, 2]);
  const stage = neuronProgram(3, columns, rule, spike, 24).stages[1];
  expect([0, 2].map((rows) => workCycles(stage, rows, 0, chip) - chip.timing.issue)).toEqual([1, 3].map((passes) => passes * Math.ceil(columns / chip.core.lanes) * chip.timing.update));
});

test('thresholds of steps alone need no state and no multiplication', () => {
  const run = expectReference(neuronProgram(2, 2, { kind: 'mix', thresholds: Int32Array.from([1, 2, 5, -3]) }, spike, 0), chip, new Map([['in', Int32Array.from([1, 1, 4, -3])]]));
  expect([0, 1].map((step) => [at(run, step, 1, 'spike'), at(run, step, 1, 'stateWrite') + at(run, step, 1, 'stateRead') + at(run, step, 1, 'mac')])).toEqual([[1, 0], [1, 0]]);
});

test('a gain multiplies the sums before currents and biases join, one multiplication per column and context', () => {
  const planes = [plane('in', [1, 2], 1, spike), plane('stream', [1, 2], 2, current), plane('out', [1, 2], 2, current)], two = span(0, 2), one = span(0, 1);
  const program = programOf(1, planes, [{ rows: 1, columns: 2, data: Int8Array.from([5, -3]) }], [...sources(planes, 2),
    { id: 2, layer: 0, kind: 'synapse', contexts: two, gather: { ...dense, outGrid: [1, 2], taps: one, from: [whole(planes, 0)], shifts: [0], groups: 1 }, block: 0, columns: two,
      evaluate: 'step', sumBits: 5 },
    { id: 3, layer: 0, kind: 'soma', contexts: two, columns: two, sums: [2], adds: [whole(planes, 1)], bias: Int32Array.from([7, 1]), rule: { kind: 'pass' }, membraneBits: 0,
      gain: Int32Array.from([10, -4]), current: whole(planes, 2) }]);
  const inputs = new Map<string, Uint8Array | Int32Array>([['in', Uint8Array.from([1, 0])], ['stream', Int32Array.from([-100, 2, 3, 4])]]), run = expectReference(program, chip,
    inputs);
  const engine = prepare(program, chipWith({ sums: 'saturating', accumulatorBits: 8 }));
  expect([at(run, 0, 3, 'mac'), at(run, 0, 3, 'tableRead'), at(run, 0, 3, 'update')]).toEqual([4, 4, 0]);  // 2 x 48 bits, two contexts
  engine.run(inputs, { activities: false });
  expect([...engine.values(2)]).toEqual([50 - 100 + 7, 12 + 2 + 1, 3 + 7, 4 + 1]);
});

test('a gain may change with the step: its row of that step multiplies the sums, and only them', () => {
  const planes = [plane('in', [1, 2], 1, spike), plane('out', [1, 2], 2, current)], two = span(0, 2), one = span(0, 1);
  const program = programOf(3, planes, [{ rows: 1, columns: 2, data: Int8Array.from([5, -3]) }], [...sources(planes, 1),
    { id: 1, layer: 0, kind: 'synapse', contexts: two, gather: { ...dense, outGrid: [1, 2], taps: one, from: [whole(planes, 0)], shifts: [0], groups: 1 }, block: 0, columns: two, evaluate: 'step', sumBits: 5 },
    { id: 2, layer: 0, kind: 'soma', contexts: two, columns: two, sums: [1], adds: [], bias: Int32Array.from([7, 1]), rule: { kind: 'pass' }, membraneBits: 0, gain: Int32Array.from([1, 2, 10, -4, 0, 3]), current: whole(planes, 1) }]);
  const inputs = new Map([['in', Uint8Array.from([1, 0, 1, 1, 1, 0])]]), engine = prepare(program, chip), run = expectReference(program, chip, inputs);
  engine.run(inputs, { activities: false });
  expect([...engine.values(1)]).toEqual([5 + 7, -6 + 1, 7, 1, 57, 13, 57, 13, 7, -9 + 1, 7, 1]);
  expect([0, 1, 2].map((step) => at(run, step, 2, 'mac'))).toEqual([4, 4, 4]);
});

test('a neuron fires on the sum times its gain', () => {
  const planes = [plane('in', [1, 1], 1, spike), plane('out', [1, 1], 2, spike)], one = span(0, 1), two = span(0, 2);
  const program = programOf(1, planes, [{ rows: 1, columns: 2, data: Int8Array.from([3, -3]) }], [...sources(planes, 1),
    { id: 1, layer: 0, kind: 'synapse', contexts: one, gather: { ...dense, outGrid: [1, 1], taps: one, from: [whole(planes, 0)], shifts: [0], groups: 1 }, block: 0, columns: two,
      evaluate: 'step', sumBits: 5 },
    { id: 2, layer: 0, kind: 'soma', contexts: one, columns: two, sums: [1], adds: [], bias: Int32Array.from([0, 1]), rule: lif(Int32Array.from([13, 13])), membraneBits: 8,
      gain: Int32Array.from([4, -4]), spikes: whole(planes, 1) }]);
  const engine = prepare(program, chip), inputs = new Map([['in', Uint8Array.from([1])]]);
  expectReference(program, chip, inputs);
  engine.run(inputs, { activities: false });
  expect([...engine.values(1)]).toEqual([0, 1]);  // 12; 12 + 1
});

const rules = fc.record({ kind: fc.constantFrom('lif', 'ladder', 'elastic', 'mix'), numerator: fc.nat(7), denominator: fc.integer({ min: 7, max: 9 }), reset: fc.constantFrom('zero',
  'subtract',
  'threshold'), fires: fc.constantFrom('>=', '>'), rounding: fc.constantFrom('floor', 'ceil'), fractionBits: fc.nat(5), levels: fc.integer({ min: 1, max: 6 }),
    seed: fc.integer({ min: 1,
  max: 1e6 }), steps: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 70 }) } as const);

test('every rule equals the reference on random currents, cut into columns or not', () => {
  fc.assert(fc.property(rules, (one) => {
    const { steps, columns, levels, fractionBits, seed } = one, random = numbers(seed), sorted = (length: number): Int32Array => Int32Array.from({ length }, () =>
      random(2000) - 600).sort();
    const build = (from: number, to: number): Rule => {
      const part = (length: number, at: (column: number, i: number) => number): Int32Array => Int32Array.from({ length: (to - from) * length }, (_, i) =>
        at(from + Math.floor(i / length), i % length));
      const seeded = (a: number, b: number): number => numbers(seed + a * 131 + b * 7919)(2000 * 2 ** fractionBits);
      if (one.kind === 'lif') return { kind: 'lif', thresholds: part(1, seeded), keep: [one.numerator, one.denominator], reset: one.reset, fires: one.fires,
        rounding: one.rounding, fractionBits };
      if (one.kind === 'ladder') return { kind: 'ladder', levels, thresholds: part(levels, (_, level) => rungs[level]), strict };
      if (one.kind === 'mix') return { kind: 'mix', thresholds: Int32Array.from({ length: steps * (to - from) }, (_, i) => seeded(from + (i % (to - from)), Math.floor(i / (to - from)))), ...(mixed ? { weights: mixed } : {}) };
      return { kind: 'elastic', keepBits: 3, fractionBits, keeps, thresholds: Int32Array.from({ length: steps * (to - from) }, (_, i) => seeded(from + (i % (to - from)),
        Math.floor(i / (to - from)))) };
    };
    const rungs = sorted(levels), strict = Uint8Array.from({ length: levels }, () => random(2)), keeps = Int32Array.from({ length: steps * 3 }, () => random(9));
    const mixed = seed % 3 === 0 ? undefined : Int32Array.from({ length: steps * steps }, (_, i) => (i % steps > Math.floor(i / steps) ? 0 : random(9) - 3));
    const carrier: Carrier = one.kind === 'lif' || one.kind === 'mix' ? spike : one.kind === 'ladder' ? { as: 'count', max: levels } : { as: 'ternary' };
    const planes = [plane('in', [1, 2], columns, current), plane('more', [1, 2], columns, current), plane('out', [1, 2], columns, carrier)],
      bias = Int32Array.from({ length: columns }, () => random(99) - 50);
    const somas = (cuts: readonly number[], adds: number): Stage[] => cuts.slice(1).map((to, i): Stage => { const cut = span(cuts[i], to); return { id: 2 + i, layer: 0,
      kind: 'soma', contexts: span(0, 2),
      columns: cut, sums: [], adds: Array.from({ length: adds }, (_, n) => region(n, span(0, 2), cut)), bias: bias.slice(cut.from, cut.to), rule: build(cut.from, cut.to),
        membraneBits: 24,
      spikes: region(2, span(0, 2), cut) }; });
    const inputs = feed(planes, 2, steps, seed), programs = [[0, columns], [0, Math.ceil(columns / 2), columns]].map((cuts) => programOf(steps, planes, [], [...sources(planes, 2),
      ...somas(columns > 1 ? cuts : [0, 1], 1 + (seed % 2))]));
    const [uncut, cut] = programs.map((program) => expectReference(program, chip, inputs));
    for (const kind of ['update', 'spike', 'crossing'] as const) expect(totalOf(cut.ledger, kind)).toBe(totalOf(uncut.ledger, kind));
  }), { seed: 91, numRuns: 80 });
});
