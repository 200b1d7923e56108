// The engine on the hand-made tiny program: values against the reference, traffic and words by hand; samples leave nothing behind.
import { expect, test } from 'vitest';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { addLedgers, ledgerIndex, totalOf } from '../../targets/contract/ledger.ts';
import type { Chip } from '../../targets/contract/arch.ts';
import type { Program } from '../../targets/contract/program.ts';
import { headerFlits, messageSize } from '../../targets/contract/work.ts';
import type { SampleRun } from '../../simulator/function/engine.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { tinyArch, tinyProgram } from '../contract/tiny-program.ts';
import { expectReference } from './compare.ts';
import { numbers } from './layers.ts';

const at = (run: SampleRun, step: number, row: number, kind: EventKind): number => run.ledger.counts[ledgerIndex(run.ledger, step, row, kind)];
const image = (seed: number): ReadonlyMap<string, Uint8Array> => { const random = numbers(seed); return new Map([['image', Uint8Array.from({ length: 32 }, () => random(256))]]); };
const program = tinyProgram(), header = headerFlits(program, tinyArch);

test.each([1, 2, 3, 4])('the tiny program equals the reference on image %i', (seed) => {
  const run = expectReference(program, tinyArch, image(seed));
  expect(totalOf(run.ledger, 'spike')).toBeGreaterThan(20);
});

test('messages are counted once per context, step and route, those of the sample at step 0 only', () => {
  const run = prepare(program, tinyArch).run(image(1), { activities: true });
  expect([0, 1, 2].map((step) => at(run, step, 0, 'message'))).toEqual([16, 0, 0]);
  expect([0, 1, 2].map((step) => at(run, step, 1, 'message'))).toEqual([8, 0, 0]);
  expect([0, 1, 2].map((step) => at(run, step, 6, 'message'))).toEqual([8, 8, 8]);  // to a pool on the same core
  expect(at(run, 1, 9, 'message')).toBe(8);                                          // spikes and currents
  expect(at(run, 1, 2, 'message')).toBe(0);                                          // to its own soma
  expect([0, 1, 2].map((step) => at(run, step, 18, 'barrier'))).toEqual([1, 1, 1]);
});

test('packets, flits, routers and links follow the payload and the tree', () => {
  const run = prepare(program, tinyArch).run(image(1), { activities: true });
  const sums = messageSize(4 * 13, header, tinyArch);  // four sums of 13 bits over one link south
  expect(sums).toEqual({ packets: 1, flits: 2 + header });
  expect([at(run, 0, 1, 'packet'), at(run, 0, 1, 'flit'), at(run, 0, 1, 'flitRouter'), at(run, 0, 1, 'linkX'), at(run, 0, 1, 'linkY'), at(run, 0, 1, 'tableRead')])
    .toEqual([8, 8 * sums.flits, 16 * sums.flits, 8 * sums.flits, 0, 16]);
  const pixels = messageSize(2 * 8, header, tinyArch).flits;  // four messages down one link of two, twelve down four
  expect([at(run, 0, 0, 'packet'), at(run, 0, 0, 'flit'), at(run, 0, 0, 'linkX'), at(run, 0, 0, 'linkY'), at(run, 0, 0, 'flitRouter')])
    .toEqual([16, 16 * pixels, (16 * 2) * pixels, (12 * 2) * pixels, (4 * 3 + 12 * 5) * pixels]);
  const { bits } = run.activities![7];
  for (let step = 0; step < 3; step++) {
    const flits = [0, 1, 2, 3].reduce((total, context) => total + messageSize(bits[step * 4 + context], header, tinyArch).flits, 0);
    expect([at(run, step, 7, 'flit'), at(run, step, 7, 'flitRouter')]).toEqual([flits, flits * 6]);
  }
});

test('flits times tree links are link flits, on every row', () => {
  const run = prepare(program, tinyArch).run(image(2), { activities: true });
  for (const stage of program.stages) for (let step = 0; step < 3; step++) {
    expect(at(run, step, stage.id, 'flitRouter') - at(run, step, stage.id, 'flit')).toBe(at(run, step, stage.id, 'linkX') + at(run, step, stage.id, 'linkY'));
  }
});

test('words are written where messages arrive and scanned where contexts start', () => {
  const run = prepare(program, tinyArch).run(image(1), { activities: false });
  expect(run.activities).toBeUndefined();
  expect([at(run, 0, 1, 'axonWrite'), at(run, 1, 1, 'axonWrite')]).toEqual([12, 0]);      // one word a pixel
  expect([at(run, 0, 2, 'axonWrite'), at(run, 0, 5, 'axonWrite')]).toEqual([20, 20]);      // twelve pixels and eight partial sums
  expect(at(run, 1, 3, 'axonWrite')).toBe(0);
  expect(at(run, 1, 10, 'axonWrite')).toBe(8);                                             // query and key share a slot
  expect([at(run, 0, 1, 'axonRead'), at(run, 1, 1, 'axonRead')]).toEqual([(2 + 3) * (2 + 3 + 3 + 2), 0]);  // taps inside the map: rows x columns
  expect(at(run, 1, 10, 'axonRead')).toBe(4 * 2 + 4);
});

test('in dataflow a freed bank and a freed slot send one flit each across the mesh, charged to the sender', () => {
  const chip: Chip = { ...tinyArch, mesh: { ...tinyArch.mesh, sync: 'dataflow' } };
  const acknowledged: Program = { ...program, edges: program.edges.map((edge) => {
    const perSample = program.planes[0].per === 'sample' && edge.from === 0;
    return edge.window.kind === 'region' && !perSample ? { ...edge, window: { kind: 'region', banks: 2, ack: 'step' } } : edge;
  }) };
  const quiet = prepare(program, tinyArch).run(image(1), { activities: false }), run = prepare(acknowledged, chip).run(image(1), { activities: false });
  expect(totalOf(run.ledger, 'barrier')).toBe(0);
  // chains: core 2 frees a slot on core 1, eight contexts once
  expect([0, 1].map((step) => at(run, step, 2, 'ack'))).toEqual([8, 0]);
  expect(at(run, 0, 2, 'linkX')).toBe(8);
  expect(at(quiet, 0, 2, 'ack')).toBe(8);
  // stage 7 on core 6 reads core 2, one row up, and its own core
  const more = (kind: EventKind): number => at(run, 1, 7, kind) - at(quiet, 1, 7, kind);
  expect([more('ack'), more('packet'), more('flit'), more('flitRouter'), more('linkX'), more('linkY'), more('tableRead')]).toEqual([1, 1, 1, 2, 0, 1, 2]);
  // stage 17 on core 0 reads core 3
  expect([at(run, 2, 17, 'ack'), at(run, 2, 17, 'linkX'), at(run, 2, 17, 'linkY')]).toEqual([1, 3, 0]);
  for (const kind of ['sopBinary', 'spike', 'message', 'axonWrite'] as const) expect(totalOf(run.ledger, kind)).toBe(totalOf(quiet.ledger, kind));
});

test('without multicast every copy is a packet of its own, and still one message', () => {
  const pool = program.routes.findIndex((route) => route.from === 7), copies = [[24], [24, 28], [25], [25, 23]].map((links) => Uint32Array.from(links));
  const unicast: Program = { ...program, routes: program.routes.map((route, i) => (i === pool ? { ...route, copies } : route)) };
  const tree = prepare(program, tinyArch).run(image(3), { activities: true }), run = prepare(unicast, { ...tinyArch, router: { ...tinyArch.router,
    multicast: false } }).run(image(3), { activities: true });
  expect(at(run, 0, 7, 'message')).toBe(at(tree, 0, 7, 'message'));
  expect([at(run, 0, 7, 'packet'), at(run, 0, 7, 'flit')]).toEqual([4 * at(tree, 0, 7, 'packet'), 4 * at(tree, 0, 7, 'flit')]);
  expect([at(run, 0, 7, 'flitRouter'), at(run, 0, 7, 'tableRead')]).toEqual([(6 + 4) * at(tree, 0, 7, 'flit'), (6 + 4) * at(tree, 0, 7, 'packet')]);
});

test('a sample does not depend on the samples before it, and ledgers add', () => {
  const engine = prepare(program, tinyArch), first = engine.run(image(1), { activities: true }), kept = structuredClone([first.ledger, first.activities]);
  const other = engine.run(image(2), { activities: true }), again = engine.run(image(1), { activities: true });
  expect(again).toEqual(first);
  expect(other.ledger).not.toEqual(first.ledger);
  expect([first.ledger, first.activities]).toEqual(kept);
  const both = addLedgers(first.ledger, other.ledger);
  expect([both.samples, totalOf(both, 'spike')]).toEqual([2, totalOf(first.ledger, 'spike') + totalOf(other.ledger, 'spike')]);
});

test('an input that is missing or of the wrong size is our own bug and throws', () => {
  const engine = prepare(program, tinyArch);
  expect(() => engine.run(new Map(), { activities: false })).toThrow('input "image" needs 32 bytes, got none');
  expect(() => engine.run(new Map([['image', new Uint8Array(31)]]), { activities: false })).toThrow('got 31');
});
