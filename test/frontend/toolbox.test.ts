// What families are built of: layers in all forms of the file, single tensors, RepConv, prefixes, and the grammar of keys.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import { familiesOf } from '../../compiler/frontend/propose.ts';
import { families } from '../../compiler/frontend/index.ts';
import { descriptorJsonSchema } from '../../compiler/frontend/json-schema.ts';
import { takeParts } from '../../compiler/frontend/keys.ts';
import { conv1d, conv2d, flatLinear, linear, normOnly, tensor } from '../../compiler/frontend/layers.ts';
import type { Part } from '../../compiler/frontend/layers.ts';
import { startNetwork } from '../../compiler/frontend/network.ts';
import { fractionOf, multispikeOf, stbpOf } from '../../compiler/frontend/neurons.ts';
import type { Neuron } from '../../compiler/frontend/neurons.ts';
import { foldRepConv, repConv } from '../../compiler/frontend/rep-conv.ts';
import { ops, source } from '../../compiler/ops/index.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { channelsLast, zooCase } from '../ops/zoo.ts';

const counted = (shape: readonly number[], first = 0): FileTensor => ({ shape, dtype: 'float32', data: Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => first + i) });
const checkpoint = (tensors: Readonly<Record<string, FileTensor>>): Checkpoint => ({ file: 'model.pth', sha256: '', wrapper: 'none', prefix: '', tensors: new Map(Object.entries(tensors)), ignored: [] });
const take = (tensors: Readonly<Record<string, FileTensor>>, parts: readonly Part[], rules = {}) => takeParts(checkpoint(tensors), parts, { prefix: '', ignored: [], epsilon: 1e-5, sizes: 'width 2', ...rules });
const codesOf = (outcome: Outcome<unknown>): string[] => (outcome.ok ? [] : outcome.faults.map(({ code, message }) => `${code} ${message}`));
const neuron: Neuron = () => { throw new Error('no neuron here'); };

describe('a layer', () => {
  it('is the same crossbar from a matrix, a Conv1d and a Conv2d of one tap', () => {
    const rows = ([['linear', [3, 2]], ['conv1d', [3, 2, 1]], ['conv2d', [3, 2, 1, 1]]] as const).map(([form, shape]) => {
      const part = { linear, conv1d, conv2d }[form]('l', 2, 3, { bias: false });
      return valueOf(take({ 'l.weight': counted(shape) }, [part])).weights.layer('l').weight;
    });
    for (const weight of rows) expect(weight).toEqual({ shape: [2, 3], data: Float64Array.of(0, 2, 4, 1, 3, 5) });
    expect(codesOf(take({ 'l.weight': counted([3, 2]) }, [conv1d('l', 2, 3, { bias: false })]))).toEqual([expect.stringMatching(/^C2022 .*wanted shape \[3, 2, 1\], came \[3, 2\]/)]);
  });
  it('behind a flattened map reads it as a window of the whole map, channel c of position n from column c * positions + n of the file', () => {
    const { weight, slide } = valueOf(take({ 'fc1.weight': counted([2, 12]) }, [flatLinear('fc1', 3, [2, 2], 2, { bias: false })])).weights.layer('fc1');
    expect([weight.shape, slide.window, slide.padding]).toEqual([[12, 2], [2, 2], [0, 0]]);
    for (const [o, c, n] of [[0, 0, 0], [1, 2, 3], [0, 1, 2]]) expect(weight.data[(n * 3 + c) * 2 + o]).toBe(o * 12 + c * 4 + n);
  });
  it('of groups has rows as wide as one group, a depthwise one a single column', () => {
    const grouped = valueOf(take({ 'c.weight': counted([4, 2, 3, 3]) }, [conv2d('c', 4, 4, { window: 3, groups: 2, bias: false })])).weights.layer('c');
    expect([grouped.weight.shape, grouped.groups]).toEqual([[36, 2], 2]);
    for (const [o, c, tap] of [[0, 1, 8], [1, 0, 3], [2, 2, 0], [3, 3, 5]]) expect(grouped.weight.data[(tap * 4 + c) * 2 + (o % 2)]).toBe((o * 2 + (c % 2)) * 9 + tap);
    const depthwise = valueOf(take({ 'd.weight': counted([3, 1, 3, 3]) }, [conv2d('d', 3, 3, { window: 3, groups: 3, bias: false })])).weights.layer('d').weight;
    expect([depthwise.shape, depthwise.data[5 * 3 + 2]]).toEqual([[27, 1], 2 * 9 + 5]);
  });
});

describe('a checkpoint', () => {
  it('gives single tensors of any rank, of which only trained ones are parameters', () => {
    const tensors = { 'lif.w': counted([], 3), rate: counted([1, 2, 1]), mix: counted([1, 1, 4]) };
    const { weights, parameters } = valueOf(take(tensors, [tensor('lif.w', [], { trained: true }), tensor('rate', [1, 2, 1], { trained: false }), tensor('mix', [1, 1, 4], { trained: true })]));
    expect([weights.tensor('lif.w'), weights.tensor('rate').shape, parameters]).toEqual([{ shape: [], data: Float64Array.of(3) }, [1, 2, 1], 5]);
    expect(codesOf(take(tensors, [tensor('lif.w', [1], { trained: true }), tensor('rate', [1, 2, 1], { trained: false })]))).toEqual([expect.stringMatching(/^C2021 .*"mix"/), expect.stringMatching(/^C2022 .*wanted shape \[1\], came \[\]/)]);
  });
  it('gives a normalisation without a layer before it, and refuses a negative variance of it', () => {
    const norm = (variance: number) => ({ 'n.weight': counted([1], 2), 'n.bias': counted([1], 1), 'n.running_mean': counted([1], 4), 'n.running_var': counted([1], variance), 'n.num_batches_tracked': counted([]) });
    const { weights, parameters, keys } = valueOf(take(norm(9), [normOnly('n', 1)]));
    expect([weights.norm('n').epsilon, weights.norm('n').params.variance.data[0], parameters, keys.ignored.length]).toEqual([1e-5, 9, 2, 1]);
    expect(codesOf(take(norm(-9), [normOnly('n', 1)]))).toEqual([expect.stringMatching(/^C2023 /)]);
  });
  it('of a larger model is read below its prefix; what lies beside it is told by its whole name', () => {
    const tensors = { 'bert.layer.0.l.weight': counted([1, 1]), 'bert.layer.1.l.weight': counted([1, 1], 7), 'l.bias': counted([1]) };
    expect(codesOf(take(tensors, [linear('l', 1, 1, { bias: true })], { prefix: 'bert.layer.0.' }))).toEqual([expect.stringMatching(/^C2021 .*"bert\.layer\.1\.l\.weight"/)]);
    expect(valueOf(take(tensors, [linear('l', 1, 1, { bias: true })], { prefix: 'bert.layer.0.', ignored: ['bert.layer.1.*'] })).weights.layer('l').weight.data[0]).toBe(0);
  });
  it('never loses a key to the prefix: where the short name is taken, the long one stays', () => {
    expect(codesOf(take({ 'a.x': counted([1]), x: counted([1], 5) }, [tensor('x', [1], { trained: true })], { prefix: 'a.' }))).toEqual([expect.stringMatching(/^C2021 .*"a\.x"/)]);
  });
});

describe.skipIf(!isShared)('RepConv', () => {
  it.each([['repconv-fold-dyadic', 0], ['repconv-fold-real', 1e-12]] as const)('of %s is one dense convolution', (name, tolerance) => {
    const golden = zooCase(name), [samples, channels, height, width] = golden.shape('x'), positions = height * width;
    const tensors = Object.fromEntries(Object.keys(golden.facts.arrays as object).flatMap((array) => (array.startsWith('param:') ? [[array.slice(6), { shape: golden.shape(array), dtype: 'float64', data: Float64Array.from(golden.values(array)) } as FileTensor]] : [])));
    const { weights } = valueOf(take(tensors, repConv('0', '1', channels, channels))), x = channelsLast(golden.values('x'), channels, positions), y = channelsLast(golden.values('y'), channels, positions);
    const network = startNetwork({ family: 'rep', T: 1 }, weights, neuron), input = network.builder.add(source, 'input', [], { coding: 'spikes', grid: [height, width], channels, domain: 'real' });
    const graph = network.finish(network.place('rep', input, foldRepConv(weights, '0', '1')), { keep: ['positions'] }), each = positions * channels;
    for (let sample = 0; sample < samples; sample++) {
      const came = evaluate(graph, ops, new Map([['input', x.slice(sample * each, (sample + 1) * each)]])).outputs.get('logits')!.data;
      expect(Math.max(...came.map((value, i) => Math.abs(value - y[sample * each + i])))).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('a neuron of a descriptor', () => {
  const levelsOf = (neuron: Neuron, values: readonly number[], steps: number, threshold?: number) => {
    const network = startNetwork({ family: 'one', T: steps }, valueOf(take({}, [])).weights, neuron);
    network.spikes('n', network.builder.add(source, 'input', [], { coding: 'currents', grid: [1, 1], channels: 1, domain: 'real' }), 'S T C', threshold);
    return [...evaluate(network.builder.graph(), ops, new Map([['input', values]])).values[1].data];
  };
  it('rounds half to the even level, behind a sum of three tokens too', () => {
    const values = [-1, 0.5, 0.51, 1.5, 2.5, 2.51, 3.5, 9], multispike = multispikeOf({ type: 'multispike', min: 0, max: 4, norm: 4 });
    expect(levelsOf(multispike, values, values.length)).toEqual([0, 0, 1, 2, 2, 3, 4, 4]);
    expect(levelsOf(multispike, values.map((value) => 3 * value), values.length, 3)).toEqual([0, 0, 1, 2, 2, 3, 4, 4]);
  });
  it('fires strictly above its threshold, keeps a decimal share and starts again from zero', () => {
    // u: 0.5 (not above), 0.25 * 0.5 + 0.5 = 0.625 (fires), 0.5
    expect(levelsOf(stbpOf({ type: 'lif-stbp', decay: 0.25, v_threshold: 0.5 }), [0.5, 0.5, 0.5], 3)).toEqual([0, 1, 0]);
  });
  it('has a share that is a fraction in as few parts as can be', () => {
    expect([0.25, 0.3, 0.2, 1, 0, 0.9999].map(fractionOf)).toEqual([[1, 4], [3, 10], [1, 5], [1, 1], [0, 1], [9999, 10000]]);
    expect(fractionOf(Math.SQRT1_2)).toBeUndefined();
  });
});

describe('families', () => {
  it('have names of their own and stand in the published schema, told apart by "family"', () => {
    const names = families.map(({ name }) => name), schema = descriptorJsonSchema() as { oneOf: { properties: { family: { const: string } } }[] };
    expect(new Set(names).size).toBe(names.length);
    expect(schema.oneOf.map(({ properties }) => properties.family.const)).toEqual(names);
  });
  it.skipIf(!isShared)('are proposed for their own checkpoints, and for no other but one whose keys are the same', () => {
    const alike: Readonly<Record<string, string>> = { 'xor-spikformer': 'spikformer-cifar', 'spikformer-cifar': 'xor-spikformer' };
    for (const file of sharedFiles('model.pth').filter((one) => one.startsWith('zoo/'))) {
      const own = file.split('/')[1], fits = familiesOf(valueOf(readCheckpoint(sharedPath(file)))).filter(({ clues }) => clues.every(({ holds }) => holds)), proposed = fits.map(({ family }) => family.name);
      expect([file, proposed.filter((name) => name !== own && name !== alike[own])]).toEqual([file, []]);
      expect([file, proposed.includes(own)]).toEqual([file, families.some(({ name }) => name === own)]);
    }
  });
});
