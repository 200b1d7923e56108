// What a run keeps of the spikes it saw: bits where they are binary, values where they are levels, signs where they are ternary.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readNpz, writeNpy } from '../../compiler/files/npz.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import * as ops from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { verifyChip } from '../../runtime/compare.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { checkFeed, fed, feedOf } from '../../runtime/feed.ts';
import { packSpikes, unpackSpikes } from '../../runtime/pack-spikes.ts';
import { recordSpikes } from '../../runtime/record.ts';
import type { Simulation } from '../../runtime/simulate.ts';
import { openData } from '../../runtime/run.ts';
import { censusLayers } from '../../runtime/census.ts';
import { prepareProgram, simulateBatch } from '../../runtime/simulate-batch.ts';
import { emptyLedger } from '../../targets/contract/ledger.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { metaFormerShapes, sdhaDescriptor, sdhaShapes, sdtV3Descriptor } from '../frontend/meta-former.ts';
import { checkpointOf } from '../frontend/tiny.ts';
import { randomFrom } from '../random.ts';

describe('packed spikes', () => {
  it('come back as they were, binary, as levels and with signs', () => {
    for (const [carrier, low, high] of [[{ as: 'spike' }, 0, 1], [{ as: 'count', max: 255 }, 0, 255], [{ as: 'ternary' }, -1, 1]] as const) {
      fc.assert(fc.property(fc.array(fc.integer({ min: low, max: high }), { maxLength: 40 }), (values) => { expect(Array.from(unpackSpikes(packSpikes(values, carrier), values.length, carrier))).toEqual(values); }), { seed: 5, numRuns: 50 });
    }
  });
  it('are an eighth of a byte where they are binary', () => { expect([...packSpikes([1, 0, 0, 0, 0, 0, 1, 0, 0, 1], { as: 'spike' })]).toEqual([0b10000010, 0b01000000]); });
});

describe('a run of a network of levels', () => {
  const checkpoint = checkpointOf(metaFormerShapes(3)), { graph } = valueOf(importModel(checkpoint, sdtV3Descriptor(), 'arch.json')), target = valueOf(loadTarget('mesh45'));
  const { program, integer } = valueOf(compile({ graph, hash: 'levels', classes: ['a', 'b', 'c'] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
  const pixels = Uint8Array.from({ length: 400 }, (_, i) => (i * 37) % 256), batch = simulateBatch(prepareProgram(encodeProgram(program)), { key: 'levels', pixels, sampleBytes: 400, from: 0, to: 1, timed: 0, observed: 1, samples: 1, program: encodeProgram(program), fidelity: 'analytic' });
  const simulation: Simulation = { done: 1, observed: batch.observed, outputs: new Map([['logits', batch.outputs]]), ledger: emptyLedger(program.steps, program.stages.length), timing: undefined, spikes: [...batch.spikes], census: [], faults: [] }, data: Samples = { name: 'levels', sha256: '', count: 1, pixels: () => pixels, values: () => pixels, close: () => undefined };

  it('agrees with its integer evaluation, and counts a level as one spike', async () => {
    expect(await verifyChip(integer, program, data, simulation, new AbortController().signal)).toMatchObject({ samples: 1, differences: 0, faults: [] });
    const levels = program.probes.map(({ plane }, i) => unpackSpikes(batch.observed[0][i], program.planes[plane].grid[0] * program.planes[plane].grid[1] * program.planes[plane].channels, program.planes[plane].carrier));
    expect(Math.max(...levels.map((values) => Math.max(...values)))).toBeGreaterThan(1);
    expect(Array.from(batch.spikes)).toEqual(levels.map((values) => Array.from(values).filter((value) => value !== 0).length));
  });
  it('is recorded with its levels', () => {
    const folder = mkdtempSync(join(tmpdir(), 'spikes-'));
    writeFileSync(join(folder, 'spikes.npz'), recordSpikes(program, simulation));
    const arrays = valueOf(readNpz(join(folder, 'spikes.npz'))), largest = [...arrays].filter(([name]) => !name.startsWith('logits')).map(([, { dtype, data: values }]) => [dtype, Math.max(...Array.from(values))] as const);
    rmSync(folder, { recursive: true });
    expect(largest.every(([dtype, level]) => dtype === 'uint8' && level <= 4)).toBe(true);
    expect(Math.max(...largest.map(([, level]) => level))).toBeGreaterThan(1);
  });
  it('is refused an encoder where it reads pixels', () => {
    const data = openData({ program }, 'nowhere.npy', undefined, { encode: 'poisson', seed: 1 });
    expect(data.ok ? [] : data.faults.map(({ code, hint }) => [code, Boolean(hint)])).toEqual([['R0114', true]]);
  });
});

describe('a run of a block that reads currents', () => {
  const { graph } = valueOf(importModel(checkpointOf(sdhaShapes()), sdhaDescriptor({ 'input.bits': 9 }), 'arch.json')), target = valueOf(loadTarget('mesh45'));
  const { program, integer } = valueOf(compile({ graph, hash: 'block', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })), folder = mkdtempSync(join(tmpdir(), 'currents-'));
  afterAll(() => { rmSync(folder, { recursive: true }); });
  /** A file of two samples [S, T, C, H, W] in 32nds. */
  const fileOf = (name: string, largest: number): string => {
    const file = join(folder, name), random = randomFrom(3);
    writeFileSync(file, writeNpy({ shape: [2, 2, 8, 2, 3], dtype: 'float32', data: Float32Array.from({ length: 192 }, (_, i) => (i === 100 ? largest : random.whole(-60, 60)) / 32) }));
    return file;
  };

  it('carries the unit of every channel from the graph to the layout and back from its bytes', () => {
    const [port] = valueOf(decodeProgram(encodeProgram(program), 'block.synfire')).inputs;
    expect(port).toEqual(program.inputs[0]);
    expect(port.units).toEqual(integer.nodes[0].params.scale.data);
  });
  it('is fed a file of real numbers in whole units, and equals its integer evaluation in every spike', async () => {
    const { data } = valueOf(openData({ program }, fileOf('block.npy', 5), undefined)), bytes = encodeProgram(program), { units } = program.inputs[0];
    expect(checkFeed(program, data, 2)).toEqual([]);
    const fedUnits = fed(program.inputs[0], feedOf(program, data, 1));
    const values = data.values(1);
    fedUnits.forEach((unit, i) => { expect(Math.abs(unit * units![i % 8] - values[i])).toBeLessThanOrEqual(units![i % 8] / 2); });
    const pixels = new Uint8Array(2 * fedUnits.length * 4);
    [0, 1].forEach((sample) => pixels.set(feedOf(program, data, sample), sample * fedUnits.length * 4));
    const batch = simulateBatch(prepareProgram(bytes), { key: 'block', pixels, sampleBytes: fedUnits.length * 4, from: 0, to: 2, timed: 0, observed: 2, samples: 2, program: bytes, fidelity: 'analytic' });
    const simulation: Simulation = { done: 2, observed: batch.observed, outputs: new Map([['logits', batch.outputs]]), ledger: emptyLedger(program.steps, program.stages.length), timing: undefined, spikes: [...batch.spikes], census: [], faults: [] }, { signal } = new AbortController();
    expect(await verifyChip(integer, program, data, simulation, signal)).toMatchObject({ samples: 2, differences: 0, faults: [] });
    expect(batch.spikes.reduce((a, b) => a + b, 0)).toBeGreaterThan(5);
    expect(recordSpikes(program, simulation).length).toBeGreaterThan(1000);
    data.close();
  });
  it('is refused a current that its port does not hold', () => {
    const { data } = valueOf(openData({ program }, fileOf('large.npy', 40_000), undefined));
    expect(checkFeed(program, data, 2).map(({ code, message }) => [code, message])).toEqual([['R2010', expect.stringMatching(/"input" has 1250, which is \d+ units; the chip takes \d+ bits/)]]);
    data.close();
  });
});

it('tells in the census which weights see spikes of both signs', () => {
  const builder = new GraphBuilder('signs', 2, ops.ops), input = builder.add(ops.source, 'input', [], { coding: 'currents', grid: [1, 1], channels: 2, domain: 'real', exponent: 2, bits: 6 });
  const elastic = builder.add(ops.elastic, 'signs', [input], {}, { bound: { shape: [2], data: Float64Array.of(0.5, 0.5) }, keep: { shape: [2, 3], data: new Float64Array(6) } });
  const layer = (name: string, x: number) => builder.add(ops.conv, name, [x], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight: { shape: [2, 2], data: Float64Array.of(1, 0, 0, 1) } });
  const spikes = builder.add(ops.lif, 'spikes', [layer('first', elastic)], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(1) } });
  builder.output('logits', builder.add(ops.readout, 'logits', [layer('second', spikes)], { scale: 1 }));
  const { program } = valueOf(compile({ graph: builder.graph(), hash: 'signs', classes: [] }, valueOf(loadTarget('mesh45')), { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
  expect(censusLayers(program).map(({ layer: name, sees }) => [name, sees])).toEqual([['first', 'ternary'], ['second', 'counts']]);
});
