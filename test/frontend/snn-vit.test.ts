// SNN-ViT: saccadic attention against the published equations, written down again; both temporal forms on chips; what a descriptor and a checkpoint may say.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { valueOf } from '../conformance/outcome.ts';
import { altered, expectChip, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';
import { checkpoint, descriptor, shapes } from './snn-vit.ts';
import type { Changes } from './tiny.ts';

const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};
const imported = (changes: Changes = {}, made = checkpoint()): Imported => valueOf(importModel(made, descriptor(changes), 'arch.json'));
const valuesOf = (graph: Graph, seed: number) => {
  const random = randomFrom(seed), { grid, channels } = graph.nodes[0].type, input = Uint8Array.from({ length: grid[0] * grid[1] * channels }, () => random.whole(0, 255)), { values } = evaluate(graph, ops, new Map([['input', input]]));
  return { input, of: (name: string) => values[graph.nodes.findIndex((node) => node.name === name)].data };
};
const forms: readonly (readonly [string, Changes])[] = [['mixed relevances', {}], ['thresholds of measured relevances', { 'attention.form': 'thresholds', 'attention.alpha': 'measured', 'attention.v_threshold': 12 }],
  ['thresholds with a given alpha', { 'attention.form': 'thresholds', 'attention.alpha': 9, 'attention.v_threshold': 12 }]];

/** Solves M c = v by elimination from the top, in the words of the reference: c = M^-1 v. */
function solve(m: readonly (readonly number[])[], v: number): number[] {
  const c: number[] = [];
  m.forEach((row, t) => c.push((v - c.reduce((sum, each, s) => sum + row[s] * each, 0)) / row[t]));
  return c;
}

describe('saccadic attention', () => {
  it.each(forms)('by %s keeps the tokens of v that the published equations keep', (_, changes) => {
    let kept = 0, dropped = 0;
    for (let seed = 1; seed <= 6; seed++) {
      const made = checkpoint({}, seed), { graph } = imported({ ...changes, 'neuron.v_threshold': 0.4 }, made), { of } = valuesOf(graph, seed), [T, N, D, h] = [3, 6, 8, 2], d = D / h, theta = Number(changes['attention.v_threshold'] ?? 4);
      for (const block of ['block.0', 'block.1']) {
        const [q, k, v] = ['q', 'k', 'v'].map((part) => of(`${block}.attn.${part}_lif`)), raw = made.tensors.get(`${block}.attn.M_w`)!.data, m = Array.from({ length: T }, (__, t) => Array.from({ length: T }, (___, s) => raw[t * T + s]));
        const count = (x: Float64Array, t: number, n: number, head: number) => x.subarray((t * N + n) * D + head * d, (t * N + n) * D + (head + 1) * d).reduce((a, b) => a + b, 0);
        for (let head = 0; head < h; head++) {
          // CroAtt = Q' K'^T, row n summed over all tokens: (Q' K'^T) 1.
          const relevance = Array.from({ length: T }, (__, t) => Array.from({ length: N }, (___, n) => Array.from({ length: N }, (____, j) => count(q, t, n, head) * count(k, t, j, head)).reduce((a, b) => a + b, 0)));
          const alpha = Array.from({ length: T }, (__, t) => Array.from({ length: N }, (___, j) => count(k, t, j, head)).reduce((a, b) => a + b, 0)), c = solve(m, theta);
          for (let t = 0; t < T; t++) for (let n = 0; n < N; n++) {
            const mixed = m[t].reduce((sum, weight, s) => (s > t ? sum : sum + weight * relevance[s][n]), 0);
            const spike = changes['attention.form'] !== 'thresholds' ? mixed >= theta : changes['attention.alpha'] === 'measured' ? alpha[t] * count(q, t, n, head) >= c[t] : count(q, t, n, head) >= c[t] / 9;
            expect(of(`${block}.attn.saccade`)[(t * N + n) * h + head]).toBe(Number(spike));
            for (let i = 0; i < d; i++) expect(of(`${block}.attn.masked`)[(t * N + n) * D + head * d + i]).toBe(Number(spike) * v[(t * N + n) * D + head * d + i]);
            if (spike) kept++; else dropped++;
          }
        }
      }
    }
    expect(Math.min(kept, dropped)).toBeGreaterThan(30);
  });

  it('by mixing is another function than by thresholds, as the reference warns', () => {
    const [mixed, thresholds] = forms.map(([, changes]) => valuesOf(imported({ ...changes, 'attention.v_threshold': 12, 'neuron.v_threshold': 0.4 }, checkpoint({}, 3)).graph, 3).of('block.0.attn.saccade'));
    expect(mixed.some((spike, i) => spike !== thresholds[i])).toBe(true);
  });

  it.each(forms)('by %s is on chips what it is in integers, spike for spike', (_, changes) => {
    const whole = shipped('mesh45'), small = altered(whole, { name: 'small', core: { axons: 12, neurons: 6 }, memories: { state: 256 } });
    let spikes = 0, runs = 0;
    fc.assert(fc.property(fc.record({ seed: fc.nat(1000), T: fc.integer({ min: 1, max: 5 }), heads: fc.constantFrom(1, 2, 4), depths: fc.integer({ min: 1, max: 2 }), bias: fc.boolean(), reads: fc.constantFrom('spikes', 'currents'), dilation: fc.integer({ min: 1, max: 3 }), frames: fc.boolean() }),
      ({ seed, T, heads, depths, bias, reads, dilation, frames }) => {
        const { graph, classes } = imported({ ...changes, T, heads, head_dim: 8 / heads, depths, bias, 'head.reads': reads, 'patch_embed.stages.0.dilation': dilation, 'patch_embed.stages.0.pools': seed % 2 ? 'currents' : 'spikes', 'input.encoding': frames ? 'frames' : 'direct' }, checkpoint({ T, depths, bias }, seed));
        const random = randomFrom(seed), input = Uint8Array.from({ length: 48 * (frames ? T : 1) }, () => (frames ? random.whole(0, 2) : random.whole(0, 255))), inputs = new Map([['input', input]]);
        for (const target of [whole, small]) {
          const compiled = compile({ graph, hash: 'snn-vit', classes }, target, { residual: 'auto', scale: 'max', bits: 8, seed });
          if (!compiled.ok) { expect(compiled.faults.map(({ code, message }) => `${code} ${message}`).filter((text) => target === whole || !/^C410[123]/.test(text))).toEqual([]); continue; }
          expectChip(compiled.value.program, target, compiled.value.integer, inputs);
          runs++;
        }
        spikes += valuesOf(graph, seed).of?.('block.0.attn.saccade')?.reduce((a, b) => a + b, 0) ?? 0;
      }), { seed: 31, numRuns: 8 });
    expect(runs).toBeGreaterThan(8);
    expect(spikes).toBeGreaterThan(0);
  });

  it('by mixing keeps its matrix exactly where it is dyadic, and its counts as they are', () => {
    const { graph, classes } = imported(), { integer, passes } = valueOf(compile({ graph, hash: 'snn-vit', classes }, shipped('mesh45'), { residual: 'auto', scale: 'max', bits: 8, seed: 1 })), mixing = integer.nodes.find(({ name }) => name === 'block.1.attn.saccade')!;
    const raw = checkpoint().tensors.get('block.1.attn.M_w')!.data;
    const scale = mixing.params.weight.data[0] / raw[0];
    expect([...mixing.params.weight.data]).toEqual([...raw].map((value) => value * scale));
    expect(integer.nodes.filter(({ name }) => /k_sum|alpha|q_sum/.test(name)).every(({ params }) => !params.weight || params.weight.data.every((weight) => weight === 1))).toBe(true);
    expect(passes.length).toBeGreaterThan(0);
  });
});

describe('SNN-ViT', () => {
  it('is a lawful graph, as it always was', async () => {
    const { graph, keys } = imported();
    expect(verifyGraph(graph, ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    expect(keys.used.length).toBe(shapes().length);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/snn-vit.txt');
  });

  it('adds a convolution and a dilated one: taps lie as far apart as the descriptor says, on maps of the same size', () => {
    const made = checkpoint(), { graph } = imported({ 'patch_embed.stages.0.dilation': 2 }, made), { of, input } = valuesOf(graph, 4), [height, width, channels, to] = [6, 4, 2, 4];
    for (const [branch, dilation] of [['local', 1], ['dilated', 2]] as const) {
      const { data } = made.tensors.get(`patch_embed.stage0.${branch}_conv.weight`)!, got = of(`patch_embed.stage0.${branch}_conv`);
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let o = 0; o < to; o++) {
        let sum = 0;
        for (let c = 0; c < channels; c++) for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) {
          const [row, column] = [y + dy * dilation, x + dx * dilation];
          if (row >= 0 && column >= 0 && row < height && column < width) sum += data[((o * channels + c) * 3 + dy + 1) * 3 + dx + 1] * input[(row * width + column) * channels + c] / 256;
        }
        expect(got[(y * width + x) * to + o]).toBeCloseTo(sum, 10);
      }
    }
  });

  it.each<[string, Changes, string]>([
    ['thresholds and no alpha', { 'attention.form': 'thresholds' }, 'C2008 attention.alpha: thresholds per step are divided by alpha'],
    ['mixing and an alpha', { 'attention.alpha': 'measured' }, 'C2011 attention.alpha: mixed relevances have no alpha'],
    ['an alpha of 0', { 'attention.form': 'thresholds', 'attention.alpha': 0 }, 'C2008 attention.alpha: 0; wanted "measured" or a number'],
    ['another word for alpha', { 'attention.form': 'thresholds', 'attention.alpha': 'mean' }, 'C2007 attention.alpha: '],
    ['no form', { 'attention.form': undefined }, 'C2006 attention.form: '],
    ['no name of the matrix', { 'attention.matrix': undefined }, 'C2006 attention.matrix: '],
    ['no dilation', { 'patch_embed.stages.0.dilation': undefined }, 'C2006 patch_embed.stages\\[0\\].dilation: '],
    ['an even kernel', { 'patch_embed.stages.0.kernel': 4 }, 'C2011 patch_embed.stages\\[0\\].kernel: '],
    ['too wide a window', { 'patch_embed.stages.0.dilation': 40 }, 'C2011 patch_embed.stages\\[0\\].dilation: a window of 81'],
    ['a last stage that pools spikes', { 'patch_embed.stages.1.pools': 'spikes', tokens: 1 }, 'C2011 patch_embed.stages\\[1\\].pools: '],
    ['other channels than its stem makes', { 'patch_embed.stages.1.channels': 4 }, 'C2008 patch_embed.stages\\[1\\].channels: 4 channels'],
    ['no stage', { 'patch_embed.stages': [] }, 'C2008 patch_embed.stages: no stage'],
    ['other tokens', { tokens: 5 }, 'C2008 tokens: 5, but the stem makes 6'],
    ['a pool that does not fit', { 'patch_embed.maxpool.kernel': 7 }, 'C2008 patch_embed.maxpool: stage 0'],
    ['heads that do not divide', { heads: 3 }, 'C2008 head_dim: '],
    ['a head that reads neither', { 'head.reads': undefined }, 'C2006 head.reads: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)[0]).toMatch(new RegExp(`^${said.replace(': ', ': .*')}`)));

  it('is refused with a matrix that sees later steps, or cannot be inverted where it must be', () => {
    const withMatrix = (values: readonly number[], changes: Changes): string[] => {
      const made = checkpoint();
      made.tensors.set('block.1.attn.M_w', { ...made.tensors.get('block.1.attn.M_w')!, data: Float64Array.from(values) });
      const outcome = importModel(made, descriptor(changes), 'arch.json');
      return outcome.ok ? [] : outcome.faults.map(({ code, at, message }) => `${code} ${at?.in === 'key' ? at.key : ''}: ${message}`);
    };
    expect(withMatrix([1, 0.5, 0, 0, 1, 0, 0, 0, 1], {})).toEqual([expect.stringMatching(/^C2029 block\.1\.attn\.M_w: .*\[1\] is 0\.5; wanted a lower-triangular matrix$/)]);
    expect(withMatrix([1, 0, 0, 1, 0, 0, 0, 0, 1], {})).toEqual([]);
    expect(withMatrix([1, 0, 0, 1, 0, 0, 0, 0, 1], forms[1][1])).toEqual([expect.stringMatching(/^C2029 .*\[4\] is 0; wanted a lower-triangular matrix whose diagonal has no 0$/)]);
  });
});
