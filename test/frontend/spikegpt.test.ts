// SpikeGPT: what its descriptor may say, and the graph it makes.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { modelLevel } from '../../compiler/passes/pass.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'spikegpt', T: 3, tokens: 3, vocabulary: 5, embed_dims: 2, hidden: 4, depths: 1, layernorm_eps: 1e-5, T_axis: 'tokens',
  neuron: { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, input: { encoding: 'token ids' } }, changes);
const vector = (...names: readonly string[]) => names.map((name) => [name, [2]] as const), square = (...names: readonly string[]) => names.map((name) => [`${name}.weight`, [2, 2]] as const), mix = (...names: readonly string[]) => names.map((name) => [name, [1, 1, 2]] as const);
const shapes = [['emb.weight', [5, 2]] as const, ['head.weight', [5, 2]] as const, ...vector('ln_out.weight', 'ln_out.bias'), ...['ln0', 'ln1', 'ln2'].flatMap((name) => vector(`blocks.0.${name}.weight`, `blocks.0.${name}.bias`)),
  ...vector('blocks.0.att.time_decay', 'blocks.0.att.time_first'), ...mix('blocks.0.att.time_mix_k', 'blocks.0.att.time_mix_v', 'blocks.0.att.time_mix_r', 'blocks.0.ffn.time_mix_k', 'blocks.0.ffn.time_mix_r'),
  ...square('blocks.0.att.key', 'blocks.0.att.value', 'blocks.0.att.receptance', 'blocks.0.att.output', 'blocks.0.ffn.receptance'), ['blocks.0.ffn.key.weight', [4, 2]] as const, ['blocks.0.ffn.value.weight', [2, 4]] as const];
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message}`);
};

describe('SpikeGPT', () => {
  it('is a lawful graph, as it always was', async () => {
    const { graph, keys, input } = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect(verifyGraph(graph, ops, modelLevel)).toEqual([]);
    expect([keys.used.length, input]).toEqual([shapes.length, { encoding: 'tokens', steps: 3, channels: 5, height: 1, width: 1 }]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/spikegpt.txt');
  });
  it('binarises its embeddings at 0, 0 included, and fades by -exp(time_decay)', () => {
    const checkpoint = checkpointOf(shapes);
    checkpoint.tensors.set('emb.weight', { shape: [5, 2], dtype: 'float32', data: Float64Array.of(0, -0.1, 3, -0, -5, 0.1, 1, 1, -1, -1) });
    checkpoint.tensors.set('blocks.0.att.time_decay', { shape: [2], dtype: 'float32', data: Float64Array.of(0, Math.log(2)) });
    const { graph } = valueOf(importModel(checkpoint, descriptor(), 'arch.json')), params = (name: string) => graph.nodes.find((node) => node.name === name)!.params;
    expect([[...params('emb').weight.data], [...params('blocks.0.att.wkv').decay.data]]).toEqual([[1, 0, 1, 1, 0, 1, 1, 1, 0, 0], [-1, -2]]);
  });
  it.each<[string, Changes, string]>([
    ['steps that are not its tokens', { tokens: 4 }, 'C2008 tokens: .*4, but T is 3'],
    ['another neuron', { 'neuron.tau': 4 }, 'C2009 neuron.tau: '],
    ['another step axis', { T_axis: 'time' }, 'C2007 T_axis: '],
    ['images', { 'input.encoding': 'direct' }, 'C2007 input.encoding: '],
    ['another block', { block: 'x = lif1(time_mix(ln1(x)))' }, 'C2011 block: .*another network than the published one'],
    ['another embedding', { embedding: 'x = emb[token]' }, 'C2011 embedding: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual([expect.stringMatching(new RegExp(`^${said}`))]));
  it('accepts the words of the published block', () => {
    expect(refused({ block: 'x = x + lif1(time_mix(ln1(x))); x = x + lif2(channel_mix(ln2(x))); the lifs scan the token axis', embedding: 'x = [emb[token] >= 0], binary; block 0 first applies ln0' })).toEqual([]);
  });
});
