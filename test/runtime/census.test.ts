// The census of a run, one network per kind of what a weight matrix can see.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { compile } from '../../compiler/pipeline.ts';
import { censusLayers, censusRows } from '../../runtime/census.ts';
import type { CensusRow } from '../../runtime/census.ts';
import { prepareProgram, simulateBatch } from '../../runtime/simulate-batch.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { join } from 'node:path';
import { valueOf } from '../conformance/outcome.ts';
import { shipped } from '../property/chip-under-test.ts';
import { checkpointFor } from '../property/family-checkpoint.ts';
import { familyRows } from '../property/family-rows.ts';
import { randomFrom } from '../random.ts';

/** Rows of one sample of a random model whose descriptor has some keys changed. */
function censusOf(family: string, changes: Readonly<Record<string, unknown>>, seed = 3): ReadonlyMap<string, CensusRow> {
  const random = randomFrom(seed), said = { ...familyRows[family].descriptor(random), ...changes }, { parts } = valueOf(parseDescriptor(said, 'arch.json'));
  const { checkpoint, folder } = checkpointFor(parts, random, { exact: true, target: 2, tensor: familyRows[family].tensor }), { graph } = valueOf(importModel(checkpoint, said, join(folder, 'arch.json')));
  const { program } = valueOf(compile({ graph, hash: family, classes: [] }, shipped('mesh45'), { residual: 'unary', scale: 'max', bits: 8, seed: 1 })), plane = program.planes[program.inputs[0].plane], values = plane.grid[0] * plane.grid[1] * plane.channels * (plane.per === 'step' ? program.steps : 1);
  const most = plane.carrier.as === 'spike' ? 1 : plane.per === 'sample' ? 255 : 3, pixels = program.inputs[0].units ? new Uint8Array(Int32Array.from({ length: values }, () => random.whole(-20, 20)).buffer) : Uint8Array.from({ length: values }, () => random.whole(0, most));
  const bytes = encodeProgram(program), batch = simulateBatch(prepareProgram(bytes), { key: family, pixels, sampleBytes: pixels.length, from: 0, to: 1, timed: 0, observed: 0, samples: 1, program: bytes, fidelity: 'analytic' });
  return new Map(censusRows(censusLayers(program), batch.census).map((row) => [row.layer, row]));
}
const sums = (rows: ReadonlyMap<string, CensusRow>): number[] => [...new Set([...rows.values()].map(({ binary, ternary, graded, real }) => Math.round(1e9 * (binary + ternary + graded + real)) / 1e9))].sort();

describe('the census says of a weight matrix', () => {
  it('that reads an image: real numbers, once a sample', () => {
    const rows = censusOf('spikformer-cifar', { input: { encoding: 'direct' } });
    expect(rows.get('patch_embed.proj_conv')).toEqual({ layer: 'patch_embed.proj_conv', binary: 0, ternary: 0, graded: 0, real: 1, where: 'once' });
    expect([...rows.values()].filter(({ real }) => real > 0)).toHaveLength(1);
    expect(sums(rows).filter((sum) => sum !== 0)).toEqual([1]);
  });
  it('that reads frames of event counts: ones and larger counts, every step', () => {
    const frames = censusOf('spikformer-cifar', { input: { encoding: 'frames' } }).get('patch_embed.proj_conv')!;
    expect([frames.where, frames.real, frames.binary > 0.1, frames.graded > 0.3, frames.binary + frames.graded]).toEqual(['step', 0, true, true, 1]);
  });
  it('that reads a residual of added spikes: counts among them', () => {
    const rows = [...censusOf('spikformer-cifar', { input: { encoding: 'direct' } }).values()], graded = rows.filter((row) => row.graded > 0);
    expect(graded.map(({ layer }) => layer).some((layer) => /attn\.q|mlp\.fc1|head/.test(layer))).toBe(true);
    expect(rows.filter(({ layer }) => /fc2_linear|proj_linear/.test(layer) ).every((row) => row.graded === 0)).toBe(true);
  });
  it('that reads spikes drawn of an image: binary ones', () => {
    expect(censusOf('mnist-cnn', { input: { encoding: 'poisson' } }).get('conv1')).toMatchObject({ binary: 1, where: 'step' });
  });
  it('that reads levels: graded ones', () => {
    expect([...censusOf('sdt-v3', {}).values()].filter((row) => row.graded > 0).length).toBeGreaterThan(5);
  });
  it('that reads ternary spikes: signs, whatever side they are on', () => {
    const rows = censusOf('spikelm', { feed_forward: 'dense -> dense, nothing between' });
    expect([rows.size > 3, [...rows.values()].every(({ ternary, graded, binary, real }) => ternary === 1 && graded + binary + real === 0)]).toEqual([true, true]);
  });
  it('that multiplies currents, or results on the host: real numbers', () => {
    const rows = [...censusOf('spikeclip', {}).values()];
    expect(rows.filter(({ where }) => where === 'host')).toEqual([{ layer: 'logits (rows)', binary: 0, ternary: 0, graded: 0, real: 1, where: 'host' }]);
    expect(rows.find(({ layer }) => layer === 'proj')).toMatchObject({ real: 1, where: 'step' });
  });
});
