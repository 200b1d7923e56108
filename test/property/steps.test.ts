// Networks whose amplitudes change with the step, of elastic neurons and of others, on random chips: law 1, and integers against float64 where everything is dyadic.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSops, evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { addCurrents, conv, elastic, lif, ops, readout, scaleSteps, source } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { time } from '../../simulator/timing/time.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Bytes } from '../../targets/contract/units.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { elasticConstants } from '../elastic.ts';
import { randomFrom } from '../random.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, mesh45 = valueOf(loadTarget('mesh45'));
type Shape = Readonly<{ seed: number; steps: number; positions: number; widths: readonly number[]; dyadic: boolean }>;

/** Currents -> layers: a neuron (elastic with or without a membrane, or a lif), its amplitude per step, weights; a residual where widths allow; results kept apart. */
function stepped({ seed, steps, positions, widths, dyadic }: Shape): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder('stepped', steps, ops), unit = () => (dyadic ? random.pick([0.5, 1, 2]) : 0.4 + 1.4 * random.unit());
  const some = (shape: number[], codes: number) => ({ shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (dyadic ? random.whole(-codes, codes) / 32 : (2 * random.unit() - 1) * codes / 32)) });
  let value = builder.add(source, 'input', [], { coding: 'currents', grid: [1, positions], channels: widths[0], domain: 'real', exponent: 5, bits: 9 });
  widths.slice(1).forEach((to, i) => {
    const alpha = Array.from({ length: steps }, unit), { bound, keep } = elasticConstants(alpha), kind = random.pick(['elastic', 'elastic', 'stateless', 'lif'] as const), { channels } = builder.typeOf(value);
    const spikes = kind === 'lif' ? builder.add(lif, `neuron${i}`, [value], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(0.5) } })
      : builder.add(elastic, `neuron${i}`, [value], {}, { bound, keep: kind === 'elastic' ? keep : { shape: [steps, 3], data: new Float64Array(3 * steps) } });
    builder.probe(`neuron${i}`, spikes, 'S T N C');
    const scaled = builder.add(scaleSteps, `amplitude${i}`, [spikes], {}, { factor: { shape: [steps], data: Float64Array.from(alpha) } });
    const sums = builder.add(conv, `layer${i}`, [scaled], point, { weight: some([channels, to], 40), ...(random.chance(0.7) ? { bias: some([to], 20) } : {}) });
    value = to === channels && random.chance(0.5) ? builder.add(addCurrents, `add${i}`, [value, sums], {}) : sums;
  });
  const result = random.chance(0.5) ? builder.add(scaleSteps, 'weighed', [value], {}, { factor: { shape: [steps], data: Float64Array.from({ length: steps }, unit) } }) : value;
  builder.output('logits', builder.add(readout, 'logits', [result], { scale: 1, keepSteps: 1, keepPositions: 1 }));
  return builder.graph();
}

const shapes = (dyadic: boolean) => fc.record({ seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 5 }), positions: fc.integer({ min: 1, max: 4 }), widths: fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 4 }), dyadic: fc.constant(dyadic) });
const chips = fc.record({ axons: fc.integer({ min: 3, max: 16 }), neurons: fc.integer({ min: 2, max: 9 }), sync: fc.constantFrom('barrier' as const, 'dataflow' as const), sums: fc.constantFrom('exact' as const, 'saturating' as const) }).map(({ axons, neurons, sync, sums }): Target => ({ ...mesh45,
  arch: { ...mesh45.arch, name: 'random', mesh: { ...mesh45.arch.mesh, width: 16, height: 16, sync }, core: { ...mesh45.arch.core, axons, neurons, sums, accumulatorBits: 32, membraneBits: 32 },
    memories: { ...mesh45.arch.memories, weight: { ...mesh45.arch.memories.weight, bytes: axons * neurons as Bytes } } } }));
const compiledOf = (graph: Graph, target: Target, narrow: 'allowed' | 'refused') => valueOf(compile({ graph, hash: 'stepped', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1, narrow }));

/** Samples in whole units of the source, and as the numbers they are. */
function samplesOf(graph: Graph, integer: Graph, seed: number) {
  const random = randomFrom(seed), { grid, channels } = graph.nodes[0].type, [scale] = integer.nodes[0].params.scale.data, units = Int32Array.from({ length: graph.steps * grid[1] * channels }, () => random.whole(-96, 96) * 2 ** -5 / scale);
  return { units: new Map([['input', units]]), real: new Map([['input', Float64Array.from(units, (value) => value * scale)]]) };
}

describe.each([['dyadic', true], ['any', false]] as const)('a network with %s amplitudes', (_, dyadic) => {
  it('gives on the chip every spike, output and count of the integer evaluation', () => {
    let runs = 0, negative = 0, positive = 0, factors = 0;
    fc.assert(fc.property(shapes(dyadic), chips, (shape, target) => {
      const graph = stepped(shape), { program, integer } = compiledOf(graph, target, dyadic ? 'refused' : 'allowed'), { technology: __, ...chip } = target.arch, { units, real } = samplesOf(graph, integer, shape.seed);
      const run = prepare(program, chip), result = run.run(units, { activities: true }), expected = evaluate(integer, ops, units);
      for (const { name, plane } of program.probes) {
        const { data } = expected.values[integer.probes.find((probe) => probe.name === name)!.value];
        expect([name, Float64Array.from(run.values(plane))]).toEqual([name, data]);
        data.forEach((spike) => { negative += Number(spike < 0); positive += Number(spike > 0); });
      }
      expect(Float64Array.from(result.outputs.get('logits')!)).toEqual(expected.outputs.get('logits')!.data);
      expect(['sopBinary', 'sopGraded'].reduce((sum, kind) => sum + totalOf(result.ledger, kind as 'sopBinary'), 0)).toBe([...countSops(integer, ops, expected).values()].reduce((a, b) => a + b, 0));
      const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chip, [result.activities!], fidelity)));
      expect(bound.total[0]).toBeLessThanOrEqual(cycle.total[0]);
      expect(verifyProgram(program, target.arch)).toEqual([]);
      expect(encodeProgram(valueOf(decodeProgram(encodeProgram(program), 'steps.synfire')))).toEqual(encodeProgram(program));
      factors += program.stages.filter((stage) => stage.kind === 'soma' && stage.gain && stage.gain.length > stage.bias.length).length;
      runs++;
      if (!dyadic) return;
      // Powers of two all the way: the integers are the network itself.
      const exact = evaluate(graph, ops, real);
      for (const { name, value } of graph.probes) expect([name, expected.values[integer.probes.find((probe) => probe.name === name)!.value].data]).toEqual([name, exact.values[value].data]);
      const { scale } = integer.nodes.at(-1)!.attrs as { scale: number };
      expect(expected.outputs.get('logits')!.data.map((sum) => sum * scale)).toEqual(exact.outputs.get('logits')!.data);
    }), { seed: 23, numRuns: 60 });
    expect([runs >= 60, negative > 300, positive > 300, factors > 60]).toEqual([true, true, true, true]);
  }, 120_000);
});
