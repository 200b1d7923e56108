// Hybrid plasticity: what its descriptor may say, and the graphs it makes.
import { describe, expect, it } from 'vitest';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { learningOf, parseDescriptor, withValue } from '../../compiler/frontend/read-descriptor.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { valueOf } from '../conformance/outcome.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'hybrid-plasticity', T: 3, layers: [4, 3, 2], classes: 2, neuron: { type: 'lif-soft', decay: 0.4, v_threshold: 0.35 }, plasticity: { tau_w: 40, w_decay: 0.95, clamp: 4 },
  head: { type: 'min(membrane of layer 2 after the last step / v_threshold, 1.1)' }, input: { encoding: 'direct' }, ignored_keys: ['gamma*'] }, changes);
const layer = (i: number, from: number, to: number) => [[`fc${i}.weight`, [to, from]] as const, [`fc${i}.bias`, [to]] as const, [`alpha${i}`, [1]] as const, [`beta${i}`, [1, from]] as const, [`eta${i}`, [1, to]] as const, [`gamma${i}`, [1]] as const];
const shapes = [...layer(1, 4, 3), ...layer(2, 3, 2)], graphOf = (changes: Changes = {}) => valueOf(importModel(checkpointOf(shapes), descriptor(changes), 'arch.json')).graph;
const refused = (changes: Changes): string[] => {
  const outcome = parseDescriptor(descriptor(changes), 'arch.json');
  return outcome.ok ? [] : outcome.faults.map(({ code, at, message, hint }) => `${code} ${at?.in === 'descriptor' ? at.path : ''}: ${message} | ${hint}`);
};

describe('hybrid plasticity', () => {
  it.each(['off', 'sample', 'sequence'])('that learns "%s" is a lawful graph, as it always was', async (learns) => {
    const graph = graphOf({ 'plasticity.learns': learns });
    expect(verifyGraph(graph, ops, { level: 'model', allows: { model: ['real'], chip: ['real'] }, gone: [] })).toEqual([]);
    expect(graph.nodes.filter(({ kind }) => kind === 'plastic').map(({ attrs }) => (attrs as { clear?: string }).clear)).toEqual(learns === 'off' ? [] : Array(2).fill(learns === 'sample' ? 'sample' : 'run'));
    if (learns !== 'sequence') await expect(printGraph(graph, { constants: 'short' })).toMatchFileSnapshot(`../golden/frontend/hybrid-plasticity-${learns}.txt`);
  });

  it('learns only when it is told to, and reads its local parameters even so', () => {
    expect(printGraph(graphOf(), { constants: 'whole' })).toBe(printGraph(graphOf({ 'plasticity.learns': 'off' }), { constants: 'whole' }));
    const { keys } = valueOf(importModel(checkpointOf(shapes), descriptor(), 'arch.json'));
    expect([keys.used.length, keys.ignored.map(({ key }) => key)]).toEqual([shapes.length - 2, ['gamma1', 'gamma2']]);
  });

  it('is known by its descriptor alone as one that learns', () => {
    expect(learningOf(descriptor())?.words).toEqual(['off', 'sample', 'sequence']);
    expect([learningOf({ family: 'ta-snn' }), learningOf(7), learningOf(undefined)]).toEqual([undefined, undefined, undefined]);
    expect(withValue({ a: { b: 1, c: 2 }, d: 3 }, ['a', 'b'], 9)).toEqual({ a: { b: 9, c: 2 }, d: 3 });
    expect(withValue({ a: 'text' }, ['a', 'b'], 9)).toEqual({ a: 'text' });
  });

  it.each<[string, Changes, string]>([
    ['one width', { layers: [4], 'head.type': 'min(membrane of layer 0 after the last step / v_threshold, 1.1)' }, 'C2008 layers: 1 widths'],
    ['other classes than the last layer', { classes: 3 }, 'C2008 classes: .*the last layer has 2 outputs'],
    ['a decay that is no short fraction', { 'neuron.decay': 0.123456789 }, 'C2009 neuron.decay: '],
    ['the comparator that fires at the threshold', { 'neuron.fires_when': 'm >= v_threshold' }, 'C2009 neuron.fires_when: '],
    ['the membrane of another layer', { 'head.type': 'min(membrane of layer 1 after the last step / v_threshold, 1.1)' }, 'C2011 head.type: wanted "min\\(membrane of layer 2'],
    ['a head that counts spikes', { 'head.type': 'spike count of fc2 / T' }, 'C2011 head.type: wanted "min\\(membrane of layer 2'],
    ['another way to learn', { 'plasticity.learns': 'always' }, 'C2007 plasticity.learns: '],
    ['a matrix that grows by itself', { 'plasticity.w_decay': 1.5 }, 'C2007 plasticity.w_decay: '],
    ['frames', { 'input.encoding': 'frames' }, 'C2007 input.encoding: '],
    ['no time constant', { 'plasticity.tau_w': undefined }, 'C2006 plasticity.tau_w: '],
  ])('with %s is refused', (_, changes, said) => expect(refused(changes)).toEqual([expect.stringMatching(new RegExp(`^${said.replace(': ', ': .*')}`))]));
});
