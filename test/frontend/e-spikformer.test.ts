// What is built on E-SpikeFormer: SpikeViMFormer's neurons and descriptor, and what Large does otherwise than Base, against the published equations.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import type { Checkpoint } from '../../compiler/files/checkpoint.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { productLadder } from '../../compiler/frontend/sdt-v3.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { valueOf } from '../conformance/outcome.ts';
import { altered, expectChip, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';
import { metaFormerShapes, sdtV3Descriptor } from './meta-former.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const real = { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] } as const;
const vimDescriptor = (changes: Changes = {}): Json => changed(sdtV3Descriptor({ family: 'spikevimformer', neuron: { type: 'ni-lif', levels: 4, beta: 0.5, steps: 4 }, classes: undefined, head: undefined }), changes);
const vimShapes = metaFormerShapes(3).filter(([key]) => !key.startsWith('head.'));
const kd = [['head_kd.weight', [3, 8]], ['head_kd.bias', [3]]] as const, scales = [6, 8].flatMap((width, i) => [1, 2].map((n) => [`block${i + 3}.0.layer_scale${n}`, [width]] as const));
const imported = (made: Checkpoint, descriptor: Json): Imported => valueOf(importModel(made, descriptor, 'arch.json'));
const said = (descriptor: Json): string[] => { const outcome = parseDescriptor(descriptor, 'arch.json'); return outcome.ok ? [] : outcome.faults.map(({ code, at }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}`); };
/** Values by name, and the scores, of one random image. */
function run({ graph }: Imported, seed = 1) {
  const { whole } = randomFrom(seed), input = Uint8Array.from({ length: 400 }, () => whole(0, 255)), { values, outputs } = evaluate(graph, ops, new Map([['input', input]]));
  return { input, scores: [...outputs.get('logits')!.data], of: (name: string) => [...values[graph.nodes.findIndex((node) => node.name === name)].data] };
}

describe('SpikeViMFormer', () => {
  it('is a lawful graph, as it always was', async () => {
    const { graph } = imported(checkpointOf(vimShapes), vimDescriptor());
    expect(verifyGraph(graph, ops, real)).toEqual([]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/spikevimformer.txt');
  });
  it('has neurons of sixteen levels, each strictly above its threshold, that are worth a sixteenth', () => {
    const model = imported(checkpointOf(vimShapes), vimDescriptor()), { of } = run(model), name = 'block3.0.mlp.fc1_spike', read = of('block3.0.attn.add'), levels = of(name);
    const stairs = [0, 1, 2, 3].flatMap((k) => [4, 6, 9, 11].map((part) => (15 * k + part) / 15));
    expect(levels).toEqual(read.map((value) => stairs.filter((stair) => value > stair).length));
    expect([Math.max(...levels) > 2, levels.includes(0)]).toEqual([true, true]);
    expect(of(`${name}.worth`)).toEqual(levels.map((level) => level / 16));
  });
  it('gives the mean of its last currents, which no head reads', () => {
    const { of, scores } = run(imported(checkpointOf(vimShapes), vimDescriptor())), last = of('block4.0.mlp.add');
    scores.forEach((score, c) => expect(score).toBeCloseTo([0, 1, 2, 3].reduce((sum, n) => sum + last[n * 8 + c], 0) / 4, 10));
  });
  it('runs on mesh45, whose spikes carry five bits, spike for spike, and is refused by a chip of four', () => {
    const { graph, classes } = imported(checkpointOf(vimShapes), vimDescriptor()), options = { residual: 'auto', scale: 'max', bits: 8, seed: 1 } as const, model = { graph, classes, hash: 'vim' };
    const mesh45 = shipped('mesh45'), { program, integer } = valueOf(compile(model, mesh45, options)), { input } = run({ graph } as Imported);
    expectChip(program, mesh45, integer, new Map([['input', input]]));
    const refused = compile(model, altered(mesh45, { name: 'narrow', core: { payloadBits: 4 } }), options);
    expect(refused.ok ? [] : [...new Set(refused.faults.map(({ code }) => code))]).toEqual(['C4003']);
  });
  it('with another neuron, more than one step, or a head is refused', () => {
    expect([said(vimDescriptor({ 'neuron.beta': 0.25 })), said(vimDescriptor({ T: 2 })), said(vimDescriptor({ 'neuron.type': 'multispike' }))]).toEqual([['C2007 neuron.beta'], ['C2011 T'], ['C2007 neuron.type']]);
    const outcome = importModel(checkpointOf(metaFormerShapes(3)), vimDescriptor(), 'arch.json');
    expect(outcome.ok ? [] : outcome.faults.map(({ code, at }) => `${code} ${at?.in === 'key' ? at.key : ''}`)).toEqual(['C2021 head.weight', 'C2021 head.bias']);
  });
});

describe('E-SpikeFormer Large', () => {
  it('rounds half up: every level is reached at its threshold', () => {
    const ladders = (changes: Changes) => imported(checkpointOf(metaFormerShapes(3)), sdtV3Descriptor(changes)).graph.nodes.filter(({ kind }) => kind === 'ladder').map(({ params }) => [...params.strict.data].join(''));
    expect([new Set(ladders({})), new Set(ladders({ 'neuron.rounding': 'half-up' }))]).toEqual([new Set(['1010']), new Set(['0000'])]);
    expect([productLadder(16, { type: 'multispike', min: 0, max: 4, norm: 4 }), productLadder(16, { type: 'multispike', min: 0, max: 4, norm: 4, rounding: 'half-up' })]).toEqual([[65, 192, 321, 448], [64, 192, 320, 448]]);
  });
  it('multiplies its attention by a number', () => {
    const { of } = run(imported(checkpointOf(metaFormerShapes(3)), sdtV3Descriptor({ 'attention.scale': '0.125' })));
    expect(of('block3.0.attn.scale')).toEqual(of('block3.0.attn.ssa').map((count) => count * (0.125 / 64)));
    expect(said(sdtV3Descriptor({ 'attention.scale': '0' }))).toEqual(['C2011 attention.scale']);
  });
  it('multiplies its branches per channel, folded into their normalisation', () => {
    const made = checkpointOf([...metaFormerShapes(3), ...scales]), plain = imported(checkpointOf(metaFormerShapes(3)), sdtV3Descriptor()), scaled = imported(made, sdtV3Descriptor({ layer_scale: 'yes' })), factors = [1, 2].map((n) => made.tensors.get(`block3.0.layer_scale${n}`)!.data);
    const [before, after] = [run(plain), run(scaled)];
    after.of('block3.0.attn.proj_conv.1').forEach((value, i) => expect(value).toBeCloseTo(before.of('block3.0.attn.proj_conv.1')[i] * factors[0][i % 6], 10));
    // The MLP reads another stream by now: its own factor shows in its own currents.
    const { gamma } = scaled.graph.nodes.find(({ name }) => name === 'block3.0.mlp.fc2_bn')!.params, raw = made.tensors.get('block3.0.mlp.fc2_bn.weight')!.data;
    expect([...gamma.data]).toEqual([...raw].map((value, c) => value * factors[1][c]));
  });
  it('has a head that reads the mean of the currents, and one that reads their levels', () => {
    const made = checkpointOf([...metaFormerShapes(3), ...kd]), model = imported(made, sdtV3Descriptor({ 'head.kd': 'split' })), { of, scores } = run(model), at = (key: string) => made.tensors.get(key)!.data, sum = of('head.sum'), levels = of('spike');
    const affine = (name: string, x: readonly number[]) => Array.from({ length: 3 }, (_, c) => x.reduce((total, value, i) => total + at(`${name}.weight`)[c * 8 + i] * value, at(`${name}.bias`)[c]));
    const [first, second] = [affine('head', sum.map((value) => value / 4)), affine('head_kd', levels)];
    scores.forEach((score, c) => expect(score).toBeCloseTo((first[c] + second[c]) / 2, 10));
    const { graph, classes } = model, target = altered(shipped('mesh45'), { name: 'wide', core: { accumulatorBits: 30 } }), { program, integer } = valueOf(compile({ graph, classes, hash: 'large' }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
    expectChip(program, target, integer, new Map([['input', run(model).input]]));
  });
  it('is not a way for V2', () => expect(said(sdtV3Descriptor({ family: 'sdt-v2', T: 2, neuron: { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, 'patch_embed.type': 'meta-spikformer', attention: { type: 'ssa', scale: 0.125, v_threshold: 0.5 }, 'head.kd': 'split' }))).toEqual(['C2007 head.kd']));
});
