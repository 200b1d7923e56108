// TA-SNN: what its descriptor may say, and the graph it makes.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { parseDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'ta-snn', T: 5, layers: [4, 3, 2], classes: 2, reduction: 2, bn_eps: 1e-5, neuron: { type: 'lif-ta', alpha: 0.3, beta: 0, v_threshold: 0.5 },
  head: { type: 'spike count of FC1 / T' }, input: { encoding: 'frames' } }, changes);
const layer = (name: string, from: number, to: number) => [[`${name}.linear.weight`, [to, from]] as const, [`${name}.linear.bias`, [to]] as const, ...['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.BNLayer.${part}`, [to]] as const),
  [`${name}.attention.temporal_excitation.0.weight`, [2, 5]] as const, [`${name}.attention.temporal_excitation.0.bias`, [2]] as const, [`${name}.attention.temporal_excitation.2.weight`, [5, 2]] as const, [`${name}.attention.temporal_excitation.2.bias`, [5]] as const];
const shapes = [...layer('FC0', 4, 3), ...layer('FC1', 3, 2)];
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};

describe('TA-SNN', () => {
  it('is a lawful graph, as it always was', async () => {
    const { graph, keys, input } = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect(verifyGraph(graph, ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    expect([keys.used.length, input]).toEqual([shapes.length, { encoding: 'frames', steps: 5, channels: 4, height: 1, width: 1 }]);
    await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot('../golden/frontend/ta-snn.txt');
  });

  it('has neurons that keep 3/10 of what is left, and fall back to their threshold', () => {
    const { graph } = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect(graph.nodes.filter(({ kind }) => kind === 'lif').map(({ attrs }) => attrs)).toEqual(Array(2).fill({ keep: [3, 10], reset: 'threshold', fires: 'at-least' }));
  });

  it.each<[string, Changes, string]>([
    ['one width', { layers: [4], 'head.type': 'spike count of FC-1 / T' }, 'C2008 layers: 1 widths'],
    ['other classes than the last layer', { classes: 3 }, 'C2008 classes: .*the last layer has 2 outputs'],
    ['a reduction that leaves nothing', { reduction: 6 }, 'C2008 reduction: 6 leaves nothing of 5 steps'],
    ['a beta', { 'neuron.beta': 0.1 }, 'C2007 neuron.beta: '],
    ['a share that is no short fraction', { 'neuron.alpha': 0.123456789 }, 'C2009 neuron.alpha: '],
    ['the strict comparator', { 'neuron.fires_when': 'u > v_threshold' }, 'C2009 neuron.fires_when: '],
    ['the head of another layer', { 'head.type': 'spike count of FC0 / T' }, 'C2011 head.type: wanted "spike count of FC1'],
    ['images', { 'input.encoding': 'direct' }, 'C2007 input.encoding: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual([expect.stringMatching(new RegExp(`^${said.replace(': ', ': .*')}`))]));
});
