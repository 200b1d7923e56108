// Refusals come all at once: every guilty node of a phase, and what the phases behind it can still tell.
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { passes } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { valueOf } from '../conformance/outcome.ts';
import { checkpointOf, spikformerDescriptor, spikformerShapes } from '../frontend/tiny.ts';
import { randomNetwork } from '../random-graph.ts';
import { altered, shipped } from './chip-under-test.ts';

const places = (faults: readonly Fault[]): string[] => faults.map(({ code, at }) => `${code} ${at?.in === 'graph' ? at.node : at?.in === 'key' ? at.key : at?.in}`);
const nodesOf = (faults: readonly Fault[], code: string): string[] => [...new Set(places(faults).filter((place) => place.startsWith(code)))];
function refusals(graph: Graph, target: Target, residual: Residual | 'auto' = 'auto'): readonly Fault[] {
  const compiled = compile({ graph, hash: 'none', classes: [] }, target, { residual, scale: 'max', bits: 8, seed: 1 });
  return compiled.ok ? [] : compiled.faults;
}
const network = (family: 'add-spikes' | 'add-currents', attention: 'ssa' | 'boolean') => randomNetwork({ seed: 5, domain: 'real', family, attention, coding: 'frames', steps: 3, grid: [4, 4], channels: 2, heads: 2, width: 4, blocks: 2, border: false });

describe('a network that is wrong in several ways', () => {
  it('hears of every sum and membrane, every missing ability and every tile that does not fit at once', () => {
    const poor = altered(shipped('mesh45'), { core: { accumulatorBits: 8, membraneBits: 8 }, abilities: { attend: [], currents: false }, memories: { state: 4 } });
    const faults = refusals(network('add-currents', 'ssa'), poor);
    for (const code of ['C3005', 'C3006', 'C4002', 'C4102']) expect([code, nodesOf(faults, code).length > 1]).toEqual([code, true]);
    expect(nodesOf(faults, 'C4002')).toEqual(expect.arrayContaining(['C4002 block.0.attn.ssa', 'C4002 block.1.attn.ssa']));
    expect(faults.every(({ hint }) => hint)).toBe(true);
  });

  it('hears of the later passes too, where an earlier one has refused', () => {
    const layer = (name: string, weight: string, border = '') => `${name} = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 1] (${weight})${border};`;
    const norm = (name: string, from: string) => `${name} = norm(${from}) {epsilon = 0} gamma = [1] (2) beta = [1] (0) mean = [1] (0) variance = [1] (1);`;
    const neuron = (name: string, from: string) => `${name} = lif(${from}) {keep = 1x2, reset = zero, fires = at-least} threshold = [1] (30);`;
    const graph = valueOf(parseGraph(`graph "case" steps 2 {
      image = source() {coding = frames, grid = 1x2, channels = 1, domain = real};
      ${layer('first', '0.5', ' border = [2, 1] (0, 1)')} ${norm('normed', 'first')} ${neuron('a', 'normed')}
      ${layer('second', '0.25', ' border = [2, 1] (0, 2)')} ${norm('again', 'second')} ${neuron('b', 'again')}
      ${layer('wide', '0.7')} ${neuron('c', 'wide')}
      both = and(a, b); all = and(both, c); output "all" = all; }`, 'case.syn'));
    expect(places(runPasses(graph, passes, { ...defaultPassOptions, membraneBits: 10 }).faults)).toEqual(['C3001 first', 'C3001 second', 'C3006 a', 'C3006 b', 'C3006 c']);
  });

  it('hears of the transport that comes nearest', () => {
    const narrow = altered(shipped('mesh45'), { core: { payloadBits: 1 }, abilities: { attend: [] } }), faults = refusals(network('add-spikes', 'ssa'), narrow);
    expect(places(faults)).toEqual(['C4002 block.0.attn.ssa', 'C4002 block.1.attn.ssa']);
    expect(nodesOf(refusals(network('add-spikes', 'ssa'), narrow, 'payload'), 'C4003').length).toBeGreaterThan(1);
  });

  it('hears of damaged statistics beside keys that are missing', () => {
    const checkpoint = checkpointOf(spikformerShapes()), tensors = new Map(checkpoint.tensors), spoil = (key: string) => tensors.set(key, { ...tensors.get(key)!, data: Float64Array.from(tensors.get(key)!.data, () => -1) });
    tensors.delete('head.weight');
    tensors.delete('block.0.attn.q_bn.running_mean');
    for (const key of ['patch_embed.proj_bn.running_var', 'block.0.mlp.fc1_bn.running_var', 'block.0.attn.q_bn.running_var']) spoil(key);
    const imported = importModel({ ...checkpoint, tensors }, spikformerDescriptor(), 'arch.json');
    // Of a normalisation that lacks a key only that is told.
    expect(imported.ok ? [] : places(imported.faults)).toEqual(['C2020 block.0.attn.q_bn.running_mean', 'C2020 head.weight', 'C2023 patch_embed.proj_bn.running_var', 'C2023 block.0.mlp.fc1_bn.running_var']);
  });
});
