// The MNIST CNN: what its descriptor may say, and the graph it makes.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { ops } from '../../compiler/ops/index.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { foldPasses } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const layers = ['conv1: 2 channels 3x3 padding 1', 'avgpool 2x2 of spikes', 'flatten C H W', 'fc1: 3', 'fc2: 2'];
const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'mnist-cnn', T: 3, image_size: [4, 6], in_channels: 1, classes: 2, layers, neuron: { type: 'lif-stbp', decay: 0.25, v_threshold: 0.5 },
  head: { type: 'spike count of fc2 / T' }, input: { encoding: 'spikes' } }, changes);
const shapes = [['conv1.weight', [2, 1, 3, 3]], ['conv1.bias', [2]], ['fc1.weight', [3, 12]], ['fc1.bias', [3]], ['fc2.weight', [2, 3]], ['fc2.bias', [2]]] as const;
const graphOf = (changes: Changes = {}) => valueOf(importModel(checkpointOf(shapes), descriptor(changes), 'arch.json')).graph;
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};

describe('the MNIST CNN', () => {
  it('is a lawful graph, as it always was', async () => {
    expect(verifyGraph(graphOf(), ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    await expect(printGraph(graphOf(), { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/mnist-cnn.txt');
  });

  it('has the quarter of an average in the weights behind it once it is folded', () => {
    const before = graphOf(), { graph, faults } = runPasses(before, foldPasses, defaultPassOptions), weightOf = (nodes: typeof before.nodes) => nodes.find(({ name }) => name === 'fc1')!.params.weight.data;
    expect(faults).toEqual([]);
    expect(graph.nodes.some(({ kind }) => kind === 'affine')).toBe(false);
    expect([...weightOf(graph.nodes)]).toEqual([...weightOf(before.nodes)].map((w) => w / 4));
  });

  it('takes one factor for two pools in a row', () => {
    const pooled = graphOf({ image_size: [8, 12], layers: [layers[0], layers[1], ...layers.slice(1)] });
    expect(pooled.nodes.filter(({ kind }) => kind === 'affine').map(({ params }) => [...params.scale.data])).toEqual([[1 / 16]]);
  });

  it('reads the spikes of the last layer, or its input summed over the steps; its neuron stays either way', () => {
    const of = (type: string) => { const graph = graphOf({ 'head.type': type }), out = graph.nodes[graph.outputs[0].value]; return [graph.nodes[out.inputs[0]].name, out.attrs, graph.probes.map(({ name }) => name)]; };
    expect(of('spike count of fc2 / T')).toEqual(['fc2.lif', { scale: 1 }, ['conv1', 'fc1', 'fc2']]);
    expect(of('input current of fc2 summed over T')).toEqual(['fc2', { scale: 3 }, ['conv1', 'fc1', 'fc2']]);
  });

  it('takes spikes, images as spikes, images and event counts', () => {
    const inputOf = (encoding: string) => { const { graph, input } = valueOf(importModel(checkpointOf(shapes), descriptor({ 'input.encoding': encoding }), 'arch.json')); return [input.encoding, 'coding' in graph.nodes[0].attrs && graph.nodes[0].attrs.coding]; };
    expect(['spikes', 'spike frames, already encoded', 'poisson', 'direct', 'frames'].map(inputOf)).toEqual([['spikes', 'spikes'], ['spikes', 'spikes'], ['poisson', 'spikes'], ['direct', 'direct'], ['frames', 'frames']]);
  });

  it.each<[string, Changes, string]>([
    ['a layer that no line names', { 'layers': [...layers.slice(0, 2), 'maxpool 2x2', ...layers.slice(2)] }, 'C2011 layers\\[2\\]: .*"maxpool 2x2"'],
    ['no flatten', { layers: layers.filter((line) => line !== layers[2]) }, 'C2011 layers: .*one flatten'],
    ['a convolution behind the flatten', { layers: [...layers.slice(0, 3), 'conv2: 2 channels 3x3 padding 1', ...layers.slice(3)] }, 'C2011 layers: '],
    ['two layers of one name', { layers: [...layers.slice(0, 3), 'fc2: 3', 'fc2: 2'] }, 'C2008 layers: two layers are called "fc2"'],
    ['a layer of no width', { layers: [...layers.slice(0, 3), 'fc1: 0', 'fc2: 2'] }, 'C2008 layers: a layer of 0 channels'],
    ['a window that does not fit', { image_size: [4, 1] }, 'C2008 layers\\[1\\]: .*does not fit'],
    ['pooled pixels', { 'input.encoding': 'direct', layers: layers.slice(1) }, 'C2011 layers\\[0\\]: pixels are not pooled'],
    ['a head of another kind', { 'head.type': 'membrane of fc2' }, 'C2011 head.type: .*came "membrane of fc2"'],
    ['a head of another layer', { 'head.type': 'spike count of fc1 / T' }, 'C2008 head.type: it reads "fc1", but the last layer is "fc2"'],
    ['other classes than the last layer', { classes: 10 }, 'C2008 classes: 10, but the last layer has 2 outputs'],
    ['an unknown encoding', { 'input.encoding': 'rate' }, 'C2007 input.encoding: .*wanted "spikes"'],
    ['spikes that are normalised', { 'input.normalize': { scale: 1, mean: [0], std: [1] } }, 'C2011 input.normalize: '],
    ['images with a step axis', { 'input.encoding': 'poisson', 'input.layout': '[S, T, C, H, W]' }, 'C2008 input.layout: .*images are given once'],
    ['the other comparator', { 'neuron.fires_when': 'm >= v_threshold' }, 'C2009 neuron.fires_when'],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual([expect.stringMatching(new RegExp(`^${said.replace(': ', ': .*')}`))]));
});
