// Normalisations moved behind the layers that read them: theorem 19, what crossbars then see, and what stays as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, Tensor, ValueId } from '../../compiler/ir/types.ts';
import { conv, gelu, layerNorm, lif, ops, readout, source, sum, tokenShift } from '../../compiler/ops/index.ts';
import { factorNorm } from '../../compiler/passes/factor-norm.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const;
const some = (random: Random, ...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => 2 * random.unit() - 1) });

type Shape = Readonly<{ seed: number; channels: number; steps: number; added: number; shifted: boolean; embedded: boolean; bias: boolean }>;
/** Spikes, their normalisation where they are embedded, `added` spikes on top, a normalisation, a shift, a layer. */
function streamOf({ seed, channels, steps, added, shifted, embedded, bias }: Shape): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder('stream', steps, ops), e = builder.add(source, 'input', [], { coding: 'spikes', grid: [1, 2], channels, domain: 'real' });
  const normal = (name: string, x: ValueId) => builder.add(layerNorm, name, [x], { epsilon: 1e-5 }, { gamma: some(random, channels), beta: some(random, channels) });
  let stream = embedded ? normal('ln0', e) : e;
  for (let i = 0; i < added; i++) stream = builder.add(sum, `add${i}`, [stream, builder.add(lif, `lif${i}`, [builder.add(conv, `sums${i}`, [e], point, { weight: some(random, channels, channels) })], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(0.3) } })], {});
  const normed = normal('ln1', stream), read = shifted ? builder.add(tokenShift, 'shift', [normed], {}, { mix: some(random, channels) }) : normed;
  builder.output('logits', builder.add(readout, 'logits', [builder.add(conv, 'layer', [read], point, { weight: some(random, channels, 3), ...(bias ? { bias: some(random, 3) } : {}) })], { scale: 1, keepSteps: 1, keepPositions: 1 }));
  return builder.graph();
}
const shapes = fc.record({ seed: fc.nat(1e6), channels: fc.integer({ min: 1, max: 24 }), steps: fc.integer({ min: 1, max: 5 }), added: fc.integer({ min: 0, max: 3 }), shifted: fc.boolean(), embedded: fc.boolean(), bias: fc.boolean() });
const factored = (graph: Graph): Graph => { const { graph: made, faults } = runPasses(graph, [factorNorm], defaultPassOptions); expect(faults).toEqual([]); return made; };
const outputOf = (graph: Graph, seed: number): Float64Array => { const random = randomFrom(seed), { channels } = graph.nodes[0].type; return evaluate(graph, ops, new Map([['input', Uint8Array.from({ length: graph.steps * 2 * channels }, () => Number(random.chance(0.4)))]])).outputs.get('logits')!.data; };

describe('theorem 19: a normalisation of spikes moves behind the layer that reads it', () => {
  it('changes nothing but the last bits, and crossbars see spikes and counts only', () => {
    let worst = 0, runs = 0, wrong = 0;
    fc.assert(fc.property(shapes, (shape) => {
      const graph = streamOf(shape), made = factored(graph), wanted = outputOf(graph, shape.seed), came = outputOf(made, shape.seed), largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      came.forEach((value, i) => { worst = Math.max(worst, Math.abs(value - wanted[i]) / largest); });
      expect(made.nodes.filter(({ kind }) => kind === 'conv').map(({ inputs: [x] }) => made.nodes[x].type.kind).filter((kind) => kind === 'current')).toEqual([]);
      // Without the mean it is another network.
      const meanless: Graph = { ...made, nodes: made.nodes.map((node) => (node.kind === 'norm-sums' ? { ...node, params: { ...node.params, slope: { ...node.params.slope, data: node.params.slope.data.map(() => 0) } } } : node)) };
      if (outputOf(meanless, shape.seed).some((value, i) => Math.abs(value - wanted[i]) > 1e-3 * largest)) wrong++;
      runs++;
    }), { seed: 19, numRuns: 150 });
    // Values that are all alike have no deviation but epsilon: what cancels is divided by its root, 0.003.
    expect(worst).toBeLessThan(1e-11);
    expect([runs, wrong > 100]).toEqual([150, true]);
  });
  it('leaves a normalisation of currents where it is', () => {
    const builder = new GraphBuilder('currents', 2, ops), random = randomFrom(1), frames = builder.add(source, 'input', [], { coding: 'frames', grid: [1, 1], channels: 2, domain: 'real' });
    const sums = builder.add(gelu, 'gelu', [builder.add(conv, 'sums', [frames], point, { weight: some(random, 2, 2) })], {}), normed = builder.add(layerNorm, 'ln', [sums], { epsilon: 1e-5 }, { gamma: some(random, 2), beta: some(random, 2) });
    builder.output('logits', builder.add(readout, 'logits', [builder.add(conv, 'layer', [normed], point, { weight: some(random, 2, 2) })], { scale: 1 }));
    expect(factored(builder.graph()).nodes.map(({ kind }) => kind)).toEqual(['source', 'conv', 'gelu', 'layer-norm', 'conv', 'readout']);
  });
  it('counts the same spikes once for all layers that read them', () => {
    const made = factored(streamOf({ seed: 4, channels: 3, steps: 2, added: 3, shifted: true, embedded: true, bias: false }));
    expect(made.nodes.filter(({ kind }) => kind === 'add-spikes')).toHaveLength(2);
  });
});
