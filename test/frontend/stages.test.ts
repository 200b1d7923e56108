// Families of stages (QKFormer, Max-Former) and of class rows (SpikeCLIP): their graphs, their own keys, and any of their sizes on chips.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph, Node } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';
import { maxFormerDescriptor, maxFormerShapes, qkformerDescriptor, qkformerShapes, spikeclipDescriptor, spikeclipShapes } from './stages.ts';
import { checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const real = { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] } as const;
const folder = mkdtempSync(join(tmpdir(), 'stages-')), file = join(folder, 'arch.json'), rows = Float64Array.from({ length: 15 }, (_, i) => Math.fround(Math.sin(i)));
const put = (name: string, shape: readonly number[], data: Float64Array) => writeFileSync(join(folder, name), writeNpy({ shape, dtype: 'float64', data }));
put('text.npy', [3, 5], rows);
afterAll(() => rmSync(folder, { recursive: true }));

const graphOf = (shapes: Parameters<typeof checkpointOf>[0], descriptor: Json): Graph => valueOf(importModel(checkpointOf(shapes), descriptor, file)).graph;
const nodeOf = (graph: Graph, name: string): Node => graph.nodes.find((node) => node.name === name)!;
const inputsOf = (graph: Graph, name: string): string[] => nodeOf(graph, name).inputs.map((input) => graph.nodes[input].name);
const refused = (descriptor: Json, shapes?: Parameters<typeof checkpointOf>[0]): string[] => {
  const outcome = shapes ? importModel(checkpointOf(shapes), descriptor, file) : parseDescriptor(descriptor, file);
  return outcome.ok ? expect.fail('it was accepted') : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : at?.in === 'file' ? at.file.slice(folder.length + 1) : ''}: ${message} | ${hint}`);
};

describe('a family of stages', () => {
  it.each([['qkformer-cifar', qkformerDescriptor(), qkformerShapes()], ['max-former', maxFormerDescriptor(), maxFormerShapes()], ['spikeclip', spikeclipDescriptor(), spikeclipShapes()]])(
    'builds a lawful graph of %s, as it always did', async (name, descriptor, shapes) => {
      const graph = graphOf(shapes, descriptor);
      expect(verifyGraph(graph, ops, real)).toEqual([]);
      await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot(`../golden/frontend/${name}.txt`);
    });

  it('masks the tokens of k by a neuron on the spikes of q in each head, and becomes an OR when its threshold is a half', () => {
    const graph = graphOf(qkformerShapes(), qkformerDescriptor()), mask = nodeOf(graph, 'stage1.0.tssa.attn_lif');
    expect([mask.type.channels, mask.params.threshold.data[0], inputsOf(graph, 'stage1.0.tssa.attn_lif'), inputsOf(graph, 'stage1.0.tssa.mask')]).toEqual([2, 1, ['stage1.0.tssa.q_sum'], ['stage1.0.tssa.k_lif', 'stage1.0.tssa.attn_lif']]);
    const kindOf = (threshold: number) => {
      const built = graphOf(qkformerShapes(), qkformerDescriptor({ 'attention.0.v_threshold': threshold })), { integer } = valueOf(toInteger(built, { scale: 'max', bits: 8 }, valueOf(loadTarget('mesh45')).arch));
      return nodeOf(integer, 'stage2.0.tssa.attn_lif').kind;
    };
    expect([kindOf(0.5), kindOf(1)]).toEqual(['or-heads', 'lif']);
  });

  it('pools currents before the neuron and strides the shortcut by as much', () => {
    const graph = graphOf(qkformerShapes(), qkformerDescriptor());
    expect([inputsOf(graph, 'patch_embed2.proj4_lif'), nodeOf(graph, 'patch_embed2.maxpool').type.kind, nodeOf(graph, 'patch_embed2.proj_res_conv').attrs]).toEqual([['patch_embed2.maxpool'], 'current', { window: [1, 1], stride: [2, 2], padding: [0, 0] }]);
    const other = graphOf(maxFormerShapes(), maxFormerDescriptor());
    expect(['patch_embed3.max_embed1.maxpool', 'patch_embed3.max_embed2.maxpool'].map((name) => [nodeOf(other, name).type.kind, nodeOf(other, name).type.grid])).toEqual([['current', [2, 2]], ['current', [2, 2]]]);
    expect(inputsOf(other, 'patch_embed3.add')).toEqual(['patch_embed3.embed1.embed_bn', 'patch_embed3.max_embed2.maxpool']);
  });

  it('reads one current by two neurons in the first embedding of Max-Former, and mixes by groups of one channel', () => {
    const graph = graphOf(maxFormerShapes(), maxFormerDescriptor());
    expect(['embed1', 'embed2'].map((part) => inputsOf(graph, `patch_embed1.${part}.embed_lif`))).toEqual([['patch_embed1.proj_bn'], ['patch_embed1.proj_bn']]);
    expect([nodeOf(graph, 'stage2.0.mixer.conv').attrs, nodeOf(graph, 'stage2.0.mixer.conv').params.weight.shape]).toEqual([{ window: [3, 3], stride: [1, 1], padding: [1, 1], groups: 8 }, [72, 1]]);
    expect(nodeOf(graph, 'head_lif').params.threshold.data[0]).toBe(2 * 4);
  });

  it('hands features on, weighs steps as they are and keeps the rows for the host', () => {
    const graph = graphOf(spikeclipShapes(), spikeclipDescriptor()), checkpoint = checkpointOf(spikeclipShapes()), { params, type } = nodeOf(graph, 'logits');
    expect([inputsOf(graph, 'logits'), type.channels, params.rows.data, params.stepWeight.data]).toEqual([['proj'], 3, rows, checkpoint.tensors.get('weights_tensor')!.data]);
    const { integer } = valueOf(toInteger(graph, { scale: 'max', bits: 8 }, valueOf(loadTarget('mesh45')).arch));
    expect([nodeOf(integer, 'logits').type.channels, nodeOf(integer, 'logits').params.rows.data]).toEqual([5, rows]);
  });
});

describe('a descriptor of stages with', () => {
  const qk: readonly (readonly [string, Changes, string])[] = [
    ['two widths', { embed_dims: [4, 8] }, 'C2007 embed_dims: .*wanted a list of 3'],
    ['an odd first width', { embed_dims: [5, 8, 16], heads: [1, 2, 2] }, 'C2008 embed_dims\\[0\\]: .*half of them'],
    ['heads that do not divide', { heads: [2, 3, 2] }, 'C2008 heads\\[1\\]: .*3 heads do not divide the 8 channels of stage 2'],
    ['tokens of another grid', { tokens: [64, 16, 16] }, 'C2008 tokens: .*write "tokens": \\[64,16,4\\]'],
    ['an image that pools away', { 'patch_embed.maxpool': { kernel: 13, stride: 8, padding: 0 } }, 'C2008 patch_embed.maxpool: .*stage 2: '],
    ['a pool beside its shortcut', { 'patch_embed.maxpool': { kernel: 2, stride: 2, padding: 0 } }, 'C2011 patch_embed.maxpool: .*another grid than the shortcut'],
    ['an MLP without channels', { mlp_ratio: 0.01 }, 'C2008 mlp_ratio: .*0 channels in stage 1'],
    ['a stage without attention', { 'attention.0.stage': [1] }, 'C2008 attention: .*stage 2 has 0 kinds'],
    ['a stage with two kinds', { 'attention.0.stage': [1, 2, 3] }, 'C2008 attention: .*stage 3 has 2 kinds'],
    ['a stage that is none', { 'attention.0.stage': [1, 4] }, 'C2007 attention\\[0\\]\\.stage\\[1\\]: .*from 1 to 3'],
    ['ssa without a scale', { 'attention.1.scale': undefined }, 'C2008 attention\\[1\\]\\.scale: .*none is given'],
    ['a scaled mask', { 'attention.0.scale': 0.125 }, 'C2011 attention\\[0\\]\\.scale: .*scales nothing'],
    ['a threshold that contradicts the scale', { 'attention.1.integer_threshold': 4 }, 'C2008 attention\\[1\\]\\.integer_threshold: .*make 8'],
  ];
  it.each(qk)('%s is refused at that key', (_, changes, wanted) => { expect(refused(qkformerDescriptor(changes))).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${wanted}`))])); });
  const max: readonly (readonly [string, Changes, string])[] = [
    ['a mixer that is none', { mixers: ['identity', 'dwconv4', 'ssa'] }, 'C2007 mixers\\[1\\]: .*"dwconv3" or "dwconv5"'],
    ['heads that do not make the last width', { head_dim: 4 }, 'C2008 head_dim: .*write "head_dim": 8'],
    ['attention whose heads do not divide an early width', { mixers: ['ssa', 'ssa', 'ssa'], heads: 16, head_dim: 1 }, 'C2008 heads: .*16 heads do not divide the 4 channels of stage 1'],
    ['an inner residual', { 'residual.mlp_inner_residual': true }, 'C2007 residual.mlp_inner_residual: .*wanted false'],
  ];
  it.each(max)('%s is refused at that key', (_, changes, wanted) => { expect(refused(maxFormerDescriptor(changes))).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${wanted}`))])); });
  it.each(['../text.npy', '/etc/rows.npy', 'C:\\rows.npy', 'a/../../b.npy', ''])('class rows in "%s" is refused: a descriptor names no file outside its folder', (embeddings) => {
    expect(refused(spikeclipDescriptor({ 'head.embeddings': embeddings }))).toEqual([expect.stringMatching(/^C2007 head\.embeddings: .*below the folder of the descriptor/)]);
  });
  it('class rows of another shape, damaged ones and none are refused with the keys of the checkpoint', () => {
    put('narrow.npy', [3, 4], new Float64Array(12));
    put('damaged.npy', [3, 5], rows.map((value, i) => (i === 7 ? NaN : value)));
    const withRows = (embeddings: string) => refused(spikeclipDescriptor({ 'head.embeddings': embeddings }), spikeclipShapes(3));
    expect(withRows('narrow.npy')).toEqual([expect.stringMatching(/^C2022 .*weights_tensor/), 'C2027 narrow.npy: wanted an array of shape [3, 5], came [3, 4] | the descriptor says how many rows and columns: one row per class, one column per feature']);
    expect(withRows('damaged.npy')[1]).toMatch(/^C2028 damaged\.npy: value 7 is NaN/);
    expect(withRows('none.npy')[1]).toMatch(/^C1001 none\.npy/);
  });
});

describe('networks of stages of any size', () => {
  const targets = ['mesh45', 'small32'].map((name) => valueOf(loadTarget(name)));
  const sizes = fc.record({ widths: fc.tuple(fc.constantFrom(2, 4), fc.constantFrom(4, 6), fc.constantFrom(4, 8)), depths: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constant(1), fc.integer({ min: 1, max: 2 })), ratio: fc.constantFrom(1, 2),
    image: fc.tuple(fc.integer({ min: 5, max: 9 }), fc.integer({ min: 5, max: 9 })), T: fc.integer({ min: 1, max: 3 }), heads: fc.constantFrom(1, 2), seed: fc.nat(), residual: fc.constantFrom('unary', 'payload', 'planes') });
  const half = (side: number) => Math.floor((side - 1) / 2) + 1;

  it('run on chips as their integer evaluation says, spike for spike', () => {
    let spikes = 0;
    fc.assert(fc.property(sizes, fc.constantFrom('qk', 'max'), fc.constantFrom('identity', 'dwconv5', 'ssa'), ({ widths, depths, ratio, image: [height, width], T, heads, seed, residual }, family, mixer) => {
      const grids = [[height, width], [half(height), half(width)], [half(half(height)), half(half(width))]].map(([h, w]) => h * w), common = { T, image_size: [height, width], embed_dims: widths, depths, mlp_ratio: ratio };
      const graph = family === 'qk' ? graphOf(qkformerShapes({ widths, depths, ratio }), qkformerDescriptor({ ...common, heads: [heads, heads, heads], tokens: grids }))
        : graphOf(maxFormerShapes({ widths, depths, ratio, mixers: [mixer, 'dwconv3', 'ssa'] }), maxFormerDescriptor({ ...common, heads, head_dim: widths[2] / heads, tokens: grids[2], mixers: [mixer, 'dwconv3', 'ssa'] }));
      const { whole } = randomFrom(seed), pixels = new Map([['input', Uint8Array.from({ length: height * width }, () => whole(0, 255))]]);
      // Counts need a payload, which small32 has not.
      for (const target of residual === 'payload' ? targets.slice(0, 1) : targets) {
        const { program, integer } = valueOf(compile({ graph, hash: 'tiny', classes: ['a', 'b', 'c'] }, target, { residual, scale: 'max', bits: 8, seed: 1 })), { technology: _, ...chip } = target.arch;
        const engine = prepare(program, chip), run = engine.run(pixels, { activities: false }), { values, outputs } = evaluate(integer, ops, pixels);
        for (const { name, plane } of program.probes) {
          const wanted = values[integer.probes.find((probe) => probe.name === name)!.value].data;
          expect([name, Array.from(engine.values(plane))]).toEqual([name, Array.from(wanted)]);
          spikes += wanted.reduce((sum, value) => sum + value, 0);
        }
        expect(Array.from(run.outputs.get('logits')!)).toEqual(Array.from(outputs.get('logits')!.data));
      }
    }), { seed: 21, numRuns: 12 });
    expect(spikes).toBeGreaterThan(1000);
  });
});
