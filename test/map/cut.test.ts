// Cutting: what is too large for a core is split along rows, columns and contexts, and every part of a layer is computed once.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cut } from '../../compiler/map/cut.ts';
import { prefixBits } from '../../compiler/map/prefix.ts';
import { split } from '../../compiler/map/spans.ts';
import { lower } from '../../compiler/lower/lower.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { tapPosition } from '../../targets/contract/geometry.ts';
import type { Attend, Plan, Pool, Soma, Synapse } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import { valueOf } from '../conformance/outcome.ts';
import { altered, shipped } from '../property/chip-under-test.ts';
import { conv, graphOf, head, input, lif, mapGraph } from './map-graph.ts';

const mesh45 = altered(shipped('mesh45'), { mesh: { width: 20, height: 20 } }), seen = new Set<string>();
type Change = Parameters<typeof altered>[1];
const chip = (change: Change): Target => altered(mesh45, { name: 'small', ...change });

/** 3x3 convolution of 3 to 8 channels on a map of 4 x 6, then 8 to 8. */
const network = graphOf(input('image', '4x6', 3), conv('ca', 'image', 3, 8, { side: 3, reach: 3 }), lif('a', 'ca'), conv('cb', 'a', 8, 8), lif('b', 'cb'), head('b', 8));
const attention = (heads: number, channels: number, grid = '3x4') => graphOf(input('image', grid, 2),
  ...['q', 'k', 'v'].flatMap((name) => [conv(`c${name}`, 'image', 2, channels), lif(name, `c${name}`, 6)]),
  `counts = ssa(q, k, v) {heads = ${heads}, published = qk};`, lif('a', 'counts', 3), head('a', channels));

const planOf = (graph: typeof network, change: Change): Plan => mapGraph(graph, chip(change)).plan;
function refused(graph: typeof network, change: Change): string[] {
  const { arch } = chip(change), tiles = cut(lower(graph, arch, 'unary').plan, arch, graph.steps);
  if (tiles.ok) return [];
  tiles.faults.forEach(({ code, hint }) => { seen.add(code); expect(hint).toBeTruthy(); });
  return tiles.faults.map(({ code, message, at }) => `${code} ${at?.in === 'graph' ? at.node : ''}: ${message}`);
}
const size = ({ from, to }: Span): number => to - from;
const layer = <K extends Plan['stages'][number]['kind']>({ stages, layers }: Plan, name: string, kind: K) =>
  stages.filter((stage): stage is Extract<typeof stage, { kind: K }> => stage.kind === kind && layers[stage.layer] === name);

/** Weights of a layer put together again from its tiles, [taps * channels, columns]. Every context of every soma must have met each row on its map once. */
function rebuilt(plan: Plan, name: string, soma: string, channels: number): Float64Array {
  const [{ gather: { window, outGrid } }] = layer(plan, name, 'synapse'), taps = window[0] * window[1], whole = new Float64Array(taps * channels * 8).fill(Number.NaN);
  for (const { sums: [end], contexts, columns } of layer(plan, soma, 'soma')) {
    const met = new Int32Array(size(contexts) * taps * channels);
    for (let id: number | undefined = end; id !== undefined;) {
      const tile = plan.stages[id] as Synapse, { gather, block } = tile, inner = size(gather.from[0].channels), { data } = plan.blocks[block];
      expect([tile.contexts, tile.columns]).toEqual([contexts, columns]);
      for (let row = 0; row < data.length / size(columns); row++) {
        const tap = gather.taps.from + Math.floor(row / inner), channel = gather.from[0].channels.from + (row % inner);
        for (let c = 0; c < size(columns); c++) whole[(tap * channels + channel) * 8 + columns.from + c] = data[row * size(columns) + c];
        for (let m = 0; m < size(contexts); m++) met[(m * taps + tap) * channels + channel]++;
      }
      id = tile.after;
    }
    // A tile of which no tap lies on the map of any of these contexts may be left out.
    met.forEach((times, i) => { if (times !== 1 && tapPosition(gatherOf(plan, name), outGrid, outGrid, contexts.from + Math.floor(i / taps / channels),
      Math.floor(i / channels) % taps) >= 0) expect([name, contexts, i, times]).toBe(1); });
  }
  return whole;
}
const gatherOf = (plan: Plan, name: string) => layer(plan, name, 'synapse')[0].gather;
const weightsOf = (name: string): Float64Array => network.nodes.find((node) => node.name === name)!.params.weight.data;

describe('a layer', () => {
  it('stays whole where it fits', () => {
    const plan = planOf(network, {});
    expect(['ca', 'cb', 'head'].map((name) => layer(plan, name, 'synapse').length)).toEqual([1, 1, 1]);
  });
  it('above the axons becomes a chain that keeps all taps of a channel on one tile', () => {
    const plan = planOf(network, { core: { axons: 18 } }), tiles = layer(plan, 'ca', 'synapse');
    expect(tiles.map(({ gather: { taps, from } }) => [taps, from[0].channels])).toEqual([[{ from: 0, to: 9 }, { from: 0, to: 1 }], [{ from: 0, to: 9 }, { from: 1, to: 3 }]]);
    expect(tiles.map(({ after }) => after)).toEqual([undefined, tiles[0].id]);
    expect(layer(plan, 'a', 'soma')[0].sums).toEqual([tiles[1].id]);
    expect(rebuilt(plan, 'ca', 'a', 3)).toEqual(weightsOf('ca'));
  });
  it('whose window alone is above the axons has its taps split in order, channel by channel', () => {
    const plan = planOf(network, { core: { axons: 5 } }), tiles = layer(plan, 'ca', 'synapse');
    expect(tiles.map(({ gather: { taps, from } }) => [from[0].channels.from, taps.from, taps.to])).toEqual([[0, 0, 4], [0, 4, 9], [1, 0, 4], [1, 4, 9], [2, 0, 4], [2, 4, 9]]);
    expect(rebuilt(plan, 'ca', 'a', 3)).toEqual(weightsOf('ca'));
  });
  it('above the neurons becomes column tiles, each with its own soma, biases and thresholds', () => {
    const plan = planOf(network, { core: { neurons: 3 } }), somas = layer(plan, 'a', 'soma'), { bias } = network.nodes.find(({ name }) => name === 'ca')!.params;
    expect(somas.map(({ columns }) => columns)).toEqual([{ from: 0, to: 2 }, { from: 2, to: 5 }, { from: 5, to: 8 }]);
    expect(somas.flatMap((soma) => [...soma.bias])).toEqual([...bias!.data]);
    expect(somas.map(({ rule }) => (rule.kind === 'lif' ? rule.thresholds.length : 0))).toEqual([2, 3, 3]);
    expect(rebuilt(plan, 'ca', 'a', 3)).toEqual(weightsOf('ca'));
  });
  it('above the state memory is split by contexts in whole rows of the map, weights copied by reference', () => {
    const plan = planOf(network, { memories: { state: 100 } }), tiles = layer(plan, 'ca', 'synapse');
    expect(tiles.length).toBeGreaterThan(1);
    expect(tiles.every(({ contexts }) => contexts.from % 6 === 0 && contexts.to % 6 === 0)).toBe(true);
    expect(new Set(tiles.map(({ block }) => block)).size).toBe(1);
    expect(tiles.flatMap(({ contexts: { from, to } }) => Array.from({ length: to - from }, (_, i) => from + i))).toEqual(Array.from({ length: 24 }, (_, i) => i));
    // A tile needs its own rows of the image and one more on each side.
    expect(tiles[0].gather.from[0].positions).toEqual({ from: 0, to: Math.min(24, tiles[0].contexts.to + 6) });
  });
  it('above the axon buffer is split by contexts, because each needs fewer positions', () => {
    const bytes = 64 + 2 * 3 * 6 * 3, plan = planOf(network, { memories: { axon: bytes } }), tiles = layer(plan, 'ca', 'synapse');  // two banks of 8-bit counts, three channels
    expect(tiles.length).toBeGreaterThan(1);
    expect(Math.max(...tiles.map(({ gather }) => size(gather.from[0].positions)))).toBeLessThan(24);
  });
  it('above the weight memory has fewer rows a tile', () => {
    const plan = planOf(network, { memories: { weight: 80 } });  // ten rows of eight columns
    expect(layer(plan, 'ca', 'synapse').map(({ block }) => plan.blocks[block].data.length)).toEqual([72, 72, 72]);
  });
  it('carries sums at the proved width of their prefix', () => {
    const plan = planOf(network, { core: { axons: 9 } }), tiles = layer(plan, 'ca', 'synapse'), whole = layer(planOf(network, {}), 'ca', 'synapse')[0];
    expect(tiles.map(({ sumBits }) => sumBits)).toEqual([...tiles.map(({ sumBits }) => sumBits)].sort((a, b) => a - b));
    expect(tiles[2].sumBits).toBe(whole.sumBits);
    expect(tiles[0].sumBits).toBeLessThan(whole.sumBits);
    const block = (...data: number[]) => ({ rows: data.length, columns: 1, data: Int8Array.from(data) });
    const tile = (rows: number) => ({ taps: { from: 0, to: 1 }, channels: { from: 0, to: rows }, rows, groups: 1 });
    expect(prefixBits([block(127), block(1), block(-128, -1)], [tile(1), tile(1), tile(2)], [0, 1], undefined)).toEqual([8, 9, 9]);
    expect(prefixBits([block(127)], [tile(1)], [0, 1], { sums: Int32Array.from([0, 200, -600]), all: 1, columns: { from: 0, to: 1 } })).toEqual([11]);
  });
  it('is covered once however it is cut', () => {
    let chains = 0;
    fc.assert(fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 24, max: 300 }), fc.integer({ min: 90, max: 2000 }),
      (axons, neurons, state, axon) => {
      const { arch } = chip({ core: { axons, neurons }, memories: { state, axon }, mesh: { width: 60, height: 60 } }), tiles = cut(lower(network, arch, 'unary').plan, arch, network.steps);
      if (!tiles.ok) { expect(new Set(tiles.faults.map(({ code }) => code))).toEqual(new Set(['C4102'])); return; }
      const { plan } = tiles.value;
      for (const [name, soma, channels] of [['ca', 'a', 3], ['cb', 'b', 8]] as const) {
        const cells = new Int32Array(24 * 8);
        for (const { contexts, columns } of layer(plan, soma, 'soma')) for (let m = contexts.from; m < contexts.to; m++) for (let c = columns.from; c < columns.to;
          c++) cells[m * 8 + c]++;
        expect([...new Set(cells)]).toEqual([1]);
        expect(Math.max(...layer(plan, name, 'synapse').map(({ block }) => plan.blocks[block].rows))).toBeLessThanOrEqual(axons);
        expect(Math.max(...layer(plan, name, 'synapse').map(({ columns }) => size(columns)))).toBeLessThanOrEqual(neurons);
        const weights = rebuilt(plan, name, soma, channels), wanted = weightsOf(name);
        expect([...weights].filter((weight, i) => weight !== wanted[i] && !Number.isNaN(weight))).toEqual([]);
        chains += layer(plan, name, 'synapse').filter(({ after }) => after !== undefined).length;
      }
    }), { seed: 3, numRuns: 60 });
    expect(chains).toBeGreaterThan(500);
  });
  it('with a pool in it is split by channels and contexts, heads kept whole', () => {
    const pooled = graphOf(input('image', '4x4', 2), conv('ca', 'image', 2, 12), lif('a', 'ca'), 'wide = head-pool(a) {heads = 3, window = 3x3, padding = 1x1};',
      'half = max-pool(wide) {window = 2x2, stride = 2x2, padding = 0x0};', head('half', 12));
    const plan = planOf(pooled, { core: { neurons: 8 }, memories: { axon: 88 } });
    expect(layer(plan, 'wide', 'pool').length).toBeGreaterThan(2);
    expect(layer(plan, 'wide', 'pool').every(({ out: { channels } }) => channels.from % 4 === 0 && size(channels) % 4 === 0)).toBe(true);
    const cells = new Int32Array(16 * 12);
    for (const { contexts, out: { channels } } of layer(plan, 'wide', 'pool')) for (let m = contexts.from; m < contexts.to; m++) for (let c = channels.from; c < channels.to;
      c++) cells[m * 12 + c]++;
    expect([...new Set(cells)]).toEqual([1]);
    // An output row of the dilation needs its own tokens and one on each side.
    const first = layer(plan, 'wide', 'pool').find(({ contexts }) => contexts.from === 0)! satisfies Pool;
    expect(size(first.from[0].positions)).toBe(Math.min(16, size(first.contexts) + 1));
  });
});

describe('attention', () => {
  const heads = (change: Change) => layer(planOf(attention(4, 16), change), 'counts', 'attend').map(({ heads: span }: Attend) => size(span));
  it('is split by whole heads, as axons, neurons, counters, membranes and buffers allow', () => {
    expect(heads({})).toEqual([4]);
    expect([heads({ core: { axons: 8 } }), heads({ core: { neurons: 7 } })]).toEqual([[2, 2], [1, 1, 1, 1]]);
    expect(heads({ memories: { counter: 24 } })).toEqual([2, 2]);  // 4 x 4 counters of 4 bits are 8 bytes a head: three would fit
    expect(heads({ memories: { state: 100 } })).toEqual([2, 2]);
    expect([heads({ memories: { axon: 64 + 2 * 36 } }), heads({ memories: { axon: 64 + 2 * 36 - 1 } })]).toEqual([[2, 2], [1, 1, 1, 1]]);
  });
  it('is split along the columns of a head that fits no core by itself: each tile has all of its query and key, and a part of its value', () => {
    const plan = planOf(attention(2, 16), { memories: { counter: 12 } }), tiles = layer(plan, 'counts', 'attend');  // 8 x 8 counters of 4 bits are 32 bytes; three columns of eight fit
    expect(tiles.map(({ columns, width, heads: span }) => [columns.from, size(columns), width[1], span.from])).toEqual([[0, 2, 2, 0], [2, 3, 3, 0], [5, 3, 3, 0], [8, 2, 2, 1], [10, 3, 3, 1], [13, 3, 3, 1]]);
    expect(tiles.map(({ query, key, value }) => [query, key, value!].map(({ channels }) => [channels.from, size(channels)]))).toEqual([0, 2, 5, 8, 10, 13].map((from) => { const head = from < 8 ? 0 : 8; return [[head, 8], [head, 8], [from, from % 8 === 0 ? 2 : 3]]; }));
    expect(layer(plan, 'a', 'soma').map(({ columns }: Soma) => [columns.from, size(columns)])).toEqual(tiles.map(({ columns }) => [columns.from, size(columns)]));
  });
  it('feeds somas with the columns of the same heads', () => {
    const plan = planOf(attention(4, 16), { core: { neurons: 8 } });
    expect(layer(plan, 'a', 'soma').map(({ columns }: Soma) => columns)).toEqual([{ from: 0, to: 8 }, { from: 8, to: 16 }]);
    expect(layer(plan, 'counts', 'attend').map(({ query, key, value }) => [query, key, value!].map(({ channels }) => channels.from))).toEqual([[0, 0, 0], [8, 8, 8]]);
  });
});

describe('what no cut makes fit', () => {
  it('is a head wider than the crossbar, with both figures', () => {
    expect(refused(attention(2, 16), { core: { axons: 6, neurons: 7 } })).toEqual(['C4101 counts: "counts" needs 8 axons for one head on one core; this target has 6']);
  });
  it('is a head whose counters, queries or membranes are larger than their memory, with both figures', () => {
    expect(refused(attention(2, 16), { memories: { counter: 3 } })).toEqual(['C4102 counts: the smallest tile of "counts" needs 4 bytes of counter memory; a core of this target has 3']);
    expect(refused(attention(2, 16), { memories: { state: 11 } })).toContain('C4102 counts: the smallest tile of "counts" needs 12 bytes of state memory; a core of this target has 11');
  });
  it('is one context of a layer, by every memory that it overfills, layer by layer', () => {
    expect(refused(network, { memories: { state: 7 } })).toEqual(['C4102 ca: the smallest tile of "ca" needs 16 bytes of state memory; a core of this target has 7',
      'C4102 cb: the smallest tile of "cb" needs 8 bytes of state memory; a core of this target has 7']);
    expect(refused(network, { memories: { state: 1, table: 69 } }).slice(0, 2).map((text) => text.replace(/:.* (\w+) memory;.*/, ' $1'))).toEqual(['C4102 ca state', 'C4102 ca table']);
    expect(refused(network, { memories: { axon: 80 } })[0]).toMatch(/^C4102 ca: the smallest tile of "ca" needs \d+ bytes of axon memory; a core of this target has 80$/);
    expect(refused(network, { memories: { table: 69 } })[0]).toBe('C4102 ca: the smallest tile of "ca" needs 70 bytes of table memory; a core of this target has 69');
  });
  it('is not a table of many columns: they are spread over cores', () => {
    expect(refused(network, { memories: { table: 111 } }).filter((text) => text.includes('"ca"'))).toEqual([]);
  });
  it('is a readout that does not fit the buffer or the table of the io tile', () => {
    expect(refused(graphOf(input('image', '1x1', 2), head('image', 2, 60)), { memories: { table: 250 },
      core: { neurons: 16 } })).toEqual(['C4102 logits: the smallest tile of "logits" needs 304 bytes of table memory; a core of this target has 250']);
    expect(refused(network, { memories: { axon: 135 } })[0]).toBe('C4102 ca: the smallest tile of "ca" needs 154 bytes of axon memory; a core of this target has 135');
    expect(refused(graphOf(input('image', '4x6', 3), head('image', 3, 20)),
      { memories: { axon: 400 } })).toEqual([expect.stringMatching(/^C4102 logits: the smallest tile of "logits" needs \d{4} bytes of axon memory; a core of this target has 400$/)]);
  });
});

describe('spans', () => {
  it('of a split follow each other, differ by one grain at most, and are multiples of it where they can be', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 120 }),
      (from, length, grain, wanted) => {
      const parts = Math.min(wanted, length), spans = split({ from, to: from + length }, parts, grain), sizes = spans.map(size);
      expect([spans[0].from, spans.at(-1)!.to, spans.length]).toEqual([from, from + length, parts]);
      spans.slice(1).forEach((span, i) => expect(span.from).toBe(spans[i].to));
      const unit = length % grain === 0 && length / grain >= parts ? grain : 1;
      expect(Math.min(...sizes)).toBeGreaterThan(0);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(unit);
      expect(sizes.every((each) => each % unit === 0)).toBe(true);
    }), { seed: 1, numRuns: 300 });
  });
});

afterAll(() => {
  const [first, second] = [...readFileSync(new URL('../../compiler/map/faults.ts', import.meta.url), 'utf8').matchAll(/'(C\d{4})'/g)].map(([, code]) => code);
  expect([...seen].sort()).toEqual([first, second]);  // the others: map.test.ts
});
