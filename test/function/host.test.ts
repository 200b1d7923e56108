// Host stages of the engine against a reading of their own: equations written out, values and counts; samples that know nothing of each other.
import { describe, expect, it } from 'vitest';
import { hostFunctions } from '../../targets/contract/host/index.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { ledgerIndex } from '../../targets/contract/ledger.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { valueOf } from '../conformance/outcome.ts';
import { time } from '../../simulator/timing/time.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { changedHost, hostArch, hostPlan, hostProgram, hostStage, hostSteps } from '../contract/host-program.ts';
import { assemble } from '../contract/zoo-program.ts';
import { randomFrom } from '../random.ts';

const { technology: _, ...chip } = hostArch, size = hostSteps * 16;
const inputsOf = (seed: number) => {
  const random = randomFrom(seed);
  return new Map<string, Uint8Array | Int32Array>([['stream', Int32Array.from({ length: size }, () => random.whole(-128, 127))], ['events', Uint8Array.from({ length: size }, () => random.whole(0, 1))]]);
};
const countOf = (ledger: Ledger, kind: EventKind, stage: number): number[] => Array.from({ length: hostSteps }, (__, step) => ledger.counts[ledgerIndex(ledger, step, stage, kind)]);

describe('host stages', () => {
  it('give what their equations give of values in units, halves up, between their bounds', () => {
    const engine = prepare(hostProgram(), chip), gamma = [1, -1, 2, 0.5], beta = [0, 1, 0, -1], unit = [0.5, 0.5, 0.25, 0.25];
    for (let seed = 0; seed < 40; seed++) {
      const inputs = inputsOf(seed);
      engine.run(inputs, { activities: false });
      const norm = engine.values(2), product = engine.values(3);
      for (let row = 0; row < size / 4; row++) {
        const x = unit.map((u, c) => inputs.get('stream')![row * 4 + c] * u), mean = x.reduce((a, b) => a + b) / 4, deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4 + 0.25);
        for (let c = 0; c < 4; c++) {
          const wanted = Math.min(120, Math.max(-100, Math.floor((((x[c] - mean) / deviation) * gamma[c] + beta[c]) / 0.125 + 0.5)));
          expect([seed, row, c, norm[row * 4 + c]]).toEqual([seed, row, c, wanted]);
          const both = Math.min(60, Math.max(-60, Math.floor((inputs.get('events')![row * 4 + c] * wanted * 0.125) / 0.25 + 0.5)));
          expect(product[row * 4 + c]).toBe(both);
        }
      }
    }
  });

  it('clamp what leaves their bounds, and are proved by them', () => {
    const program = changedHost((p) => { const norm = p.stages[hostStage.norm]; if (norm.kind === 'host') norm.range = Int32Array.from({ length: 8 }, (__, i) => (i < 4 ? -3 : 2)); });
    expect(verifyProgram(program, hostArch)).toEqual([]);
    const engine = prepare(program, chip);
    engine.run(inputsOf(1), { activities: false });
    expect([...new Set(engine.values(2))].sort((a, b) => a - b)).toEqual(expect.arrayContaining([-3, 2]));
    expect(engine.values(2).every((value) => value >= -3 && value <= 2)).toBe(true);
  });

  it('count values and operations, and no word of a buffer', () => {
    const { ledger } = prepare(hostProgram(), chip).run(inputsOf(2), { activities: false }), { operations } = hostFunctions['layer-norm'];
    expect([countOf(ledger, 'hostRead', hostStage.norm), countOf(ledger, 'hostMade', hostStage.norm)]).toEqual([[16, 16, 16], [16, 16, 16]]);
    expect(countOf(ledger, 'hostRead', hostStage.product)).toEqual([32, 32, 32]);
    expect(countOf(ledger, 'hostOperation', hostStage.norm)).toEqual(Array(hostSteps).fill(4 * operations([{ positions: 4, channels: 4 }], {})));
    for (const kind of ['axonRead', 'axonWrite', 'tableRead', 'update', 'mac', 'compare'] as const) expect([kind, countOf(ledger, kind, hostStage.norm)]).toEqual([kind, [0, 0, 0]]);
    // One message a position, for the neuron's core and the readout beside it alike.
    expect(countOf(ledger, 'message', hostStage.product)).toEqual([4, 4, 4]);
  });

  it('keep state from step to step and none from sample to sample', () => {
    const plan = { ...hostPlan, stages: hostPlan.stages.map((stage) => (stage.id === hostStage.norm && stage.kind === 'host'
      ? { ...stage, compute: 'token-shift', constants: [{ name: 'mix', values: Float64Array.of(0.5, 1, 0, 0.25) }], scale: Float64Array.of(0.5, 0.5, 0.25, 0.25), range: Int32Array.from({ length: 8 }, (__, i) => (i < 4 ? -128 : 127)) } : stage)) };
    const program = assemble(plan, hostSteps, hostArch, (stage) => (stage === hostStage.neuron ? 5 : 0)), engine = prepare(program, chip), inputs = inputsOf(3), stream = inputs.get('stream')!;
    expect(verifyProgram(program, hostArch)).toEqual([]);
    engine.run(inputs, { activities: false });
    const first = engine.values(2);
    for (let i = 0; i < size; i++) {
      const mix = [0.5, 1, 0, 0.25][i % 4], before = i < 16 ? 0 : stream[i - 16];
      expect(first[i]).toBe(Math.floor(mix * stream[i] + (1 - mix) * before + 0.5));
    }
    engine.run(inputsOf(4), { activities: false });
    engine.run(inputs, { activities: false });
    expect(engine.values(2)).toEqual(first);
  });
});

it('waits for the host with every context: the convention of the target, at every fidelity', () => {
  const program = hostProgram(), { activities } = prepare(program, chip).run(inputsOf(5), { activities: true });
  for (const fidelity of ['analytic', 'cycle'] as const) {
    const total = (cycles: number) => valueOf(time(program, { ...chip, timing: { ...chip.timing, host: cycles as never } }, [activities!], fidelity)).total[0];
    // Two stages of four contexts on one tile, three steps; all but the last context of a step hide nothing.
    expect(total(1000) - total(0)).toBeGreaterThanOrEqual(hostSteps * 8 * 1000 * 0.9);
  }
});
