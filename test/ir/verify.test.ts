// The laws of a graph, each broken once.
import { describe, expect, it } from 'vitest';
import type { Graph, Node } from '../../compiler/ir/types.ts';
import type { Spec } from '../../compiler/ir/verify.ts';
import { verifyGraph } from '../../compiler/ir/verify.ts';
import { ops } from '../../compiler/ops/index.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';

const level = (allows: Spec['allows'], gone: readonly string[] = []): Spec => ({ level: 'tried', allows, gone });
const anything = level({ model: ['real', 'integer'], chip: ['real', 'integer'] }), integers = level({ model: [], chip: ['integer'] });

function read(text: string): Graph {
  const outcome = parseGraph(text, 'law.syn');
  if (!outcome.ok) throw new Error(outcome.faults.map(({ message }) => message).join('; '));
  return outcome.value;
}
const graphOf = (domain: 'real' | 'integer'): Graph => read(`graph "lawful" steps 2 {
  image = source() {coding = frames, grid = 1x2, channels = 1, domain = ${domain}};
  sums = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 2] (3, -128) bias = [2] (0, 7);
  spikes = lif(sums) {keep = 1x2, reset = zero, fires = at-least} threshold = [2] (1, 90);
  both = and(spikes, spikes);
  output "spikes" = both;
  probe "lif" = spikes axes "S T N C";
}`);
const lawful = graphOf('integer');

/** The graph with one node changed. */
const changed = (name: string, change: (node: Node) => Partial<Node>, graph: Graph = lawful): Graph => ({ ...graph, nodes: graph.nodes.map((node) => (node.name === name ? { ...node, ...change(node) } : node)) });
const withParam = (node: string, param: string, ...values: readonly number[]): Graph =>
  changed(node, ({ params }) => ({ params: { ...params, [param]: { shape: params[param].shape, data: Float64Array.from(values) } } }));
const breaches = (graph: Graph, spec: Spec = anything): readonly string[] => verifyGraph(graph, ops, spec).map(({ node, message }) => `${node}: ${message}`);

describe('verifyGraph', () => {
  it('has nothing to say of a lawful graph, in either domain', () => {
    expect(breaches(lawful)).toEqual([]);
    expect(breaches(lawful, integers)).toEqual([]);
    expect(breaches(graphOf('real'))).toEqual([]);
  });

  it.each<[law: string, graph: Graph, wanted: readonly string[], spec?: Spec]>([
    ['two nodes of one name', changed('both', () => ({ name: 'spikes' })), ['spikes: two nodes have this name']],
    ['an operator that there is not', changed('both', () => ({ kind: 'nand' })), ['both: no operator is called nand']],
    ['an operator named like a part of every object', changed('both', () => ({ kind: 'constructor' })), ['both: no operator is called constructor']],
    ['a node that reads itself', changed('both', () => ({ inputs: [3, 2] })), ['both: reads a value that does not stand before it']],
    ['a node that reads a later one', changed('spikes', () => ({ inputs: [3] })), ['spikes: reads a value that does not stand before it']],
    ['a node that reads a value below zero', changed('spikes', () => ({ inputs: [-1] })), ['spikes: reads a value that does not stand before it']],
    ['too few inputs', changed('both', () => ({ inputs: [2] })), ['both: takes 2 inputs, has 1']],
    ['an input of the wrong kind', changed('both', () => ({ inputs: [2, 1] })), ['both: input 1 must be spike, is current']],
    ['a missing attribute', changed('spikes', () => ({ attrs: { keep: [1, 2], reset: 'zero' } })), ['spikes: needs the attribute "fires" (comparator: at or above the threshold, or only above it)']],
    ['an attribute that the operator has not', changed('both', () => ({ attrs: { toString: 1 } })), ['both: has no attribute "toString" (it has none)']],
    ['an attribute out of bounds', changed('spikes', ({ attrs }) => ({ attrs: { ...attrs, keep: [1, -2] } })), ['spikes: attribute "keep" must be a pair of whole numbers >= 0, is [1,-2]']],
    ['a missing parameter', changed('spikes', () => ({ params: {} })), ['spikes: needs the parameter "threshold" [channels] or [1]']],
    ['a parameter that the operator has not', changed('both', () => ({ params: { bias: { shape: [1], data: Float64Array.of(1) } } })), ['both: has no parameter "bias"']],
    ['another type than the inferred one', changed('both', ({ type }) => ({ type: { ...type, range: [0, 2] } })), ['both: carries another type than its operator infers']],
    ['an output that names no value', { ...lawful, outputs: [{ name: 'o', value: 4 }] }, ['o: names no value']],
    ['a probe that names no value', { ...lawful, probes: [{ name: 'p', value: -1, axes: 'S' }] }, ['p: names no value']],
    ['two outputs of one name', { ...lawful, outputs: [{ name: 'o', value: 2 }, { name: 'o', value: 3 }] }, ['o: two outputs have this name']],
    ['two probes of one name', { ...lawful, probes: [{ name: 'o', value: 2, axes: 'S' }, { name: 'o', value: 3, axes: 'S' }] }, ['o: two probes have this name']],
    ['a kind that is gone', lawful, ['both: and is gone at level tried'], level(anything.allows, ['and'])],
    ['fractions in an integer node', withParam('sums', 'bias', 0, 7.5), ['sums: carries another type than its operator infers', 'sums: parameter "bias" of an integer node holds fractions']],
    ['a weight beyond a signed byte', withParam('sums', 'weight', 3, -129), ['sums: carries another type than its operator infers', 'sums: a weight does not fit a signed byte']],
    ['a threshold below 1', withParam('spikes', 'threshold', 1, 0), ['spikes: a threshold is below 1']],
    ['an integer range that is not proved', changed('both', ({ type }) => ({ type: { ...type, range: [0, Infinity] } })), ['both: carries another type than its operator infers', 'both: its range [0, Infinity] is not proved']],
  ])('finds %s', (_, graph, wanted, spec) => {
    expect(breaches(graph, spec)).toEqual(wanted);
  });

  it('finds an operator in a domain that its level forbids, at every node of it', () => {
    expect(breaches(graphOf('real'), integers)).toEqual(['image', 'sums', 'spikes', 'both'].map((name) => `${name}: a real chip operator may not stand at level tried`));
    const scaled = read('graph g steps 1 {\n image = source() {coding = direct, grid = 1x1, channels = 1, domain = real};\n x = affine(image) scale = [1] (2);\n}');
    expect(breaches(scaled, level({ model: [], chip: ['real'] }))).toEqual(['x: a real model operator may not stand at level tried']);
  });

  it('finds a node that mixes domains', () => {
    const mixed = changed('image', ({ type }) => ({ type: { ...type, domain: 'real' } }));
    expect(breaches(mixed)).toContain('image: carries another type than its operator infers');
    const twins: Graph = { ...lawful, nodes: [...lawful.nodes, { ...lawful.nodes[2], name: 'other', type: { ...lawful.nodes[2].type, domain: 'real' } }, { ...lawful.nodes[3], name: 'mixture', inputs: [2, 4] }] };
    expect(breaches(twins)).toContain('mixture: mixes real and integer inputs');
  });

  it('lets a real scale stand beside integers', () => {
    const scaled = changed('sums', ({ params }) => ({ params: { ...params, scale: { shape: [2], data: Float64Array.of(0.1, 0.2) } } }));
    expect(breaches(scaled, integers)).toEqual([]);
  });

  it('gathers every breach of a graph, not the first', () => {
    expect(breaches(changed('both', () => ({ kind: 'nand' }), withParam('spikes', 'threshold', 0, 0)))).toHaveLength(2);
  });
});
