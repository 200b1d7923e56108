// The core model: windows, order, acknowledgements, steps; and the analytic bound below the cycles.
import { describe, expect, it } from 'vitest';
import type { Chip } from '../../targets/contract/arch.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import type { Program, Region, Route, Stage, Window } from '../../targets/contract/program.ts';
import { mergeTimings } from '../../targets/contract/timing.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import { headerFlits, messageSize, scanWords, workCycles } from '../../targets/contract/work.ts';
import type { Activity } from '../../targets/contract/work.ts';
import type { Span } from '../../targets/contract/units.ts';
import { loneLatency } from '../../simulator/timing/latency.ts';
import { time } from '../../simulator/timing/time.ts';
import { tinyProgram } from '../contract/tiny-program.ts';
import { drawActivities, inDataflow, randomRouter, routerOf, tinyChip } from './fixture.ts';

const valueOf = (outcome: Outcome<Timing>): Timing => {
  if (!outcome.ok) throw new Error(outcome.faults.map(({ code, message }) => `${code} ${message}`).join('\n'));
  return outcome.value;
};
const codesOf = (outcome: Outcome<Timing>): string[] => (outcome.ok ? [] : outcome.faults.map(({ code }) => code));
const span = (from: number, to: number): Span => ({ from, to });
const busyOf = ({ cores }: Timing): number[] => [...cores].filter((_, i) => i % 3 === 0);
const stalledOf = ({ cores }: Timing): number[] => [...cores].filter((_, i) => i % 3 === 1);

/** Link of the 4 x 4 mesh from one router to its neighbour. */
const link = (from: number, to: number): number => 4 * from + (to === from + 1 ? 0 : to === from - 1 ? 1 : to === from - 4 ? 2 : 3);

type Line = Readonly<{ tokens: number; steps: number; cores: readonly [source: number, first: number, second: number, readout: number]; slots?: number; banks?: number; ack?: 'none' | 'step' }>;

/** source (frames of spikes) -> chain of two synapse tiles, the second with its soma -> readout; all cores in one row, neighbours or the same. */
function lineProgram({ tokens, steps, cores, slots = 2, banks = 2, ack = 'step' }: Line): Program {
  const all = span(0, tokens), region = (plane: number, channels: Span): Region => ({ plane, positions: all, channels });
  const gather = (channels: Span) => ({ window: [1, 1], stride: [1, 1], padding: [0, 0], outGrid: [1, tokens], taps: span(0, 1), from: [region(0, channels)], shifts: [0], groups: 1 }) as const;
  const stages: Stage[] = [
    { id: 0, layer: 0, contexts: all, kind: 'source', coding: 'frames', out: region(0, span(0, 32)) },
    { id: 1, layer: 1, contexts: all, kind: 'synapse', gather: gather(span(0, 16)), block: 0, columns: span(0, 8), evaluate: 'step', sumBits: 12 },
    { id: 2, layer: 1, contexts: all, kind: 'synapse', gather: gather(span(16, 32)), block: 0, columns: span(0, 8), after: 1, evaluate: 'step', sumBits: 13 },
    { id: 3, layer: 1, contexts: all, kind: 'soma', columns: span(0, 8), sums: [2], adds: [], bias: new Int32Array(8), rule: { kind: 'pass' }, membraneBits: 0, current: region(1, span(0, 8)) },
    { id: 4, layer: 2, contexts: all, kind: 'readout', from: region(1, span(0, 8)), bias: new Int32Array(8), output: 'logits', keeps: { steps: false, positions: false } },
  ];
  const coreOf = [cores[0], cores[1], cores[2], cores[2], cores[3]], bank: Window = { kind: 'region', banks, ack };
  const edgeRows: readonly (readonly [number, number, Window])[] = [[0, 1, bank], [0, 2, bank], [1, 2, { kind: 'slots', contexts: slots }], [2, 3, { kind: 'local' }], [3, 4, bank]];
  const path = (from: number, to: number): Uint32Array[] => {
    const links: number[] = [];
    for (let at = from; at !== to; at += Math.sign(to - from)) links.push(link(at, at + Math.sign(to - from)));
    return links.length ? [Uint32Array.from(links)] : [];
  };
  const farthest = [coreOf[1], coreOf[2]].sort((a, b) => Math.abs(b - coreOf[0]) - Math.abs(a - coreOf[0]))[0];
  const routes: Route[] = [
    { from: 0, output: 0, contexts: all, edges: [0, 1], copies: path(coreOf[0], farthest) },
    { from: 1, output: 0, contexts: all, edges: [2], copies: path(coreOf[1], coreOf[2]) },
    { from: 3, output: 0, contexts: all, edges: [4], copies: path(coreOf[3], coreOf[4]) },
  ];
  const footprint = tinyProgram().cores[0].footprint, held = [...new Set(coreOf)];
  return { ...tinyProgram(), steps, layers: ['input', 'line', 'out'], stages, routes, blocks: [{ rows: 16, columns: 8, data: new Int8Array(128) }], probes: [], inputs: [{ name: 'image', plane: 0 }],
    planes: [{ name: 'input', grid: [1, tokens], channels: 32, carrier: { as: 'spike' }, per: 'step' }, { name: 'logits', grid: [1, tokens], channels: 8, carrier: { as: 'current', bits: 14 }, per: 'step' }],
    edges: edgeRows.map(([from, to, window], id) => ({ id, from, to, output: 0, positions: all, messages: tokens, window })),
    cores: held.map((core) => ({ core, stages: stages.map(({ id }) => id).filter((id) => coreOf[id] === core), footprint })) };
}

const dataflow = (changes: Parameters<typeof tinyChip>[0] = {}): Chip => tinyChip({ sync: 'dataflow', ...changes });

/** Message flits per link, from routes and bits alone. */
function messageLinks(program: Program, chip: Chip, samples: readonly (readonly Activity[])[]): Float64Array {
  const links = new Float64Array(64), header = headerFlits(program, chip);
  for (const activities of samples) for (const { from, output, contexts, copies } of program.routes) for (const copy of copies) for (let position = contexts.from; position < contexts.to; position++) {
    const stage = program.stages[from], activity = activities[from], local = position + (stage.kind === 'attend' ? stage.fills : -stage.contexts.from);
    const once = (stage.kind === 'synapse' && stage.evaluate === 'sample') || stage.kind === 'source' && stage.coding === 'direct';
    for (let step = 0; step < (once ? 1 : program.steps); step++) for (const at of copy) links[at] += messageSize(activity.bits[(step * activity.contexts + local) * activity.outputs + output], header, chip).flits;
  }
  return links;
}

describe('a single context', () => {
  it('takes exactly its works, emissions and lone latencies; the bound misses the emission of bank acknowledgements only', () => {
    for (let seed = 1; seed < 16; seed++) {
      const router = { ...randomRouter(seed), bufferFlits: 8, virtualChannels: 4 }, emit = 1 + seed % 3, chip = dataflow({ router, timing: { emit: emit as Chip['timing']['emit'] } });
      const program = lineProgram({ tokens: 1, steps: 1, cores: [0, 1, 3, 2] }), activities = drawActivities(program, seed), header = headerFlits(program, chip), { cycles } = router;
      const work = (s: number): number => workCycles(program.stages[s], activities[s].rows[0], scanWords(program.stages[s], 0, program, chip), chip);
      const flits = (s: number): number => messageSize(activities[s].bits[0], header, chip).flits;
      /** Messages here are one packet: flit k enters at (acks + k + 1) * emit; only the head pays route and channel, the others follow a cycle apart or as they come. */
      const arrival = (s: number, worked: number, acks: number, d: number): number => {
        const follow = 3 + (d + 1) * (cycles.switchAllocate + cycles.traverse) + d * cycles.link, head = worked + (acks + 1) * emit + follow + (d + 1) * (cycles.route + cycles.vcAllocate);
        return Math.max(head + flits(s) - 1, worked + (acks + flits(s)) * emit + follow);
      };
      const run = (bankAcks: number): number => {
        const first = arrival(0, work(0), 0, 1) + work(1), second = Math.max(arrival(1, first, bankAcks, 2), arrival(0, work(0), 0, 3)) + work(2);
        // The soma on the second tile's core starts when that core has acknowledged slot and bank; the bound lets it start with its sums.
        const soma = second + (bankAcks > 0 ? 2 * emit : 0) + work(3);
        return arrival(3, soma, 0, 1) + work(4) + bankAcks * emit;
      };
      expect([0, 1, 3].every((s) => flits(s) <= 8)).toBe(true);
      expect([...valueOf(time(program, chip, [activities], 'cycle')).cycles]).toEqual([run(1)]);
      expect([...valueOf(time(program, chip, [activities], 'analytic')).cycles]).toEqual([run(0)]);
    }
  });
});

describe('acknowledgements', () => {
  it('are one flit per context of a chain and one per edge and step of a bank, and nothing else flows back', () => {
    const program = lineProgram({ tokens: 6, steps: 4, cores: [0, 1, 2, 3] }), chip = dataflow(), { links } = valueOf(time(program, chip, [drawActivities(program, 3)], 'cycle'));
    expect(links[link(3, 2)]).toBe(4);          // readout frees the soma's banks
    expect(links[link(2, 1)]).toBe(6 * 4 + 4);  // the chain's slots, and the second tile's banks on their way to the source
    expect(links[link(1, 0)]).toBe(4 + 4);      // both tiles' banks
  });

  it('are none for banks in barrier mode and none between stages of one core', () => {
    const barrier = lineProgram({ tokens: 6, steps: 4, cores: [0, 1, 2, 3], banks: 1, ack: 'none' }), { links } = valueOf(time(barrier, tinyChip(), [drawActivities(barrier, 3)], 'cycle'));
    expect([links[link(3, 2)], links[link(2, 1)], links[link(1, 0)]]).toEqual([0, 24, 0]);
    const packed = lineProgram({ tokens: 6, steps: 4, cores: [0, 0, 0, 0] });
    expect(valueOf(time(packed, dataflow(), [drawActivities(packed, 3)], 'cycle')).links.every((flits) => flits === 0)).toBe(true);
  });

  it('are not sent for a plane that is written once', () => {
    const program = inDataflow(tinyProgram()), samples = [drawActivities(program, 1)], { links } = valueOf(time(program, dataflow(), samples, 'cycle')), counted = messageLinks(program, dataflow(), samples);
    // Consumer, producer, flits: the two chains once per context of their only step; every plane that crosses cores three times, the pixels (0 to 1, 2, 5, 6) never.
    for (const [from, to, flits] of [[2, 1, 8], [6, 5, 8], [6, 2, 3], [9, 6, 3], [10, 6, 6], [3, 6, 3], [10, 9, 6], [3, 10, 3], [0, 3, 3]]) {
      for (let at = from; at !== to;) {
        const beside = at % 4 < to % 4 ? at + 1 : at % 4 > to % 4 ? at - 1 : at < to ? at + 4 : at - 4;
        counted[link(at, beside)] += flits;
        at = beside;
      }
    }
    expect(links).toEqual(counted);
  });
});

describe('windows', () => {
  it('hold no more messages of a chain than its slots, whatever the producer could do', () => {
    for (const slots of [1, 2, 4]) {
      const program = lineProgram({ tokens: 12, steps: 3, cores: [0, 1, 2, 3], slots, banks: 3 }), activities = drawActivities(program, 5);
      activities[2].rows.fill(60);
      const plain = valueOf(time(program, dataflow(), [activities], 'cycle'));
      // Core 2 holds the source's messages for it (up to three steps), the chain's slots and one register.
      expect(plain.queues[2 * 2 + 1]).toBeLessThanOrEqual(36 + slots + 1);
      expect(plain.queues[2 * 2 + 1]).toBeGreaterThan(slots);
      expect(stalledOf(plain)[1]).toBeGreaterThan(0);
    }
  });

  it('of one bank keep a step behind the one before it, of two let it run ahead', () => {
    const wide = dataflow({ router: routerOf({ flitBits: 64 }) }), ends = [1, 2, 4].map((banks) => {  // a header says which of four banks it is for
      const program = lineProgram({ tokens: 8, steps: 4, cores: [0, 1, 2, 3], banks });
      return valueOf(time(program, wide, [drawActivities(program, 7)], 'cycle')).total[0];
    });
    expect(ends[0]).toBeGreaterThan(ends[1]);
    expect(ends[1]).toBeGreaterThanOrEqual(ends[2]);
  });

  it('of a throttled consumer stall its producers, and nothing else changes', () => {
    const program = lineProgram({ tokens: 10, steps: 3, cores: [0, 1, 2, 3] }), quick = drawActivities(program, 11, 4), slow = quick.map((activity) => ({ ...activity }));
    quick[2].rows.forEach((rows, i) => { quick[2].rows[i] = rows + 10; });  // above what hides behind the scan
    slow[2] = { ...slow[2], rows: slow[2].rows.map((rows) => rows + 100) };
    const [fast, throttled] = [quick, slow].map((activities) => valueOf(time(program, dataflow(), [activities], 'cycle')));
    expect(stalledOf(throttled)[1]).toBeGreaterThan(stalledOf(fast)[1] + 1000);
    expect(stalledOf(throttled)[0]).toBeGreaterThan(stalledOf(fast)[0]);
    expect(throttled.links).toEqual(fast.links);
    expect([0, 1, 3].map((core) => busyOf(throttled)[core])).toEqual([0, 1, 3].map((core) => busyOf(fast)[core]));
    expect(busyOf(throttled)[2] - busyOf(fast)[2]).toBe(30 * 100 * dataflow().timing.row);
    expect(throttled.total[0]).toBeGreaterThan(fast.total[0]);
  });

  it('of a full injection queue stall the core that emits', () => {
    // No window is short here, so all that stalls core 1 is its queue.
    const program = lineProgram({ tokens: 10, steps: 2, cores: [0, 1, 2, 3], slots: 100, banks: 2 }), activities = drawActivities(program, 11);
    activities[1].bits.fill(96);
    const tight = dataflow({ router: routerOf({ virtualChannels: 1, bufferFlits: 2, injectionFlits: 1 }, [3, 3, 3, 1, 3, 3]) }), { queues, cores } = valueOf(time(program, tight, [activities], 'cycle'));
    expect(queues[1 * 2]).toBe(1);
    expect(cores[1 * 3 + 1]).toBeGreaterThan(100);
  });
});

describe('cycles', () => {
  const variants = Array.from({ length: 24 }, (_, i) => i + 1).map((seed) => {
    const sync = seed % 2 ? 'barrier' as const : 'dataflow' as const, router = { ...randomRouter(seed), bufferFlits: 3 + seed % 6, ...(seed % 5 === 0 ? { flitBits: 16 } : {}) };
    const chip = tinyChip({ sync, router, timing: { emit: (seed % 4) as Chip['timing']['emit'], issue: (seed % 3) as Chip['timing']['issue'] } });
    const line = lineProgram({ tokens: 1 + seed % 7, steps: 3, cores: ([[0, 1, 2, 3], [3, 2, 1, 0], [0, 0, 1, 1], [2, 1, 1, 2]] as const)[seed % 4], ...(sync === 'barrier' ? { banks: 1, ack: 'none' } : {}) });
    return { seed, chip, programs: [sync === 'barrier' ? tinyProgram() : inDataflow(tinyProgram()), line] };
  });

  it('are never below the analytic bound, at any step, and busy cycles are equal', () => {
    for (const { seed, chip, programs } of variants) for (const program of programs) {
      const samples = [drawActivities(program, seed), drawActivities(program, seed + 100, 40)], bound = valueOf(time(program, chip, samples, 'analytic')), cycle = valueOf(time(program, chip, samples, 'cycle'));
      cycle.cycles.forEach((at, i) => expect(at, `seed ${seed}, step ${i}`).toBeGreaterThanOrEqual(bound.cycles[i]));
      cycle.total.forEach((at, i) => expect(at, `seed ${seed}, sample ${i}`).toBeGreaterThanOrEqual(bound.total[i]));
      expect(bound.total.every((at) => at > 0)).toBe(true);
      expect(busyOf(cycle)).toEqual(busyOf(bound));
      expect(cycle.links).toEqual(bound.links);
    }
  });

  it('cross each link as often as routes and message sizes say, acknowledgements apart', () => {
    for (const { seed, chip, programs } of variants.filter(({ chip: { mesh } }) => mesh.sync === 'barrier')) {
      const samples = [drawActivities(programs[0], seed)], { links } = valueOf(time(programs[0], chip, samples, 'cycle')), counted = messageLinks(programs[0], chip, samples);
      // The two chains of the tiny program, eight contexts once a sample, acknowledge from core 2 to 1 and from 6 to 5.
      counted[link(2, 1)] += 8;
      counted[link(6, 5)] += 8;
      expect(links).toEqual(counted);
    }
  });

  it('of a core are busy, stalled or idle and fill the sample', () => {
    for (const { seed, chip, programs } of variants) for (const program of programs) {
      const { cores, total } = valueOf(time(program, chip, [drawActivities(program, seed)], 'cycle'));
      for (let core = 0; core < 16; core++) {
        expect(cores[core * 3] + cores[core * 3 + 1] + cores[core * 3 + 2]).toBe(total[0]);
        expect(cores[core * 3 + 2]).toBeGreaterThanOrEqual(0);
        expect(cores[core * 3 + 1]).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('rise from step to step, with a barrier between them and one at the end in barrier mode', () => {
    const program = tinyProgram(), chip = tinyChip({ timing: { barrier: 500 as Chip['timing']['barrier'] } }), { cycles, total } = valueOf(time(program, chip, [drawActivities(program, 2)], 'cycle'));
    expect(cycles[1] - cycles[0]).toBeGreaterThan(500);
    expect(cycles[2] - cycles[1]).toBeGreaterThan(500);
    expect(total[0]).toBe(cycles[2] + 500);
    const none = valueOf(time(program, tinyChip({ timing: { barrier: 0 as Chip['timing']['barrier'] } }), [drawActivities(program, 2)], 'cycle'));
    expect(total[0] - none.total[0]).toBe(3 * 500);
  });

  it('do not depend on which samples are timed together', () => {
    for (const program of [inDataflow(tinyProgram()), lineProgram({ tokens: 5, steps: 3, cores: [0, 1, 2, 3] })]) {
      const samples = [1, 2, 3].map((seed) => drawActivities(program, seed)), together = valueOf(time(program, dataflow(), samples, 'cycle'));
      expect(together).toEqual(mergeTimings(samples.map((sample) => valueOf(time(program, dataflow(), [sample], 'cycle')))));
    }
  });

  it('are the same links with one multicast tree as with its unicast copies, apart from the shared ones', () => {
    const tree = lineProgram({ tokens: 4, steps: 2, cores: [0, 1, 2, 3] });
    const copies = { ...tree, routes: tree.routes.map((route, i) => (i === 0 ? { ...route, copies: [Uint32Array.from([link(0, 1)]), Uint32Array.from([link(0, 1), link(1, 2)])] } : route)) };
    const activities = drawActivities(tree, 9), [a, b] = [tree, copies].map((program) => valueOf(time(program, dataflow(), [activities], 'cycle')));
    const source = messageLinks(tree, dataflow(), [activities])[link(0, 1)];
    expect(b.links[link(0, 1)] - a.links[link(0, 1)]).toBe(source);
    expect(b.links[link(2, 3)]).toBe(a.links[link(2, 3)]);
    expect(busyOf(b)[0] - busyOf(a)[0]).toBe(source);
  });
});

describe('a program that cannot end', () => {
  it('is a fault that names who waits for which slot', () => {
    const program = lineProgram({ tokens: 3, steps: 2, cores: [0, 1, 2, 3], slots: 0 }), outcome = time(program, dataflow(), [drawActivities(program, 1)], 'cycle');
    expect(codesOf(outcome)).toEqual(['S3101']);
    if (outcome.ok) return;
    expect(outcome.faults[0].at).toEqual({ in: 'run', core: 1, step: 0 });
    expect(outcome.faults[0].message).toMatch(/stage 1 \(line, synapse\) on core 1, step 0, 0 of 3 contexts done: context 0 has its inputs and misses a slot at stage 2 \(line, synapse\) on core 2: all 0 are taken/);
    expect(outcome.faults[0].message).toMatch(/stage 2 .* context 0 misses 1 of 2 messages, from stage 1 \(line, synapse\) on core 1, which has sent 0 of 3/);
  });

  it('is a fault that names the message nobody sends, in barrier mode too', () => {
    for (const sync of ['barrier', 'dataflow'] as const) {
      const program = lineProgram({ tokens: 4, steps: 2, cores: [0, 1, 2, 3] }), short = { ...program, routes: program.routes.map((route, i) => (i === 2 ? { ...route, contexts: span(0, 3) } : route)) };
      const outcome = time(short, tinyChip({ sync }), [drawActivities(program, 1)], 'cycle');
      expect(outcome.ok ? '' : outcome.faults[0].message).toMatch(/stage 4 \(out, readout\) on core 3, step 0, 3 of 4 contexts done: context 3 misses 1 of 1 messages, from stage 3 \(line, soma\) on core 2, which has sent 3 of 4/);
    }
  });

  it('starts no context of a chain before its turn, though its inputs are there', () => {
    const program = lineProgram({ tokens: 4, steps: 1, cores: [0, 1, 2, 3] }), late = { ...program, routes: program.routes.map((route, i) => (i === 0 ? { ...route, contexts: span(1, 4) } : route)) };
    const outcome = time(late, dataflow(), [drawActivities(program, 1)], 'cycle');
    expect(outcome.ok ? '' : outcome.faults[0].message).toMatch(/stage 1 \(line, synapse\) on core 1, step 0, 0 of 4 contexts done: context 0 misses 1 of 1 messages, from stage 0 \(input, source\) on core 0, which has sent 3 of 4/);
  });

  it('is a fault where a bank is never freed', () => {
    const program = lineProgram({ tokens: 2, steps: 3, cores: [0, 1, 2, 3], banks: 0 }), outcome = time(program, dataflow(), [drawActivities(program, 1)], 'cycle');
    expect(outcome.ok ? '' : outcome.faults[0].message).toMatch(/misses a bank at stage 1 \(line, synapse\) on core 1: it has freed 0 steps and has 0 banks/);
  });
});

describe('time', () => {
  it('refuses activities of another program, naming sample and stage', () => {
    const program = tinyProgram(), activities = drawActivities(program, 1), chip = tinyChip();
    expect(codesOf(time(program, chip, [activities.slice(0, -1)], 'analytic'))).toEqual(['S1101']);
    const swapped = time(program, chip, [activities, activities.map((activity, i) => (i === 4 ? { ...activity, rows: activity.rows.slice(1) } : activity))], 'cycle');
    expect(swapped.ok ? undefined : swapped.faults[0].at).toEqual({ in: 'program', part: 'activity of sample 1, stage 4' });
  });

  it('refuses a router it cannot run, and forks where the router switches by wormhole', () => {
    const program = tinyProgram(), samples = [drawActivities(program, 1)];
    expect(codesOf(time(program, tinyChip({ router: routerOf({ virtualChannels: 0 }) }), samples, 'cycle'))).toEqual(['S2101']);
    const forked = time(program, tinyChip({ router: { ...routerOf({}), switching: 'wormhole' } }), samples, 'cycle');
    expect(codesOf(forked)).toEqual(['S2102', 'S2102', 'S2102', 'S2102']);
  });

  it('times no samples at all', () => {
    for (const fidelity of ['analytic', 'cycle'] as const) expect(valueOf(time(tinyProgram(), tinyChip(), [], fidelity)).cycles.length).toBe(0);
  });
});
