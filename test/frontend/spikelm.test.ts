// SpikeLM: what its descriptor may say, and the graph it makes.
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

const normed = 'dense -> GELU (erf) -> dense -> LayerNorm(out + x), eps 1e-12';
const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'spikelm', T: 2, embed_dims: 3, hidden: 4, tokens: 2, neuron: { type: 'elastic-bi-spiking' }, feed_forward: 'dense -> dense, nothing between',
  input: { encoding: 'currents', values: 'multiples of 2^-6' } }, changes);
const linear = (name: string, from: number, to: number) => [[`${name}.weight`, [to, from]] as const, [`${name}.bias`, [to]] as const, ...steps(`${name}.act_clip_val`)];
const steps = (name: string) => [0, 1].map((step) => [`${name}.${step}`, [] as number[]] as const);
const shapes = [...linear('attention.self.key', 3, 3), ...linear('attention.self.value', 3, 3), ...linear('intermediate.dense', 3, 4), ...linear('output.dense', 4, 3), ...steps('attention.self.clip_key'), ...steps('attention.self.clip_value')];
const norm = [['output.LayerNorm.weight', [3]] as const, ['output.LayerNorm.bias', [3]] as const];
const imported = (changes: Changes = {}, given: Parameters<typeof checkpointOf>[0] = shapes) => importModel(checkpointOf(given), descriptor(changes), 'arch.json');
const faultsOf = (outcome: ReturnType<typeof imported> | ReturnType<typeof parseDescriptor>): string[] => (outcome.ok ? [] : outcome.faults.map(({ code, at, message }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message}`));
const refused = (changes: Changes): string[] => faultsOf(parseDescriptor(descriptor(changes), 'arch.json'));

describe('SpikeLM', () => {
  it('is a lawful graph, as it always was; keys and values are results behind that of the layer', async () => {
    const { graph, keys, input } = valueOf(imported({ feed_forward: normed }, [...shapes, ...norm]));
    expect(verifyGraph(graph, ops, modelLevel)).toEqual([]);
    expect([keys.used.length, input, graph.outputs.map(({ name }) => name)]).toEqual([shapes.length + 2, { encoding: 'currents', steps: 2, channels: 3, height: 1, width: 2 }, ['logits', 'key', 'value']]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/spikelm.txt');
  });
  it('takes amplitudes from the checkpoint, none below 1e-5', () => {
    const checkpoint = checkpointOf(shapes);
    checkpoint.tensors.set('attention.self.key.act_clip_val.0', { shape: [], dtype: 'float32', data: Float64Array.of(-3) });
    checkpoint.tensors.set('attention.self.key.act_clip_val.1', { shape: [], dtype: 'float32', data: Float64Array.of(2) });
    const { graph } = valueOf(importModel(checkpoint, descriptor(), 'arch.json')), node = (name: string) => graph.nodes.find((one) => one.name === name)!;
    expect([[...node('attention.self.key.spikes').params.bound.data], [...node('attention.self.key.spikes').params.keep.data], [...node('attention.self.key.spikes.amplitude').params.factor.data]])
      .toEqual([[5e-6, 1], [0, 0, 0, 5e-6, 2.5e-6, 0], [1e-5, 2]]);
    expect([...node('attention.self.clip_key').params.keep.data]).toEqual([0, 0, 0, 0, 0, 0]);
  });
  it.each<[string, string, boolean, number | undefined]>([['dense -> dense, nothing between', 'neither', false, undefined], [normed, 'both', true, 1e-12], ['dense -> GELU -> dense', 'a gelu', true, undefined], ['dense -> dense -> LayerNorm(out + x), eps 1e-5', 'a norm', false, 1e-5]])(
    '"%s" has %s', (feed_forward, _, gelu, epsilon) => {
      const { nodes } = valueOf(imported({ feed_forward }, epsilon ? [...shapes, ...norm] : shapes)).graph, found = nodes.find(({ kind }) => kind === 'layer-norm');
      expect([nodes.some(({ kind }) => kind === 'gelu'), (found?.attrs as { epsilon?: number } | undefined)?.epsilon]).toEqual([gelu, epsilon]);
    });
  it.each<[string, Changes, readonly string[]]>([
    ['another neuron', { 'neuron.type': 'lif' }, ['C2011 neuron.type: .*wanted "elastic-bi-spiking", came "lif"']],
    ['another feed-forward pair', { feed_forward: 'dense -> SiLU -> dense' }, ['C2011 feed_forward: .*came "dense -> SiLU -> dense"']],
    ['an epsilon that is none', { feed_forward: 'dense -> dense -> LayerNorm(out + x), eps 0' }, ['C2011 feed_forward: ']],
    ['images', { 'input.encoding': 'direct' }, ['C2007 input.encoding: ']],
    ['softmax attention, part by part', { attention: 'softmax' }, ['query', 'scores', 'softmax', 'context'].map((part) => `C2011 attention: .*attention.self.${part} is not supported`)],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual(said.map((text) => expect.stringMatching(new RegExp(`^${text}`)))));
  it('names every amplitude that a checkpoint of other steps lacks, and every key of the attention that it does not run', () => {
    expect(faultsOf(imported({ T: 3 })).map((text) => /"([\w.]*)"/.exec(text)?.[1])).toEqual(['attention.self.key', 'attention.self.value', 'intermediate.dense', 'output.dense'].map((name) => `${name}.act_clip_val.2`).concat('attention.self.clip_key.2', 'attention.self.clip_value.2'));
    const more = [...shapes, ...linear('attention.self.query', 3, 3)];
    expect(faultsOf(imported({}, more)).every((text) => text.includes('attention.self.query'))).toBe(true);
    expect(faultsOf(imported({ ignored_keys: ['attention.self.query.*'] }, more))).toEqual([]);
  });
});
