// Attribution: every row is what evaluating its network whole gives, the last one is the integer network, and the same comes out for any number of workers.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { resultOf } from '../../compiler/lower/readout.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { ops, readout } from '../../compiler/ops/index.ts';
import type { Mixtures } from '../../compiler/passes/mixture.ts';
import { mixturesOf } from '../../compiler/passes/mixture.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { attribute } from '../../runtime/attribute/attribute.ts';
import { compareMixes } from '../../runtime/attribute/compare-mixes.ts';
import { mixesOf } from '../../runtime/attribute/mix.ts';
import runAttributeTask from '../../runtime/attribute-task.ts';
import type { AttributeTask } from '../../runtime/attribute-task.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { readSamples } from '../../runtime/datasets/samples.ts';
import type { Executor } from '../../runtime/execute/executor.ts';
import { loadModel } from '../../runtime/load-model.ts';
import { resultsOf } from '../../runtime/results.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';
import fc from 'fast-check';

const mixtures = (graph: Graph, bits = 8): Mixtures => valueOf(mixturesOf(graph, { ...defaultPassOptions, bits }));
function answer(graph: Graph, input: ArrayLike<number>): number {
  const node = graph.nodes[graph.outputs[0].value], { data } = evaluate(graph, ops, new Map([[graph.nodes[0].name, input]])).values[graph.outputs[0].value];
  if (!is(node, readout)) throw new Error('no readout');
  const { scores } = resultsOf(resultOf(node, graph), data);
  return scores.indexOf(scores.reduce((most, score) => Math.max(most, score)));
}
/** Runs tasks in this thread, in an order of its own. */
const backwards = (): Executor => ({ close: () => Promise.resolve(), map: <I, O>(tasks: readonly I[]) => Promise.resolve([...tasks].reverse().map((task) => runAttributeTask(task as AttributeTask) as O).reverse()) });

describe('one sample', () => {
  it('through a mix is what evaluating the whole mix gives', () => {
    let rows = 0, moved = 0;
    fc.assert(fc.property(networkOptions({ border: false, domain: 'real' }), fc.integer({ min: 2, max: 5 }), (options, bits) => {
      const graph = randomNetwork(options), [input] = [...randomInputs(graph, options.seed).values()], { real, mixes } = mixesOf(mixtures(graph, bits)), { labels, differing } = compareMixes(real, mixes, input);
      expect(labels[0]).toBe(answer(real, input));
      const base = evaluate(real, ops, new Map([[real.nodes[0].name, input]]));
      mixes.forEach(({ nodes, of }, mix) => {
        const own = new Map(nodes), whole = { ...real, nodes: real.nodes.map((node, id) => own.get(id) ?? node) }, { values } = evaluate(whole, ops, new Map([[real.nodes[0].name, input]]));
        const wanted = real.probes.map(({ value }) => values[value].data.reduce((count, one, i) => count + Number(one !== base.values[value].data[i]), 0));
        expect([...differing.subarray(mix * real.probes.length, (mix + 1) * real.probes.length)]).toEqual(wanted);
        expect(labels[mix + 1]).toBe(answer(whole, input));
        if (of === 'node') expect(nodes.length).toBe(1);
        rows++;
        moved += Number(wanted.some((count) => count > 0));
      });
    }), { seed: 31, numRuns: 25 });
    expect([rows > 100, moved > 20]).toEqual([true, true]);
  });

  it('of a network without roundings has one mix, of everything, that costs nothing', () => {
    const graph = randomNetwork({ seed: 3, domain: 'real', family: 'add-spikes', attention: 'ssa', coding: 'direct', steps: 2, grid: [4, 4], channels: 2, heads: 2, width: 3, blocks: 1, border: false });
    const { real, mixes, exact } = mixesOf(mixtures(graph)), { differing } = compareMixes(real, mixes, [...randomInputs(graph, 3).values()][0]);
    expect([mixes.map(({ of }) => of), exact > 10, differing.every((count) => count === 0)]).toEqual([['everything'], true, true]);
  });
});

describe.skipIf(!isShared)('a trained network', () => {
  const open = (name: string, count: number) => {
    const folder = sharedPath(`models/${name}`), model = valueOf(loadModel(`${folder}/model.pth`, `${folder}/arch.json`));
    const file = valueOf(readSamples(sharedPath('data/fashion-mnist/t2k-images-idx3-ubyte.gz'), { encoding: 'direct', steps: 4, channels: 1, height: 28, width: 28 })), pixels = Array.from({ length: count }, (_, i) => file.pixels(i));
    file.close();
    return { model, data: { ...file, count, pixels: (i: number) => pixels[i] } satisfies Samples };
  };
  it.each(['spikformer-2-64-fashion', 'sdt-v1-2-64-fashion'])('%s: the last row is the integer network, in every answer and spike, whatever order samples end in', async (name) => {
    const count = 3, { model, data } = open(name, count), made = mixtures(model.graph), mixed = mixesOf(made), labels = Int32Array.from({ length: count }, (_, i) => answer(made.integer, data.pixels(i)));
    const found = await attribute(mixed, data, labels, { samples: count, workers: 2 }, backwards), last = found.rows.at(-1)!;
    expect([found.samples, last.of, last.accuracy]).toEqual([count, 'everything', 1]);
    const inputs = (i: number) => new Map([[mixed.real.nodes[0].name, data.pixels(i)]]), pairs = Array.from({ length: count }, (_, i) => [evaluate(made.integer, ops, inputs(i)).values, evaluate(mixed.real, ops, inputs(i)).values] as const);
    const differing = made.integer.probes.reduce((sum, { value }) => sum + pairs.reduce((all, [integer, real]) => all + integer[value].data.reduce((n, one, at) => n + Number(one !== real[value].data[at]), 0), 0), 0);
    expect([last.spikes.differing, differing > 0]).toEqual([differing, true]);
    expect(last.changed).toBe(labels.reduce((sum, label, i) => sum + Number(label !== answer(mixed.real, data.pixels(i))), 0));
    // The real network of the mixes is the imported one.
    expect(Array.from({ length: count }, (_, i) => answer(mixed.real, data.pixels(i)))).toEqual(Array.from({ length: count }, (_, i) => { const { data: logits } = evaluate(model.graph, ops, new Map([['input', data.pixels(i)]])).outputs.get('logits')!; return logits.indexOf(logits.reduce((most, one) => Math.max(most, one))); }));
    expect(found.rows.filter(({ of }) => of === 'mechanism').map((row) => row.name)).toEqual(['weights', 'thresholds']);
    expect(found.rows.every(({ spikes, probes }) => spikes.agreement <= 1 && probes.length === made.integer.probes.length)).toBe(true);
  });
});
