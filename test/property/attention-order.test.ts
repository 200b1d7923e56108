// Both orders of an attention without softmax: equal results, each with its own count of operations, in integers and on chips.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countSops, evaluate } from '../../compiler/eval/evaluate.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { ops, ssa } from '../../compiler/ops/index.ts';
import { costOf } from '../../compiler/passes/attention-cost.ts';
import { compile } from '../../compiler/pipeline.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';
import { randomFrom } from '../random.ts';
import { altered, expectChip, firstDifference, shipped, smallChip, smallChips } from './chip-under-test.ts';

const options = { residual: 'payload', scale: 'max', bits: 8, seed: 1 } as const;

it('changes no spike and no result, and counts what it does', () => {
  let runs = 0, different = 0;
  fc.assert(fc.property(networkOptions({ domain: 'real', border: false, attention: 'ssa', steps: 2 }), smallChips, (network, small) => {
    const graph = randomNetwork(network), target = smallChip(small), inputs = new Map([...randomInputs(graph, network.seed)].map(([name, values]) => [name, Uint8Array.from(values)]));
    const [kv, qk] = (['kv', 'qk'] as const).map((attention) => compile({ graph, hash: 'order', classes: [] }, target, { ...options, attention }));
    if (!kv.ok || !qk.ok) return;
    const sops = [kv.value, qk.value].map(({ program, integer }) => expectChip(program, target, integer, inputs).sops), [a, b] = [kv.value, qk.value].map(({ integer }) => evaluate(integer, ops, inputs));
    for (const [name, { data }] of a.outputs) expect([name, firstDifference(data, b.outputs.get(name)!.data)]).toEqual([name, undefined]);
    expect(qk.value.program.stages.filter((stage) => stage.kind === 'attend').every((stage) => stage.kind === 'attend' && stage.form === 'qk')).toBe(true);
    runs++;
    different += Number(sops[0] !== sops[1]);
  }), { seed: 3, numRuns: 40 });
  expect(runs).toBeGreaterThan(15);
  expect(different).toBeGreaterThan(8);
}, 120_000);

it('is chosen by the words it is expected to touch, among the orders that the target has', () => {
  const orderOf = (grid: readonly [number, number], attend: readonly ('kv' | 'qk' | 'graded')[]) => {
    const graph = randomNetwork({ seed: 4, domain: 'real', family: 'add-currents', attention: 'ssa', coding: 'frames', steps: 2, grid, channels: 2, heads: 2, width: 5, blocks: 1, border: false });
    const compiled = compile({ graph, hash: 'order', classes: [] }, altered(shipped('mesh45'), { abilities: { attend } }), options);
    if (!compiled.ok) throw new Error(compiled.faults[0].message);
    const { integer } = compiled.value, node = integer.nodes.find((one) => is(one, ssa))!;
    if (!is(node, ssa)) throw new Error('no attention');
    const cheaper = costOf(node, integer, 'qk').words < costOf(node, integer, 'kv').words ? 'qk' : 'kv';
    return [node.attrs.executed ?? 'kv', cheaper];
  };
  expect(orderOf([1, 1], ['kv', 'qk'])).toEqual(['qk', 'qk']);
  expect(orderOf([1, 1], ['kv'])).toEqual(['kv', 'qk']);
  expect(orderOf([9, 9], ['kv', 'qk'])).toEqual(['kv', 'kv']);
  expect(orderOf([9, 9], ['qk'])).toEqual(['qk', 'kv']);
});

it('is counted as expected where every neuron fires at the assumed rate, within a third', () => {
  const graph = randomNetwork({ seed: 9, domain: 'integer', family: 'add-spikes', attention: 'ssa', coding: 'frames', steps: 6, grid: [9, 9], channels: 3, heads: 2, width: 5, blocks: 1, border: false });
  const evaluation = evaluate(graph, ops, randomInputs(graph, 1)), id = graph.nodes.findIndex((node) => is(node, ssa)), node = graph.nodes[id];
  if (!is(node, ssa)) throw new Error('no attention');
  const tenth = (seed: number, size: number) => { const random = randomFrom(seed); return Float64Array.from({ length: size }, () => Number(random.chance(0.1))); };
  const values = [...evaluation.values];
  node.inputs.forEach((input, i) => { values[input] = { ...values[input], data: tenth(i * 7919, values[input].data.length) }; });
  for (const order of ['kv', 'qk'] as const) {
    const own = { ...graph, nodes: graph.nodes.map((one, at) => (at === id ? { ...node, attrs: { ...node.attrs, executed: order } } : one)) }, counted = countSops(own, ops, { ...evaluation, values }).get(id)!, { sops } = costOf(node, graph, order);
    expect(Math.abs(counted - sops) / sops).toBeLessThan(1 / 3);
  }
});
