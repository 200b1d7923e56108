// What a run says before it begins, beside what it does, and when the chip is wrong.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { compile } from '../../compiler/pipeline.ts';
import { verifyChip } from '../../runtime/compare.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { loadModel } from '../../runtime/load-model.ts';
import { packSpikes } from '../../runtime/pack-spikes.ts';
import type { RunOptions, Subject } from '../../runtime/run.ts';
import { runSubject } from '../../runtime/run.ts';
import type { Simulation } from '../../runtime/simulate.ts';
import { prepareProgram, simulateBatch } from '../../runtime/simulate-batch.ts';
import { emptyLedger } from '../../targets/contract/ledger.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { checkpointOf, spikformerDescriptor, spikformerShapes } from '../frontend/tiny.ts';
import { shipped } from '../property/chip-under-test.ts';

const imported = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor(), 'arch.json')), target = shipped('mesh45');
const { program, integer } = valueOf(compile({ graph: imported.graph, hash: 'tiny', classes: imported.classes }, target, { residual: 'unary', scale: 'max', bits: 8, seed: 1 })), bytes = encodeProgram(program);
const pixels = (sample: number) => Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + sample * 11) % 256);
const dataOf = (count: number, values: Samples['values'] = pixels): Samples => ({ name: 'made', sha256: '0'.repeat(64), count, pixels, values, close: () => undefined });
const subject: Subject = { name: 'tiny', target, program, bytes, options: { residual: 'unary', scale: 'max', bits: 8 }, warnings: [] }, model = { ...imported, name: 'tiny', sha256: '1'.repeat(64) };
const options = (changes: Partial<RunOptions> = {}): RunOptions => ({ samples: 2, timing: 'analytic', timingSamples: 0, workers: 1, reference: 'none', verify: 0, record: false, signal: new AbortController().signal, ...changes } as RunOptions);

// Logits of an earlier run are not to be found.
const cache = mkdtempSync(join(tmpdir(), 'logits-'));
beforeAll(() => { vi.stubEnv('SYNFIRE_CACHE', cache); });
afterAll(() => { vi.unstubAllEnvs(); rmSync(cache, { recursive: true }); });

describe('a run', () => {
  it('of a network that does not learn refuses to be told how', () => {
    const text = join(import.meta.dirname, '../golden/cases/quantise/leak.syn'), outcome = loadModel(text, undefined, undefined, 'sample');
    expect(outcome.ok ? [] : outcome.faults.map(({ code, at }) => [code, at])).toEqual([['R0128', { in: 'option', option: '--plasticity' }]]);
  });
  it('of more samples than memory holds is refused before it begins, with the number that it takes', async () => {
    const many = await runSubject(subject, dataOf(2 ** 40), undefined, options({ samples: 2 ** 30 }));
    expect(many.ok ? [] : many.faults.map(({ code, hint }) => [code, hint])).toEqual([['R0110', 'use --samples 33554432 or fewer']]);
  });
  it('goes on without its float reference where no engine can run the network, and says so', async () => {
    const strange = { ...model, graph: { ...model.graph, nodes: model.graph.nodes.map((node) => (node.name === 'head' ? { ...node, kind: 'nonsense' } : node)) } };
    const { report } = valueOf(await runSubject({ ...subject, model: strange }, dataOf(2), undefined, options({ reference: 'cpu' })));
    expect(report.faults.map(({ code, severity }) => [code, severity])).toContainEqual(['R0113', 'warning']);
    expect(report.float).toBeUndefined();
  });
  it('that is stopped before its float reference is complete leaves it out, and says how far it was', async () => {
    const abort = new AbortController(), count = 400;
    let reads = 0;
    // The chip has read every sample by then: what is read now is for the float engine.
    const stopping = dataOf(count, (sample) => { if (++reads > count + 10 && sample >= count / 2) abort.abort(); return pixels(sample); });
    const { report } = valueOf(await runSubject({ ...subject, model }, stopping, undefined, options({ samples: count, reference: 'cpu', signal: abort.signal })));
    expect([abort.signal.aborted, report.faults.map(({ code }) => code)]).toEqual([true, expect.arrayContaining(['R0104'])]);
  }, 120_000);
});

describe('a chip that is wrong', () => {
  it('is told by layer and sample, with the number of spikes', async () => {
    const batch = simulateBatch(prepareProgram(bytes), { key: 'tiny', pixels: pixels(0), sampleBytes: 64, from: 0, to: 1, timed: 0, observed: 1, samples: 1, program: bytes, fidelity: 'analytic' });
    const simulation = (observed: Simulation['observed']): Simulation => ({ done: 1, observed, outputs: new Map([['logits', batch.outputs]]), ledger: emptyLedger(program.steps, program.stages.length), timing: undefined, spikes: [...batch.spikes], census: [], faults: [] });
    const { signal } = new AbortController(), spoilt = batch.observed.map((probes) => probes.map((packed, i) => (i === 3 ? packed.map((byte, at) => (at === 0 ? byte ^ 0x90 : byte)) : packed)));
    expect(packSpikes([1, 0, 0, 1], { as: 'spike' })[0]).toBe(0x90);
    expect((await verifyChip(integer, program, dataOf(1), simulation(batch.observed), signal)).faults).toEqual([]);
    const { faults, differences } = await verifyChip(integer, program, dataOf(1), simulation(spoilt), signal);
    expect([differences, faults.map(({ code, at, message }) => [code, at, message])]).toEqual([2, [['R0105', { in: 'graph', node: program.probes[3].name }, 'the chip and the integer evaluation differ in 2 spikes of sample 0']]]);
  });
});
