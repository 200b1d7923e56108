// parse(print(g)) = g, on random graphs of every operator and on random networks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { parseGraph, stripLocations } from '../../compiler/text/parse-graph.ts';
import { mixtures, networks, randomMixture } from '../random-graph.ts';

const anything = { level: 'any', allows: { model: ['real', 'integer'], chip: ['real', 'integer'], host: ['real', 'integer'] }, gone: [] } as const;

function returns(graph: Graph, constants: 'whole' | 'listed' = 'whole'): void {
  const text = printGraph(graph, { constants }), read = parseGraph(text, 'printed.syn');
  expect(read.ok ? [] : read.faults).toEqual([]);
  if (!read.ok) return;
  expect(stripLocations(read.value)).toStrictEqual(graph);
  expect(printGraph(read.value, { constants })).toBe(text);
}

describe('the text form', () => {
  it('gives back every graph of any operators that it printed', () => {
    fc.assert(fc.property(mixtures(), (graph) => returns(graph)), { seed: 1, numRuns: 300 });
  });

  it('gives back constants that are written as lists of numbers, to the last bit', () => {
    fc.assert(fc.property(mixtures(), (graph) => returns(graph, 'listed')), { seed: 6, numRuns: 100 });
  });

  it('gives back every network that it printed', () => {
    fc.assert(fc.property(networks(), (graph) => returns(graph)), { seed: 2, numRuns: 60 });
  });

  it('is tested on every operator in every domain it declares', () => {
    const seen = new Set(Array.from({ length: 150 }, (_, seed) => (['real', 'integer'] as const).flatMap((domain) =>
      randomMixture({ seed, domain, steps: 2, grid: [3, 3], channels: 2, nodes: 25 }).nodes.map(({ kind }) => `${domain} ${kind}`))).flat());
    const declared = Object.values(ops).flatMap(({ kind, evaluate }) => Object.keys(evaluate).map((domain) => `${domain} ${kind}`));
    expect([...seen].sort()).toEqual(declared.sort());
  });

  it('is tested on graphs that break no law', () => {
    fc.assert(fc.property(mixtures(), (graph) => { expect(verifyGraph(graph, ops, anything)).toEqual([]); }), { seed: 3, numRuns: 200 });
    fc.assert(fc.property(networks(), (graph) => { expect(verifyGraph(graph, ops, anything)).toEqual([]); }), { seed: 4, numRuns: 100 });
  });

  it('puts the place of each node beside it', () => {
    const read = parseGraph('graph g steps 1 {\n  a = source() {coding = direct, grid = 1x1, channels = 1, domain = real};\n    b = repeat(a);\n}', 'there.syn');
    expect(read.ok && read.value.nodes.map(({ loc }) => loc)).toEqual([{ file: 'there.syn', line: 2, column: 3 }, { file: 'there.syn', line: 3, column: 5 }]);
  });
});
