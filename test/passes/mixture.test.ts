// Mixtures: scaling alone is the real network, scaling and all roundings the integer one; and the verdicts say which roundings lose something.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { families } from '../../compiler/frontend/index.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { lif, ops, readout } from '../../compiler/ops/index.ts';
import { scored, termsOf } from '../../compiler/ops/readout.ts';
import { mixturesOf } from '../../compiler/passes/mixture.ts';
import type { Mixtures } from '../../compiler/passes/mixture.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import type { PassOptions } from '../../compiler/passes/pass.ts';
import { everything } from '../../compiler/passes/rounding.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { toUnits } from '../../runtime/conform/inputs.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';

type Inputs = ReadonlyMap<string, ArrayLike<number>>;
const nothing = () => false;
const mixed = (graph: Graph, options: Partial<PassOptions> = {}): Mixtures => valueOf(mixturesOf(graph, { ...defaultPassOptions, ...options }));
const run = (graph: Graph, inputs: Inputs) => { const { values, outputs } = evaluate(graph, ops, inputs); return { spikes: graph.probes.map(({ name, value }) => ({ name, data: values[value].data })), outputs: [...outputs] }; };
/** Results of a mixture as real numbers, what the host does included. */
function scores(graph: Graph, inputs: Inputs): Float64Array {
  const { values } = evaluate(graph, ops, inputs), node = graph.nodes[graph.outputs[0].value];
  if (!is(node, readout)) return values[graph.outputs[0].value].data;
  const most = node.params.most?.data[0] ?? Infinity, terms = termsOf(graph.nodes[node.inputs[0]].type, node, graph.steps), { shape, data } = values[graph.outputs[0].value], real = { shape, data: data.map((sum) => Math.min(most, (sum * node.attrs.scale) / terms)) };
  return node.params.rows ? scored(real, node.params.rows, node.params.offset).data : real.data;
}
/** A sample in the units of a mixture; rounded: as the chip gets it. */
const scaled = (graph: Graph, inputs: ReadonlyMap<string, Uint8Array | Float64Array>): Inputs => new Map([...inputs].map(([name, values]) => {
  const unit = graph.nodes.find((node) => node.name === name)!.params.scale?.data;
  return [name, values instanceof Uint8Array || !unit ? values : values.map((value, i) => value / unit[i % unit.length])];
}));

describe('a mixture', () => {
  it('of nothing rounded is the real network, of everything the integer one, on random networks', () => {
    let whole = 0;
    fc.assert(fc.property(networkOptions({ border: false, domain: 'real' }), fc.integer({ min: 2, max: 8 }), (options, bits) => {
      const real = randomNetwork(options), inputs = randomInputs(real, options.seed), { of, integer, verdicts } = mixed(real, { bits });
      expect(run(of(everything), inputs)).toEqual(run(integer, inputs));
      // Where every verdict says that nothing is lost, nothing is; elsewhere a scale is not dyadic, and a potential on its threshold may fall to either side.
      if (!verdicts.every(({ exact }) => exact)) return;
      whole++;
      for (const graph of [of(nothing), integer]) expect(run(graph, inputs).spikes).toEqual(run(real, inputs).spikes);
    }), { seed: 29, numRuns: 60 });
    expect(whole).toBeGreaterThan(10);
  });

  const folders = sharedFiles('arch.json').filter((file) => families.some(({ name }) => file.startsWith(`zoo/${name}/`))).map((file) => file.replace('/arch.json', ''));
  it.skipIf(!isShared).each(folders)('is both on %s', (folder) => {
    const golden = valueOf(loadCase(sharedPath(folder)));
    try {
      const { graph } = golden.model, sample = golden.inputs.values(0), given = new Map([[graph.nodes.find((node) => node.inputs.length === 0)!.name, sample]]);
      const { of, integer, verdicts } = mixed(graph), units = valueOf(toUnits(integer, 1, () => given))[0], none = of(nothing), real = run(graph, given), left = run(none, scaled(none, given));
      expect(run(of(everything), units)).toEqual(run(integer, units));
      let values = 0, differing = 0;
      for (const { name, data } of left.spikes) { const wanted = real.spikes.find((probe) => probe.name === name)!.data; data.forEach((value, i) => { values++; differing += Number(value !== wanted[i]); }); }
      // A potential that lies on its threshold may fall to either side by the order in which float64 rounds.
      expect(differing / values).toBeLessThan(golden.exact ? 1e-12 : 1e-3);
      const came = scores(none, scaled(none, given)), wanted = real.outputs[0][1].data, largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(came.length).toBe(wanted.length);
      if (differing === 0) came.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThanOrEqual(1e-9 * largest));
      // A gate is exact only where it is 0 or 1, which no constant shows.
      if (golden.exact) expect(verdicts.filter(({ exact, mechanism }) => !exact && mechanism !== 'gate')).toEqual([]);
      else expect(verdicts.some(({ exact, mechanism }) => !exact && mechanism === 'weights')).toBe(true);
    } finally { golden.inputs.close(); }
  });
});

describe('a verdict', () => {
  const graphOf = (...lines: readonly string[]): Graph => valueOf(parseGraph(`graph "case" steps 4 {\n  image = source() {coding = frames, grid = 1x2, channels = 1, domain = real};\n${lines.join('\n')}\n}`, 'case.syn'));
  const sums = (weight: string) => `  sums = conv(image) {window = 1x1, stride = 1x1, padding = 0x0} weight = [1, 2] (${weight}) bias = [2] (0.25, 0.25);`;
  const neuron = (keep: string) => `  spikes = lif(sums) {keep = ${keep}, reset = zero, fires = at-least} threshold = [1] (2);\n  output "spikes" = spikes;`;
  const told = (graph: Graph, options: Partial<PassOptions> = {}) => mixed(graph, options).verdicts.map(({ node, mechanism, exact, detail }) => `${node} ${mechanism} ${exact ? 'exact' : detail}`);
  it('tells weights from thresholds, and what moved by how much', () => {
    expect(told(graphOf(sums('0.5, 0.25'), neuron('1x2')))).toEqual(['sums weights exact', 'sums thresholds exact', 'spikes thresholds exact', 'spikes leak exact']);
    expect(told(graphOf(sums('0.5, 0.3'), neuron('1x2')))).toEqual(['sums weights exact', 'sums thresholds 1 of 2 values move, by up to 0.17 units', 'spikes thresholds 1 of 2 values move, by up to 0.33 units', 'spikes leak exact']);
  });
  it('calls a leak exact where its bits hold every step, and says its bits where they do not', () => {
    expect(told(graphOf(sums('0.5, 0.25'), neuron('3x4')))).toContain('spikes leak exact');
    expect(told(graphOf(sums('0.5, 0.25'), neuron('3x10')))).toContain('spikes leak keeps 3/10 of its potential with 8 fractional bits, rounded down each step');
    expect(told(graphOf(sums('0.5, 0.25'), neuron('3x4')), { membraneBits: 14 })).toContain('spikes leak keeps 3/4 of its potential with 4 fractional bits, rounded down each step');
  });
  it('leaves a leak alone where its mixture does, and rounds it every step where it does not', () => {
    const graph = graphOf(sums('0.37, 0.21'), neuron('7x10')), { of } = mixed(graph), neuronOf = (mixture: Graph) => mixture.nodes.find((node) => is(node, lif))!;
    expect([nothing, (_: string, mechanism: string) => mechanism === 'leak'].map((rounds) => [neuronOf(of(rounds)).type.domain, neuronOf(of(rounds)).attrs])).toEqual([
      ['real', expect.not.objectContaining({ fractionBits: expect.anything() as number })], ['integer', expect.objectContaining({ fractionBits: 8 })]]);
  });
});
