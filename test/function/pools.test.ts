// Every pool, on every carrier that meets it: against the reference, cut or not; and by hand where elements are spread, joined or copied.
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Carrier, Plane, Pool, Program, Stage } from '../../targets/contract/program.ts';
import { payloadBits } from '../../targets/contract/work.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { expectReference } from './compare.ts';
import { chipWith, feed, plane, programOf, region, sources, span, whole } from './layers.ts';

const chip = chipWith({}), spike = { as: 'spike' } as const, ternary = { as: 'ternary' } as const, current = { as: 'current', bits: 12 } as const,
  count = (max: number): Carrier => ({ as: 'count', max });
const at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
const windowed = (window: readonly [number, number], stride: readonly [number, number], padding: readonly [number, number], outGrid: readonly [number, number]): Pool['over'] =>
  ({ kind: 'window', window, stride, padding, outGrid });
const over3 = windowed([3, 3], [2, 2], [1, 1], [2, 3]), over2 = windowed([2, 2], [2, 2], [0, 0], [2, 2]), elements = { kind: 'planes' } as const;
const twice = { kind: 'stretch', factor: [2, 3], outGrid: [4, 6] } as const;

const pools: readonly (readonly [string, Pool['op'], Pool['over'], Plane, readonly Plane[]])[] = [
  ['or over windows', 'or', over3, plane('out', [2, 3], 37, spike), [plane('a', [4, 5], 37, spike)]],
  ['and over windows', 'and', over2, plane('out', [2, 2], 5, spike), [plane('a', [4, 5], 5, spike)]],
  ['max over windows of spikes', 'max', over3, plane('out', [2, 3], 37, spike), [plane('a', [4, 5], 37, spike)]],
  ['max over windows of counts', 'max', over3, plane('out', [2, 3], 7, count(255)), [plane('a', [4, 5], 7, count(255))]],
  ['max over windows of currents', 'max', over3, plane('out', [2, 3], 7, current), [plane('a', [4, 5], 7, current)]],
  ['max over windows of ternary spikes', 'max', over3, plane('out', [2, 3], 7, ternary), [plane('a', [4, 5], 7, ternary)]],
  ['sum over windows of spikes', 'sum', over2, plane('out', [2, 2], 34, count(4)), [plane('a', [4, 5], 34, spike)]],
  ['sum over windows of currents', 'sum', over3, plane('out', [2, 3], 4, { as: 'current', bits: 16 }), [plane('a', [4, 5], 4, current)]],
  ['or over tokens', 'or', { kind: 'tokens' }, plane('out', [1, 1], 40, spike), [plane('a', [4, 5], 40, spike)]],
  ['sum over tokens of spikes', 'sum', { kind: 'tokens' }, plane('out', [1, 1], 40, count(20)), [plane('a', [4, 5], 40, spike)]],
  ['xor over tokens', 'xor', { kind: 'tokens' }, plane('out', [1, 1], 40, spike), [plane('a', [4, 5], 40, spike)]],
  ['and of a plane with a broadcast one', 'and', elements, plane('out', [4, 5], 33, spike), [plane('a', [4, 5], 33, spike), plane('b', [1, 1], 33, spike)]],
  ['or of three planes', 'or', elements, plane('out', [4, 5], 3, spike), [plane('a', [4, 5], 3, spike), plane('b', [4, 5], 3, spike), plane('c', [4, 5], 3, spike)]],
  ['xor of three planes', 'xor', elements, plane('out', [4, 5], 67, spike), [plane('a', [4, 5], 67, spike), plane('b', [4, 5], 67, spike), plane('c', [4, 5], 67, spike)]],
  ['and of a plane with one channel per head', 'and', elements, plane('out', [4, 5], 36, spike), [plane('a', [4, 5], 36, spike), plane('b', [4, 5], 4, spike)]],
  ['sum of currents, one with a channel per head and a single position', 'sum', elements, plane('out', [4, 5], 12, { as: 'current', bits: 14 }), [plane('a', [4, 5], 12, current),
    plane('b', [1, 1], 3, current)]],
  ['a copy of spikes', 'sum', elements, plane('out', [4, 5], 40, spike), [plane('a', [4, 5], 40, spike)]],
  ['a copy of currents', 'max', elements, plane('out', [4, 5], 6, current), [plane('a', [4, 5], 6, current)]],
  ['a copy of one channel per head', 'or', elements, plane('out', [2, 2], 6, spike), [plane('a', [2, 2], 2, spike)]],
  ['or over windows of heads', 'or', { kind: 'head', width: 4, window: [3, 3], padding: [1, 1] }, plane('out', [4, 5], 12, spike), [plane('a', [4, 5], 12, spike)]],
  ['and over windows of heads', 'and', { kind: 'head', width: 6, window: [3, 1], padding: [1, 0] }, plane('out', [4, 5], 12, spike), [plane('a', [4, 5], 12, spike)]],
  ['or over the channels of heads', 'or', { kind: 'heads', width: 9 }, plane('out', [4, 5], 4, spike), [plane('a', [4, 5], 36, spike)]],
  ['and over the channels of heads', 'and', { kind: 'heads', width: 2 }, plane('out', [4, 5], 18, spike), [plane('a', [4, 5], 36, spike)]],
  ['xor over the channels of heads', 'xor', { kind: 'heads', width: 40 }, plane('out', [1, 2], 2, spike), [plane('a', [1, 2], 80, spike)]],
  ['sum over the channels of heads', 'sum', { kind: 'heads', width: 35 }, plane('out', [1, 2], 2, count(35)), [plane('a', [1, 2], 70, spike)]],
  ['max over the channels of heads of spikes', 'max', { kind: 'heads', width: 3 }, plane('out', [1, 2], 4, spike), [plane('a', [1, 2], 12, spike)]],
  ['max over the channels of heads of currents', 'max', { kind: 'heads', width: 3 }, plane('out', [1, 2], 4, current), [plane('a', [1, 2], 12, current)]],
  ['upsampled spikes', 'or', twice, plane('out', [4, 6], 35, spike), [plane('a', [2, 2], 35, spike)]],
  ['upsampled currents', 'max', twice, plane('out', [4, 6], 3, current), [plane('a', [2, 2], 3, current)]],
  ['upsampled counts', 'sum', twice, plane('out', [4, 6], 3, count(7)), [plane('a', [2, 2], 3, count(7))]],
];

/** Planes of a pool and its stages: spans of contexts and of output channels, one stage each. */
function poolProgram(op: Pool['op'], over: Pool['over'], out: Plane, from: readonly Plane[], tiles: readonly (readonly [Span, Span])[]): Program {
  const planes = [...from, out], first = from.length;
  return programOf(2, planes, [], [...sources(planes, first), ...tiles.map(([contexts, channels], i): Stage => ({ id: first + i, layer: 0, kind: 'pool', op, over, contexts,
    from: from.map((input, n) => ({ ...whole(planes, n), channels: span(channels.from * input.channels / out.channels, channels.to * input.channels / out.channels) })),
      out: region(first, contexts, channels) }))]);
}

test.each(pools)('%s equals the element-by-element pool, cut or not', (_, op, over, out, from) => {
  // Pools by `and` see mostly ones, by `or` mostly zeros, so that both come out.
  const usual = op === 'and' ? 1 : 0, half = feed(from, from.length, 2, 9);
  const inputs = op === 'and' || op === 'or' ? new Map([...half].map(([name, values], i) => [name, values.map((value, at) => (at % 7 === i ? value : usual))])) : half;
  const contexts = out.grid[0] * out.grid[1], cut = Math.ceil(contexts / 2), all = span(0, out.channels), narrow = Math.min(...from.map(({ channels }) => channels), out.channels);
  const grain = over.kind === 'head' ? over.width : over.kind === 'heads' ? 1 : out.channels / narrow, middle = Math.floor(out.channels / grain / 2) * grain;
  const one = poolProgram(op, over, out, from, [[span(0, contexts), all]]), run = expectReference(one, chip, inputs);
  const parts = poolProgram(op, over, out, from, [[span(0, cut), span(0, middle)], [span(0, cut), span(middle, out.channels)], ...(cut < contexts ? [[span(cut, contexts),
    all] as const] : [])]);
  expect(totalOf(expectReference(parts, chip, inputs).ledger, 'compare')).toBe(totalOf(run.ledger, 'compare'));
  const engine = prepare(one, chip), { activities } = engine.run(inputs, { activities: true }), result = engine.values(from.length);
  expect(new Set(result).size).toBeGreaterThan(1);
  expect([...activities![from.length].bits]).toEqual(Array.from({ length: 2 * contexts }, (_, m) => payloadBits(out.carrier, out.channels, result.slice(m * out.channels,
    (m + 1) * out.channels).filter((value) => value !== 0).length)));
});

test('copies and upsampling combine nothing, heads every channel, broadcast planes every input', () => {
  const compares = (op: Pool['op'], over: Pool['over'], out: Plane, from: readonly Plane[]): number => {
    const program = poolProgram(op, over, out, from, [[span(0, out.grid[0] * out.grid[1]), span(0, out.channels)]]);
    return at(expectReference(program, chip, feed(from, from.length, 2, 3)), 1, from.length, 'compare');
  };
  expect(compares('or', elements, plane('out', [1, 3], 4, spike), [plane('a', [1, 3], 4, spike)])).toBe(0);
  expect(compares('or', { kind: 'stretch', factor: [1, 2], outGrid: [1, 6] }, plane('out', [1, 6], 4, spike), [plane('a', [1, 3], 4, spike)])).toBe(0);
  expect(compares('or', { kind: 'heads', width: 4 }, plane('out', [1, 3], 2, spike), [plane('a', [1, 3], 8, spike)])).toBe(24);
  expect(compares('and', elements, plane('out', [1, 3], 8, spike), [plane('a', [1, 3], 8, spike), plane('b', [1, 3], 2, spike)])).toBe(48);
});

test('one channel per head masks the channels of its head, and pixels repeat where they are stretched', () => {
  const masked = poolProgram('and', elements, plane('out', [1, 1], 4, spike), [plane('a', [1, 1], 4, spike), plane('b', [1, 1], 2, spike)], [[span(0, 1), span(0, 4)]]);
  const engine = prepare(masked, chip);
  engine.run(new Map([['a', Uint8Array.from([1, 1, 1, 0, 1, 1, 1, 1])], ['b', Uint8Array.from([0, 1, 1, 0])]]), { activities: false });
  expect([...engine.values(2)]).toEqual([0, 0, 1, 0, 1, 1, 0, 0]);
  const wide = prepare(poolProgram('max', { kind: 'stretch', factor: [2, 2], outGrid: [2, 4] }, plane('out', [2, 4], 1, current), [plane('a', [1, 2], 1, current)], [[span(0, 8),
    span(0, 1)]]), chip);
  wide.run(new Map([['a', Int32Array.from([-5, 6, 7, -8])]]), { activities: false });
  expect([...wide.values(1)]).toEqual([-5, -5, 6, 6, -5, -5, 6, 6, 7, 7, -8, -8, 7, 7, -8, -8]);
});

test('planes whose channels do not divide cannot be spread over each other', () => {
  const out = plane('out', [1, 1], 4, spike), from = [plane('a', [1, 1], 4, spike), plane('b', [1, 1], 3, spike)];
  expect(() => prepare(poolProgram('and', elements, out, from, [[span(0, 1), span(0, 4)]]), chip)).toThrow('cannot spread 3 channels of plane 1 over 4');
});

test('planes put side by side fill each their own channels', () => {
  const planes = [plane('a', [1, 2], 3, spike), plane('b', [1, 2], 2, spike), plane('out', [1, 2], 5, spike)], two = span(0, 2);
  const copy = (id: number, from: number, channels: Span): Stage => ({ id, layer: 0, kind: 'pool', op: 'or', over: elements, contexts: two, from: [whole(planes, from)],
    out: region(2, two, channels) });
  const program = programOf(2, planes, [], [...sources(planes, 2), copy(2, 0, span(0, 3)), copy(3, 1, span(3, 5))]), inputs = feed(planes, 2, 2, 5),
    run = expectReference(program, chip, inputs), engine = prepare(program, chip);
  engine.run(inputs, { activities: false });
  const [a, b] = [[...inputs.get('a')!], [...inputs.get('b')!]];
  expect([...engine.values(2)]).toEqual([0, 1, 2, 3].flatMap((m) => [...a.slice(m * 3, m * 3 + 3), ...b.slice(m * 2, m * 2 + 2)]));
  expect(at(run, 0, 2, 'compare') + at(run, 0, 3, 'compare')).toBe(0);
});
