// synfire conform: passes, fails with 4, refuses with 3, cannot load with 2, and tells each case in one JSON document.
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import { readNpz, writeNpz } from '../../compiler/files/npz.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import type { Json } from '../frontend/tiny.ts';
import { at, documentOf, expectNoStack, synfire, write } from './synfire.ts';

const sew = sharedPath('zoo/spikformer-cifar/exact-a'), currents = sharedPath('zoo/sdt-v1/exact-a'), realistic = sharedPath('zoo/sdt-v1/real-a');
type Layer = Readonly<{ name: string; spikes: number; float64Differing: number; integerDiffering: number; chipDiffering: Record<string, number> }>;
type Case = Readonly<{ case: string; family: string; exact: boolean; passed: boolean; samples: number; layers: readonly Layer[];
  chips: readonly (Json & { target: string; passed: boolean; residual: string; refused: readonly Json[] })[]; failures: readonly string[] }>;
const conform = (...args: readonly string[]) => {
  const result = synfire(['conform', ...args, '--json']), { cases, faults } = documentOf(result) as { cases: readonly Case[]; faults: readonly Json[] };
  expectNoStack(result.stderr);
  return { code: result.code, cases, faults };
};
/** A copy of a case with something changed. */
function spoilt(name: string, golden: (arrays: Map<string, NumpyArray>) => void): string {
  const folder = at(`spoilt/${name}`), archive = `${folder}/golden.npz`;
  cpSync(sew, folder, { recursive: true });
  chmodSync(folder, 0o755);
  rmSync(archive);
  const arrays = new Map(valueOf(readNpz(`${sew}/golden.npz`)));
  golden(arrays);
  writeFileSync(archive, writeNpz(arrays));
  return folder;
}

describe.skipIf(!isShared)('conform', () => {
  it('passes cases of both families on several chips, layer by layer, named by their last two folders', () => {
    const { code, cases, faults } = conform(sew, currents, '--target', 'mesh45', 'small32', '--residual', 'planes');
    expect([code, faults, cases.map((one) => [one.case, one.family, one.exact, one.passed, one.failures])]).toEqual([0, [],
      [['spikformer-cifar/exact-a', 'spikformer-cifar', true, true, []], ['sdt-v1/exact-a', 'sdt-v1', true, true, []]]]);
    for (const { layers, chips } of cases) {
      expect(layers.map(({ name, spikes, ...differing }) => differing)).toEqual(
        layers.map(() => ({ float64Differing: 0, integerDiffering: 0, chipDiffering: { mesh45: 0, small32: 0 } })));
      expect(layers.every(({ spikes }) => spikes > 0)).toBe(true);
      expect(chips.map(({ target, passed }) => [target, passed])).toEqual([['mesh45', true], ['small32', true]]);
    }
    expect(cases[0].chips.map(({ residual }) => residual)).toEqual(['planes', 'planes']);
  });

  it('prints a table for people that ends with how many passed, and takes chips before cases, repeated or with commas', () => {
    for (const targets of [['--target', 'mesh45', realistic], [realistic, '--target', 'mesh45,mesh45'], [realistic, '--target', 'mesh45', '--target', 'mesh45']]) {
      const { code, stdout, stderr } = synfire(['conform', ...targets]);
      expect([code, stdout, stderr]).toEqual([0,
        expect.stringMatching(/^sdt-v1\/real-a {2}passed {2}sdt-v1, realistic, 6 samples\n[\s\S]*head_lif +1152 +0 +\d+ +0\n[\s\S]*\n1 of 1 cases passed\n$/), '']);
    }
  });

  it('exits 4 when a spike differs, and says where', () => {
    const folder = spoilt('one-spike', (arrays) => { const layer = arrays.get('block.1.attn.q_lif')!, data = Uint8Array.from(layer.data as Uint8Array); data[100] ^= 0x10;
      arrays.set('block.1.attn.q_lif', { ...layer, data }); });
    const { code, cases: [one] } = conform(folder);
    expect([code, one.case, one.passed]).toEqual([4, 'spoilt/one-spike', false]);
    expect(one.layers.filter(({ float64Differing }) => float64Differing > 0)).toEqual([{ name: 'block.1.attn.q_lif', spikes: expect.any(Number) as number, float64Differing: 1,
      integerDiffering: 1, chipDiffering: { mesh45: 0 } }]);
    expect(one.failures.join('\n')).toMatch(/block\.1\.attn\.q_lif/);
    expect(synfire(['conform', folder]).stdout).toMatch(/FAILED[\s\S]*0 of 1 cases passed/);
  });

  it('exits 4 when a logit differs, also beside cases that pass or cannot be loaded', () => {
    const folder = spoilt('logit', (arrays) => { const logits = arrays.get('logits_int')!, data = Float64Array.from(logits.data); data[3] += 1;
      arrays.set('logits_int', { ...logits, data }); });
    const { code, cases, faults } = conform(folder, currents, at('nowhere/at-all'));
    expect([code, cases.map((one) => [one.case, one.passed]), faults.length]).toEqual([4, [['spoilt/logit', false], ['sdt-v1/exact-a', true]], 3]);
  });

  it('exits 2 when a case cannot be loaded: no folder, not all files, another family, a spoilt archive', () => {
    const foreign = spoilt('foreign', () => undefined), arch = `${foreign}/arch.json`, text = readFileSync(arch, 'utf8');
    rmSync(arch);
    writeFileSync(arch, text.replace(/"family": "[^"]+"/, '"family": "another"'));
    for (const folder of [at('nowhere/at-all'), dirname(sew), foreign, spoilt('archive', (arrays) => { arrays.delete('head_lif'); arrays.delete('block.0.attn.q_lif'); })]) {
      const { code, cases, faults } = conform(folder);
      expect([basename(folder), code, cases, faults.length > 0]).toEqual([basename(folder), 2, [], true]);
    }
  });

  it('exits 3 when a chip is only too small for a case, and says why', () => {
    const tiny = write('tiny.chip', 'chip tiny from small32 {\n  mesh {\n    width = 2, ours "too few"\n    height = 1, ours "too few"\n  }\n}\n');
    const { code, cases: [one] } = conform(currents, '--target', tiny, 'mesh45');
    expect([code, one.passed, one.chips.map(({ target, passed, refused }) => [target, passed, refused.length > 0])]).toEqual(
      [3, false, [['tiny', false, true], ['mesh45', true, false]]]);
    expect(one.failures).toEqual([expect.stringMatching(/^tiny: refused: .*\d+ cores/)]);
  });
});
