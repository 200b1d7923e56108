// Every fault of the passes, on the node that is to blame.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Graph } from '../../compiler/ir/types.ts';
import { passes } from '../../compiler/passes/index.ts';
import type { Pass, PassOptions } from '../../compiler/passes/pass.ts';
import { defaultPassOptions, foldedLevel, modelLevel } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import { valueOf } from '../conformance/outcome.ts';

const seen = new Set<string>();
const graphOf = (...lines: readonly string[]): Graph => valueOf(parseGraph(`graph "case" steps 2 {\n${lines.join('\n')}\n}`, 'case.syn'));
function refused(graph: Graph, options: Partial<PassOptions> = {}, table: readonly Pass[] = passes): string[] {
  const { faults } = runPasses(graph, table, { ...defaultPassOptions, ...options });
  faults.forEach(({ code, hint }) => { seen.add(code); expect(hint).toBeTruthy(); });
  return faults.map(({ code, at, message }) => `${code} ${at?.in === 'graph' ? at.node : at?.in === 'option' ? at.option : ''}: ${message}`);
}

const image = 'image = source() {coding = frames, grid = 1x2, channels = 1, domain = real};', one = '{window = 1x1, stride = 1x1, padding = 0x0}',
  out = (name: string) => `output "${name}" = ${name};`;
const sums = (weight = '0.5', bias = '0.25') => `sums = conv(image) ${one} weight = [1, 1] (${weight}) bias = [1] (${bias});`;
const neuron = (name: string, from: string, { keep = '1x2', threshold = '2' } = {}) =>
  `${name} = lif(${from}) {keep = ${keep}, reset = zero, fires = at-least} threshold = [1] (${threshold});`;
const norm = (from: string) => `normed = norm(${from}) {epsilon = 0} gamma = [1] (2) beta = [1] (0) mean = [1] (0) variance = [1] (1);`;

describe('the passes refuse', () => {
  it('a normalisation behind weights that are corrected at the border already', () => {
    const bordered = 'sums = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 1] (0.5) border = [2, 1] (0, 1);';
    expect(refused(graphOf(image, bordered, norm('sums'), neuron('a', 'normed'), out('a'))))
      .toEqual(['C3001 sums: "sums" has a border correction already, so the batch normalisation behind it cannot fold into it']);
    expect(refused(graphOf(image, sums(), norm('sums'), neuron('a', 'sums'), neuron('b', 'normed'), 'both = and(a, b);', out('both')))).toEqual([]);  // becomes a factor
  });
  it('a scale that no threshold, no factor and no input takes', () => {
    const scaled = (affine: string) => graphOf(image, sums(), `scaled = affine(sums) ${affine};`, neuron('spikes', 'scaled'), out('spikes'));
    expect([refused(scaled('scale = [1] (2) shift = [1] (1)')), refused(scaled('scale = [1] (-1)'))]).toEqual([[], []]);
    expect(refused(graphOf(image, sums(), 'scaled = affine(sums) scale = [1] (2);', 'pooled = max-pool(scaled) {window = 1x1, stride = 1x1, padding = 0x0};',
      neuron('spikes', 'pooled'), out('spikes'))))
      .toEqual(['C3002 scaled: the scaling "scaled" cannot be folded: nothing behind it takes a scale']);
  });
  it('a graph that a pass has broken, in the name of the pass', () => {
    const careless: Pass = { name: 'careless', doc: '', lossless: 'exact', leaves: foldedLevel,
      run: (graph) => ({ ...graph, nodes: graph.nodes.map((node) => (node.name === 'spikes' ? { ...node, inputs: [99] } : node)) }) };
    expect(refused(graphOf(image, sums(), neuron('spikes', 'sums'), out('spikes')), {}, [careless])).toContainEqual(expect.stringMatching(/^C3003 spikes: after pass careless: /));
    const idle: Pass = { name: 'idle', doc: '', lossless: 'exact', leaves: { ...modelLevel, gone: ['norm'] }, run: (graph) => graph };
    expect(refused(graphOf(image, sums(), norm('sums'), neuron('spikes', 'normed'), out('spikes')), {},
      [idle])).toContainEqual(expect.stringMatching(/^C3003 normed: after pass idle: /));
  });
  it('weights of other than two to eight bits, by option', () => {
    for (const bits of [1, 9, 3.5, Number.NaN]) expect(refused(graphOf(image, sums(), neuron('spikes', 'sums'), out('spikes')),
      { bits })).toEqual([`C3004 --bits: weights of ${bits} bits are not supported`]);
  });
  it('sums and membranes that a target has no room for, with both widths', () => {
    const graph = graphOf(image, sums('0.7'), neuron('spikes', 'sums', { threshold: '30' }), out('spikes'));
    expect(refused(graph, { accumulatorBits: 12 })).toEqual(['C3005 sums: sums of "sums" need 16 bits, an accumulator of this target has 12']);
    expect(refused(graph, { membraneBits: 12 })).toEqual(['C3006 spikes: membranes of "spikes" need 14 bits, this target stores 12']);
  });
  it('constants beyond the integers of the chip', () => {
    const counting = (threshold: string) => graphOf(image, sums(), neuron('spikes', 'sums'), 'count = ssa(spikes, spikes, spikes) {heads = 1, published = qk};',
      neuron('attention', 'count', { threshold }), out('attention'));
    expect(refused(counting('2147483648'))).toEqual(['C3008 attention: threshold of "attention" does not fit the integers of the chip']);
    expect(refused(counting('1000000'))).toEqual([]);
    const signed = (bound: string) => graphOf(image, sums(), `codes = elastic(sums) bound = [2] (1, ${bound}) keep = [2, 3] (0, 0, 0, 0, 0, 0);`, out('codes'));
    expect([refused(signed('1e12')), refused(signed('100'))]).toEqual([['C3008 codes: bound of "codes" does not fit the integers of the chip'], []]);
    expect(refused(graphOf(image, sums('0.7', '1e12'), neuron('spikes', 'sums'), out('spikes')))).toEqual([]);  // the unit of the channel gives way
  });
  it('a layer that multiplies currents of the stream that its own result joins', () => {
    const again = 'again = conv(sums) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 1] (0.5);';
    expect(refused(graphOf(image, sums(), again, 'stream = add-currents(sums, again);', neuron('spikes', 'stream'), out('spikes'))))
      .toEqual([expect.stringMatching(/^C3009 again: "again" multiplies currents of the stream/)]);
  });
  it('a host function of values that nothing bounds, all of them', () => {
    const layer = `wide = conv(image) ${one} weight = [1, 1] (1e200);`;
    expect(refused(graphOf(image, layer, 'a = relu-square(wide);', 'b = product(a, a);', neuron('spikes', 'b'), out('spikes')))).toEqual(['a', 'b'].map((name) =>
      `C3020 ${name}: nothing bounds what the host makes of "${name}": its operands, or their products, reach beyond the numbers of float64`));
  });
  it('factors of steps that nothing takes, all of them', () => {
    const pooled = (name: string, from: string) => `${name} = max-pool(${from}) {window = 1x1, stride = 1x1, padding = 0x0};`;
    expect(refused(graphOf(image, 'a = scale-steps(image) factor = [2] (1, 2);', pooled('b', 'a'), `sums = conv(b) ${one} weight = [1, 1] (0.5);`, 'c = scale-steps(sums) factor = [2] (1, 2);', neuron('spikes', 'sums'), out('spikes'), out('c'))))
      .toEqual(['C3010 a: the factors of steps "a" cannot be folded: "b" reads them and multiplies nothing by weights', 'C3010 c: the factors of steps "c" cannot be folded: "c" reads them and multiplies nothing by weights']);
  });
});

afterAll(() => {
  const codes = [...readFileSync(new URL('../../compiler/passes/faults.ts', import.meta.url), 'utf8').matchAll(/'(C\d{4})'/g)].map(([, code]) => code);
  expect(codes).toEqual([...new Set(codes)].sort());
  expect(codes.filter((code) => !seen.has(code))).toEqual([]);
});
