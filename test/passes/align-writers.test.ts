// Writers of one stream whose weights differ much in size: no writer loses its codes, no sum leaves its integers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { addCurrents, conv, lif, ops, readout, repeat, source } from '../../compiler/ops/index.ts';
import { alignWriters, gainOf } from '../../compiler/passes/align-writers.ts';
import { integerPasses } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { randomFrom } from '../random.ts';

describe('gains of the writers of a stream', () => {
  it('are for streams in which one writer is at least 32 times smaller than another', () => {
    expect([gainOf([1, 1 / 31], 256), gainOf([1, 1 / 64, 0], 256), gainOf([1, 1 / 1000], 256), gainOf([1], 256), gainOf([], 256)]).toEqual([1, 64, 256, 1, 1]);
  });
  it('keep every weight within its codes and cost no writer more than one bit, down to the finest unit that is allowed', () => {
    const peaks = fc.array(fc.double({ min: 0.001, max: 4, noNaN: true }), { minLength: 2, maxLength: 5 });
    fc.assert(fc.property(peaks, fc.constantFrom('max' as const, 'pow2' as const), fc.integer({ min: 1, max: 256 }), (sizes, rule, most) => {
      const largest = Math.max(...sizes) / 127, joint = rule === 'pow2' ? 2 ** Math.ceil(Math.log2(largest)) : largest, aligned = alignWriters(sizes, joint, joint / 300, 127, most, rule);
      if (!aligned) { expect(Math.min(most, joint / (Math.min(...sizes) / 127))).toBeLessThan(2); return; }
      const { unit, gains } = aligned;
      expect(Math.max(...gains)).toBeLessThanOrEqual(most);
      sizes.forEach((size, w) => {
        expect(Number.isInteger(rule === 'pow2' ? Math.log2(gains[w]) : gains[w])).toBe(true);
        expect(size / (unit * gains[w])).toBeLessThanOrEqual(127 * (1 + 1e-12));
        if (gains[w] > 1) expect(size / (unit * gains[w])).toBeGreaterThan(127 / 2 / (rule === 'pow2' ? 2 : 1));
      });
      expect(unit).toBeGreaterThanOrEqual(joint / 300);
    }), { seed: 4, numRuns: 300 });
  });
});

/** A layer that reads pixels and one that reads spikes write one stream, as in the stem of Meta-SpikeFormer. */
function stem(seed: number, size = 1, dyadic = false): Graph {
  const builder = new GraphBuilder('stem', 3, ops), { unit } = randomFrom(seed), grid = [4, 4] as const, slide = { window: [3, 3], stride: [1, 1], padding: [1, 1] } as const;
  const tensor = (shape: readonly number[], largest: number) => ({ shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => { const w = (unit() * 2 - 1) * largest; return dyadic ? Math.round(w / largest * 100) * largest / 100 : w; }) });
  const pixels = builder.add(source, 'input', [], { coding: 'direct', grid, channels: 2, domain: 'real' });
  const first = builder.add(repeat, 'again', [builder.add(conv, 'first', [pixels], slide, { weight: tensor([18, 6], dyadic ? 100 / 2 ** 13 : 0.004), bias: { shape: [6], data: new Float64Array(6).fill(0.5) } })], {});
  const neuron = (name: string, input: number) => builder.add(lif, name, [input], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(2) } });
  const spikes = neuron('lif1', first), hidden = builder.add(conv, 'second', [spikes], slide, { weight: tensor([54, 6], dyadic ? 100 / 2 ** 5 : size) });
  const last = neuron('lif2', builder.add(addCurrents, 'add', [first, hidden], {}));
  builder.probe('lif1', spikes, 'S T C H W');
  builder.probe('lif2', last, 'S T C H W');
  builder.output('logits', builder.add(readout, 'logits', [builder.add(conv, 'head', [last], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight: tensor([6, 3], 1) })], { scale: 1 }));
  return builder.graph();
}
const gainsOf = (graph: Graph, name: string): number[] => graph.nodes.flatMap((node) => (is(node, conv) && node.name === name ? [...node.params.gain?.data ?? [1]] : []));
const quantised = (graph: Graph, accumulatorBits = 24) => runPasses(graph, integerPasses, { ...defaultPassOptions, accumulatorBits });

describe('a stem whose pixels and spikes meet in one stream', () => {
  it('keeps the codes of both layers in one unit, and with them almost all spikes', () => {
    let values = 0, differing = 0, fired = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const real = stem(seed), { graph, faults } = quantised(real), [first, second] = ['first', 'second'].map((name) => graph.nodes.find((node) => node.name === name)!), { unit } = randomFrom(seed + 100);
      expect(faults).toEqual([]);
      expect(first.params.scale.data).toEqual(second.params.scale.data);
      expect([gainsOf(graph, 'first'), Math.min(...gainsOf(graph, 'second')) > 100]).toEqual([[1], true]);
      for (const layer of [first, second]) for (let c = 0; c < 6; c++) expect(Math.max(...layer.params.weight.data.filter((_, i) => i % 6 === c).map(Math.abs))).toBeGreaterThan(60);
      const input = new Map([['input', Uint8Array.from({ length: 32 }, () => Math.floor(unit() * 256))]]), [float, whole] = [real, graph].map((one) => evaluate(one, ops, input));
      graph.probes.forEach(({ name, value }) => whole.values[value].data.forEach((spike, i) => { values++; fired += spike; if (spike !== float.values[real.probes.find((probe) => probe.name === name)!.value].data[i]) differing++; }));
    }
    expect(fired).toBeGreaterThan(values / 20);
    expect(differing).toBeLessThan(values / 50);
  });
  it('takes smaller gains where its sums would not fit the accumulator', () => {
    const wide = quantised(stem(1, 2)), narrow = quantised(stem(1, 2), 19);
    expect([wide.faults, narrow.faults]).toEqual([[], []]);
    expect(Math.max(...gainsOf(narrow.graph, 'second'))).toBeLessThan(Math.max(...gainsOf(wide.graph, 'second')) / 2);
    expect(Math.max(...narrow.graph.nodes.map(({ type }) => (type.kind === 'current' ? Math.max(-type.range[0], type.range[1]) : 0)))).toBeLessThan(2 ** 18);
  });
  it('keeps lossless gains, and says that the sum is too wide where they do not fit', () => {
    const wide = quantised(stem(1, 1, true)), narrow = quantised(stem(1, 1, true), 17);
    expect(wide.records[0].notes).toContain('first + second: lossless, writers brought to one unit by whole gains');
    expect(gainsOf(narrow.records[0].graph, 'second')).toEqual(gainsOf(wide.graph, 'second'));
    expect(new Set(narrow.faults.map(({ code }) => code))).toEqual(new Set(['C3005']));
  });
});

describe('a current that a layer multiplies', () => {
  it('carries no bit that it does not need, so that wide layers behind a depthwise one fit', () => {
    const builder = new GraphBuilder('separable', 2, ops), channels = 64, { whole } = randomFrom(3);
    const input = builder.add(source, 'input', [], { coding: 'spikes', grid: [8, 8], channels, domain: 'real' });
    const depthwise = builder.add(conv, 'depthwise', [input], { window: [7, 7], stride: [1, 1], padding: [3, 3], groups: channels }, { weight: { shape: [49 * channels, 1], data: Float64Array.from({ length: 49 * channels }, () => whole(-3, 3) / 4) } });
    const pointwise = builder.add(conv, 'pointwise', [depthwise], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight: { shape: [channels, 4], data: Float64Array.from({ length: channels * 4 }, () => whole(-127, 127) / 16) } });
    builder.output('spikes', builder.add(lif, 'lif', [pointwise], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(2) } }));
    const { graph, faults, records } = quantised(builder.graph()), nodeOf = (name: string) => graph.nodes.find((node) => node.name === name)!;
    expect([faults, records[0].notes]).toEqual([[], ['depthwise: lossless', 'pointwise: lossless']]);
    expect([nodeOf('depthwise').params.scale.data[0], Math.max(...nodeOf('depthwise').params.weight.data), nodeOf('pointwise').params.scale.data[0]]).toEqual([1 / 4, 3, 1 / 64]);
    expect(Math.max(...nodeOf('pointwise').type.range)).toBeLessThan(2 ** 23);
  });
});
