// Gated networks on chips: law 1, the counts of a gate by hand, programs that lie about one, and its place in time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { conv, gate, lif, ops, readout, source } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { time } from '../../simulator/timing/time.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Attend, Gate, Program } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, mesh45 = valueOf(loadTarget('mesh45'));
type Shape = Readonly<{ seed: number; steps: number; grid: readonly [number, number]; widths: readonly number[]; saturated: boolean }>;

/** Frames -> layers of conv, gate and neuron. saturated: gates of 0 and 1 only. */
function gated({ seed, steps, grid, widths, saturated }: Shape): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder('gated', steps, ops), some = (shape: number[], scale: number) => ({ shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.whole(-64, 64) / 64 * scale) });
  let value = builder.add(source, 'input', [], { coding: 'frames', grid, channels: widths[0], domain: 'real' });
  widths.slice(1).forEach((to, i) => {
    const sums = builder.add(conv, `layer${i}`, [value], point, { weight: some([widths[i], to], 0.5), bias: some([to], 1) });
    const weighed = builder.add(gate, `gate${i}`, [sums], {}, { first: some([2, steps], 1), firstBias: some([2], 2), second: some([steps, 2], saturated ? 4096 : 1), secondBias: some([steps], saturated ? 4096 : 1) });
    value = builder.add(lif, `lif${i}`, [weighed], { keep: [1, 4], reset: 'threshold', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(0.5) } });
    builder.probe(`lif${i}`, value, 'S T C H W');
  });
  builder.output('logits', builder.add(readout, 'logits', [value], { scale: 1 }));
  return builder.graph();
}

const compiledOf = (graph: Graph, target: Target = mesh45) => valueOf(compile({ graph, hash: 'gated', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
const chipOf = ({ arch: { technology: _, ...chip } }: Target) => chip;
const framesOf = (graph: Graph, seed: number) => { const random = randomFrom(seed), { grid, channels } = graph.nodes[0].type; return Uint8Array.from({ length: graph.steps * grid[0] * grid[1] * channels }, () => (random.chance(0.5) ? 0 : random.whole(1, 6))); };
const gates = (program: Program) => program.stages.filter((stage): stage is Attend & Readonly<{ gate: Gate }> => stage.kind === 'attend' && stage.gate !== undefined);
const small: Shape = { seed: 3, steps: 3, grid: [1, 2], widths: [3, 4, 2], saturated: false };

describe('a gated network', () => {
  it('gives on the chip every spike and output of the integer evaluation, in cycles and under every bound', () => {
    let weighed = 0, spikes = 0;
    fc.assert(fc.property(fc.record({ seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 6 }), grid: fc.constantFrom([1, 1] as const, [2, 3] as const), widths: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 2, maxLength: 4 }), saturated: fc.boolean() }), fc.constantFrom('barrier' as const, 'dataflow' as const), (shape, sync) => {
      const graph = gated(shape), target: Target = { ...mesh45, arch: { ...mesh45.arch, mesh: { ...mesh45.arch.mesh, sync } } }, { program, integer } = compiledOf(graph, target), frames = framesOf(graph, shape.seed);
      const engine = prepare(program, chipOf(target)), run = engine.run(new Map([['input', frames]]), { activities: true }), expected = evaluate(integer, ops, new Map([['input', frames]]));
      for (const { name, plane } of program.probes) {
        const { data } = expected.values[integer.probes.find((probe) => probe.name === name)!.value];
        expect(Float64Array.from(engine.values(plane))).toEqual(data);
        spikes += data.reduce((a, b) => a + b, 0);
      }
      expect(Float64Array.from(run.outputs.get('logits')!)).toEqual(expected.outputs.get('logits')!.data);
      integer.nodes.forEach((node, id) => { if (node.kind === 'gate') expected.values[id].data.forEach((value, i) => { const before = expected.values[node.inputs[0]].data[i]; if (value !== 0 && value !== before) weighed++; }); });
      const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chipOf(target), [run.activities!], fidelity)));
      expect(bound.total[0]).toBeLessThanOrEqual(cycle.total[0]);
    }), { seed: 5, numRuns: 60 });
    expect([weighed > 500, spikes > 200]).toEqual([true, true]);
  });

  it('keeps every spike of the real network where its gates are 0 or 1', () => {
    let spikes = 0, shut = 0;
    for (let seed = 0; seed < 40; seed++) {
      const graph = gated({ ...small, seed, saturated: true }), frames = framesOf(graph, seed), inputs = new Map([['input', Float64Array.from(frames)]]), real = evaluate(graph, ops, inputs), { integer } = compiledOf(graph), whole = evaluate(integer, ops, inputs);
      // A gate far from 0 and 1 is a gate of another network.
      const open = graph.nodes.flatMap((node, id) => (node.kind === 'gate' ? [...real.values[id].data].map((value, i) => value / real.values[node.inputs[0]].data[i]) : [])).filter(Number.isFinite);
      if (open.some((share) => share > 1e-9 && share < 1 - 1e-9)) continue;
      shut += open.filter((share) => share < 0.5).length;
      for (const { name, value } of graph.probes) {
        expect(whole.values[integer.probes.find((probe) => probe.name === name)!.value].data).toEqual(real.values[value].data);
        spikes += real.values[value].data.reduce((a, b) => a + b, 0);
      }
    }
    expect([spikes > 100, shut > 100]).toEqual([true, true]);
  });

  it('counts its products, sums and levels: one per value in and out, those of its network once', () => {
    const { program } = compiledOf(gated(small)), { ledger, activities } = prepare(program, chipOf(mesh45)).run(new Map([['input', framesOf(gated(small), 1)]]), { activities: true }), [first] = gates(program);
    const of = (kind: Parameters<typeof totalOf>[1], step?: number) => totalOf(ledger, kind, (row, at) => row === first.id && (step === undefined || at === step));
    expect([of('mac', 0), of('mac', 1), of('mac')]).toEqual([2 * 2 * 4 + 2 * 3 * 2, 2 * 2 * 4, 3 * 2 * 2 * 4 + 2 * 3 * 2]);  // positions x (in, out) x columns; 2 x 3 weights, twice
    expect([of('biasAdd'), of('compare'), of('sopKv'), of('sopQ')]).toEqual([2 + 3, 3 * 64, 0, 0]);
    expect([of('counterWrite', 0), of('counterWrite', 1), of('counterRead', 1)]).toEqual([3 + 2 + 3, 2, 2 + 2]);  // cleared, two sums written, three levels; two sums and two levels read
    expect([...activities![first.id].rows].slice(0, 8)).toEqual([4, 4, 4 + 12, 4, 4, 4, 4, 4]);
  });

  it('waits in as many banks as there are steps, in buffers that the layout counts', () => {
    const { program } = compiledOf(gated(small)), [first] = gates(program), edges = program.edges.filter(({ to }) => to === first.id);
    expect(edges.map(({ window }) => window)).toEqual([{ kind: 'region', banks: 3, ack: 'none' }]);
    expect(verifyProgram(program, mesh45.arch)).toEqual([]);
    expect(encodeProgram(valueOf(decodeProgram(encodeProgram(program), 'gated.synfire')))).toEqual(encodeProgram(program));
  });
});

describe('a program that lies about a gate', () => {
  const good = compiledOf(gated(small)).program, at = gates(good)[0].id, lie = (change: (stage: { -readonly [K in keyof Attend]: Attend[K] }) => void): Program => {
    const stage = { ...good.stages[at] as Attend };
    change(stage);
    return { ...good, stages: good.stages.map((each) => (each.id === at ? stage : each)) };
  };
  const table = (stage: Attend, changes: Partial<Gate>): Gate => ({ ...stage.gate!, ...changes });
  it.each<[string, string, string, Parameters<typeof lie>[0]]>([
    ['without its tables', 'T2016', '.gate', (stage) => { delete stage.gate; }],
    ['that answers another plane than it sums', 'T2016', '.query', (stage) => { stage.query = { ...stage.query, channels: { from: 0, to: 3 } }; }],
    ['of single steps', 'T2016', '.clear', (stage) => { stage.clear = 'step'; }],
    ['of two heads', 'T2016', '.heads', (stage) => { stage.heads = { from: 0, to: 2 }; }],
    ['that weighs fewer positions than it answers', 'T2015', '.fills', (stage) => { stage.fills = 1; }],
    ['with shares of other columns', 'T2015', '.gate.share', (stage) => { stage.gate = table(stage, { share: Int32Array.of(1) }); }],
    ['with weights for other steps', 'T2015', '.gate.first', (stage) => { stage.gate = table(stage, { first: Int32Array.of(1, 1) }); }],
    ['with a bias that is no whole number', 'T2016', '.gate.firstBias', (stage) => { stage.gate = table(stage, { firstBias: Float64Array.of(0.5, 1) }); }],
    ['with a bias that is none at all', 'T2016', '.gate.secondBias', (stage) => { stage.gate = table(stage, { secondBias: Float64Array.of(NaN, 0, 0) }); }],
    ['with levels that fall', 'T2016', '.gate.thresholds[1]', (stage) => { stage.gate = table(stage, { thresholds: stage.gate!.thresholds.map((value, i) => (i === 1 ? -1e9 : value)) }); }],
    ['whose sums are wider than it says', 'T2135', '.counterBits', (stage) => { stage.counterBits = 4; }],
    ['whose answers are wider than it says', 'T2131', '.sumBits', (stage) => { stage.sumBits = 4; }],
    ['whose scores are no exact doubles', 'T2132', '.gate', (stage) => { stage.gate = table(stage, { secondBias: Float64Array.of(0, 2 ** 53 - 1, 0) }); }],
    ['whose weights fit no table', 'T2138', '.gate.second', (stage) => { stage.gate = table(stage, { second: stage.gate!.second.map(() => 2 ** 23) }); }],
  ])('%s is refused', (_, code, part, change) => {
    const found = verifyProgram(lie(change), mesh45.arch).map((fault) => `${fault.code} ${fault.at?.in === 'program' ? fault.at.part : ''}`);
    expect(found).toContain(`${code} stages[${at}]${part}`);
  });
  it('on a chip without gates is refused', () => {
    const arch = { ...mesh45.arch, abilities: { ...mesh45.arch.abilities, attend: ['kv', 'graded'] as const } };
    expect(verifyProgram(good, arch).map(({ code }) => code)).toContain('T2111');
  });
});
