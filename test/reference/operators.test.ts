import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, Tensor, ValueId } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { slidGrid } from '../../compiler/ops/slide.ts';
import { kernels } from '../../runtime/reference/kernels/index.ts';
import type { Kernel } from '../../runtime/reference/kernels/kernel.ts';
import { loadNetwork } from '../../runtime/reference/run-graph.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import { networks, randomInputs } from '../random-graph.ts';
import { engines } from './engine-under-test.ts';

const batch = 2;

/** Runs a batch of samples on an engine and in float64; gives what differs, worst first. */
function worstDifference(graph: Graph, engine: (typeof engines)[number], seed: number, table?: Readonly<Record<string, Kernel>>): { difference: number; spikes: number; values: number } {
  const samples = Array.from({ length: batch }, (_, i) => randomInputs(graph, seed + i));
  const inputs = new Map([...samples[0].keys()].map((name) => [name, samples.flatMap((sample) => [...sample.get(name)!])]));
  const network = loadNetwork(engine, graph, { batch, probes: 'kept', ...(table ? { table } : {}) }), ran = network.run(inputs);
  network.dispose();
  let difference = 0, spikes = 0, values = 0;
  samples.forEach((sample, i) => {
    const { values: all, outputs } = evaluate(graph, ops, sample);
    const wanted = [...[...outputs].map(([name, { data }]) => ({ data, found: ran.outputs.get(name)! })), ...graph.probes.map(({ name, value }) => ({ data: all[value].data, found: ran.probes.get(name)! }))];
    for (const { data, found } of wanted) {
      const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      expect(found.length).toBe(data.length * batch);
      data.forEach((value, at) => { difference = Math.max(difference, Math.abs(value - found[i * data.length + at]) / scale); values++; if (value === 1) spikes++; });
    }
  });
  return { difference, spikes, values };
}

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const;
const tensor = (random: Random, ...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => random.whole(-64, 64) / 32) });
const positive = (random: Random, ...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => random.whole(1, 64) / 32) });

/** One operator on random values of every kind that it takes: pixels scaled to currents, and spikes of them, once or at every step. */
function graphOf(kind: keyof typeof kernels, random: Random): Graph | undefined {
  const steps = random.whole(1, 4), heads = random.whole(1, 3), channels = heads * random.whole(1, 3), grid = [random.whole(1, 6), random.whole(1, 6)] as const;
  const builder = new GraphBuilder(kind, steps, ops), coding = random.pick(['direct', 'frames'] as const);
  const image = builder.add(ops.source, 'image', [], { coding, grid, channels, domain: 'real' });
  const scaled = builder.add(ops.affine, 'scaled', [image], {}, { scale: { shape: [1], data: Float64Array.of(1 / 64) }, shift: tensor(random, channels) });
  const current = coding === 'direct' ? builder.add(ops.repeat, 'again', [scaled], {}) : scaled;
  const fire = (name: string): ValueId => builder.add(ops.lif, name, [current], { keep: [1, random.pick([1, 2, 4])], reset: random.pick(['zero', 'subtract', 'threshold'] as const), fires: random.pick(['at-least', 'above'] as const) }, { threshold: positive(random, random.pick([1, channels])) });
  const spikes = [fire('a'), fire('b'), fire('c')], slide = { window: [random.whole(1, 4), random.whole(1, 4)], stride: [random.whole(1, 3), random.whole(1, 3)], padding: [random.whole(0, 2), random.whole(0, 2)] } as const;
  const convolve = (name: string, input: ValueId, side: readonly [number, number]): ValueId => {
    const groups = random.pick([1, heads, channels]), width = random.whole(1, 5), columns = width * groups, weight = tensor(random, slide.window[0] * slide.window[1] * channels, width);
    return builder.add(ops.conv, name, [input], groups === 1 ? slide : { ...slide, groups }, { weight, ...maybe('bias', () => tensor(random, columns)), ...maybe('border', () => tensor(random, side[0] * side[1], columns)) });
  };
  const add = (def: (typeof ops)[keyof typeof ops], inputs: ValueId[], attrs: object = {}, params: Record<string, Tensor> = {}) => builder.addKind(def.kind, 'tested', inputs, attrs, params);
  const maybe = (name: string, value: () => Tensor): Record<string, Tensor> => (random.chance(0.5) ? { [name]: value() } : {});
  const either: ValueId = random.pick([current, spikes[0], scaled]), out = slidGrid(grid, slide), padding = [random.whole(0, 2), random.whole(0, 2)];
  switch (kind) {
    case 'affine': add(ops.affine, [either], {}, { scale: tensor(random, channels), ...maybe('shift', () => tensor(random, channels)) }); break;
    case 'norm': {
      // Behind a convolution, which may have other readers and a correction at its borders, or behind something else.
      const before = typeof out === 'string' || random.chance(0.3) ? current : convolve('before', either, out), { channels: columns } = builder.typeOf(before);
      if (random.chance(0.5)) builder.output('before', before);
      add(ops.norm, [before], { epsilon: 1e-5 }, { gamma: tensor(random, columns), beta: tensor(random, columns), mean: tensor(random, columns), variance: positive(random, columns) });
      break;
    }
    case 'conv': if (typeof out === 'string') return undefined; convolve('tested', either, out); break;
    case 'max-pool': if (typeof out === 'string') return undefined; add(ops['max-pool'], [either], slide); break;
    case 'head-pool': add(ops['head-pool'], [spikes[0]], { heads, window: padding.map((n) => 2 * n + 1), padding }); break;
    case 'repeat': break;
    case 'lif': break;
    case 'add-spikes': add(ops['add-spikes'], spikes.slice(0, 2)); break;
    case 'add-currents': add(ops['add-currents'], [current, builder.add(ops.affine, 'other', [spikes[1]], {}, { scale: tensor(random, 1) })]); break;
    case 'and': add(ops.and, [spikes[0], random.pick([spikes[1], builder.add(ops['or-tokens'], 'mask', [spikes[1]], {}), builder.add(ops['or-heads'], 'head mask', [spikes[1]], { heads })])]); break;
    case 'sum-tokens': add(ops['sum-tokens'], [either]); break;
    case 'or-tokens': add(ops['or-tokens'], [spikes[0]]); break;
    case 'ssa': add(ops.ssa, [...spikes.slice(0, 2), random.chance(0.5) ? spikes[2] : builder.add(ops.conv, 'wide', [spikes[2]], point, { weight: tensor(random, channels, 2 * channels) })].map((value, i) => (builder.typeOf(value).kind === 'spike' ? value : builder.add(ops.lif, `wide ${i}`, [value], { keep: [0, 1], reset: 'zero', fires: 'at-least' }, { threshold: positive(random, 1) }))), { heads, published: 'kv' }); break;
    case 'readout': add(ops.readout, [current], { scale: random.pick([1, 1, 0.25]), keepSteps: 0, keepPositions: random.whole(0, 1) }, { ...maybe('bias', () => tensor(random, channels)), ...maybe('stepWeight', () => tensor(random, steps)), ...maybe('rows', () => tensor(random, 2, channels)) }); break;
  }
  builder.output('tested', builder.nodes.length - 1);
  if (kind === 'lif') spikes.forEach((value, i) => builder.output(`spikes ${i}`, value));
  if (kind === 'repeat') builder.output('again', current);
  return builder.graph();
}

for (const engine of engines) {
  describe(`on ${engine.label}`, () => {
    it.each(Object.keys(kernels) as (keyof typeof kernels)[])('%s gives what its float64 evaluation gives', (kind) => {
      let tried = 0;
      fc.assert(fc.property(fc.nat(), (seed) => {
        const graph = graphOf(kind, randomFrom(seed));
        if (!graph) return;
        tried++;
        expect(worstDifference(graph, engine, seed).difference).toBeLessThan(2e-5);
      }), { seed: 11, numRuns: 60 });
      expect(tried).toBeGreaterThan(20);
    });

    it('gives every spike and output of random networks with dyadic weights exactly', () => {
      let spikes = 0, values = 0;
      fc.assert(fc.property(networks({ domain: 'real' }), fc.nat(), (graph, seed) => {
        const result = worstDifference(graph, engine, seed);
        expect(result.difference).toBeLessThan(1e-6);
        spikes += result.spikes;
        values += result.values;
      }), { seed: 12, numRuns: 40 });
      expect(spikes / values).toBeGreaterThan(0.05);  // silent networks would agree about nothing
    });

    it('runs operators that have no row in the table by their own evaluation, among others that have', () => {
      const { lif: _, 'max-pool': __, ssa: ___, ...fewer } = kernels;
      fc.assert(fc.property(networks({ domain: 'real' }), fc.nat(), (graph, seed) => {
        expect(worstDifference(graph, engine, seed, fewer as Readonly<Record<string, Kernel>>).difference).toBeLessThan(1e-6);
        expect(worstDifference(graph, engine, seed, {}).difference).toBeLessThan(1e-6);
      }), { seed: 13, numRuns: 10 });
    });
  });
}
