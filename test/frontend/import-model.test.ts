// From checkpoint and descriptor to a real graph: keys, layouts, thresholds, structure.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import type { Checkpoint } from '../../compiler/files/checkpoint.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { matches } from '../../compiler/frontend/keys.ts';
import { nearest } from '../../targets/contract/nearest.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph, Node } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';
import { checkpointOf, convSpikformerShapes, sdtDescriptor, sdtShapes, spikformerDescriptor, spikformerShapes, spikingformerDescriptor, spikingformerShapes } from './tiny.ts';

const file = 'arch.json', real = { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] } as const;
const nodeOf = (graph: Graph, name: string): Node => graph.nodes.find((node) => node.name === name)!;
const readersOf = (graph: Graph, name: string): string[] => graph.nodes.filter(({ inputs }) => inputs.some((input) => graph.nodes[input].name === name)).map((node) => node.name);
const inputsOf = (graph: Graph, name: string): string[] => nodeOf(graph, name).inputs.map((input) => graph.nodes[input].name);
const thresholdOf = (graph: Graph, name: string): number => nodeOf(graph, name).params.threshold.data[0];
const dvs = { mode: 'dvs', 'attention.erode': { kernel: 3, stride: 1, padding: 1 }, 'input.encoding': 'frames' };

describe('importModel', () => {
  it('reads exactly the keys that the reference lists for a one-block Spikformer, 96,514 parameters with two unused norms', () => {
    const descriptor = spikformerDescriptor({ image_size: [28, 28], tokens: 49, heads: 4, head_dim: 16, classes: 10 }, 64);
    const unused = ['norm1', 'norm2'].flatMap((name) => ['weight', 'bias'].map((part) => [`block.0.${name}.${part}`, [64]] as const));
    const checkpoint = checkpointOf([...spikformerShapes({ width: 64, hidden: 128, classes: 10 }), ...unused]);
    const { parameters, keys } = valueOf(importModel(checkpoint, { ...descriptor, ignored_keys: ['block.*.norm1.*', 'block.*.norm2.*'] }, file));
    expect(parameters).toBe(96_514 - 256);
    expect(keys.ignored.map(({ key, reason }) => `${key}: ${reason}`)).toEqual(unused.map(([key], i) => `${key}: ignored_keys names "block.*.norm${i < 2 ? 1 : 2}.*"`));
    expect(keys.used.length + keys.ignored.length).toBe(checkpoint.tensors.size);
    expect(new Set(keys.used).size).toBe(keys.used.length);
  });

  it.each([
    ['spikformer-cifar', spikformerDescriptor(), spikformerShapes()], ['sdt-v1', sdtDescriptor(), sdtShapes()], ['sdt-v1-dvs', sdtDescriptor({ ...dvs, in_channels: 2 }), sdtShapes({ channels: 2 })],
    ['sdt-v1-inner', sdtDescriptor({ mlp_ratio: 1 }), sdtShapes({ hidden: 16 })],
    ['spikformer-imagenet', spikformerDescriptor({ family: 'spikformer-imagenet' }), convSpikformerShapes([1, 1])], ['spikformer-dvs', spikformerDescriptor({ family: 'spikformer-dvs', 'input.encoding': 'frames' }), convSpikformerShapes([1])],
    ['xor-spikformer', spikformerDescriptor({ family: 'xor-spikformer', 'residual.type': 'xor' }), spikformerShapes()], ['spikingformer', spikingformerDescriptor(), spikingformerShapes()],
  ])('builds a lawful graph of %s, as it always did', async (name, descriptor, shapes) => {
    const { graph } = valueOf(importModel(checkpointOf(shapes), descriptor, file));
    expect(verifyGraph(graph, ops, real)).toEqual([]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot(`../golden/frontend/${name}.txt`);
  });

  it('lays a convolution out tap by tap, then channel by channel', () => {
    const checkpoint = checkpointOf(spikformerShapes({ channels: 3 })), { graph } = valueOf(importModel(checkpoint, spikformerDescriptor({ in_channels: 3 }), file));
    const { data } = checkpoint.tensors.get('patch_embed.proj_conv1.weight')!, { weight } = nodeOf(graph, 'patch_embed.proj_conv1').params;
    expect(weight.shape).toEqual([9 * 2, 4]);
    for (const [o, c, ky, kx] of [[0, 0, 0, 0], [3, 1, 2, 1], [2, 0, 1, 2]]) expect(weight.data[((ky * 3 + kx) * 2 + c) * 4 + o]).toBe(data[((o * 2 + c) * 3 + ky) * 3 + kx]);
  });

  it('doubles thresholds of neurons whose input decays, and no others', () => {
    const thresholds = (decay_input: boolean) => {
      const { graph } = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor({ 'neuron.decay_input': decay_input, 'neuron.v_threshold': 1.5 }), file));
      return ['patch_embed.proj_lif', 'block.0.attn.q_lif', 'block.0.attn.attn_lif'].map((name) => thresholdOf(graph, name));
    };
    expect([thresholds(true), thresholds(false)]).toEqual([[3, 3, 1], [1.5, 1.5, 0.5]]);
  });

  it('gives the head neuron of the mean over 49 tokens the exact threshold 98 on their sum', () => {
    const { graph } = valueOf(importModel(checkpointOf(sdtShapes()), sdtDescriptor({ image_size: [28, 28], tokens: 49 }), file));
    expect([thresholdOf(graph, 'head_lif'), inputsOf(graph, 'head_lif'), thresholdOf(graph, 'block.0.attn.talking_heads_lif')]).toEqual([98, ['head.sum'], 1]);
  });

  it('subtracts the threshold where v_reset is null', () => {
    const resetOf = (v_reset: number | null) => nodeOf(valueOf(importModel(checkpointOf(sdtShapes()), sdtDescriptor({ 'neuron.v_reset': v_reset }), file)).graph, 'head_lif').attrs;
    expect([resetOf(null), resetOf(0)]).toEqual([{ keep: [1, 2], reset: 'subtract', fires: 'at-least' }, { keep: [1, 2], reset: 'zero', fires: 'at-least' }]);
  });

  it('adds the output of fc1 to the stream exactly when the hidden width is the width', () => {
    const { graph } = valueOf(importModel(checkpointOf(sdtShapes({ hidden: 16 })), sdtDescriptor({ mlp_ratio: 1, 'residual.mlp_inner_residual': true }), file));
    expect(inputsOf(graph, 'block.0.mlp.inner_add')).toEqual(['block.0.attn.add', 'block.0.mlp.fc1_bn']);
    expect([inputsOf(graph, 'block.0.mlp.fc2_lif'), inputsOf(graph, 'block.0.mlp.add')]).toEqual([['block.0.mlp.inner_add'], ['block.0.mlp.inner_add', 'block.0.mlp.fc2_bn']]);
  });

  it('pools where the order of a stage says, currents before the neuron and spikes behind it', () => {
    const at = (order: readonly string[]) => {
      const { graph } = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor({ 'patch_embed.stages.0.order': order, image_size: [16, 16] }), file));
      return [inputsOf(graph, 'patch_embed.maxpool'), nodeOf(graph, 'patch_embed.maxpool').type.kind, readersOf(graph, 'patch_embed.maxpool')];
    };
    expect(at(['conv3x3', 'bn', 'maxpool', 'lif'])).toEqual([['patch_embed.proj_bn'], 'current', ['patch_embed.proj_lif']]);
    expect(at(['conv3x3', 'bn', 'lif', 'maxpool'])).toEqual([['patch_embed.proj_lif'], 'spike', ['patch_embed.proj_conv1']]);
  });

  it('normalises pixels as (x * scale - mean) / std and pads with zero behind it', () => {
    const normalize = { scale: 1 / 255, mean: [0.4, 0.5], std: [0.2, 0.25] }, checkpoint = checkpointOf(sdtShapes({ channels: 2 }));
    const { graph } = valueOf(importModel(checkpoint, sdtDescriptor({ in_channels: 2, 'input.normalize': normalize }), file)), { whole } = randomFrom(7);
    const pixels = Uint8Array.from({ length: 64 * 2 }, () => whole(0, 255)), { values } = evaluate(graph, ops, new Map([['input', pixels]]));
    const weight = checkpoint.tensors.get('patch_embed.proj_conv.weight')!.data, came = values[graph.nodes.findIndex(({ name }) => name === 'patch_embed.proj_conv')].data;
    for (const [y, x, o] of [[0, 0, 0], [0, 7, 1], [3, 4, 0], [7, 2, 1]]) {
      let sum = 0;
      for (let c = 0; c < 2; c++) for (let ky = 0; ky < 3; ky++) for (let kx = 0; kx < 3; kx++) {
        const [py, px] = [y + ky - 1, x + kx - 1];
        if (py < 0 || py > 7 || px < 0 || px > 7) continue;
        sum += weight[((o * 2 + c) * 3 + ky) * 3 + kx] * ((pixels[(py * 8 + px) * 2 + c] * normalize.scale - normalize.mean[c]) / normalize.std[c]);
      }
      expect(came[(y * 8 + x) * 2 + o]).toBeCloseTo(sum, 12);
    }
  });

  it('reads event counts without scaling them', () => {
    const { graph } = valueOf(importModel(checkpointOf(sdtShapes()), sdtDescriptor(dvs), file));
    expect([inputsOf(graph, 'patch_embed.proj_conv'), nodeOf(graph, 'input').type.time]).toEqual([['input'], 'step']);
  });

  it('names the published order of attention', () => {
    const orderOf = (order?: string) => nodeOf(valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor(order === undefined ? {} : { 'attention.order': order }), file)).graph, 'block.0.attn.ssa').attrs;
    expect([orderOf(), orderOf('(q k^T * scale) v'), orderOf('q (k^T v) * scale')].map((attrs) => ('published' in attrs ? attrs.published : undefined))).toEqual(['qk', 'qk', 'kv']);
  });

  it('strips the prefix that the descriptor names when every key has it', () => {
    const plain = checkpointOf(spikformerShapes()), prefixed: Checkpoint = { ...plain, tensors: new Map([...plain.tensors].map(([key, tensor]) => [`encoder.${key}`, tensor])) };
    const imported = valueOf(importModel(prefixed, spikformerDescriptor({ checkpoint: { key_prefix: 'encoder.' } }), file));
    expect(imported.keys).toEqual(valueOf(importModel(plain, spikformerDescriptor(), file)).keys);
  });

  it('numbers classes that have no names', () => {
    expect(valueOf(importModel(checkpointOf(sdtShapes()), sdtDescriptor(), file)).classes).toEqual(['0', '1', '2']);
    expect(valueOf(importModel(checkpointOf(sdtShapes()), sdtDescriptor({ class_names: ['a', 'b', 'c'] }), file)).classes).toEqual(['a', 'b', 'c']);
  });
});

describe('patterns of ignored keys', () => {
  it('match as a regular expression with .* for every star does', () => {
    fc.assert(fc.property(fc.stringMatching(/^[ab*]{0,8}$/), fc.stringMatching(/^[ab]{0,10}$/), (pattern, text) =>
      matches(pattern, text) === new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text)), { seed: 3, numRuns: 2000 });
  });
  it('do not become slow when many stars meet a long name', () => {
    expect(matches(`${'*a'.repeat(100)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});

describe('the nearest name', () => {
  it('is the one with the fewest changed letters, if they are few', () => {
    expect(nearest('block.0.attn.q_liner.weight', ['block.0.attn.k_linear.weight', 'block.0.attn.q_linear.weight'])).toBe('block.0.attn.q_linear.weight');
    expect(nearest('Heads', ['depths', 'heads'])).toBe('heads');
    expect(nearest('zebra', ['heads', 'depths'])).toBeUndefined();
  });
});
