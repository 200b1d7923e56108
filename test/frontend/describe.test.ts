// Descriptors proposed from checkpoints: the right family, every value with its origin, and with what is asked the same network as the published descriptor.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import type { Checkpoint } from '../../compiler/files/checkpoint.ts';
import { cluesOf, fileKeys } from '../../compiler/frontend/detect.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { families } from '../../compiler/frontend/index.ts';
import { familiesOf, propose } from '../../compiler/frontend/propose.ts';
import type { Proposal } from '../../compiler/frontend/propose.ts';
import { readSaid } from '../../compiler/frontend/said.ts';
import type { Said } from '../../compiler/frontend/said.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { checkpointOf, spikformerShapes } from './tiny.ts';
import type { Json } from './tiny.ts';

const say = (key: string, value: unknown): Said => ({ option: `--${key}`, key, text: typeof value === 'string' ? value : JSON.stringify(value) });
const at = (value: unknown, path: string): unknown => path.replace(/\[(\d+)\]/g, '.$1').split('.').reduce<unknown>((inner, step) => (inner as Json | undefined)?.[step], value);
const paths = (items: readonly Readonly<{ path: string }>[]): string[] => items.map(({ path }) => path);
const tiny = (said: readonly Said[] = [], named?: string): Proposal => valueOf(propose(checkpointOf(spikformerShapes()), said, named));

describe.skipIf(!isShared)('a checkpoint of the conformance cases', () => {
  const cases = sharedFiles('arch.json').filter((file) => file.startsWith('zoo/') && families.some(({ name }) => name === file.split('/')[1])).map(dirname);
  /** Keys are the same: no file shows which of them it is. */
  const alike: Readonly<Record<string, string>> = { 'xor-spikformer': 'spikformer-cifar' };
  /** Assumed values that a case departs from, as it may say. */
  const departs = ['head.type', 'neuron.alpha', 'neuron.v_threshold', 'neuron.decay', 'graph'];

  it.each(cases)('%s is of its family, and what is asked makes the network of its descriptor', (folder) => {
    const arch = JSON.parse(readFileSync(sharedPath(`${folder}/arch.json`), 'utf8')) as Json, own = folder.split('/')[1], file = (arch.checkpoint as Json | undefined)?.file as string | undefined;
    const checkpoint = valueOf(readCheckpoint(sharedPath(`${folder}/${file ?? 'model.pth'}`))), first = valueOf(propose(checkpoint, [], undefined)), proposed = [first.fit, ...first.others].map(({ family }) => family.name);
    expect(proposed).toEqual([alike[own] ?? own, ...(own === 'spikformer-cifar' || alike[own] ? ['xor-spikformer'] : [])]);

    const open = valueOf(propose(checkpoint, [], own)), { asked, optional, items } = open, assumed = items.filter(({ origin }) => origin === 'assumed');
    for (const { path, value } of items.filter(({ origin, path: key }) => origin === 'shown' && !/^(checkpoint|ignored_keys|head\.kd)/.test(key))) expect([path, value]).toEqual([path, at(arch, path)]);
    const other = assumed.filter(({ path, value }) => departs.includes(path) && JSON.stringify(at(arch, path)) !== JSON.stringify(value));
    const answers = [...paths(asked), ...paths(optional), ...paths(other)].filter((path) => at(arch, path) !== undefined).map((path) => say(path, at(arch, path)));
    expect(paths(asked).filter((path) => at(arch, path) === undefined)).toEqual([]);

    const { descriptor, faults, asked: left } = valueOf(propose(checkpoint, answers, own));
    expect([left, faults]).toEqual([[], []]);
    const [mine, published] = [descriptor, arch].map((one) => valueOf(importModel(checkpoint, one, sharedPath(`${folder}/arch.json`))));
    expect(printGraph({ ...mine.graph, name: '' }, { constants: 'whole' })).toBe(printGraph({ ...published.graph, name: '' }, { constants: 'whole' }));
    expect([mine.input, mine.classes]).toEqual([published.input, published.classes]);
  });
});

describe('a proposal', () => {
  it('says of every value where it comes from, and asks for the rest with its meaning', () => {
    const { items, asked, optional, faults } = tiny([say('T', 2), say('attention.scale', 0.25)]), origin = Object.fromEntries(items.map((item) => [item.path, item.origin]));
    expect(origin).toMatchObject({ T: 'said', 'attention.scale': 'said', embed_dims: 'shown', 'patch_embed.stages[0].channels': 'shown', 'patch_embed.stages[0].order': 'assumed', 'neuron.tau': 'assumed', 'attention.type': 'only', 'residual.type': 'only' });
    expect(asked).toEqual([{ path: 'image_size', wanted: 'a pair [height, width]', doc: 'height and width of the input' }, { path: 'heads', wanted: expect.stringContaining('a whole number') as string, doc: 'attention heads' }]);
    expect([paths(optional), faults.map(({ code, at: place }) => [code, place?.in === 'option' && place.option])]).toEqual([['input.normalize', 'class_names'], [['C2084', '--image_size'], ['C2084', '--heads']]]);
  });

  it('fills in what follows once its needs are said, and writes down what it assumed', () => {
    const whole = tiny([say('T', 2), say('image_size', '8x8'), say('heads', 2)]), { descriptor } = whole;
    expect([at(descriptor, 'head_dim'), at(descriptor, 'tokens'), whole.faults]).toEqual([expect.any(Number), expect.any(Number), []]);
    expect(at(descriptor, 'notes.assumed')).toEqual(paths(whole.items.filter(({ origin }) => origin === 'assumed')));
    expect(importModel(checkpointOf(spikformerShapes()), descriptor, 'arch.json').ok).toBe(true);
  });

  it('takes of families with the same keys the one that was named, or the only one that what was said fits', () => {
    expect([tiny().fit.family.name, tiny([], 'xor-spikformer').fit.family.name, tiny([say('residual.type', 'xor')]).fit.family.name, tiny([say('residual.type', 'sew-add')]).fit.family.name])
      .toEqual(['spikformer-cifar', 'xor-spikformer', 'xor-spikformer', 'spikformer-cifar']);
  });

  it('finds a family behind a prefix that its keys share, and says so in the descriptor', () => {
    const inner = checkpointOf(spikformerShapes()), prefixed: Checkpoint = { ...inner, tensors: new Map([...inner.tensors].map(([key, tensor]) => [`encoder.vision.${key}`, tensor])) };
    const { fit, descriptor, faults } = valueOf(propose(prefixed, [say('T', 2), say('image_size', '8x8'), say('heads', 2)], undefined));
    expect([fit.family.name, fit.prefix, at(descriptor, 'checkpoint.key_prefix'), faults]).toEqual(['spikformer-cifar', 'encoder.vision.', 'encoder.vision.', []]);
  });

  it('tells keys that the family would not read, with the rules that the values break', () => {
    const inner = checkpointOf(spikformerShapes()), more: Checkpoint = { ...inner, tensors: new Map([...inner.tensors, ['extra.weight', { shape: [1], dtype: 'float32', data: Float64Array.of(1) }]]) };
    const said = [say('T', 2), say('image_size', '8x8')], codes = (heads: number, ...others: readonly Said[]) => valueOf(propose(more, [...said, say('heads', heads), ...others], undefined)).faults.map(({ code }) => code);
    expect([codes(2), codes(2, say('ignored_keys', 'extra.*')), codes(2, say('neuron.tau', 3), say('ignored_keys', '["extra.*"]'))]).toEqual([['C2021'], [], ['C2009']]);
  });

  it('of any keys and shapes gives a proposal or faults, whatever family is named', () => {
    const names = [...spikformerShapes().map(([name]) => name), 'head.weight', 'head_kd.weight', 'model.0.conv.weight', 'model.999.m.0.weight', 'model.3.residual_function.4.weight', 'model.3.residual_function.1.weight', 'weights_tensor', 'conv1.weight', 'fc1.weight',
      'FC0.linear.weight', 'FC0.attention.temporal_excitation.0.weight', 'stage1.0.tssa.q_conv.weight', 'stage2.0.mixer.conv.weight', 'block3.0.attn.v_conv.0.weight', 'attn.attn_bn.weight', '__proto__', ''];
    const size = fc.constantFrom(0, 1, 2, 3, 7, 32, 65_537, 2 ** 31, 2 ** 52), shapes = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), fc.array(size, { maxLength: 4 })), { selector: ([name]) => name, maxLength: 12 });
    fc.assert(fc.property(shapes, fc.constantFrom(...families.map(({ name }) => name)), (chosen, named) => {
      const checkpoint: Checkpoint = { file: 'odd.pth', sha256: '', wrapper: 'none', prefix: '', ignored: [], tensors: new Map(chosen.map(([key, shape]) => [key, { shape, dtype: 'float32', data: new Float64Array(0) }])) };
      const outcome = propose(checkpoint, [], named);
      expect(outcome.ok && outcome.value.faults.every(({ code }) => /^C20\d\d$/.test(code))).toBe(true);
      expect(familiesOf(checkpoint)).toHaveLength(families.length);
    }), { seed: 21, numRuns: 300 });
  });
});

describe('what a user says', () => {
  const { schema, name } = families[0], read = (...said: readonly (readonly [key: string, text: string])[]) => {
    const outcome = readSaid({ name, schema }, said.map(([key, text]) => ({ option: `--${key}`, key, text })));
    return outcome.ok ? outcome.value.map(({ path, value }) => [path.join('.'), value]) : outcome.faults.map(({ code, at: place }) => [code, place?.in === 'option' && place.option]);
  };
  it('is read as its key wants it: numbers, texts, lists in three spellings, groups as JSON, a square by one number', () => {
    expect(read(['T', '4'], ['case', '4'], ['image_size', '28x30'], ['image_size', '32'], ['class_names', 'cat,dog'], ['class_names', '["a, b"]'], ['patch_embed.stages[2].order', 'conv3x3,bn,lif'], ['patch_embed.stages.2.channels', '8'], ['neuron.v_reset', 'null'],
      ['patch_embed.maxpool', '{"kernel": 2, "stride": 2, "padding": 0}'])).toEqual([['T', 4], ['case', '4'], ['image_size', [28, 30]], ['image_size', [32, 32]], ['class_names', ['cat', 'dog']], ['class_names', ['a, b']],
      ['patch_embed.stages.2.order', ['conv3x3', 'bn', 'lif']], ['patch_embed.stages.2.channels', 8], ['neuron.v_reset', null], ['patch_embed.maxpool', { kernel: 2, stride: 2, padding: 0 }]]);
  });
  it('may be the clear end of a key, with dashes; what is unclear, unknown or of another kind is refused, all at once', () => {
    expect(read(['decay-input', 'false'], ['bn-eps', '1e-3'])).toEqual([['neuron.decay_input', false], ['bn_eps', 0.001]]);
    expect(read(['v_threshold', '1'], ['hedas', '4'], ['T', 'four'], ['T', '2.5'])).toEqual([['C2082', '--v_threshold'], ['C2081', '--hedas'], ['C2083', '--T'], ['C2083', '--T']]);
  });
});

it('a key grammar is asked to its end: every clue with what the file says of it', () => {
  const keys = fileKeys(new Map([['a.0.weight', { shape: [1, 2] }], ['c', { shape: [] }]]));
  expect(cluesOf((file) => file.has('a.*.weight', 2) && file.has('b') && !file.has('c') && !file.has('d'), keys)).toEqual([{ text: 'a.*.weight of 2 axes', holds: true }, { text: 'b', holds: false }, { text: 'no c', holds: false }, { text: 'no d', holds: true }]);
  expect([keys.run('a.'), keys.run('b.'), keys.size('a.0.weight', 1), keys.size('a.0.weight', 5), keys.size('constructor', 0)]).toEqual([1, 0, 2, undefined, undefined]);
});
