// Spike-driven Transformer V2 and V3, SpikeVideoFormer's block: their graphs, their own keys, and any of their sizes on a chip.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { productLadder } from '../../compiler/frontend/sdt-v3.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph, Node } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import { toUnits } from '../../runtime/conform/inputs.ts';
import { observeEvaluation } from '../../runtime/conform/observe.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, zooCase } from '../ops/zoo.ts';
import { randomFrom } from '../random.ts';
import { metaFormerShapes, sdhaDescriptor, sdhaShapes, sdtV2Descriptor, sdtV3Descriptor } from './meta-former.ts';
import { checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const real = { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] } as const, [mesh45, small32] = ['mesh45', 'small32'].map((name) => valueOf(loadTarget(name)));
/** A random checkpoint whose normalisations raise their currents, so that neurons fire. */
function livelyCheckpoint(shapes: Parameters<typeof checkpointOf>[0], seed: number) {
  const checkpoint = checkpointOf(shapes, seed);
  for (const key of checkpoint.tensors.keys()) if (key.endsWith('.running_mean')) { const { data } = checkpoint.tensors.get(key.replace('running_mean', 'bias'))!; data.forEach((value, i) => { data[i] = value + 0.75; }); }
  return checkpoint;
}
/** One whose folded constants are small multiples of powers of two, for `bn_eps` 0. */
function dyadicCheckpoint(shapes: Parameters<typeof checkpointOf>[0], seed: number) {
  const checkpoint = checkpointOf(shapes, seed), { whole, pick } = randomFrom(seed + 1), { tensors } = checkpoint;
  for (const [key, { data }] of tensors) {
    const norm = tensors.has(key.replace(/\.[^.]*$/, '.running_mean'));
    const next = key.endsWith('running_var') ? () => 4 ** whole(0, 1) : !norm ? () => whole(-2, 2) / 2 : key.endsWith('.weight') ? () => pick([-1, 0.5, 1]) : key.endsWith('.bias') ? () => whole(1, 6) / 4 : () => whole(-1, 1) / 2;
    for (let i = 0; i < data.length; i++) data[i] = next();
  }
  return checkpoint;
}
const graphOf = (shapes: Parameters<typeof checkpointOf>[0], descriptor: Json, seed = 1, make = livelyCheckpoint): Graph => valueOf(importModel(make(shapes, seed), descriptor, 'arch.json')).graph;
const nodeOf = (graph: Graph, name: string): Node => graph.nodes.find((node) => node.name === name)!;
const inputsOf = (graph: Graph, name: string): string[] => nodeOf(graph, name).inputs.map((input) => graph.nodes[input].name);
const integerOf = (graph: Graph): Graph => valueOf(toInteger(graph, { scale: 'max', bits: 8 }, mesh45.arch)).integer;
const said = (descriptor: Json): string[] => {
  const outcome = parseDescriptor(descriptor, 'arch.json');
  return outcome.ok ? expect.fail('it was accepted') : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};

describe('a family of the Meta-Former kind', () => {
  it.each([['sdt-v2', sdtV2Descriptor(), metaFormerShapes(2)], ['sdt-v3', sdtV3Descriptor(), metaFormerShapes(3)], ['sdha', sdhaDescriptor(), sdhaShapes()]])('builds a lawful graph of %s, as it always did', async (name, descriptor, shapes) => {
    const graph = graphOf(shapes, descriptor);
    expect(verifyGraph(graph, ops, real)).toEqual([]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot(`../golden/frontend/${name}.txt`);
  });

  it('V2 has nothing between depthwise and pointwise convolution, and one dense layer per RepConv', () => {
    const graph = graphOf(metaFormerShapes(2), sdtV2Descriptor());
    expect([inputsOf(graph, 'ConvBlock1_1.0.Conv.pwconv2'), nodeOf(graph, 'ConvBlock1_1.0.Conv.dwconv').attrs]).toEqual([['ConvBlock1_1.0.Conv.dwconv'], { window: [7, 7], stride: [1, 1], padding: [3, 3], groups: 4 }]);
    expect([nodeOf(graph, 'block3.0.attn.q_conv').params.weight.shape, inputsOf(graph, 'block3.0.attn.q_lif')]).toEqual([[9 * 6, 6], ['block3.0.attn.q_conv.1']]);
    expect(inputsOf(graph, 'ConvBlock1_1.0.Conv.add')).toEqual(['downsample1_1.encode_bn', 'ConvBlock1_1.0.Conv.bn2']);
    expect([inputsOf(graph, 'lif'), [...nodeOf(graph, 'lif').params.threshold.data]]).toEqual([['head.sum'], [2 * 4]]);
  });

  it('two classifiers are one, of their mean', () => {
    const shapes = [...metaFormerShapes(2), ['head_kd.weight', [3, 8]] as const, ['head_kd.bias', [3]] as const], { tensors } = livelyCheckpoint(shapes, 1), graph = graphOf(shapes, sdtV2Descriptor({ 'head.kd': 'yes' }));
    const mean = (key: string) => Array.from(tensors.get(`head.${key}`)!.data, (value, i) => (value + tensors.get(`head_kd.${key}`)!.data[i]) / 2);
    expect(Array.from(nodeOf(graph, 'logits').params.bias.data)).toEqual(mean('bias'));
    expect([...nodeOf(graph, 'head').params.weight.data].sort()).toEqual(mean('weight').sort());
  });

  it('V3 multiplies whole levels in attention, divides them everywhere else but before the head, and rounds halves to the even level', () => {
    const graph = graphOf(metaFormerShapes(3), sdtV3Descriptor()), { threshold, strict } = nodeOf(graph, 'ConvBlock1_1.0.spike1').params, attention = nodeOf(graph, 'block4.0.attn.ssa');
    expect([[...threshold.data], [...strict.data]]).toEqual([[0.5, 1.5, 2.5, 3.5], [1, 0, 1, 0]]);
    expect([inputsOf(graph, 'block4.0.attn.ssa'), attention.type.channels, nodeOf(graph, 'block4.0.attn.scale').params.scale.data[0]]).toEqual([['q', 'k', 'v'].map((part) => `block4.0.attn.${part}_spike`), 32, 2 / Math.sqrt(4) / 64]);
    expect([nodeOf(graph, inputsOf(graph, 'block4.0.attn.proj_conv.0')[0]).params.scale.data[0], inputsOf(graph, 'head'), [...nodeOf(graph, 'spike').params.threshold.data]]).toEqual([1 / 4, ['spike'], [2, 6, 10, 14]]);
    // head_dim 4 of block4: 16 * 2 * {1, 3, 5, 7} are all ties; odd levels need one more.
    expect([...nodeOf(integerOf(graph), 'block4.0.attn.attn_spike').params.threshold.data].slice(0, 4)).toEqual([33, 96, 161, 224]);
  });

  it.skipIf(!isShared)('the ladder of V3 attention is that of the operator case, for every width of a head', () => {
    const { facts, values } = zooCase('v3-attention-ladder'), table = facts.table as readonly { head_dim: number; thresholds: readonly number[] }[], neuron = { type: 'multispike', min: 0, max: 4, norm: 4 } as const;
    for (const { head_dim, thresholds } of table) expect([head_dim, productLadder(head_dim, neuron)]).toEqual([head_dim, thresholds]);
    const [n, index, level] = ['n', 'head_dim_index', 'level'].map(values);
    expect(n.map((product, i) => productLadder(table[index[i]].head_dim, neuron).filter((threshold) => product >= threshold).length)).toEqual(level);
  });

  it('the block of SpikeVideoFormer turns channels over by a gain, keeps its counts whole and its input as fine as it is', () => {
    const checkpoint = checkpointOf(sdhaShapes()), graph = graphOf(sdhaShapes(), sdhaDescriptor()), integer = integerOf(graph), turn = integer.nodes.find(({ kind }) => kind === 'gain')!;
    const signs = Array.from(checkpoint.tensors.get('attn.attn_bn.weight')!.data, Math.sign);
    expect(Array.from(turn.params.factor.data, Math.sign)).toEqual(signs);
    expect([new Set(signs).size, integer.nodes[turn.inputs[0]].kind, nodeOf(integer, 'input').attrs]).toMatchObject([2, 'hamming', { coding: 'currents', domain: 'integer', exponent: 5 }]);
    expect(nodeOf(graph, 'logits').type).toMatchObject({ grid: [2, 3], channels: 8, time: 'step' });
    const said = (input: Json) => nodeOf(graphOf(sdhaShapes(), sdhaDescriptor({ input: { encoding: 'currents', ...input } })), 'input').attrs;
    expect([said({ values: 'real' }), said({ values: 'multiples of 2^-7', exponent: 3, bits: 12 })]).toEqual([{ coding: 'currents', grid: [2, 3], channels: 8, domain: 'real' }, { coding: 'currents', grid: [2, 3], channels: 8, domain: 'real', exponent: 3, bits: 12 }]);
  });
});

describe('a descriptor with', () => {
  const cases: readonly (readonly [string, (changes: Changes) => Json, Changes, string])[] = [
    ['three widths', sdtV2Descriptor, { embed_dims: [4, 4, 6] }, 'C2007 embed_dims: .*wanted a list of 4'],
    ['tokens of another grid', sdtV2Descriptor, { tokens: 9 }, 'C2008 tokens: .*20 x 20 into 2 x 2 .*write "tokens": 4'],
    ['heads that do not divide', sdtV2Descriptor, { heads: 4 }, 'C2008 heads: .*4 heads do not divide the 6 channels of block3'],
    ['an MLP without channels', sdtV2Descriptor, { mlp_ratio: 0.4 }, 'C2008 mlp_ratio: .*0 channels'],
    ['modules in another order', sdtV2Descriptor, { 'patch_embed.order': ['downsample1_1', 'block3'] }, 'C2011 patch_embed.order: .*downsample1_1, ConvBlock1_1'],
    ['a threshold that contradicts the scale', sdtV2Descriptor, { 'attention.integer_threshold': 4 }, 'C2008 attention.integer_threshold: .*make 8'],
    ['another tau', sdtV2Descriptor, { 'neuron.tau': 3 }, 'C2009 neuron.tau'],
    ['an unknown second head', sdtV2Descriptor, { 'head.kd': 'maybe' }, 'C2007 head.kd: .*"yes" or "no"'],
    ['several steps of levels', sdtV3Descriptor, { T: 4 }, 'C2011 T: .*wanted 1, came 4'],
    ['levels that contradict the neuron', sdtV3Descriptor, { levels: 8 }, 'C2008 levels: .*levels 0\\.\\.4'],
    ['a scale of another model', sdtV3Descriptor, { 'attention.scale': '1/sqrt(head_dim)' }, 'C2011 attention.scale: .*wanted "2/sqrt\\(head_dim\\)"'],
    ['a ladder of another width', sdtV3Descriptor, { 'attention.integer_ladder': { block3: { head_dim: 3, thresholds: [28, 84, 139, 194] }, block4: { head_dim: 4, thresholds: [32, 96, 160, 224] } } }, 'C2008 attention.integer_ladder.block4: .*make head_dim 4 with 33, 96, 161, 224'],
    ['levels below zero', sdtV3Descriptor, { 'neuron.min': -1 }, 'C2007 neuron.min'],
    ['heads that do not make the width', sdhaDescriptor, { head_dim: 8 }, 'C2008 head_dim: .*write "head_dim": 4'],
    ['another scale', sdhaDescriptor, { 'attention.scale': '1/(2*head_dim)' }, 'C2011 attention.scale: .*wanted "1/\\(2\\*embed_dims\\)"'],
    ['pixels for a block', sdhaDescriptor, { 'input.encoding': 'direct' }, 'C2007 input.encoding: .*"currents"'],
    ['values too wide for a chip', sdhaDescriptor, { 'input.bits': 40 }, 'C2007 input.bits: .*from 2 to 24'],
  ];
  it.each(cases)('%s is refused at that key', (_, descriptor, changes, wanted) => { expect(said(descriptor(changes))).toEqual(expect.arrayContaining([expect.stringMatching(new RegExp(`^${wanted}`, 's'))])); });
  it('the published order and ladders is accepted', () => {
    const order = ['downsample1_1', 'ConvBlock1_1', 'downsample1_2', 'ConvBlock1_2', 'downsample2', 'ConvBlock2_1', 'ConvBlock2_2', 'downsample3', 'block3', 'downsample4', 'block4'];
    const ladders = { block3: { head_dim: 3, thresholds: [28, 84, 139, 194] }, block4: { head_dim: 4, thresholds: [33, 96, 161, 224] } };
    expect(parseDescriptor(sdtV3Descriptor({ 'patch_embed.order': order, 'attention.integer_ladder': ladders, levels: 4 }), 'arch.json')).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('networks of these families of any size', () => {
  const sizes = fc.record({ widths: fc.tuple(fc.constantFrom(2, 4), fc.constantFrom(2, 3), fc.constantFrom(4, 6), fc.constantFrom(4, 8)), stem: fc.constantFrom(1, 2), depths: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.constant(1)), ratio: fc.constantFrom(1, 2),
    image: fc.tuple(fc.integer({ min: 7, max: 21 }), fc.integer({ min: 7, max: 21 })), T: fc.integer({ min: 1, max: 3 }), heads: fc.constantFrom(1, 2), seed: fc.nat({ max: 1e6 }) });
  const half = (side: number) => Math.floor((side - 1) / 2) + 1, pooled = (side: number) => [0, 1, 2, 3].reduce(half, side);

  function agree(graph: Graph, given: Uint8Array | Float64Array, target = mesh45): number {
    const { program, integer } = valueOf(compile({ graph, hash: 'tiny', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })), { technology: _, ...chip } = target.arch;
    const [input] = valueOf(toUnits(integer, 1, () => new Map([['input', given]]))), engine = prepare(program, chip), run = engine.run(input, { activities: false }), { values, outputs } = evaluate(integer, ops, input);
    let spikes = 0;
    expect(program.probes.length).toBe(graph.probes.length);
    for (const { name, plane } of program.probes) {
      const wanted = values[integer.probes.find((probe) => probe.name === name)!.value].data;
      expect([name, Array.from(engine.values(plane))]).toEqual([name, Array.from(wanted)]);
      spikes += wanted.reduce((sum, value) => sum + value, 0);
    }
    expect(Array.from(run.outputs.get('logits')!)).toEqual(Array.from(outputs.get('logits')!.data));
    return spikes;
  }

  /** Float64 against integers, on constants that lose nothing. */
  function exact(graph: Graph, given: Uint8Array | Float64Array): number {
    const integer = integerOf(graph), [units] = valueOf(toUnits(integer, 1, () => new Map([['input', given]])));
    const [float, whole] = [observeEvaluation(graph, evaluate(graph, ops, new Map([['input', given]]))), observeEvaluation(integer, evaluate(integer, ops, units))];
    for (const { name } of graph.probes) expect([name, Array.from(whole.spikes(name)!)]).toEqual([name, Array.from(float.spikes(name)!)]);
    Array.from(whole.logits).forEach((logit, i) => expect(logit).toBeCloseTo(float.logits[i], 9));
    return graph.probes.reduce((sum, { name }) => sum + Array.from(whole.spikes(name)!).reduce((a, b) => a + b, 0), 0);
  }

  type Size = typeof sizes extends fc.Arbitrary<infer S> ? S : never;
  const metaFormer = (version: 2 | 3, { widths, stem, depths, ratio, image: [height, width], T, heads, seed }: Size, make = livelyCheckpoint, more: Changes = {}) => {
    const changes = { image_size: [height, width], embed_dims: widths, stem_dim: stem, depths: { block3: depths[0], block4: depths[1] }, mlp_ratio: ratio, heads, tokens: pooled(height) * pooled(width), ...more }, { whole } = randomFrom(seed);
    return { graph: graphOf(metaFormerShapes(version, { widths, stem, depths, ratio }), version === 2 ? sdtV2Descriptor({ ...changes, T }) : sdtV3Descriptor(changes), seed, make), pixels: Uint8Array.from({ length: height * width }, () => whole(0, 255)) };
  };
  it.each([2, 3] as const)('V%i runs on a chip as its integer evaluation says, level for level', (version) => {
    let spikes = 0;
    fc.assert(fc.property(sizes, (size) => { const { graph, pixels } = metaFormer(version, size); spikes += agree(graph, pixels) + (version === 2 ? agree(graph, pixels, small32) : 0); }), { seed: 31 + version, numRuns: 10 });
    expect(spikes).toBeGreaterThan(1000);
  });
  it.each([2, 3] as const)('V%i of dyadic constants is the same in float64 and in integers', (version) => {
    let spikes = 0;
    fc.assert(fc.property(sizes, (size) => { const { graph, pixels } = metaFormer(version, size, dyadicCheckpoint, { bn_eps: 0 }); spikes += exact(graph, pixels); }), { seed: 41 + version, numRuns: 15 });
    expect(spikes).toBeGreaterThan(1000);
  });

  const blocks = fc.record({ T: fc.integer({ min: 1, max: 4 }), height: fc.integer({ min: 1, max: 4 }), width: fc.integer({ min: 1, max: 4 }), heads: fc.constantFrom(1, 2), head_dim: fc.constantFrom(1, 2, 3, 4), ratio: fc.constantFrom(1, 2), seed: fc.nat({ max: 1e6 }) });
  type Block = typeof blocks extends fc.Arbitrary<infer B> ? B : never;
  const block = ({ T, height, width, heads, head_dim, ratio, seed }: Block, make = livelyCheckpoint, more: Changes = {}) => {
    const channels = heads * head_dim, { unit } = randomFrom(seed);
    return { graph: graphOf(sdhaShapes({ width: channels, ratio }), sdhaDescriptor({ T, feature_size: [height, width], embed_dims: channels, heads, head_dim, mlp_ratio: ratio, ...more }), seed, make),
      currents: Float64Array.from({ length: T * height * width * channels }, () => Math.round((unit() * 8 - 4) * 32) / 32) };
  };
  it('the block of SpikeVideoFormer runs on a chip as its integer evaluation says, whatever is known of its input', () => {
    let spikes = 0;
    fc.assert(fc.property(blocks, fc.constantFrom('multiples of 2^-5', 'real'), (size, values) => { const { graph, currents } = block(size, livelyCheckpoint, { 'input.values': values }); spikes += agree(graph, currents); }), { seed: 34, numRuns: 25 });
    expect(spikes).toBeGreaterThan(1000);
  });
  it('the block of dyadic constants is the same in float64 and in integers', () => {
    let spikes = 0;
    fc.assert(fc.property(blocks.filter(({ heads, head_dim }) => Number.isInteger(Math.log2(heads * head_dim))), (size) => { const { graph, currents } = block(size, dyadicCheckpoint, { bn_eps: 0 }); spikes += exact(graph, currents); }), { seed: 44, numRuns: 40 });
    expect(spikes).toBeGreaterThan(1000);
  });
});
