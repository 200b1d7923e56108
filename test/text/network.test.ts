// Networks in text form whose constants stand in a checkpoint: every family can be written so, and what comes back is the same graph.
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { families } from '../../compiler/frontend/index.ts';
import { readDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Tensor } from '../../compiler/ir/types.ts';
import { parseGraph, parseNetwork, stripLocations } from '../../compiler/text/parse-graph.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { checkpointOf, spikformerDescriptor, spikformerShapes } from '../frontend/tiny.ts';

const tensor = (shape: readonly number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => i) });
const encoders = ['poisson', 'tokens'] as const;
const head = 'graph "g" steps 2 {\n  image = source() {coding = direct, grid = 2x3, channels = 2, domain = real};\n', tail = '  logits = readout(spikes) {scale = 1};\n  output "logits" = logits;\n}\n';
const fires = (value: string): string => `  spikes = lif(${value}) {keep = 1x2, reset = zero, fires = at-least} threshold = [1] (1);\n`;
const layer = (attrs: string, weight: string): string => `${head}  x = repeat(image);\n  y = conv(x) {${attrs}} weight = ${weight};\n${fires('y')}${tail}`;
const weightOf = (text: string, stored: Readonly<Record<string, Tensor>>): Tensor => valueOf(parseNetwork(text, 'net.syn', { stored: new Map(Object.entries(stored)), encoders })).graph.nodes.find(({ kind }) => kind === 'conv')!.params.weight;

describe.skipIf(!isShared)('a published network', () => {
  const cases = sharedFiles('arch.json').filter((file) => /^zoo\/[^/]+\/exact/.test(file) && families.some(({ name }) => name === file.split('/')[1])).map(dirname);
  it.each(cases)('%s, printed with its constants by key and read with its checkpoint, is the same graph', (folder) => {
    const checkpoint = valueOf(readCheckpoint(sharedPath(`${folder}/model.pth`))), { graph, named, classes } = valueOf(importModel(checkpoint, valueOf(readDescriptor(sharedPath(`${folder}/arch.json`))), sharedPath(`${folder}/arch.json`)));
    const text = printGraph(graph, { constants: 'named', named, classes });
    const read = valueOf(parseNetwork(text, 'net.syn', { stored: checkpoint.tensors, encoders }));
    expect(stripLocations(read.graph)).toStrictEqual(graph);
    expect(read.classes).toEqual(classes);
    expect(read.used.length).toBeGreaterThan(2);
  });
});

describe('a text with constants by key', () => {
  it('gives layers the rows that a crossbar has, whatever module stored them', () => {
    const rows = (shape: readonly number[], at: (tap: number, c: number, o: number) => number): Tensor => ({ shape, data: Float64Array.from({ length: shape[0] * shape[1] }, (_, i) => { const row = Math.floor(i / shape[1]); return at(row >> 1, row % 2, i % shape[1]); }) });
    const one = rows([2, 3], (_, c, o) => 2 * o + c), plain = 'window = 1x1, stride = 1x1, padding = 0x0';
    for (const [form, shape] of [['linear', [3, 2]], ['conv1d', [3, 2, 1]], ['conv2d', [3, 2, 1, 1]]] as const) expect(weightOf(layer(plain, `${form}("w")`), { w: tensor(shape) })).toEqual(one);
    const all = rows([12, 3], (tap, c, o) => 12 * o + 6 * c + tap), wide = 'window = 2x3, stride = 1x1, padding = 0x0';
    for (const [form, shape] of [['linear', [3, 12]], ['conv2d', [3, 2, 2, 3]]] as const) expect(weightOf(layer(wide, `${form}("w")`), { w: tensor(shape) })).toEqual(all);
    expect(weightOf(layer(`${plain}, groups = 2`, 'conv2d("w")'), { w: tensor([4, 1, 1, 1]) })).toEqual({ shape: [2, 2], data: Float64Array.of(0, 1, 2, 3) });
  });

  it('takes tensors as they lie, scalars as one value, a batch normalisation by its name', () => {
    const stored = new Map(Object.entries({ 'a.bn.weight': tensor([2]), 'a.bn.bias': tensor([2]), 'a.bn.running_mean': tensor([2]), 'a.bn.running_var': tensor([2]), v: { shape: [], data: Float64Array.of(1.5) }, 'a.bn.num_batches_tracked': tensor([]), spare: tensor([1]) }));
    const text = `${head}  x = repeat(image);\n  y = conv(x) {window = 1x1, stride = 1x1, padding = 0x0} weight = [2, 2] fill 1;\n  n = norm(y) {epsilon = 1e-5} batchnorm("a.bn");\n  spikes = lif(n) {keep = 1x2, reset = zero, fires = at-least} threshold = tensor("v");\n${tail}`;
    const read = parseNetwork(text, 'net.syn', { stored, encoders });
    if (!read.ok) expect.fail(JSON.stringify(read.faults));
    const { graph, used } = read.value, norm = graph.nodes.find(({ kind }) => kind === 'norm')!;
    expect([Object.keys(norm.params), norm.params.variance, graph.nodes.find(({ kind }) => kind === 'lif')!.params.threshold]).toEqual([['gamma', 'beta', 'mean', 'variance'], tensor([2]), { shape: [1], data: Float64Array.of(1.5) }]);
    expect([used, read.warnings.map(({ code, message }) => [code, message.includes('`spare`')])]).toEqual([['a.bn.weight', 'a.bn.bias', 'a.bn.running_mean', 'a.bn.running_var', 'v'], [['C5042', true]]]);
  });

  it('says its classes and its encoder, in any place, and may use those words as names', () => {
    const text = `graph "g" steps 2 {\n  classes "cat", "a \\"dog\\"";\n  classes = source() {coding = spikes, grid = 1x1, channels = 2, domain = real};\n  encode = readout(classes) {scale = 1};\n  output "logits" = encode;\n  encode poisson;\n}`;
    const { classes, encode, graph } = valueOf(parseNetwork(text, 'net.syn', { encoders }));
    expect([classes, encode, graph.nodes.map(({ name }) => name)]).toEqual([['cat', 'a "dog"'], 'poisson', ['classes', 'encode']]);
    expect(valueOf(parseNetwork(text.replace('  encode poisson;\n', '').replace(/ {2}classes "cat".*\n/, ''), 'net.syn', { encoders }))).toMatchObject({ classes: ['0', '1'], encode: undefined });
  });

  it('of a small Spikformer is short enough to be changed by hand: no constant but thresholds and factors is written out', () => {
    const { graph, named, classes } = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor(), 'arch.json')), text = printGraph(graph, { constants: 'named', named, classes });
    expect(text).toContain('  block.0.attn.q_linear = conv(patch_embed.rpe_add) {window = 1x1, stride = 1x1, padding = 0x0} weight = linear("block.0.attn.q_linear.weight") bias = tensor("block.0.attn.q_linear.bias");\n  block.0.attn.q_bn = norm(block.0.attn.q_linear) {epsilon = 0.00001} batchnorm("block.0.attn.q_bn");\n');
    expect([text.split('\n').every((line) => line.length < 260), /\] "[A-Za-z0-9+/=]{20}/.test(text)]).toEqual([true, false]);
    expect(parseGraph(text, 'net.syn')).toMatchObject({ ok: false, faults: expect.arrayContaining([expect.objectContaining({ code: 'C5034' })]) as unknown });
  });
});
