import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { ops, conv, lif, readout } from '../../compiler/ops/index.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { chooseScale } from '../../compiler/passes/choose-scale.ts';
import { foldPasses, integerPasses, passes, shapePasses } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';
import { published } from '../../targets/contract/probes.ts';

const floats = (...values: number[]) => Float64Array.from(values);

describe('the scale of a channel', () => {
  it('is the finest power of two that keeps every weight a whole code, when terms are whole too', () => {
    expect(chooseScale(floats(0.5, -0.25), floats(2), 'max', 127)).toEqual({ scale: 2 ** -7, lossless: true, limited: false });
    expect(chooseScale(floats(127 / 64), floats(2), 'max', 127)).toEqual({ scale: 2 ** -6, lossless: true, limited: false });
  });
  it('falls back to the rule when a threshold is no whole number of units', () => {
    expect(chooseScale(floats(0.5), floats(1 / 3), 'max', 127)).toEqual({ scale: 0.5 / 127, lossless: false, limited: false });
    expect(chooseScale(floats(0.3), floats(2), 'pow2', 127)).toEqual({ scale: 2 ** -8, lossless: false, limited: false });
  });
  it('clips large weights under mse only where that pays', () => {
    const spread = floats(...Array.from({ length: 2000 }, (_, i) => (i % 200) / 1000 + 1e-4), 0.29);
    const chosen = chooseScale(spread, floats(2), 'mse', 7).scale, plain = 0.29 / 7;
    const error = (scale: number) => spread.reduce((sum, w) => sum + (w - Math.max(-7, Math.min(7, Math.round(w / scale))) * scale) ** 2, 0);
    expect(error(chosen)).toBeLessThan(error(plain));
  });
  it('gives a channel with vanishing weights a unit that its threshold can be counted in', () => {
    const { scale, limited } = chooseScale(floats(1e-12, -3e-13), floats(2, 0.7), 'max', 127);
    expect(limited).toBe(true);
    expect(2 / scale).toBeLessThanOrEqual(2 ** 22);
  });
  it('takes a coarser lossless unit where the finest would count a threshold beyond a membrane, and the rule where there is none', () => {
    expect(chooseScale(floats(2 ** -18, 2 ** -20), floats(2), 'max', 127)).toEqual({ scale: 2 ** -21, lossless: true, limited: false });
    expect(chooseScale(floats(2 ** -24), floats(2), 'max', 127)).toEqual({ scale: 2 ** -21, lossless: false, limited: true });
  });
  it('leaves room in a membrane for what many constants add up to', () => {
    expect(chooseScale(floats(1e-9), floats(2), 'max', 127, 16)).toEqual({ scale: 16 / 2 ** 22, lossless: false, limited: true });
    expect(chooseScale(floats(), floats(1 / 3), 'max', 127, 16)).toEqual({ scale: 2 ** -18, lossless: false, limited: false });
  });
  it('holds the terms of a channel without weights', () => {
    const { scale, lossless } = chooseScale(floats(0, 0), floats(2, -0.625), 'max', 127);
    expect(lossless).toBe(true);
    expect(Number.isInteger(0.625 / scale)).toBe(true);
  });
});

describe('quantise', () => {
  it('changes no spike and no logit of a dyadic network, whatever the family', () => {
    let spikes = 0;
    fc.assert(fc.property(networkOptions({ border: false, domain: 'real' }), (options) => {
      const real = randomNetwork(options), { graph, faults } = runPasses(real, passes, { ...defaultPassOptions, eliminate: 'recorded' }), inputs = randomInputs(real, options.seed);
      expect(faults).toEqual([]);
      const float = evaluate(real, ops, inputs), whole = evaluate(graph, ops, inputs);
      for (const { name, value, places } of graph.probes) {
        expect(float.values[real.probes.find((probe) => probe.name === name)!.value].data).toEqual(Float64Array.from(published(whole.values[value].data, graph.nodes[value].type.channels, places)));
        spikes += whole.values[value].data.reduce((a, b) => a + b, 0);
      }
      const head = graph.nodes[graph.outputs[0].value], input = graph.nodes[head.inputs[0]].type;
      if (!is(head, readout)) throw new Error('no readout');
      const terms = graph.steps * input.grid[0] * input.grid[1];
      whole.outputs.get('logits')!.data.forEach((sum, c) => expect((sum * head.attrs.scale) / terms).toBe(float.outputs.get('logits')!.data[c]));
    }), { seed: 11, numRuns: 120 });
    expect(spikes).toBeGreaterThan(10_000);
  });

  it('keeps weights within the codes of its bits and thresholds at least 1', () => {
    for (const bits of [2, 4, 8]) {
      const { graph, faults } = runPasses(perturbed(3), passes, { ...defaultPassOptions, bits });
      expect(faults).toEqual([]);
      for (const node of graph.nodes) {
        if (is(node, conv)) expect(Math.max(...node.params.weight.data.map(Math.abs))).toBeLessThanOrEqual(2 ** (bits - 1) - 1);
        if (is(node, lif)) expect(Math.min(...node.params.threshold.data)).toBeGreaterThanOrEqual(1);
      }
    }
  });

  it('gives all writers of one stream of currents the same scale per channel, and a head one scale for all classes', () => {
    const { graph } = runPasses(perturbed(8, 'add-currents'), passes, defaultPassOptions);
    const writers = graph.nodes.filter((node) => is(node, conv) && /proj|fc2|rpe/.test(node.name)).map((node) => [...node.params.scale.data].join());
    expect(writers.length).toBeGreaterThan(1);
    expect(new Set(writers).size).toBe(1);
    const head = graph.nodes.find((node) => is(node, conv) && node.name.startsWith('head'))!;
    expect(new Set(head.params.scale.data).size).toBe(1);
  });

  it('refuses bit widths it does not know, by option', () => {
    const { faults } = runPasses(perturbed(1), passes, { ...defaultPassOptions, bits: 9 });
    expect(faults.map(({ code }) => code)).toEqual(['C3004']);
  });

  it('refuses sums and membranes that do not fit the target, on the guilty node', () => {
    const { faults } = runPasses(perturbed(1), passes, { ...defaultPassOptions, accumulatorBits: 8, membraneBits: 8 });
    expect(new Set(faults.map(({ code }) => code))).toEqual(new Set(['C3005', 'C3006']));
    expect(faults.every(({ at }) => at?.in === 'graph')).toBe(true);
  });
});

describe('folding', () => {
  it('keeps every spike of a dyadic network, pass by pass', () => {
    fc.assert(fc.property(networkOptions({ border: false, domain: 'real' }), (options) => {
      const real = randomNetwork(options), inputs = randomInputs(real, options.seed), before = evaluate(real, ops, inputs);
      for (const { name: pass, graph } of runPasses(real, [...foldPasses, ...shapePasses], defaultPassOptions).records) {
        const after = evaluate(graph, ops, inputs);
        for (const { name, value } of graph.probes) expect([pass, name, after.values[value].data]).toEqual([pass, name, before.values[real.probes.find((probe) => probe.name === name)!.value].data]);
      }
    }), { seed: 23, numRuns: 60 });
  });

  it('is needed: integers are refused while a normalisation stands in the graph', () => {
    expect(() => runPasses(perturbed(2), integerPasses, defaultPassOptions)).toThrow();
  });
});

/** A real network whose weights are no longer dyadic. */
function perturbed(seed: number, family: 'add-spikes' | 'add-currents' = 'add-spikes') {
  const graph = randomNetwork({ seed, domain: 'real', family, attention: 'boolean', coding: 'direct', steps: 3, grid: [6, 5], channels: 2, heads: 2, width: 4, blocks: 2, border: false });
  return { ...graph, nodes: graph.nodes.map((node) => (is(node, conv) ? { ...node, params: { ...node.params, weight: { ...node.params.weight, data: node.params.weight.data.map((w) => w * 1.0123) } } } : node)) };
}
