// What a run keeps of the spikes it saw: bits where they are binary, values where they are levels, signs where they are ternary.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNpz } from '../../compiler/files/npz.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { compile } from '../../compiler/pipeline.ts';
import { verifyChip } from '../../runtime/compare.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { packSpikes, unpackSpikes } from '../../runtime/pack-spikes.ts';
import { recordSpikes } from '../../runtime/record.ts';
import type { Simulation } from '../../runtime/simulate.ts';
import { openData } from '../../runtime/run.ts';
import { prepareProgram, simulateBatch } from '../../runtime/simulate-batch.ts';
import { emptyLedger } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { metaFormerShapes, sdtV3Descriptor } from '../frontend/meta-former.ts';
import { checkpointOf } from '../frontend/tiny.ts';

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
  it('is refused data where it reads currents, and an encoder where it reads pixels', () => {
    const currents = { ...program, planes: program.planes.map((plane, id) => (id === program.inputs[0].plane ? { ...plane, carrier: { as: 'current', bits: 8 } as const } : plane)) };
    const said = (read: Program, encode: 'poisson' | undefined) => { const data = openData({ program: read }, 'nowhere.npy', undefined, { encode, seed: 1 }); return data.ok ? [] : data.faults.map(({ code, hint }) => [code, Boolean(hint)]); };
    expect([said(currents, undefined), said(program, 'poisson')]).toEqual([[['R0118', true]], [['R0114', true]]]);
  });
});
