// Clip-wide attention in time: fills of all steps before any answer, a bank for every step across it, and the bound below the cycles.
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../targets/contract/arch.ts';
import type { Program, Stage } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { lagsOf } from '../../targets/contract/windows.ts';
import { time } from '../../simulator/timing/time.ts';
import { changedZoo, changedZooArch } from '../contract/draft.ts';
import { assemble, zooArch, zooPlan, zooPlane, zooProgram, zooStage, zooSteps } from '../contract/zoo-program.ts';
import { drawActivities, randomRouter } from './fixture.ts';

const valueOf = (outcome: Outcome<Timing>): Timing => {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  return outcome.value;
};
const syncs = ['barrier', 'dataflow'] as const;
const archOf = (sync: 'barrier' | 'dataflow') => changedZooArch((arch) => { arch.mesh.sync = sync; });
const chipOf = (sync: 'barrier' | 'dataflow', changes: Partial<Pick<Chip, 'router' | 'timing'>> = {}): Chip => {
  const { technology: _, ...chip } = archOf(sync);
  return { ...chip, ...changes };
};
const coreTimes = ({ cores }: Timing, which: number) => Array.from({ length: 16 }, (_, core) => cores[core * 3 + which]);

/** The zoo with a second clip-wide attention on what the first one gives. */
function twoClips(sync: 'barrier' | 'dataflow', coreOf: (stage: number) => number): Program {
  const { stages } = zooPlan, count = stages.length, hamming = stages[zooStage('hamming')] as Extract<Stage, { kind: 'attend' }>, clip = stages[zooStage('clip')] as Extract<Stage, { kind: 'soma' }>;
  const plane = zooPlan.planes.length, read = (of: number) => ({ ...hamming.query, plane: of }), { current: _, ...rest } = clip;
  const again: readonly Stage[] = [{ ...hamming, id: count, query: read(zooPlane('xor')), key: read(zooPlane('clip')), value: read(zooPlane('masked')) },
    { ...rest, id: count + 1, sums: [count], adds: [read(zooPlane('stream')), read(zooPlane('currents'))], spikes: read(plane) }];
  return assemble({ ...zooPlan, stages: [...stages, ...again], planes: [...zooPlan.planes, { ...zooPlan.planes[zooPlane('clip')], name: 'second' }] }, zooSteps, archOf(sync), coreOf);
}

describe('clip-wide attention', () => {
  const variants = Array.from({ length: 20 }, (_, i) => i + 1).flatMap((seed) => {
    const sync = syncs[seed % 2], router = { ...randomRouter(seed), bufferFlits: 4 + seed % 5 }, timing = { ...zooArch.timing, emit: (seed % 4) as Chip['timing']['emit'], issue: (seed % 3) as Chip['timing']['issue'] };
    const scattered = (stage: number) => (stage * (1 + seed) + seed) % 13, unit = (stage: number) => scattered(zooPlan.stages[stage + 1]?.kind === 'soma' && zooPlan.stages[stage].kind !== 'soma' && 'sumBits' in zooPlan.stages[stage] ? stage + 1 : stage);
    const programs = [zooProgram(archOf(sync)), twoClips(sync, (stage) => unit(Math.min(stage, zooPlan.stages.length - 1))), assemble(zooPlan, zooSteps, archOf(sync), () => seed % 15)];
    return programs.map((program) => ({ seed, program, chip: chipOf(sync, { router, timing }) }));
  });

  it('ends, never below the analytic bound at any step, with equal work and equal links', () => {
    for (const { seed, program, chip } of variants) {
      const samples = [drawActivities(program, seed), drawActivities(program, seed + 100, 60)], bound = valueOf(time(program, chip, samples, 'analytic')), cycle = valueOf(time(program, chip, samples, 'cycle'));
      cycle.cycles.forEach((at, i) => expect(at, `seed ${seed}, step ${i}`).toBeGreaterThanOrEqual(bound.cycles[i]));
      cycle.total.forEach((at, i) => expect(at, `seed ${seed}, sample ${i}`).toBeGreaterThanOrEqual(bound.total[i]));
      expect(bound.cycles.every((at) => at > 0)).toBe(true);
      expect(coreTimes(cycle, 0)).toEqual(coreTimes(bound, 0));
      expect(cycle.links).toEqual(bound.links);
    }
  });

  it('is bounded closely where its work is what there is: all fills of all steps, then all answers', () => {
    for (const sync of syncs) {
      const program = assemble(zooPlan, zooSteps, archOf(sync), () => 5), chip = chipOf(sync), activities = drawActivities(program, 3);
      activities[zooStage('hamming')].rows.fill(1000);
      const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chip, [activities], fidelity)));
      expect(cycle.total[0]).toBe(bound.total[0]);  // one core, no message under way
      expect(cycle.cycles[zooSteps - 1]).toBe(bound.cycles[zooSteps - 1]);
      // Four fills in each of three steps and the first answer lie before step 0 can end.
      expect(cycle.cycles[0]).toBeGreaterThan((zooSteps * 4 + 1) * 1000 * chip.timing.counter);
      // The bound knows the core's work up to step 1: the fills of two steps, and the answers of two.
      expect(bound.cycles[1]).toBeGreaterThan(16 * 1000 * chip.timing.counter);
    }
  });

  it('answers the first step after the last fill, wherever the others stand', () => {
    for (const sync of syncs) {
      const program = zooProgram(archOf(sync)), quick = drawActivities(program, 5), slow = drawActivities(program, 5), at = zooStage('hamming');
      slow[at].rows.subarray((zooSteps - 1) * 8, (zooSteps - 1) * 8 + 4).fill(5000);  // fills of the last step
      quick[at].rows.subarray((zooSteps - 1) * 8, (zooSteps - 1) * 8 + 4).fill(0);
      const [before, after] = [quick, slow].map((activities) => valueOf(time(program, chipOf(sync), [activities], 'cycle')).cycles[0]);
      expect(after - before).toBeGreaterThan(4 * 4000);
      const [low, high] = [quick, slow].map((activities) => valueOf(time(program, chipOf(sync), [activities], 'analytic')).cycles[0]);
      expect(high - low).toBe(5000);  // a bound without contention: the fills of a step side by side
    }
  });

  it('holds no producer up: what stands before it is as fast with an attention that takes for ever', () => {
    const program = zooProgram(archOf('dataflow')), activities = drawActivities(program, 8), slow = activities.map((activity) => ({ ...activity, rows: activity.rows.slice() }));
    slow[zooStage('hamming')].rows.fill(50_000);
    const [a, b] = [activities, slow].map((each) => valueOf(time(program, chipOf('dataflow'), [each], 'cycle')));
    const before = [1, 2, 3, 4, 5, 6];  // cores of stages without lag only
    expect(before.map((core) => b.cores[core * 3 + 1])).toEqual(before.map((core) => a.cores[core * 3 + 1]));
    expect(b.total[0]).toBeGreaterThan(a.total[0] + 1_000_000);
  });

  it('keeps what it and its followers wait for, for all steps', () => {
    for (const sync of syncs) {
      const program = zooProgram(archOf(sync)), { queues } = valueOf(time(program, chipOf(sync), [drawActivities(program, 4)], 'cycle'));
      expect(queues[7 * 2 + 1]).toBeGreaterThanOrEqual(zooSteps * 4 * 4);  // query, key, value, and the currents that its soma adds
    }
  });

  it('is not held up by what comes late beside it, before its own step', () => {
    const { stages, planes } = zooPlan, count = stages.length, mac = stages[zooStage('mac')] as Extract<Stage, { kind: 'synapse' }>, clip = stages[zooStage('clip')] as Extract<Stage, { kind: 'soma' }>;
    const { current: _, spikes: __, gain: ___, ...rest } = clip, read = (plane: number) => ({ ...clip.adds[0], plane });
    // A branch of its own, read by a soma that also reads the stream.
    const beside: readonly Stage[] = [{ ...mac, id: count }, { ...rest, id: count + 1, sums: [count], adds: [], rule: { kind: 'pass' }, membraneBits: 0, current: read(planes.length) },
      { ...rest, id: count + 2, sums: [], adds: [read(planes.length), read(zooPlane('stream'))], spikes: read(planes.length + 1) }];
    const plan = { ...zooPlan, stages: [...stages, ...beside], planes: [...planes, { ...planes[zooPlane('stream')], name: 'beside' }, { ...planes[zooPlane('clip')], name: 'after' }] };
    for (const sync of syncs) {
      const program = assemble(plan, zooSteps, archOf(sync), (stage) => (stage < count ? 0 : stage < count + 2 ? 1 : 2)), activities = drawActivities(program, 6);
      activities[count].rows.fill(1_000_000, (zooSteps - 1) * 4);
      const [bound, cycle] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chipOf(sync), [activities], fidelity)));
      expect(cycle.cycles[zooSteps - 2]).toBeLessThan(1_000_000);
      expect(cycle.cycles[zooSteps - 1]).toBeGreaterThan(4_000_000);
      cycle.cycles.forEach((at, step) => expect(at).toBeGreaterThanOrEqual(bound.cycles[step]));
      expect(bound.cycles[zooSteps - 1]).toBeGreaterThan(4_000_000);
    }
  });

  it('would wait for ever with two banks: each edge across it is needed', () => {
    const stages = lagsOf(zooPlan).stages, program = zooProgram(archOf('dataflow')), crossing = program.edges.filter((edge) => stages[edge.from] < stages[edge.to] && program.stages[edge.to].kind !== 'attend');
    expect(crossing.length).toBe(2);
    for (const edge of crossing) {
      const short = changedZoo((draft) => {
        draft.edges = structuredClone(program.edges) as typeof draft.edges;
        draft.routes = structuredClone(program.routes) as typeof draft.routes;
        draft.edges[edge.id].window = { kind: 'region', banks: 2, ack: 'step' };
      });
      const outcome = time(short, chipOf('dataflow'), [drawActivities(short, 2)], 'cycle');
      expect(outcome.ok ? '' : outcome.faults[0].code).toBe('S3101');
      expect(outcome.ok ? '' : outcome.faults[0].message).toMatch(/stage 15 \(clip, soma\) on core 7, step 0, 0 of 4 contexts done: context 0 misses 1 of 2 messages, from stage 14 \(hamming, attend\)/);
    }
  });
});
