// Plastic networks on chips: law 1 with their matrices, sample by sample and as a sequence, what they count, programs that lie about one, and refusals.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, ValueId } from '../../compiler/ir/types.ts';
import { conv, ops, plastic, readout, repeat, source } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { time } from '../../simulator/timing/time.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Plastic, Program, Soma } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';
import { altered, chipOf, shipped } from './chip-under-test.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, mesh45 = shipped('mesh45');
type Shape = Readonly<{ seed: number; steps: number; widths: readonly number[]; coding: 'direct' | 'spikes' | 'frames'; clear: 'sample' | 'run' }>;

/** Layers that learn; the last one shows its membrane. */
function learning({ seed, steps, widths, coding, clear }: Shape): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder('learning', steps, ops), some = (shape: number[], scale: number) => ({ shape, data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (2 * random.unit() - 1) * scale) });
  const image = builder.add(source, 'input', [], { coding, grid: [1, 1], channels: widths[0], domain: 'real' });
  let value: ValueId = coding === 'direct' ? builder.add(repeat, 'again', [image], {}) : image, read = image;
  widths.slice(1).forEach((to, i) => {
    const unit = i === 0 && coding === 'direct' ? 1 / 128 : 1, last = i === widths.length - 2;
    const sums = builder.add(conv, `layer${i}`, [value], point, { weight: some([widths[i], to], 0.5 * unit), bias: some([to], 0.3) });
    value = read = builder.add(plastic, `plastic${i}`, [sums, read], { keep: [2, 5], reset: 'subtract', fires: 'above', clear, ...(last ? { membrane: 1 } : {}) }, { threshold: { shape: [1], data: Float64Array.of(0.35) }, read: some([steps], 0.3 * unit), write: some([widths[i]], 0.5 * unit),
      fade: { shape: [steps], data: Float64Array.from({ length: steps }, (_, t) => Math.exp(-t / 10)) }, decay: { shape: [1], data: Float64Array.of(0.95) }, bound: { shape: [1], data: Float64Array.of(4) }, centre: some([to], 0.4) });
    builder.probe(`plastic${i}`, value, 'S T C');
  });
  builder.output('logits', builder.add(readout, 'logits', [value], { scale: 1 }));
  return builder.graph();
}

const compiledOf = (graph: Graph, target: Target = mesh45) => compile({ graph, hash: 'learning', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1, eliminate: 'none' });
function sampleOf({ seed, steps, widths: [rows], coding }: Shape, sample: number): Uint8Array {
  const random = randomFrom(seed * 17 + sample);
  return Uint8Array.from({ length: rows * (coding === 'direct' ? 1 : steps) }, () => (random.chance(0.4) ? 0 : coding === 'spikes' ? 1 : coding === 'frames' ? random.whole(1, 3) : random.whole(1, 255)));
}
const taught = ({ stages }: Program) => stages.filter((stage): stage is Soma & Readonly<{ plastic: Plastic }> => stage.kind === 'soma' && stage.plastic !== undefined);

describe('a network that learns', () => {
  it('gives on the chip every spike, membrane and entry of its matrices, sample after sample, in cycles and under every bound', () => {
    let cut = 0, changed = 0;
    const shapes = fc.record({ seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 6 }), widths: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 2, maxLength: 4 }), coding: fc.constantFrom('direct' as const, 'spikes' as const, 'frames' as const), clear: fc.constantFrom('sample' as const, 'run' as const) });
    const chips = fc.record({ axons: fc.integer({ min: 3, max: 20 }), neurons: fc.integer({ min: 2, max: 12 }), weight: fc.integer({ min: 200, max: 900 }), sync: fc.constantFrom('barrier' as const, 'dataflow' as const), multicast: fc.boolean() });
    fc.assert(fc.property(shapes, chips, (shape, { axons, neurons, weight, sync, multicast }) => {
      const target = altered(mesh45, { core: { axons, neurons }, mesh: { sync, width: 16, height: 16 }, memories: { weight }, router: { multicast } }), { program, integer } = valueOf(compiledOf(learning(shape), target)), engine = prepare(program, chipOf(target)), memory = new Map<string, Float64Array>();
      for (let sample = 0; sample < 3; sample++) {
        const given = new Map([['input', sampleOf(shape, sample)]]), run = engine.run(given, { activities: sample === 1 }), expected = evaluate(integer, ops, given, memory);
        for (const { name, plane } of program.probes) expect(Float64Array.from(engine.values(plane))).toEqual(expected.values[integer.probes.find((probe) => probe.name === name)!.value].data);
        expect(Float64Array.from(run.outputs.get('logits')!)).toEqual(expected.outputs.get('logits')!.data);
        for (const { id, layer, columns } of taught(program)) {
          const whole = memory.get(program.layers[layer])!, matrix = engine.matrices.get(id)!, wide = columns.to - columns.from, all = integer.nodes.find(({ name }) => name === program.layers[layer])!.type.channels;
          cut += Number(wide < all);
          matrix.forEach((entry, i) => { changed += Number(entry !== 0); if (entry !== whole[Math.floor(i / wide) * all + columns.from + (i % wide)]) expect([entry, i]).toEqual([whole[Math.floor(i / wide) * all + columns.from + (i % wide)], i]); });
        }
        if (!run.activities) continue;
        const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chipOf(target), [run.activities!], fidelity)));
        expect(bound.total[0]).toBeLessThanOrEqual(cycle.total[0]);
      }
    }), { seed: 6, numRuns: 60 });
    expect([cut > 50, changed > 1000]).toEqual([true, true]);
  });

  const shape: Shape = { seed: 3, steps: 4, widths: [6, 5, 3], coding: 'spikes', clear: 'sample' };

  it('counts reads of active rows and changes of all entries apart, and their words as those of weight memory', () => {
    const { program } = valueOf(compiledOf(learning(shape))), input = sampleOf(shape, 0), { ledger, activities } = prepare(program, chipOf(mesh45)).run(new Map([['input', input]]), { activities: true }), [first] = taught(program);
    const of = (kind: Parameters<typeof totalOf>[1], step?: number) => totalOf(ledger, kind, (row, at) => row === first.id && (step === undefined || at === step)), active = (step: number) => input.subarray(6 * step, 6 * step + 6).reduce((a, b) => a + b, 0), words = Math.ceil((5 * 16) / 64);
    expect([of('plasticWrite'), of('weightWrite')]).toEqual([4 * 6 * 5, 4 * 6 * words]);
    // A matrix that is 0 because the sample begins is neither read nor cleared.
    expect([0, 1, 2, 3].map((step) => of('plasticRead', step))).toEqual([0, active(1) * 5, active(2) * 5, active(3) * 5]);
    expect([0, 1].map((step) => of('weightRead', step))).toEqual([0, (active(1) + 6) * words]);
    expect([...activities![first.id].rows]).toEqual([6, active(1) + 6, active(2) + 6, active(3) + 6]);
    expect([of('mac'), of('sopBinary'), of('sopGraded')]).toEqual([0, 0, 0]);
  });

  it('forgets between runs and keeps between samples where it is a sequence', () => {
    const sequence = { ...shape, clear: 'run' as const }, { program } = valueOf(compiledOf(learning(sequence))), engine = prepare(program, chipOf(mesh45)), run = (sample: number) => [...engine.run(new Map([['input', sampleOf(sequence, sample)]]), { activities: false }).outputs.get('logits')!];
    const once = [run(0), run(0)];
    engine.forget();
    expect(once[1]).not.toEqual(once[0]);
    expect([run(0), run(0)]).toEqual(once);
  });

  it('is refused where there is no learning engine, layer by layer, with the way out', () => {
    const refused = compiledOf(learning(shape), altered(mesh45, { abilities: { plasticity: false } }));
    expect(refused.ok ? [] : refused.faults.map(({ code, at, hint }) => [code, at, hint?.includes('--plasticity off')])).toEqual([0, 1].map((i) => ['C4002', { in: 'graph', node: `plastic${i}` }, true]));
  });

  it('is refused where a matrix of one column does not fit, by name', () => {
    const refused = compiledOf(learning({ ...shape, widths: [40, 2] }), altered(mesh45, { memories: { weight: 64 } }));
    expect(refused.ok ? [] : refused.faults.map(({ code, message }) => [code, /"layer0".*weight memory/.test(message)])).toContainEqual(['C4102', true]);
  });

  it('survives the wire byte for byte', () => {
    const { program } = valueOf(compiledOf(learning(shape))), again = valueOf(decodeProgram(encodeProgram(program), 'learning.synfire'));
    expect(encodeProgram(again)).toEqual(encodeProgram(program));
    expect(taught(again)[0].plastic).toEqual(taught(program)[0].plastic);
    expect(verifyProgram(again, mesh45.arch)).toEqual([]);
  });

  const good = valueOf(compiledOf(learning(shape))).program, { id } = taught(good)[0];
  const lie = (change: (plastic: Plastic, soma: Soma) => Partial<Soma> | Readonly<{ plastic: Plastic }>): Program => ({ ...good, stages: good.stages.map((stage) => (stage.id === id && stage.kind === 'soma' ? { ...stage, ...change(stage.plastic!, stage) } : stage)) });
  it.each<[string, string, string, Parameters<typeof lie>[0]]>([
    ['with factors for other columns', 'T2015', '.plastic.read', (plastic) => ({ plastic: { ...plastic, read: Int32Array.of(1) } })],
    ['with factors for other inputs', 'T2015', '.plastic.write', (plastic) => ({ plastic: { ...plastic, write: Int32Array.of(1) } })],
    ['with slopes for other columns', 'T2015', '.plastic.slope', (plastic) => ({ plastic: { ...plastic, slope: Int32Array.of(1) } })],
    ['that fades for other steps', 'T2015', '.plastic.fade', (plastic) => ({ plastic: { ...plastic, fade: Int32Array.of(1) } })],
    ['without a table', 'T2015', '.plastic.table', (plastic) => ({ plastic: { ...plastic, table: new Int32Array(0) } })],
    ['that keeps more than all', 'T2013', '.plastic.keep', (plastic) => ({ plastic: { ...plastic, keep: 2 ** 16 + 1 } })],
    ['shifted out of sight', 'T2013', '.plastic.readBits', (plastic) => ({ plastic: { ...plastic, readBits: 49 } })],
    ['taught by no neuron that leaks', 'T2016', '.plastic', (_, soma) => ({ rule: { kind: 'ladder', levels: 1, thresholds: new Int32Array(soma.bias.length).fill(1), strict: Uint8Array.of(0) }, membraneBits: 0 })],
    ['whose entries are wider than 16 bits', 'T2138', '.plastic.bound', (plastic) => ({ plastic: { ...plastic, bound: 2 ** 15 } })],
    ['whose levels are wider than a byte', 'T2138', '.plastic.table', (plastic) => ({ plastic: { ...plastic, table: plastic.table.map(() => 128) } })],
    ['whose factors fit no table', 'T2138', '.plastic.read', (plastic) => ({ plastic: { ...plastic, read: plastic.read.map(() => 2 ** 23) } })],
    ['whose products are no exact doubles', 'T2132', '.plastic', (plastic) => ({ plastic: { ...plastic, write: plastic.write.map(() => 2 ** 23 - 1), fade: plastic.fade.map(() => 2 ** 23 - 1), table: plastic.table.map(() => 127) } })],
    ['that adds more than an accumulator holds', 'T2132', '', (plastic) => ({ plastic: { ...plastic, most: 2 ** 24 } })],
  ])('%s is refused', (_, code, part, change) => {
    expect(verifyProgram(lie(change), mesh45.arch).map((fault) => `${fault.code} ${fault.at?.in === 'program' ? fault.at.part : ''}`)).toContain(`${code} stages[${id}]${part}`);
  });
  it('on a chip without a learning engine is refused when it is loaded, too', () => {
    expect(verifyProgram(good, { ...mesh45.arch, abilities: { ...mesh45.arch.abilities, plasticity: false } }).map(({ code }) => code)).toContain('T2111');
  });
});
