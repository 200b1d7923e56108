// Hybrid plasticity against its golden data: float64 with its matrices, samples alone and as a sequence; chips; and the plain network that it is without them.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import { readNpz } from '../../compiler/files/npz.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { readDescriptor, withValue } from '../../compiler/frontend/read-descriptor.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import type { ConformanceCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { expectChip, shipped } from '../property/chip-under-test.ts';
import { valueOf } from './outcome.ts';

const folder = sharedPath('zoo/hybrid-plasticity/real-a');
const withCase = (check: (golden: ConformanceCase) => void): void => { const golden = valueOf(loadCase(folder)); try { check(golden); } finally { golden.inputs.close(); } };
const largestDifference = (came: ArrayLike<number>, wanted: ArrayLike<number>): number => { expect(came.length).toBe(wanted.length); let most = 0; for (let i = 0; i < wanted.length; i++) most = Math.max(most, Math.abs(came[i] - wanted[i])); return most; };

describe.skipIf(!isShared)('hybrid plasticity', () => {
  it('in float64 has the published matrices within 1e-6, of every sample alone and after the sequence', () => withCase((golden) => {
    const arrays = valueOf(readNpz(`${folder}/golden.npz`)), matrices = (data: ArrayLike<number>, sample: number, size: number) => Array.from({ length: size }, (_, i) => data[sample * size + i]), carried = new Map<string, Float64Array>();
    for (let sample = 0; sample < golden.samples; sample++) {
      const alone = new Map<string, Float64Array>(), given = new Map([['input', golden.inputs.values(sample)]]);
      evaluate(golden.model.graph, ops, given, alone);
      evaluate(golden.sequence!.model.graph, ops, given, carried);
      expect(largestDifference(alone.get('fc2.membrane')!, matrices(arrays.get('hebb2')!.data, sample, 320))).toBeLessThan(1e-6);
      if (sample === 0) expect(largestDifference(alone.get('fc1.lif')!, arrays.get('hebb1_sample0')!.data)).toBeLessThan(1e-6);
    }
    expect(largestDifference(carried.get('fc1.lif')!, arrays.get('hebb1_after_sequence')!.data)).toBeLessThan(1e-6);
    expect(largestDifference(carried.get('fc2.membrane')!, arrays.get('hebb2_after_sequence')!.data)).toBeLessThan(1e-6);
  }));

  it('passes both ways on mesh45, no spike apart from float64 and none between integers and chip, and is refused by small32', () => withCase((golden) => {
    for (const one of [golden, golden.sequence!]) {
      const result = runCase(one, [shipped('mesh45')], 'auto');
      expect([result.failures, result.passed, result.float64.spikes, result.float64.logits.worst < 1e-9]).toEqual([[], true, { values: 2100, differing: 0 }, true]);
      // Eight bits of weights and sixteen of matrices: a quantised network is not the published one, but near it.
      expect(result.integer!.spikes.differing).toBeLessThan(60);
      const small = runCase(one, [shipped('small32')], 'auto');
      expect([small.passed, small.refused, small.chips[0].refused!.filter(({ code }) => code === 'C4002').map(({ at }) => at)]).toEqual([false, true, [{ in: 'graph', node: 'fc1.lif' }, { in: 'graph', node: 'fc2.membrane' }]]);
    }
    expect([golden.sequence!.name, golden.layers.map(({ name }) => name), golden.sequence!.layers.map(({ name }) => name)]).toEqual(['hybrid-plasticity/real-a as a sequence', ['fc1', 'fc2'], ['fc1', 'fc2']]);
  }));

  it('without a word of learning is a plain network, the same as "off", on chips with and without a learning engine', () => withCase((golden) => {
    const descriptor = valueOf(readDescriptor(`${folder}/arch.json`)), checkpoint = valueOf(readCheckpoint(`${folder}/model.pth`)), model = (value: unknown) => valueOf(importModel(checkpoint, value, 'arch.json'));
    const silent = model(descriptor), off = model(withValue(descriptor, ['plasticity', 'learns'], 'off')), given = new Map([['input', golden.inputs.values(1) as Uint8Array]]);
    expect(silent.graph.nodes.map(({ kind }) => kind)).not.toContain('plastic');
    expect(JSON.stringify(silent.graph.nodes.map(({ name, kind }) => [name, kind]))).toBe(JSON.stringify(off.graph.nodes.map(({ name, kind }) => [name, kind])));
    // H = 0: the published step with its local term left out.
    const values = evaluate(silent.graph, ops, given).outputs.get('logits')!.data, wanted = plain(checkpoint.tensors, given.get('input')!);
    expect(largestDifference(values, wanted)).toBeLessThan(1e-9);
    for (const chip of ['mesh45', 'small32']) {
      const compiled = compile({ graph: silent.graph, hash: 'off', classes: [] }, shipped(chip), { residual: 'auto', scale: 'max', bits: 8, seed: 1, eliminate: 'none' });
      if (!compiled.ok) expect([chip, compiled.faults.map(({ code, message }) => `${code} ${message}`)]).toEqual([chip, []]);
      else expectChip(compiled.value.program, shipped(chip), compiled.value.integer, given);
    }
  }));
});

/** m <- 0.4 (m - 0.35 s) + W (k x) + b, k = exp(-t / 40), twice; min(m / 0.35, 1.1) after ten steps. */
function plain(tensors: ReadonlyMap<string, Readonly<{ data: ArrayLike<number> }>>, pixels: ArrayLike<number>): number[] {
  const of = (key: string) => tensors.get(key)!.data, sizes = [784, 32, 10], m = sizes.slice(1).map((size) => Array<number>(size).fill(0)), s = m.map((row) => row.map(() => 0));
  for (let t = 0; t < 10; t++) {
    const k = Math.exp(-t / 40);
    let x = Array.from(pixels, (pixel) => pixel / 256);
    for (let layer = 0; layer < 2; layer++) {
      const weight = of(`fc${layer + 1}.weight`), bias = of(`fc${layer + 1}.bias`);
      m[layer] = m[layer].map((u, j) => 0.4 * (u - 0.35 * s[layer][j]) + x.reduce((sum, value, i) => sum + weight[j * sizes[layer] + i] * k * value, 0) + bias[j]);
      x = s[layer] = m[layer].map((u) => Number(u > 0.35));
    }
  }
  return m[1].map((u) => Math.min(u / 0.35, 1.1));
}
