// The end of a network on the host: exactly the scores of the real graph, whatever the sums would have been; and when a layer goes there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph, ValueId } from '../../compiler/ir/types.ts';
import { addCurrents, concat, conv, lif, ops, readout, source } from '../../compiler/ops/index.ts';
import { scored } from '../../compiler/ops/readout.ts';
import { passes } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import type { PassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, steps = 4, positions = 4;
const dyadic = (random: Random, size: number, power: number) => Float64Array.from({ length: size }, () => random.whole(-127, 127) * 2 ** -power);

/** Frames -> stem -> neuron -> layer of spikes; behind it a chain of layers on currents, joined with streams of other units. */
function detector(seed: number): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder(`detector ${seed}`, steps, ops), width = random.whole(1, 4);
  const layer = (name: string, input: ValueId, to: number, bias: boolean) => { const from = builder.typeOf(input).channels, power = random.whole(5, 8);
    return builder.add(conv, name, [input], point, { weight: { shape: [from, to], data: dyadic(random, from * to, power) }, ...(bias ? { bias: { shape: [to], data: dyadic(random, to, power) } } : {}) }); };
  const stem = layer('stem', builder.add(source, 'input', [], { coding: 'frames', grid: [2, 2], channels: 2, domain: 'real' }), width, true);
  const spikes = builder.add(lif, 'spikes', [stem], { keep: [1, 4], reset: 'zero', fires: 'above' }, { threshold: { shape: [1], data: Float64Array.of(2) } });
  builder.probe('spikes', spikes, 'S T C H W');
  let stream: ValueId = random.whole(0, 1) ? stem : builder.add(concat, 'joined', [layer('side', spikes, 2, false), stem], {});
  for (let depth = random.whole(1, 3), i = 0; i < depth; i++) {
    const to = random.whole(1, 3), through = layer(`layer${i}`, stream, to, random.whole(0, 1) === 1);
    stream = random.whole(0, 1) ? through : builder.add(addCurrents, `add${i}`, [through, layer(`branch${i}`, spikes, to, true)], {});
  }
  const channels = builder.typeOf(stream).channels;
  builder.output('logits', builder.add(readout, 'logits', [stream], { scale: 1, keepPositions: random.whole(0, 1) }, { bias: { shape: [channels], data: dyadic(random, channels, 6) } }));
  return builder.graph();
}

/** Scores that the host makes of an integer run. */
function scoresOf(graph: Graph, input: ArrayLike<number>): Float64Array {
  const node = graph.nodes[graph.outputs[0].value], { data, shape } = evaluate(graph, ops, new Map([['input', Float64Array.from(input)]])).outputs.get('logits')!;
  if (!is(node, readout)) throw new Error('no readout');
  const terms = steps * (node.attrs.keepPositions ? 1 : positions), results = { shape, data: data.map((integer) => (integer * node.attrs.scale) / terms) };
  return node.params.rows ? scored(results, node.params.rows, node.params.offset).data : results.data;
}
const run = (graph: Graph, options: Partial<PassOptions>) => runPasses(graph, passes, { ...defaultPassOptions, ...options });

describe('layers behind the last neuron', () => {
  it('give exactly the scores of the real graph, wherever they are multiplied', () => {
    let moved = 0, kept = 0;
    fc.assert(fc.property(fc.nat(1e6), (seed) => {
      const graph = detector(seed), random = randomFrom(seed + 1), input = Uint8Array.from({ length: steps * positions * 2 }, () => random.whole(0, 9));
      const { graph: integer, faults, records } = run(graph, { accumulatorBits: 24 + 6 * (seed % 3), membraneBits: 53, narrow: 'refused' }), notes = records.flatMap((record) => record.notes);
      expect(faults).toEqual([]);
      // Units below 2^-30 do not fit the tables of a chip: such a network is no exact case.
      if (notes.some((note) => / scale/.test(note) && !/scales folded/.test(note))) return;
      const isMoved = notes.some((note) => note.startsWith('on the host'));
      moved += Number(isMoved);
      kept += Number(!isMoved);
      expect(scoresOf(integer, input)).toEqual(evaluate(graph, ops, new Map([['input', Float64Array.from(input)]])).outputs.get('logits')!.data);
    }), { seed: 41, numRuns: 300 });
    expect([moved > 60, kept > 60]).toEqual([true, true]);
  });

  const figures = (graph: Graph, options: Partial<PassOptions>) => run(graph, options).records.find(({ name }) => name === 'quantise')!.notes.filter((note) => /host|bits/.test(note));
  it('stay on the chip with narrower weights while they keep six bits, and only then go', () => {
    const builder = new GraphBuilder('head', steps, ops), stem = builder.add(conv, 'stem', [builder.add(source, 'input', [], { coding: 'frames', grid: [2, 2], channels: 1, domain: 'real' })], point, { weight: { shape: [1, 1], data: Float64Array.of(0.3) } });
    builder.output('logits', builder.add(readout, 'logits', [builder.add(conv, 'head', [stem], point, { weight: { shape: [1, 1], data: Float64Array.of(0.7) } })], { scale: 1 }));
    // 127 * 255 * 127 takes 23 bits.
    expect(figures(builder.graph(), { accumulatorBits: 23 })).toEqual([]);
    expect(figures(builder.graph(), { accumulatorBits: 21 })).toEqual(['head: weights of 6 bits, so that what they multiply fits 21']);
    expect(figures(builder.graph(), { accumulatorBits: 20 })).toEqual(['on the host, behind the last neuron: head (sums of 23 bits); accumulators hold 20']);
    expect(figures(builder.graph(), { accumulatorBits: 22, narrow: 'refused' })).toEqual(['on the host, behind the last neuron: head (sums of 23 bits); accumulators hold 22']);
  });

  it('before a neuron are refused by name where nothing may be lost', () => {
    const builder = new GraphBuilder('inner', steps, ops), stem = builder.add(conv, 'stem', [builder.add(source, 'input', [], { coding: 'frames', grid: [2, 2], channels: 1, domain: 'real' })], point, { weight: { shape: [1, 1], data: Float64Array.of(127 / 32) } });
    const inner = builder.add(conv, 'inner', [stem], point, { weight: { shape: [1, 1], data: Float64Array.of(127 / 32) } });
    builder.output('logits', builder.add(readout, 'logits', [builder.add(lif, 'neuron', [inner], { keep: [1, 4], reset: 'zero', fires: 'above' }, { threshold: { shape: [1], data: Float64Array.of(1) } })], { scale: 1 }));
    const said = (options: Partial<PassOptions>) => run(builder.graph(), { membraneBits: 53, ...options }).faults.map(({ code, at, message }) => [code, at, message]);
    expect(said({ accumulatorBits: 23, narrow: 'refused' })).toEqual([]);
    expect(said({ accumulatorBits: 22, narrow: 'refused' })).toEqual([['C3005', { in: 'graph', node: 'inner' }, 'sums of "inner" need 23 bits, an accumulator of this target has 22']]);
    expect(said({ accumulatorBits: 22 })).toEqual([]);
  });
});

describe('a layer that multiplies currents', () => {
  it('of the stream that it joins is refused by name', () => {
    const builder = new GraphBuilder('circle', steps, ops), stem = builder.add(conv, 'stem', [builder.add(source, 'input', [], { coding: 'frames', grid: [2, 2], channels: 1, domain: 'real' })], point, { weight: { shape: [1, 1], data: Float64Array.of(1) } });
    const again = builder.add(addCurrents, 'add', [stem, builder.add(conv, 'again', [stem], point, { weight: { shape: [1, 1], data: Float64Array.of(0.5) } })], {});
    builder.output('logits', builder.add(readout, 'logits', [builder.add(lif, 'neuron', [again], { keep: [1, 4], reset: 'zero', fires: 'above' }, { threshold: { shape: [1], data: Float64Array.of(1) } })], { scale: 1 }));
    expect(run(builder.graph(), {}).faults.map(({ code, at }) => [code, at])).toEqual([['C3009', { in: 'graph', node: 'again' }]]);
  });
});
