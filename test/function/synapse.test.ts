// Synapses and somas: borders, tilings, transports of counts, saturation.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import type { Conv, Cut } from './layers.ts';
import { chipWith, convProgram, frames, outGridOf, span, uncut } from './layers.ts';

const chip = chipWith({});
const total = (run: ReturnType<ReturnType<typeof prepare>['run']>, kind: EventKind): number => totalOf(run.ledger, kind);
const runOf = (program: Program, inputs: ReadonlyMap<string, Uint8Array>, on = chip) => {
  const engine = prepare(program, on), run = engine.run(inputs, { activities: true });
  return { run, values: engine.values(program.planes.length - 1) };
};

const convs: fc.Arbitrary<Conv> = fc.record({ steps: fc.integer({ min: 1, max: 3 }), height: fc.integer({ min: 3, max: 6 }), width: fc.integer({ min: 3, max: 6 }),
  channels: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 40 }), window: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 2 }), padding: fc.nat(1), seed: fc.integer({ min: 1,
    max: 1e6 }) })
  .map(({ steps, height, width, channels, columns, window, stride, padding, seed }) => ({ steps, grid: [height, width] as const, channels, columns, seed,
    slide: { window: [window, window] as const, stride: [stride, 1] as const, padding: [padding, Math.min(padding, window - 1)] as const } }));

test('a convolution counts one operation per spike and valid fan-out', () => {
  fc.assert(fc.property(convs, (conv) => {
    const bytes = frames(conv, conv.seed), run = expectReference(convProgram(conv, uncut(conv)), chip, new Map([['in0', bytes]])), outGrid = outGridOf(conv), { window, stride,
      padding } = conv.slide;
    let operations = 0;  // by the input's side: how many output positions see each spike
    bytes.forEach((spike, i) => {
      const position = Math.floor(i / conv.channels) % (conv.grid[0] * conv.grid[1]), reach = [Math.floor(position / conv.grid[1]), position % conv.grid[1]].map((at, axis) => {
        let seen = 0;
        for (let tap = 0; tap < window[axis]; tap++) {
          const out = at + padding[axis] - tap;
          if (out >= 0 && out % stride[axis] === 0 && out / stride[axis] < outGrid[axis]) seen++;
        }
        return seen;
      });
      operations += spike * reach[0] * reach[1] * conv.columns;
    });
    expect(total(run, 'sopBinary')).toBe(operations);
    expect(total(run, 'sopGraded')).toBe(0);
  }), { seed: 61, numRuns: 25 });
});

/** Cuts 0 .. length at the places that `at` gives. */
const cutAt = (length: number, ...at: readonly number[]): Span[] => {
  const edges = [...new Set([0, ...at.map((place) => place % length), length])].sort((a, b) => a - b);
  return edges.slice(1).map((to, i) => span(edges[i], to));
};

test('however a layer is cut into rows, columns and contexts, its spikes, operations and updates are the same', () => {
  const places = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(convs, places, (conv, [a, b, c, d]) => {
    const whole = uncut(conv), inputs = new Map([['in0', frames(conv, conv.seed)]]), expected = runOf(convProgram(conv, whole), inputs), contexts = whole.contexts[0].to;
    const cuts: readonly Cut[] = [{ ...whole, channels: cutAt(conv.channels, a, b) }, { ...whole, columns: cutAt(conv.columns, a, b) }, { ...whole, contexts: cutAt(contexts, a,
      b) },
      { ...whole, taps: cutAt(whole.taps[0].to, a, b) }, { channels: cutAt(conv.channels, a), taps: cutAt(whole.taps[0].to, b), columns: cutAt(conv.columns, c),
        contexts: cutAt(contexts, d) }];
    for (const cut of cuts) {
      const { run, values } = runOf(convProgram(conv, cut), inputs);
      expect(values).toEqual(expected.values);
      for (const kind of ['sopBinary', 'sopGraded', 'update', 'spike', 'crossing', 'biasAdd'] as const) expect(total(run, kind), kind).toBe(total(expected.run, kind));
      expect(total(run, 'partialAdd')).toBe((cut.channels.length * cut.taps.length - 1) * conv.steps * contexts * conv.columns);
    }
  }), { seed: 62, numRuns: 20 });
});

const conv: Conv = { steps: 2, grid: [5, 4], channels: 9, columns: 21, slide: { window: [3, 3], stride: [1, 1], padding: [1, 1] }, seed: 7 };
const rowsOf = (run: ReturnType<typeof runOf>['run'], program: Program): number => program.stages.reduce((sum,
  stage) => sum + (stage.kind === 'synapse' ? run.activities![stage.id].rows.reduce((a, b) => a + b, 0) : 0), 0);

test('a count as several planes, as one payload and as bit planes gives the same sums and operations, at different passes', () => {
  const planes = [frames(conv, 1), frames(conv, 2), frames(conv, 3)], counts = planes[0].map((_, i) => planes[0][i] + planes[1][i] + planes[2][i]);
  const cut: Cut = { ...uncut(conv), channels: [span(0, 4), span(4, 9)] }, spike = { as: 'spike' } as const;
  const programs = { unary: convProgram(conv, cut, [spike, spike, spike]), payload: convProgram(conv, cut, [{ as: 'count', max: 3 }]), bits: convProgram(conv, cut, [spike,
    spike], [0, 1]) };
  const inputs = { unary: new Map(planes.map((bytes, i) => [`in${i}`, bytes])), payload: new Map([['in0', counts]]), bits: new Map([['in0', counts.map((count) => count & 1)],
    ['in1', counts.map((count) => count >> 1)]]) };
  const runs = { unary: runOf(programs.unary, inputs.unary), payload: runOf(programs.payload, inputs.payload), bits: runOf(programs.bits, inputs.bits),
    multiply: runOf(programs.payload, inputs.payload, chipWith({}, 'multiply')) };
  for (const name of ['unary', 'payload', 'bits'] as const) expectReference(programs[name], chip, inputs[name]);
  const rows = Object.fromEntries(Object.entries(runs).map(([name, { run }]) => [name, rowsOf(run, name === 'multiply' ? programs.payload : programs[name as 'unary'])]));
  for (const { run, values } of Object.values(runs)) {
    expect(values).toEqual(runs.unary.values);
    expect(total(run, 'sopGraded')).toBe(total(runs.unary.run, 'sopGraded'));
    expect(total(run, 'sopBinary')).toBe(0);
  }
  expect(total(runs.unary.run, 'sopGraded')).toBe(rows.unary * conv.columns);
  expect(rows.payload).toBe(rows.unary);            // a row is read as often as its count says
  expect(rows.bits).toBeLessThan(rows.payload);     // once per bit
  expect(rows.multiply).toBeLessThan(rows.bits);    // once per value
  for (const [name, { run }] of Object.entries(runs)) expect(total(run, 'weightRead')).toBe(rows[name] * 3);  // 21 bytes are three words
});

test('event frames count value times fan-out, and a row pass per unit or per pixel', () => {
  const bytes = frames(conv, 9, 256, 0.2), program = convProgram(conv, uncut(conv), [{ as: 'pixel' }]), inputs = new Map([['in0', bytes]]);
  const repeat = expectReference(program, chip, inputs), multiply = expectReference(program, chipWith({}, 'multiply'), inputs);
  expect(total(repeat, 'mac')).toBe(0);
  expect(rowsOf(repeat, program) * conv.columns).toBe(total(repeat, 'sopGraded'));
  const ones = expectReference(program, chip, new Map([['in0', bytes.map((value) => Math.min(1, value))]]));
  expect(rowsOf(multiply, program)).toBe(rowsOf(ones, program));
});

test('saturating accumulators give exact results where nothing saturates', () => {
  const cut: Cut = { ...uncut(conv), channels: [span(0, 2), span(2, 9)], columns: [span(0, 5), span(5, 21)] }, inputs = new Map([['in0', frames(conv, 4)]]),
    program = convProgram(conv, cut);
  const exact = runOf(program, inputs), saturating = runOf(program, inputs, chipWith({ sums: 'saturating', accumulatorBits: 24 }));
  expect(saturating.values).toEqual(exact.values);
  expect(saturating.run.ledger).toEqual(exact.run.ledger);
  expect(saturating.run.activities).toEqual(exact.run.activities);
});

test('saturating accumulators clamp row by row from the partial sum that came in', () => {
  const line: Conv = { steps: 1, grid: [1, 1], channels: 3, columns: 1, slide: { window: [1, 1], stride: [1, 1], padding: [0, 0] }, seed: 1 }, cut = { ...uncut(line),
    channels: [span(0, 1), span(1, 3)] };
  const program = convProgram(line, cut), soma = program.stages.at(-1)!;
  if (soma.kind !== 'soma') throw new Error('the last stage is the soma');
  const run = (weights: readonly number[], bias: number): number => {
    const blocks = [{ rows: 1, columns: 1, data: Int8Array.from([weights[0]]) }, { rows: 2, columns: 1, data: Int8Array.from(weights.slice(1)) }];
    const pass = { ...soma, bias: Int32Array.from([bias]), rule: { kind: 'pass' as const }, current: soma.spikes! }, { spikes: _, ...silent } = pass;
    const planes = [program.planes[0], { ...program.planes[1], carrier: { as: 'current' as const, bits: 8 } }];
    return runOf({ ...program, planes, blocks, stages: [...program.stages.slice(0, -1), silent] }, new Map([['in0', Uint8Array.from([1, 1, 1])]]), chipWith({ sums: 'saturating',
      accumulatorBits: 8 })).values[0];
  };
  expect(run([100, 100, -100], 0)).toBe(27);   // 100, 127, 27
  expect(run([-100, 100, 100], 0)).toBe(100);  // -100, 0, 100
  expect(run([100, -50, 10], 90)).toBe(127);   // 60 + 90
});
