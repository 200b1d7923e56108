// Building and rewriting graphs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consumersOf, GraphBuilder, keep, rewriteGraph } from '../../compiler/ir/build.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { and, lif, ops, source } from '../../compiler/ops/index.ts';
import { mixtures } from '../random-graph.ts';

const half = { keep: [1, 2], reset: 'zero', fires: 'at-least' } as const;
const threshold = { threshold: { shape: [1], data: Float64Array.of(1) } };

describe('GraphBuilder', () => {
  it('gives a name that is taken a number', () => {
    const builder = new GraphBuilder('g', 1, ops), attrs = { coding: 'frames', grid: [1, 1], channels: 1, domain: 'real' } as const;
    for (const name of ['x', 'x', 'x.1', 'x']) builder.add(source, name, [], attrs);
    expect(builder.nodes.map(({ name }) => name)).toEqual(['x', 'x.1', 'x.1.1', 'x.2']);
  });
  it('throws where an operator refuses, with the name of the node and the reason', () => {
    const builder = new GraphBuilder('g', 1, ops), image = builder.add(source, 'image', [], { coding: 'frames', grid: [1, 1], channels: 1, domain: 'real' });
    expect(() => builder.add(lif, 'neuron', [image], half, threshold)).toThrow('lif "neuron": input 0 must be current or count or spike, is pixel');
    expect(() => builder.addKind('toString', 'odd', [], {}, {})).toThrow('no operator is called toString');
  });
});

describe('rewriteGraph', () => {
  it('keeps every node that an output or a probe needs, with outputs and probes on their values', () => {
    fc.assert(fc.property(mixtures(), (graph) => {
      const needed = neededBy(graph), kept = rewriteGraph(graph, ops, keep);
      expect(kept.nodes.map(({ name }) => name)).toEqual(graph.nodes.filter((_, id) => needed.has(id)).map(({ name }) => name));
      kept.nodes.forEach((node) => {
        const old = graph.nodes.find(({ name }) => name === node.name);
        expect(node.inputs.map((input) => kept.nodes[input].name)).toEqual(old?.inputs.map((input) => graph.nodes[input].name));
        expect({ ...node, inputs: [] }).toEqual({ ...old, inputs: [] });
      });
      expect(kept.outputs.map(({ name, value }) => [name, kept.nodes[value].name])).toEqual(graph.outputs.map(({ name, value }) => [name, graph.nodes[value].name]));
      expect(kept.probes.map(({ name, value }) => [name, kept.nodes[value].name])).toEqual(graph.probes.map(({ name, value }) => [name, graph.nodes[value].name]));
    }), { seed: 21, numRuns: 100 });
  });
  it('lets another value stand for a node, for all its readers', () => {
    const builder = new GraphBuilder('g', 1, ops), image = builder.add(source, 'image', [], { coding: 'frames', grid: [1, 1], channels: 1, domain: 'real' });
    const current = builder.add(ops.affine, 'current', [image], {}, { scale: { shape: [1], data: Float64Array.of(1) } }), spikes = builder.add(lif, 'spikes', [current], half, threshold);
    builder.output('o', builder.add(and, 'twice', [builder.add(and, 'once', [spikes, spikes], {}), spikes], {}));
    builder.probe('p', 4, 'S');
    builder.probe('once', 3, 'S');
    const without = rewriteGraph(builder.graph(), ops, (node, inputs, into, old) => (node.name === 'once' ? inputs[0] : keep(node, inputs, into, old)));
    expect(without.nodes.map(({ name, inputs }) => [name, inputs])).toEqual([['image', []], ['current', [0]], ['spikes', [1]], ['twice', [2, 2]]]);
    expect(without.probes.map(({ name, value }) => [name, value])).toEqual([['p', 3], ['once', 2]]);
    expect(consumersOf(without)).toEqual([[1], [2], [3], []]);
  });
});

function neededBy(graph: Graph): ReadonlySet<number> {
  const needed = new Set<number>(), visit = (id: number): void => {
    if (needed.has(id)) return;
    needed.add(id);
    graph.nodes[id].inputs.forEach(visit);
  };
  [...graph.outputs, ...graph.probes].forEach(({ value }) => visit(value));
  return needed;
}
