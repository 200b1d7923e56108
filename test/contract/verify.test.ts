// The verifier's own parts against brute force: what it accepts, how it bounds membranes and rows, how it finds overlaps, needs and circles.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionsOf, visitNeeded } from '../../targets/contract/geometry.ts';
import type { Gather, Plane, Program, Region, Rule, Synapse } from '../../targets/contract/program.ts';
import { slidGrid } from '../../targets/contract/geometry.ts';
import type { Pair, Span } from '../../targets/contract/units.ts';
import { coreOf } from '../../targets/contract/verify/cores.ts';
import { openFindings } from '../../targets/contract/verify/findings.ts';
import { rowMaximum } from '../../targets/contract/verify/inputs.ts';
import { membraneBounds } from '../../targets/contract/verify/membranes.ts';
import { findNeeds } from '../../targets/contract/verify/needs.ts';
import { areaOf, overlapping } from '../../targets/contract/verify/rectangles.ts';
import { surveyOf } from '../../targets/contract/verify/survey.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import type { Draft } from './draft.ts';
import { changedArch, changedProgram, stage } from './draft.ts';
import { tinyArch, tinyProgram } from './tiny-program.ts';

const seed = 20261124;
const spanWithin = (end: number) => fc.tuple(fc.nat(end - 1), fc.integer({ min: 1, max: end })).map(([from, length]): Span => ({ from, to: Math.min(end, from + length) }));

/** X-then-Y path on the 4 x 4 mesh. */
function path(from: number, to: number): number[] {
  const links: number[] = [];
  for (let at = from; at !== to;) {
    const x = at % 4, direction = x < to % 4 ? 0 : x > to % 4 ? 1 : at > to ? 2 : 3;
    links.push(4 * at + direction);
    at += [1, -1, -4, 4][direction];
  }
  return links;
}

describe('verifyProgram accepts', () => {
  it('the tiny program, made by hand', () => { expect(verifyProgram(tinyProgram(), tinyArch)).toEqual([]); });

  it('the same with a path per reader on a chip without multicast', () => {
    const program = changedProgram((draft) => {
      const cores = coreOf(draft as Program);
      for (const route of draft.routes) {
        const home = cores[route.from], readers = new Set(route.edges.map((edge) => cores[draft.edges[edge].to]));
        readers.delete(home);
        route.copies = [...readers].map((core) => Uint32Array.from(path(home, core)));
      }
    });
    expect(verifyProgram(program, changedArch((arch) => { arch.router.multicast = false; }))).toEqual([]);
  });

  it('the same with two banks and acknowledgements on a dataflow chip, whose buffers are twice as large', () => {
    const program = changedProgram((draft) => {
      for (const edge of draft.edges) if (edge.window.kind === 'region' && edge.from !== 0) edge.window = { kind: 'region', banks: 2, ack: 'step' };
      const grown: Readonly<Record<number, number>> = { 0: 15, 3: 16, 6: 12 + 13 + 2 * 8, 9: 4, 10: 2 * 16 };
      for (const image of draft.cores) if (grown[image.core] !== undefined) image.footprint.buffers = grown[image.core] as never;
    });
    expect(verifyProgram(program, changedArch((arch) => { arch.mesh.sync = 'dataflow'; }))).toEqual([]);
  });

  it('a route that takes another way round, so long as it cannot deadlock', () => {
    expect(verifyProgram(changedProgram((draft) => { draft.routes[13].copies = [Uint32Array.of(15, 29, 25, 21, 18)]; }), tinyArch)).toEqual([]);
  });
});

describe('coreOf', () => {
  it('gives the core of every stage and -1 where no image names it', () => {
    const program = changedProgram((draft) => { draft.cores[1].stages = []; });
    expect([...coreOf(program)]).toEqual([0, -1, 2, 2, 5, 6, 6, 6, 9, 9, 10, 10, 10, 10, 3, 3, 3, 0]);
  });
});

describe('a hostile program', () => {
  it('is refused without a throw, whatever number in it is replaced', () => {
    const values = fc.constantFrom(0, 1, 2, 3, 5, 17, -1, 0.5, NaN, Infinity, 255, 65536, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 1e9, 1e300);
    const places: (readonly [holder: (draft: Draft<Program>) => Record<string, unknown>, key: string])[] = [];
    const walk = (value: unknown, holder: (draft: Draft<Program>) => unknown): void => {
      if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
      for (const [key, each] of Object.entries(value)) {
        if (typeof each === 'number') places.push([holder as (typeof places)[number][0], key]);
        else walk(each, (draft) => (holder(draft) as Record<string, unknown>)[key]);
      }
    };
    walk(tinyProgram(), (draft) => draft);
    expect(places.length).toBeGreaterThan(500);
    let accepted = 0;
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(places.length - 1), values), { minLength: 1, maxLength: 3 }), (changes) => {
      const program = changedProgram((draft) => { for (const [at, value] of changes) places[at][0](draft)[places[at][1]] = value; });
      if (verifyProgram(program, tinyArch).length === 0) accepted++;
    }), { seed, numRuns: 800 });
    expect(accepted).toBeLessThan(80);  // a number replaced by itself, a scale, a layer, a sum wider than it must be
  });
});

describe('membraneBounds', () => {
  type Lif = Extract<Rule, { kind: 'lif' }>;
  type Elastic = Extract<Rule, { kind: 'elastic' }>;
  const lif = fc.record({ threshold: fc.integer({ min: 1, max: 40 }), numerator: fc.nat(8), denominator: fc.integer({ min: 1, max: 8 }), reset: fc.constantFrom('zero' as const, 'subtract' as const, 'threshold' as const),
    fires: fc.constantFrom('>=' as const, '>' as const), rounding: fc.constantFrom('floor' as const, 'ceil' as const), fractionBits: fc.nat(3) })
    .map(({ threshold, numerator, denominator, ...rest }): Lif => ({ kind: 'lif', thresholds: Int32Array.of(threshold), keep: [Math.min(numerator, denominator), denominator], ...rest }));
  type Run = Readonly<{ stored: readonly [number, number]; before: readonly [number, number] }>;
  /** Least and greatest membrane that is stored, over all steps and before the first, and of what is kept of it. */
  const runLif = (rule: Lif, inputs: readonly number[]): Run => {
    const seen = [0], kept = [0], round = rule.rounding === 'floor' ? Math.floor : Math.ceil, [threshold] = rule.thresholds;
    for (const input of inputs) {
      kept.push(round((rule.keep[0] * seen[seen.length - 1]) / rule.keep[1]));
      const u = kept[kept.length - 1] + input * 2 ** rule.fractionBits, spikes = rule.fires === '>=' ? u >= threshold : u > threshold;
      seen.push(spikes ? { zero: 0, subtract: u - threshold, threshold }[rule.reset] : u);
    }
    return { stored: [Math.min(...seen), Math.max(...seen)], before: [Math.min(...kept), Math.max(...kept)] };
  };
  const currentsOf = (low: number, width: number, draws: readonly number[]) => draws.map((draw) => low + Math.round(draw * width));
  const interval = (low: number, high: number) => ({ low: Float64Array.of(low), high: Float64Array.of(high) });
  const draws = fc.array(fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 12 });
  const expectInside = (run: Run, bounds: Run): void => {
    for (const what of ['stored', 'before'] as const) {
      expect(run[what][0]).toBeGreaterThanOrEqual(bounds[what][0]);
      expect(run[what][1]).toBeLessThanOrEqual(bounds[what][1]);
    }
  };

  it('holds every stored membrane that inputs within their bounds can make, whatever the reset, the comparator and the rounding', () => {
    fc.assert(fc.property(lif, fc.integer({ min: -60, max: 60 }), fc.nat(60), draws, (rule, low, width, each) => {
      expectInside(runLif(rule, currentsOf(low, width, each)), membraneBounds(rule, interval(low, low + width), each.length));
    }), { seed, numRuns: 3000 });
  });

  it('is reached from below: the least input at every step gives the lower bound itself', () => {
    fc.assert(fc.property(lif, fc.integer({ min: -60, max: -1 }), fc.integer({ min: 1, max: 12 }), (rule, low, steps) => {
      expect(runLif(rule, Array.from({ length: steps }, () => low)).stored[0]).toBe(membraneBounds(rule, interval(low, 0), steps).stored[0]);
    }), { seed, numRuns: 500 });
  });

  it('is reached from above by one input: the greatest that stays silent, or what firing leaves', () => {
    const once = (rule: Partial<Lif>): readonly number[] => membraneBounds({ kind: 'lif', thresholds: Int32Array.of(10), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0, ...rule }, interval(0, 50), 1).stored;
    expect([once({}), once({ fires: '>' }), once({ reset: 'subtract' }), once({ reset: 'threshold' }), once({ fractionBits: 2, reset: 'subtract' })]).toEqual([[0, 9], [0, 10], [0, 40], [0, 10], [0, 190]]);
  });

  it('is at once where nothing is forgotten and thousands of steps pass', () => {
    const rule: Rule = { kind: 'lif', thresholds: Int32Array.of(10), keep: [1, 1], reset: 'subtract', fires: '>=', rounding: 'floor', fractionBits: 0 };
    expect(membraneBounds(rule, interval(-3, 12), 4096).stored).toEqual([-3 * 4096, 9 + 2 * 4095]);
  });

  const elastic = fc.record({ thresholds: fc.array(fc.nat(30), { minLength: 12, maxLength: 12 }), keeps: fc.array(fc.integer({ min: -3, max: 9 }), { minLength: 36, maxLength: 36 }), keepBits: fc.nat(3), fractionBits: fc.nat(2) })
    .map(({ thresholds, keeps, ...rest }): Elastic => ({ kind: 'elastic', thresholds: Int32Array.from(thresholds), keeps: Int32Array.from(keeps), ...rest }));
  const runElastic = (rule: Elastic, inputs: readonly number[]): Run => {
    const seen = [0], kept = [0];
    let spike = 0;
    inputs.forEach((input, step) => {
      const exact = (rule.keeps[3 * step + 1 + spike] * seen[step]) / 2 ** rule.keepBits, below = Math.floor(exact);
      kept.push(below === exact || below % 2 !== 0 ? below : below + 1);
      const u = kept[step + 1] + input * 2 ** rule.fractionBits, threshold = rule.thresholds[step];
      spike = u > threshold ? 1 : u < -threshold ? -1 : 0;
      seen.push(u);
    });
    return { stored: [Math.min(...seen), Math.max(...seen)], before: [Math.min(...kept), Math.max(...kept)] };
  };

  it('holds every membrane of a ternary neuron, and the extremes of one step are reached', () => {
    fc.assert(fc.property(elastic, fc.integer({ min: -60, max: 60 }), fc.nat(60), draws, (rule, low, width, each) => {
      expectInside(runElastic(rule, currentsOf(low, width, each)), membraneBounds(rule, interval(low, low + width), each.length));
      const [first, last] = membraneBounds(rule, interval(low, low + width), 1).stored;
      expect([first, last]).toEqual([runElastic(rule, [low]).stored[0], runElastic(rule, [low + width]).stored[1]]);
    }), { seed, numRuns: 3000 });
  });

  it('knows by the spike before what is kept: what fired positive is wiped and the rest stays below the threshold', () => {
    const rule: Elastic = { kind: 'elastic', thresholds: new Int32Array(6).fill(8), keeps: Int32Array.from({ length: 18 }, (_, i) => [4, 2, 0][i % 3]), keepBits: 3, fractionBits: 0 };
    expect(membraneBounds(rule, interval(0, 100), 6)).toEqual({ stored: [0, 102], before: [0, 2] });
    expect(membraneBounds(rule, interval(-100, 0), 2)).toEqual({ stored: [-150, 0], before: [-50, 0] });
  });

  it('gives up early, far beyond any width, where a membrane doubles at every step', () => {
    const rule: Elastic = { kind: 'elastic', thresholds: new Int32Array(4096), keeps: new Int32Array(3 * 4096).fill(2), keepBits: 0, fractionBits: 0 };
    const { stored: [low, high] } = membraneBounds(rule, interval(-5, 5), 4096);
    expect([low < -(2 ** 31), high > 2 ** 31, Number.isFinite(low), Number.isFinite(high)]).toEqual([true, true, true, true]);
  });
});

describe('overlapping', () => {
  const region = fc.record({ plane: fc.constant(0), positions: spanWithin(12), channels: spanWithin(9) });

  it('finds two regions that share an element exactly where a drawing of the plane does', () => {
    let clashes = 0;
    fc.assert(fc.property(fc.array(region, { maxLength: 6 }), (regions: readonly Region[]) => {
      const drawn = new Uint8Array(12 * 9);
      for (const { positions, channels } of regions) for (let p = positions.from; p < positions.to; p++) for (let c = channels.from; c < channels.to; c++) drawn[p * 9 + c]++;
      const found = overlapping(regions), clash = drawn.some((times) => times > 1);
      expect(found !== undefined).toBe(clash);
      if (!clash) { expect(regions.reduce((sum, each) => sum + areaOf(each), 0)).toBe(drawn.filter(Boolean).length); return; }
      clashes++;
      const [a, b] = found!.map((i) => regions[i]);
      expect(Math.max(a.positions.from, b.positions.from) < Math.min(a.positions.to, b.positions.to) && Math.max(a.channels.from, b.channels.from) < Math.min(a.channels.to, b.channels.to)).toBe(true);
    }), { seed, numRuns: 1000 });
    expect(clashes).toBeGreaterThan(100);
  });
});

describe('findNeeds', () => {
  const geometry = fc.record({ grid: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })), window: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), pads: fc.tuple(fc.nat(2), fc.nat(2)), cuts: fc.tuple(fc.nat(49), fc.nat(49)), contexts: fc.tuple(fc.nat(48), fc.nat(48)) });

  it('gives for each producer the first and the last position that any context needs of it, as counting them one by one does', () => {
    let skipped = 0;
    fc.assert(fc.property(geometry, ({ grid, window, stride, pads, cuts, contexts: [a, b] }) => {
      const padding: Pair = [Math.min(pads[0], window[0] - 1), Math.min(pads[1], window[1] - 1)], outGrid = slidGrid(grid, { window, stride, padding });
      if (outGrid.some((size) => size < 1)) return;
      const outs = positionsOf(outGrid), size = positionsOf(grid), from = Math.min(a, b) % outs, contexts = { from, to: Math.min(outs, from + 1 + (Math.max(a, b) % outs)) }, [first, second] = cuts.map((cut) => cut % (size + 1)).sort((x, y) => x - y);
      const plane: Plane = { name: 'in', grid, channels: 1, carrier: { as: 'pixel' }, per: 'sample' }, whole: Region = { plane: 0, positions: { from: 0, to: size }, channels: { from: 0, to: 1 } };
      const gather: Gather = { window, stride, padding, outGrid, taps: { from: 0, to: window[0] * window[1] }, from: [whole], shifts: [0], groups: 1 };
      const reader: Synapse = { id: 3, layer: 0, contexts, kind: 'synapse', gather, block: 0, columns: { from: 0, to: 1 }, evaluate: 'sample', sumBits: 1 };
      const thirds = [{ from: 0, to: first }, { from: first, to: second }, { from: second, to: size }];
      const program = changedProgram((draft) => {
        draft.planes = [plane] as Draft<Program>['planes'];
        draft.stages = [...thirds.map((positions, id) => ({ id, layer: 0, contexts: positions, kind: 'source', coding: 'direct', out: { ...whole, positions } })), reader] as Draft<Program>['stages'];
      });
      const needs = findNeeds(surveyOf(program, tinyArch), openFindings());
      thirds.forEach((third, id) => {
        let low = Infinity, high = -1;
        for (let context = contexts.from; context < contexts.to; context++) visitNeeded(reader, 0, context, [plane], (position) => {
          if (position >= third.from && position < third.to) { low = Math.min(low, position); high = Math.max(high, position); }
        });
        const need = needs.get(`${id}.0.3`);
        if (need && !need.exact) skipped++;
        expect(need?.exact).toEqual(high < 0 ? undefined : { from: low, to: high + 1 });
      });
    }), { seed, numRuns: 2000 });
    expect(skipped).toBeGreaterThan(0);
  });
});

describe('rowMaximum', () => {
  const bitPlanes = (shifts: readonly number[], inputs: number) => changedProgram((draft) => {
    const add = stage(draft, 14, 'add'), spikes = { name: 'bit', grid: [2, 2] as [number, number], channels: 4, carrier: { as: 'spike' as const }, per: 'step' as const };
    draft.planes.push(spikes, { ...spikes }, { ...spikes });
    add.out = [9, 10, 11].map((plane) => ({ ...add.out[0], plane }));
    add.from = Array.from({ length: inputs }, () => ({ ...add.from[0] }));
    const { gather } = stage(draft, 15, 'synapse');
    gather.from = add.out.map((region) => ({ ...region }));
    gather.shifts = [...shifts];
  });
  const maximumOf = (program: Program) => rowMaximum((program.stages[15] as Synapse).gather, surveyOf(program, tinyArch));

  it('is the count itself where all of its bit-planes come at their weights', () => { expect(maximumOf(bitPlanes([0, 1, 2], 4))).toBe(4); });
  it('is the count times the common weight where all are shifted alike', () => { expect(maximumOf(bitPlanes([2, 3, 4], 5))).toBe(20); });
  it('is the sum of the weights where the planes are not one count', () => { expect(maximumOf(bitPlanes([0, 1, 3], 4))).toBe(11); });
  it('is the count where it travels as a number, and the sum where spike planes are added', () => {
    const program = tinyProgram(), survey = surveyOf(program, tinyArch);
    expect(rowMaximum((program.stages[15] as Synapse).gather, survey)).toBe(2);
    expect(rowMaximum((program.stages[12] as Synapse).gather, survey)).toBe(2);
    expect(rowMaximum((program.stages[1] as Synapse).gather, survey)).toBe(255);
  });
});
