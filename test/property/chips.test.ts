// Law 1 on random networks and random chips: the chip equals the integer evaluation in every spike, output and count that both can state.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import type { Residual } from '../../compiler/lower/lowering.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import { countSops, evaluate } from '../../compiler/eval/evaluate.ts';
import { ops } from '../../compiler/ops/index.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { time } from '../../simulator/timing/time.ts';
import type { Arch, Target } from '../../targets/contract/arch.ts';
import type { Bytes } from '../../targets/contract/units.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';

function shipped(name: string): Target {
  const target = loadTarget(name);
  if (!target.ok) throw new Error(target.faults[0].message);
  return target.value;
}

/** A chip that cuts where mesh45 would not: few axons and neurons, small state, one of every switch. */
const chips = fc.record({ axons: fc.integer({ min: 4, max: 40 }), neurons: fc.integer({ min: 3, max: 24 }), state: fc.integer({ min: 64, max: 2048 }), partialSlots: fc.integer({ min: 1, max: 4 }),
  sync: fc.constantFrom('barrier' as const, 'dataflow' as const), multicast: fc.boolean(), graded: fc.constantFrom('repeat' as const, 'multiply' as const), sums: fc.constantFrom('exact' as const, 'saturating' as const) })
  .map(({ axons, neurons, state, partialSlots, sync, multicast, graded, sums }): Target => {
    const base = shipped('mesh45'), { arch } = base;
    const small: Arch = { ...arch, name: 'random', mesh: { ...arch.mesh, width: 24, height: 24, sync }, core: { ...arch.core, axons, neurons, partialSlots, sums, payloadBits: 8 },
      memories: { ...arch.memories, weight: { ...arch.memories.weight, bytes: axons * neurons as Bytes }, state: { ...arch.memories.state, bytes: state as Bytes } },
      abilities: { ...arch.abilities, graded }, router: { ...arch.router, multicast } };
    return { ...base, arch: small };
  });

describe('compiled programs', () => {
  it('give on random chips every spike, output and count of the integer evaluation, for every transport', () => {
    let cutStages = 0, spikes = 0, runs = 0;
    fc.assert(fc.property(networkOptions({ domain: 'real', border: false }), chips, fc.constantFrom<Residual>(...residuals), (options, target, residual) => {
      const graph = randomNetwork(options), compiled = compile({ graph, hash: 'random', classes: [] }, target, { residual, scale: 'max', bits: 8, seed: options.seed });
      if (!compiled.ok) {  // a chip may be too small for a layer; anything but that is a bug
        expect(compiled.faults.map(({ code }) => code).filter((code) => !['C4101', 'C4102', 'C4103', 'C4003'].includes(code))).toEqual([]);
        return;
      }
      const { program, integer } = compiled.value, { technology: _, ...chip } = target.arch, inputs = randomInputs(graph, options.seed);
      const engine = prepare(program, chip), run = engine.run(new Map([...inputs].map(([name, values]) => [name, Uint8Array.from(values)])), { activities: true }), expected = evaluate(integer, ops, inputs);
      for (const { name, plane } of program.probes) {
        const { data } = expected.values[integer.probes.find((probe) => probe.name === name)!.value];
        expect([name, Float64Array.from(engine.values(plane))]).toEqual([name, data]);
        spikes += data.reduce((a, b) => a + b, 0);
      }
      for (const [name, { data }] of expected.outputs) expect(Float64Array.from(run.outputs.get(name)!)).toEqual(data);
      const sops = [...countSops(integer, ops, expected).values()].reduce((a, b) => a + b, 0);
      expect(['sopBinary', 'sopGraded', 'sopKv', 'sopQ'].reduce((sum, kind) => sum + totalOf(run.ledger, kind as 'sopBinary'), 0)).toBe(sops);
      const neurons = integer.nodes.filter(({ kind }) => kind === 'lif').reduce((sum, { type }) => sum + type.grid[0] * type.grid[1] * type.channels, 0);
      expect(totalOf(run.ledger, 'update')).toBe(neurons * integer.steps);
      cutStages += program.stages.length; runs++;
      const bound = time(program, chip, [run.activities!], 'analytic'), cycles = time(program, chip, [run.activities!], 'cycle');
      if (!bound.ok || !cycles.ok) throw new Error('a verified program did not end');
      expect(bound.value.total[0]).toBeLessThanOrEqual(cycles.value.total[0]);
      expect(cycles.value.links.reduce((a, b) => a + b, 0)).toBe(totalOf(run.ledger, 'linkX') + totalOf(run.ledger, 'linkY'));
    }), { seed: 71, numRuns: 60 });
    // The chips must really cut and the networks really fire, or this shows nothing.
    expect(runs).toBeGreaterThan(25);
    expect(cutStages / runs).toBeGreaterThan(40);
    expect(spikes).toBeGreaterThan(5000);
  }, 300_000);

  it('have the same bytes for the same seed, and the placement of another seed for another', () => {
    const graph = randomNetwork({ seed: 4, domain: 'real', family: 'add-spikes', attention: 'ssa', coding: 'direct', steps: 4, grid: [9, 9], channels: 3, heads: 2, width: 5, blocks: 2, border: false });
    const bytes = (seed: number) => {
      const compiled = compile({ graph, hash: 'model', classes: ['a'] }, shipped('small32'), { residual: 'unary', scale: 'max', bits: 8, seed });
      if (!compiled.ok) throw new Error(compiled.faults[0].message);
      return encodeProgram(compiled.value.program);
    };
    expect(bytes(7)).toEqual(bytes(7));
  });
});
