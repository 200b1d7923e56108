// The zoo's stages in the contract: programs that the mapper makes of them are accepted, written and read; bounds hold what inputs can make of them; lags and windows.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arch } from '../../targets/contract/arch.ts';
import type { Attend, Gather, Program, Stage, Synapse } from '../../targets/contract/program.ts';
import { lagsOf, windowOf } from '../../targets/contract/windows.ts';
import { headerFlits, multipliesOf, payloadBits, workCycles } from '../../targets/contract/work.ts';
import { openFindings } from '../../targets/contract/verify/findings.ts';
import type { Interval } from '../../targets/contract/verify/intervals.ts';
import type { Proof } from '../../targets/contract/verify/proof.ts';
import { writeCurrent } from '../../targets/contract/verify/proof.ts';
import { proveAttend, proveSynapse } from '../../targets/contract/verify/range-sums.ts';
import { surveyOf } from '../../targets/contract/verify/survey.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { changedZoo, changedZooArch, stage } from './draft.ts';
import { tinyProgram } from './tiny-program.ts';
import { assemble, zooArch, zooPlan, zooPlane, zooProgram, zooStage, zooSteps } from './zoo-program.ts';

const seed = 20261125;
const chips: readonly Arch[] = [zooArch, ...[{ sync: 'dataflow' as const, multicast: true }, { sync: 'dataflow' as const, multicast: false }].map(({ sync, multicast }) =>
  changedZooArch((arch) => { arch.mesh.sync = sync; arch.router.multicast = multicast; }))];

describe('the zoo program', () => {
  it('is accepted as the mapper makes it: with barriers, in dataflow, without multicast, all on one core', () => {
    for (const chip of chips) {
      expect(verifyProgram(zooProgram(chip), chip)).toEqual([]);
      expect(verifyProgram(assemble(zooPlan, zooSteps, chip, () => 5), chip)).toEqual([]);
    }
  });

  it('has every footprint that is stated and no other: a byte more or less in any memory is refused', () => {
    const { cores } = zooProgram();
    cores.forEach((image, i) => (Object.keys(image.footprint) as (keyof typeof image.footprint)[]).forEach((part) => {
      const faults = verifyProgram(changedZoo((p) => { p.cores[i].footprint[part]++; }), zooArch);
      expect(faults.map(({ code, at }) => [code, at])).toEqual([['T2163', { in: 'program', part: `cores[${i}].footprint.${part}` }]]);
    }));
    // Two heads of 2 x 2 counters of 4 bits, their sums of 2 x 4 bits, and the rows' sums up to 24: 2 x 5 bits.
    expect(cores.find(({ core }) => core === 7)!.footprint.counters).toBe(Math.ceil((2 * (2 * 2 * 4 + 2 * 4 + 2 * 5)) / 8));
    // Biases, gains, thresholds of three steps and nine kept fractions, and one route: 24 bits each, 32 bits.
    expect(cores.find(({ core }) => core === 2)!.footprint.tables).toBe((4 + 4 + 12 + 9) * 3 + 4);
    // A bias and three thresholds a column, three comparators.
    expect(cores.find(({ core }) => core === 3)!.footprint.tables).toBe(4 * 4 * 3 + 1 + 4);
  });

  it('comes back from its bytes field by field, which are the same each time', () => {
    for (const chip of chips) {
      const program = zooProgram(chip), bytes = encodeProgram(program), outcome = decodeProgram(bytes, 'zoo');
      expect(outcome.ok && outcome.value).toStrictEqual(program);
      expect(encodeProgram(zooProgram(chip))).toEqual(bytes);
    }
  });

  it('comes back with every choice that it does not make', () => {
    const program = changedZoo((p) => {
      const query = stage(p, zooStage('query'), 'soma');
      query.rule = { kind: 'lif', thresholds: Int32Array.of(-1, 2, 3, 2 ** 31 - 1), keep: [1, 1], reset: 'subtract', fires: '>=', rounding: 'floor', fractionBits: 20 };
      query.gain = new Int32Array(4);
      stage(p, zooStage('graded'), 'attend').clear = 'sample';
      stage(p, zooStage('map'), 'readout').keeps = { steps: false, positions: true };
      stage(p, zooStage('score'), 'readout').keeps = { steps: true, positions: false };
      stage(p, zooStage('xor'), 'pool').op = 'and';
      stage(p, zooStage('counted'), 'pool').op = 'max';
    });
    const outcome = decodeProgram(encodeProgram(program), 'zoo');
    expect(outcome.ok && outcome.value).toStrictEqual(program);
  });

  it('is refused without a throw, whatever numbers in it are replaced, and whatever bytes of it', () => {
    const values = fc.constantFrom(0, 1, 2, 3, 5, 17, -1, 0.5, NaN, Infinity, 255, 65536, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 1e300), places: string[][] = [];
    const walk = (value: unknown, path: string[]): void => {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
      for (const [key, each] of Object.entries(value)) {
        if (typeof each === 'number') places.push([...path, key]);
        else walk(each, [...path, key]);
      }
    };
    walk(zooProgram(), []);
    let accepted = 0;
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(places.length - 1), values), { minLength: 1, maxLength: 2 }), (changes) => {
      const program = changedZoo((p) => {
        for (const [at, value] of changes) {
          const holder = places[at].slice(0, -1).reduce((inner: object, key) => inner[key as never], p) as Record<string, unknown>;
          holder[places[at][places[at].length - 1]] = value;
        }
      });
      if (verifyProgram(program, zooArch).length === 0) accepted++;
    }), { seed, numRuns: 600 });
    expect(accepted).toBeLessThan(80);
    const bytes = encodeProgram(zooProgram());
    fc.assert(fc.property(fc.array(fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 4 }), (changes) => {
      const spoilt = Uint8Array.from(bytes);
      for (const { at, to } of changes) spoilt[at] = to;
      const outcome = decodeProgram(spoilt, 'zoo');
      if (outcome.ok) verifyProgram(outcome.value, zooArch);
      else expect(outcome.faults.length).toBeGreaterThan(0);
    }), { seed, numRuns: 800 });
  });
});

describe('lags', () => {
  it('count clip-wide attention on the way, and windows hold every step of what is read across it', () => {
    const { stages, planes } = lagsOf(zooPlan), lag = (name: Parameters<typeof zooStage>[0]) => stages[zooStage(name)];
    expect([lag('hamming'), lag('clip'), lag('xor'), lag('head'), lag('map'), lag('score')]).toEqual([1, 1, 1, 1, 1, 1]);
    expect([lag('current source'), lag('query'), lag('key'), lag('mixed'), lag('graded')]).toEqual([0, 0, 0, 0, 0]);
    expect([planes[zooPlane('currents')], planes[zooPlane('stream')]]).toEqual([0, 1]);
    for (const chip of chips) for (const edge of zooProgram(chip).edges) {
      if (edge.window.kind !== 'region') continue;
      const crosses = stages[edge.from] < stages[edge.to], overlaps = chip.mesh.sync === 'dataflow' || stages[edge.to] > 0;
      expect(edge.window).toEqual(crosses ? { kind: 'region', banks: 3, ack: 'none' } : overlaps ? { kind: 'region', banks: 2, ack: 'step' } : { kind: 'region', banks: 1, ack: 'none' });
    }
  });

  it('are those of the whole chain and of attention beside it, where only the soma reads what lags', () => {
    const first = zooStage('xor'), tile = zooPlan.stages[zooStage('mac')] as Synapse, soma = zooPlan.stages[zooStage('clip')] as Extract<Stage, { kind: 'soma' }>;
    const joined: Stage = { ...soma, id: first + 2, sums: [first + 1], adds: [{ ...soma.adds[0], plane: zooPlane('stream') }] };
    const chain: readonly Stage[] = [{ ...tile, id: first }, { ...tile, id: first + 1, after: first }, joined], stages = [...zooPlan.stages.slice(0, first), ...chain];
    expect([...lagsOf({ ...zooPlan, stages }).stages.slice(-3)]).toEqual([1, 1, 1]);
  });

  it('need no bank but one where there is one step, or where a plane is written once', () => {
    const plane = zooPlan.planes[0];
    expect(windowOf(plane, { from: 1, to: 1 }, 'barrier', 1)).toEqual({ kind: 'region', banks: 1, ack: 'none' });
    expect(windowOf(plane, { from: 0, to: 2 }, 'dataflow', 7)).toEqual({ kind: 'region', banks: 7, ack: 'none' });
    expect(windowOf({ ...plane, per: 'sample' }, { from: 0, to: 1 }, 'dataflow', 7)).toEqual({ kind: 'region', banks: 1, ack: 'none' });
  });

  it('make headers longer: the step of a message is one of as many as banks', () => {
    const chip = { ...zooArch, router: { ...zooArch.router, flitBits: 33 } }, program = (steps: number) => assemble(zooPlan, steps, zooArch, () => 0);
    expect([3, 4, 5].map((steps) => headerFlits(program(steps), chip))).toEqual([1, 1, 2]);
    expect(headerFlits(tinyProgram(), { ...chip, router: { ...chip.router, flitBits: 32 } })).toBe(1);
  });
});

describe('work', () => {
  it('of multi-bit rows is that of MACs, and a column of a matrix is stored as long as the matrix is high', () => {
    const program = zooProgram(), chip = changedZooArch((arch) => { Object.assign(arch.timing, { mac: 100, row: 1, word: 0, issue: 0, counter: 1 }); Object.assign(arch.memories.counter, { wordBits: 6 }); });
    expect(program.stages.filter((each) => multipliesOf(each, program)).map(({ id }) => id)).toEqual([zooStage('mac')]);
    expect([true, false].map((multiplies) => workCycles(program.stages[zooStage('mac')], 3, 9, chip, multiplies))).toEqual([300, 3]);
    expect(['columns', 'rows'].map((name) => [true, false].map((fills) => workCycles(program.stages[zooStage(name as 'rows')], 2, 0, chip, false, fills)))).toEqual([[4, 8], [4, 4]]);
  });

  it('sends a ternary spike as an index and a sign, or all channels in two bits each', () => {
    expect([0, 1, 4, 8, 64].map((active) => payloadBits({ as: 'ternary' }, 64, active))).toEqual([0, 7, 28, 56, 128]);
  });
});

/** What proveSynapse or proveAttend finds for one stage. */
function proved(program: Program, stageId: number, planes: readonly (readonly [plane: number, bounds: Interval])[]): Readonly<{ sums: Interval; codes: readonly string[] }> {
  const findings = openFindings(), proof: Proof = { survey: surveyOf(program, zooArch), findings, blocks: new Map(), sums: new Map(), planes: new Map(planes), written: new Map(), results: new Map() }, found = program.stages[stageId];
  if (found.kind === 'synapse') proveSynapse(found, proof);
  else proveAttend(found as Attend, proof);
  return { sums: proof.sums.get(stageId)!, codes: findings.all().map(({ code }) => code) };
}

describe('bounds of sums', () => {
  const channel = fc.tuple(fc.integer({ min: -30, max: 30 }), fc.nat(40));

  it('hold what currents of proved bounds make in grouped columns, and are reached at their ends', () => {
    const weights = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 8, maxLength: 8 });
    fc.assert(fc.property(weights, fc.array(channel, { minLength: 4, maxLength: 4 }), fc.constantFrom(1, 2), fc.nat(2), (data, ranges, groups, shift) => {
      const wide = groups === 1 ? 2 : 4, gather: Gather = { window: [1, 1], stride: [1, 1], padding: [0, 0], outGrid: [2, 2], taps: { from: 0, to: 1 }, shifts: [shift], groups,
        from: [{ plane: zooPlane('currents'), positions: { from: 0, to: 4 }, channels: { from: 0, to: 4 } }] };
      const program = changedZoo((p) => { Object.assign(stage(p, zooStage('mac'), 'synapse'), { gather, columns: { from: 0, to: wide }, block: 4 } satisfies Partial<Synapse>); p.blocks.push({ rows: 4, columns: 2, data: Int8Array.from(data) }); });
      const bounds: Interval = { low: Float64Array.from(ranges, ([low]) => low), high: Float64Array.from(ranges, ([low, width]) => low + width) }, { sums } = proved(program, zooStage('mac'), [[zooPlane('currents'), bounds]]);
      for (let column = 0; column < wide; column++) {
        // Every corner of the box of inputs, each channel also absent (padding).
        let least = Infinity, most = -Infinity;
        for (let corner = 0; corner < 3 ** 4; corner++) {
          let sum = 0;
          for (let row = 0; row < 4; row++) {
            const end = Math.floor(corner / 3 ** row) % 3, value = [0, bounds.low[row], bounds.high[row]][end];
            if (groups === 1 || Math.floor(row / 2) === Math.floor(column / 2)) sum += data[row * 2 + (column % 2)] * value * 2 ** shift;
          }
          least = Math.min(least, sum);
          most = Math.max(most, sum);
        }
        expect([sums.low[column], sums.high[column]]).toEqual([least, most]);
      }
    }), { seed, numRuns: 150 });
  });

  it('follow a plane that a later stage widens, though the tile is the same', () => {
    const program = zooProgram(), proof: Proof = { survey: surveyOf(program, zooArch), findings: openFindings(), blocks: new Map(), sums: new Map(), planes: new Map(), written: new Map(), results: new Map() };
    const mac = program.stages[zooStage('mac')] as Synapse, greatest = [1, 7].map((high) => {
      writeCurrent(mac.gather.from[0], { low: new Float64Array(4), high: new Float64Array(4).fill(high) }, 'here', proof);
      proveSynapse(mac, proof);
      return proof.sums.get(mac.id)!.high;
    });
    expect([...greatest[1]]).toEqual([...greatest[0]].map((each) => each * 7));
    expect(greatest[0].some((each) => each > 0)).toBe(true);
  });

  it('of ternary spikes are the sum of all magnitudes, both ways', () => {
    const program = zooProgram(), { data } = program.blocks[2], { sums } = proved(program, zooStage('of ternary'), []);
    for (let column = 0; column < 4; column++) {
      const magnitude = [0, 1, 2, 3].reduce((sum, row) => sum + Math.abs(data[row * 4 + column]), 0);
      expect([sums.low[column], sums.high[column]]).toEqual([-magnitude, magnitude]);
    }
  });

  it('of a run-time matrix are reached by the query that selects all that is below, or above, 0', () => {
    fc.assert(fc.property(fc.array(channel, { minLength: 4, maxLength: 4 }), (ranges) => {
      const bounds: Interval = { low: Float64Array.from(ranges, ([low]) => low), high: Float64Array.from(ranges, ([low, width]) => low + width) }, below = bounds.low.map((each) => Math.min(0, each)), above = bounds.high.map((each) => Math.max(0, each));
      const columns = proved(zooProgram(), zooStage('columns'), [[zooPlane('currents'), bounds]]).sums, rows = proved(zooProgram(), zooStage('rows'), [[zooPlane('currents'), bounds]]).sums;
      for (let column = 0; column < 8; column++) {
        const head = Math.floor(column / 4) * 2;
        expect([columns.low[column], columns.high[column]]).toEqual([below[head] + below[head + 1], above[head] + above[head + 1]]);
      }
      for (let column = 0; column < 4; column++) expect([rows.low[column], rows.high[column]]).toEqual([4 * below[column], 4 * above[column]]);
    }), { seed, numRuns: 100 });
  });

  it('of Hamming attention are reached by clips that agree, and by clips that never do', () => {
    const program = zooProgram(), { sums } = proved(program, zooStage('hamming'), []), spikes = zooSteps * 4, width = 2;
    const answer = (query: number, key: number): number => {  // all tokens alike, all values 1: 4 qA - 2 |q| s - 2 1^T A + d s
      const product = query * key * width * spikes;
      return 4 * product - 2 * query * width * spikes - 2 * key * width * spikes + width * spikes;
    };
    expect([sums.low[0], sums.high[0]]).toEqual([answer(1, 0), answer(1, 1)]);
    expect(answer(0, 1)).toBe(answer(1, 0));
  });

  it('of Hamming attention ask for room on the way: 5 d T N above 0 and 4 below', () => {
    const way = (accumulatorBits: number, steps: number) => {
      const arch = changedZooArch((a) => { a.core.accumulatorBits = accumulatorBits; }), findings = openFindings(), program: Program = { ...zooProgram(), steps };
      proveAttend(program.stages[zooStage('hamming')] as Attend, { survey: surveyOf(program, arch), findings, blocks: new Map(), sums: new Map(), planes: new Map(), written: new Map(), results: new Map() });
      return findings.all().map(({ code, message }) => [code, message]);
    };
    expect(way(8, 3)).toEqual([]);
    expect(way(7, 3)).toEqual([['T2132', expect.stringContaining('-96 .. 120')]]);
  });
});

describe('a pool', () => {
  /** Counts of one code where heads of the stream are joined into currents of `bits`; its last channel has four times the gain of the others. */
  const joined = (op: 'sum' | 'max', bits: number, chip: Arch, code: string): number => {
    const program = changedZoo((p) => {
      const counted = stage(p, zooStage('counted'), 'pool');
      stage(p, zooStage('clip'), 'soma').gain = Int32Array.of(1, 1, 1, 4);
      Object.assign(counted, { op, from: [{ ...counted.from[0], plane: zooPlane('stream') }] });
      p.planes[zooPlane('counted')] = { name: 'counted', grid: [2, 2], channels: 2, carrier: { as: 'current', bits }, per: 'step' };
    });
    return verifyProgram(program, chip).filter((fault) => fault.code === code).length;
  };

  it('joins the heads of currents within the bounds of each head: all channels of it, and of no other', () => {
    // -24 .. 24 times the gain, plus -32 .. 31: the last channel reaches -128 .. 127, the others -56 .. 55.
    expect([7, 8].map((bits) => joined('max', bits, zooArch, 'T2134'))).toEqual([1, 0]);
    expect([8, 9].map((bits) => joined('sum', bits, zooArch, 'T2134'))).toEqual([1, 0]);
  });

  it('of currents needs a chip that compares them, where it takes the greatest; a copy does not', () => {
    const chip = changedZooArch((arch) => { arch.abilities.maxCurrent = false; });
    expect([joined('max', 8, chip, 'T2111'), joined('sum', 9, chip, 'T2111')]).toEqual([1, 0]);
    const copied = changedZoo((p) => {
      Object.assign(stage(p, zooStage('copy clip'), 'pool').from[0], { plane: zooPlane('stream') });
      Object.assign(stage(p, zooStage('copy masked'), 'pool').from[0], { plane: zooPlane('stream') });
      p.planes[zooPlane('joined')].carrier = { as: 'current', bits: 9 };
    });
    expect(verifyProgram(copied, chip).filter(({ code }) => code === 'T2111')).toEqual([]);
  });
});
