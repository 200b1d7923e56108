// Factors of steps: what they fold into, and what they cannot pass.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { ValueId } from '../../compiler/ir/types.ts';
import { conv, lif, maxPool, ops, readout, scaleSteps, source } from '../../compiler/ops/index.ts';
import { passes } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, vector = (...values: readonly number[]) => ({ shape: [values.length], data: Float64Array.from(values) });

/** Frames (or spikes) of one channel, scaled per step, and what `behind` makes of them. */
function graphOf(factors: readonly number[], behind: (builder: GraphBuilder, scaled: ValueId) => ValueId, coding: 'frames' | 'spikes' = 'frames') {
  const builder = new GraphBuilder('steps', factors.length, ops), frames = builder.add(source, 'input', [], { coding, grid: [1, 1], channels: 1, domain: 'real' });
  builder.output('logits', builder.add(readout, 'logits', [behind(builder, builder.add(scaleSteps, 'scaled', [frames], {}, { factor: vector(...factors) }))], { scale: 1 }));
  return builder.graph();
}
const run = (graph: ReturnType<typeof graphOf>, options = {}) => runPasses(graph, passes, { ...defaultPassOptions, ...options });
const layer = (builder: GraphBuilder, x: ValueId, weight = 3, bias = 5): ValueId => builder.add(conv, 'layer', [x], point, { weight: { shape: [1, 1], data: Float64Array.of(weight) }, bias: vector(bias) });
const outputs = (graph: ReturnType<typeof graphOf>, frames: readonly number[]) => [...evaluate(graph, ops, new Map([['input', frames]])).outputs.get('logits')!.data];

describe('factors of steps', () => {
  it('multiply the sums of a layer, not its bias', () => {
    const graph = graphOf([1, 0.25], (builder, x) => layer(builder, x)), { graph: integer, faults } = run(graph), node = integer.nodes.find(({ kind }) => kind === 'gain')!;
    expect(faults).toEqual([]);
    expect([[...node.params.factor.data], node.params.factor.shape, [...node.params.bias.data]]).toEqual([[4, 1], [2, 1], [20]]);
    const [scale] = node.params.scale.data;
    expect([outputs(graph, [8, 4]), outputs(integer, [8, 4]).map((sum) => sum * scale / 2)]).toEqual([[(24 + 5 + 3 + 5) / 2], [(24 + 5 + 3 + 5) / 2]]);
  });
  it('that are the same at every step go into the weights', () => {
    const { graph, faults } = run(graphOf([0.5, 0.5], (builder, x) => layer(builder, x, 3, 0)));
    expect([faults, graph.nodes.some(({ kind }) => kind === 'gain'), graph.nodes.find(({ name }) => name === 'layer')!.params.scale.data[0] * graph.nodes.find(({ name }) => name === 'layer')!.params.weight.data[0]]).toEqual([[], false, 1.5]);
  });
  it('become factors of a result that reads them', () => {
    const graph = graphOf([2, -0.5], (_, x) => x, 'spikes'), { graph: integer, faults } = run(graph), node = integer.nodes.at(-1)!;
    expect([faults, [...node.params.stepWeight.data], outputs(graph, [1, 1]), outputs(integer, [1, 1])]).toEqual([[], [4, -1], [(2 - 0.5) / 2], [4 - 1]]);
  });
  it('keep seven bits where what they multiply would not fit: products are rounded', () => {
    const graph = graphOf([1, 0.83], (builder, x) => layer(builder, x, 0.77, 0.1)), wide = run(graph, { accumulatorBits: 32 }), rounded = run(graph, { accumulatorBits: 20 });
    const factors = ({ graph: { nodes } }: ReturnType<typeof run>) => [...nodes.find(({ kind }) => kind === 'gain')!.params.factor.data];
    expect([wide.faults, rounded.faults, factors(wide), factors(rounded)]).toEqual([[], [], [127, 105], [127, 105]]);
    expect(rounded.records.flatMap(({ notes }) => notes).join('\n')).toContain('layer.steps: max scale; products rounded by 3 bits');
  });
  it('before a pool are refused, each by name', () => {
    const { faults } = run(graphOf([1, 2], (builder, x) => builder.add(maxPool, 'pool', [builder.add(lif, 'neuron', [layer(builder, builder.add(maxPool, 'first', [x], { window: [1, 1], stride: [1, 1], padding: [0, 0] }))],
      { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: vector(1) })], { window: [1, 1], stride: [1, 1], padding: [0, 0] })));
    expect(faults.map(({ code, at, message }) => [code, at, message.includes('"first"')])).toEqual([['C3010', { in: 'graph', node: 'scaled' }, true]]);
  });
});
