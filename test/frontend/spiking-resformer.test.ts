// SpikingResformer: what its descriptor and its checkpoint may say, the graph they make, and attention against the equations.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';
import { checkpoint, descriptor, shapes } from './spiking-resformer.ts';
import type { Changes } from './tiny.ts';

const imported = (changes: Changes = {}, seed = 1) => valueOf(importModel(checkpoint(seed), descriptor(changes), 'arch.json'));
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};
const node = (graph: Graph, name: string) => graph.nodes.findIndex((one) => one.name === name);

describe('SpikingResformer', () => {
  it('is a lawful graph, as it always was', async () => {
    const { graph, keys, parameters } = imported();
    expect(verifyGraph(graph, ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    expect(keys.used.length).toBe(shapes.length);
    // Buffers, running statistics and rates, are no parameters.
    expect(parameters).toBe(shapes.filter(([key]) => !/running|firing/.test(key)).reduce((sum, [, shape]) => sum + shape.reduce((size, n) => size * n, 1), 0));
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/spiking-resformer.txt');
  });

  it('attends as published: y1 and y2 lie side by side in each head, scores are scaled by rates and widths', () => {
    const { graph } = imported({ T: 1, 'neuron.v_threshold': 0.1, 'attention.v_threshold': 0.1 }, 2), made = checkpoint(2), random = randomFrom(5), at = 'layers.1.1', [channels, heads, positions, width] = [8, 2, 8, 4];
    const { values } = evaluate(graph, ops, new Map([['input', Uint8Array.from({ length: 32 }, () => random.whole(0, 255))]])), of = (name: string) => values[node(graph, name)].data;
    const s = of(`${at}.activation_in`), { data: w } = made.tensors.get(`${at}.W.weight`)!, [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => made.tensors.get(`${at}.norm.bn.${part}`)!.data);
    const y = (n: number, c: number) => { let sum = 0; for (let i = 0; i < channels; i++) sum += w[c * channels + i] * s[n * channels + i]; return ((sum - mean[c]) / Math.sqrt(variance[c] + 1e-5)) * gamma[c] + beta[c]; };
    const rates = ['x', 'attn'].map((part) => made.tensors.get(`${at}.firing_rate_${part}`)!.data), scores = of(`${at}.scale1`), attend = of(`${at}.activation_attn`), out = of(`${at}.scale2`);
    expect([s, attend].map((spikes) => spikes.some((spike) => spike === 1) && spikes.some((spike) => spike === 0))).toEqual([true, true]);
    for (let h = 0; h < heads; h++) for (let n = 0; n < positions; n++) {
      for (let l = 0; l < positions; l++) {
        let score = 0;
        for (let c = 0; c < width; c++) score += y(l, h * 2 * width + c) * s[n * channels + h * width + c];
        expect(scores[n * heads * positions + h * positions + l]).toBeCloseTo(score / Math.sqrt(rates[0][h] * width), 10);
      }
      for (let c = 0; c < width; c++) {
        let mixed = 0;
        for (let l = 0; l < positions; l++) mixed += y(l, h * 2 * width + width + c) * attend[n * heads * positions + h * positions + l];
        expect(out[n * channels + h * width + c]).toBeCloseTo(mixed / Math.sqrt(rates[1][h] * positions), 10);
      }
    }
  });

  it('pools the currents of its first convolution where the descriptor says so, and no neuron stands between', () => {
    const { graph } = imported({ 'prologue.maxpool': { kernel: 3, stride: 2, padding: 1 }, patch_sizes: [2, 1] }), pool = graph.nodes[node(graph, 'prologue.2')];
    expect([pool.kind, pool.type.kind, pool.type.grid, graph.nodes[pool.inputs[0]].kind]).toEqual(['max-pool', 'current', [4, 2], 'norm']);
  });

  it.each<[string, Changes, string]>([
    ['lists of other lengths', { heads: [1], patch_sizes: [2, 1, 1] }, 'C2008 heads: 1 values for 2 stages'],
    ['no stage', { embed_dims: [], depths: [], heads: [], patch_sizes: [] }, 'C2008 embed_dims: no stage'],
    ['heads that do not divide', { heads: [1, 3] }, 'C2008 heads\\[1\\]: 3 heads do not divide the 8 channels'],
    ['groups that do not divide', { group_size: 5 }, 'C2008 group_size: groups of 5 do not divide the 8 hidden'],
    ['no hidden channel', { mlp_ratio: 0.1 }, 'C2008 mlp_ratio: a hidden layer of 0 channels in stage 1'],
    ['patches that do not divide', { patch_sizes: [3, 1] }, 'C2008 patch_sizes\\[0\\]: patches of 3 x 3 do not divide the 8 x 4 map'],
    ['an image too small', { image_size: [1, 1], 'prologue.padding': 0 }, 'C2008 image_size: prologue: '],
    ['a pool that could miss the map', { 'prologue.maxpool': { kernel: 3, stride: 2, padding: 2 } }, 'C2011 prologue.maxpool.padding: padding 2'],
    ['another scale', { 'attention.scale1': '1/sqrt(head_dim)' }, 'C2011 attention.scale1: wanted "1/sqrt\\(firing_rate_x \\* head_dim\\)"'],
    ['another attention', { 'attention.type': 'ssa' }, 'C2007 attention.type: '],
    ['a residual of spikes', { 'residual.type': 'sew-add' }, 'C2007 residual.type: '],
    ['another tau', { 'neuron.tau': 3 }, 'C2009 neuron.tau: '],
    ['a missing group size', { group_size: undefined }, 'C2006 group_size: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)[0]).toMatch(new RegExp(`^${said.replace(': ', ': .*')}`)));

  it('says every mistake at once', () => expect(refused({ heads: [3], 'neuron.tau': 3, 'attention.scale2': 'none' }).map((line) => line.split(':')[0])).toEqual(['C2008 heads', 'C2008 heads[0]', 'C2011 attention.scale2', 'C2009 neuron.tau']));
});
