// EMS-ResNet: what the lines of its graph may say, and the graph they make.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const graph = ['model.0 Conv_2: bn(conv3x3 stride 2), no lif', 'model.1 ConcatBlock_ms stride 2', 'model.2 BasicBlock_ms kernel 1, width changes', 'model.3 nearest upsample x2', 'model.4 concat channels [model.3, model.0]', 'model.5 BasicBlock_ms',
  'model.6.m.0 conv1x1 with bias on the currents, then sum over T / T'];
const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'ems-resnet', T: 2, image_size: [8, 8], in_channels: 1, channels: [2, 4, 6], outputs: 5, bn_eps: 1e-5, graph,
  neuron: { type: 'lif-stbp', decay: 0.25, v_threshold: 0.5 }, residual: { type: 'membrane-shortcut' }, input: { encoding: 'frames' } }, changes);
const bn = (name: string, width: number) => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]] as const);
const branch = (name: string, from: number, to: number, k: number) => [[`${name}.residual_function.1.weight`, [to / 2, from, k, k]] as const, ...bn(`${name}.residual_function.2.bn`, to / 2),
  [`${name}.residual_function.4.weight`, [to, to / 2, k, k]] as const, ...bn(`${name}.residual_function.5.bn`, to)];
const shapes = [['model.0.conv.weight', [2, 1, 3, 3]] as const, ...bn('model.0.bn.bn', 2), ...branch('model.1', 2, 4, 3), ['model.1.shortcut.1.weight', [2, 2, 1, 1]] as const, ...bn('model.1.shortcut.2.bn', 2),
  ...branch('model.2', 4, 6, 1), ['model.2.shortcut.1.weight', [6, 4, 1, 1]] as const, ...bn('model.2.shortcut.2.bn', 6), ...branch('model.5', 8, 8, 3), ['model.6.m.0.weight', [5, 8, 1, 1]] as const, ['model.6.m.0.bias', [5]] as const];
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};
const withLine = (i: number, line: string) => ({ graph: graph.map((old, at) => (at === i ? line : old)) });

describe('EMS-ResNet', () => {
  it('is a lawful graph, as it always was', async () => {
    const imported = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect(verifyGraph(imported.graph, ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    expect(imported.keys.used).toHaveLength(shapes.length);
    await expect(printGraph(imported.graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/ems-resnet.txt');
  });

  it('keeps the positions of its results', () => {
    const { graph: made } = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect(made.nodes[made.outputs[0].value]).toMatchObject({ attrs: { keepPositions: 1 }, type: { grid: [4, 4], channels: 5 } });
  });

  it.each<[string, Changes, string]>([
    ['a module it does not know', withLine(3, 'model.3 bilinear upsample x2'), 'C2011 graph\\[3\\]: .*as number 3: "model.3 bilinear'],
    ['a module of another number', withLine(3, 'model.7 nearest upsample x2'), 'C2011 graph\\[3\\]: .*as number 3'],
    ['no detection layer', { graph: graph.slice(0, 6) }, 'C2011 graph: one Conv_2 comes first, one detection layer last'],
    ['two stems', withLine(2, 'model.2 Conv_2: bn(conv3x3 stride 1), no lif'), 'C2011 graph: '],
    ['a window of 0', withLine(2, 'model.2 BasicBlock_ms kernel 0, width changes'), 'C2008 graph\\[2\\]: a window'],
    ['a module that is not there yet', withLine(4, 'model.4 concat channels [model.3, model.9]'), 'C2008 graph\\[4\\]: reads model.9'],
    ['maps of two sizes', withLine(4, 'model.4 concat channels [model.3, model.1]'), 'C2008 graph\\[4\\]: joins maps of 4 x 4 and 2 x 2'],
    ['a stride without its own shortcut', withLine(5, 'model.5 BasicBlock_ms stride 2'), 'C2008 graph\\[5\\]: strides, and its shortcut does not'],
    ['an even kernel, which changes the map', withLine(2, 'model.2 BasicBlock_ms kernel 2, width changes'), 'C2008 graph\\[2\\]: its branch makes a map of 3 x 3, its shortcut 2 x 2'],
    ['a concatenation to fewer channels', { channels: [4, 4, 6] }, 'C2008 graph\\[1\\]: concatenates to 4 channels, and 4 go in'],
    ['too few widths', { channels: [2, 4] }, 'C2008 graph\\[2\\]: .*number 3 whose width changes, and "channels" lists 2'],
    ['too many widths', { channels: [2, 4, 6, 8] }, 'C2008 channels: 4 widths for 3 modules'],
    ['a width of 1 behind a block', { channels: [2, 4, 1] }, 'C2008 graph\\[2\\]: 1 channels leave it; half of them is none'],
    ['a residual of another kind', { 'residual.type': 'sew-add' }, 'C2007 residual.type: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual([expect.stringMatching(new RegExp(`^${said.replace(': ', ': .*')}`))]));
});
