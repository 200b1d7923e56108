// Small programs of one or two layers, cut in any way; without edges and routes unless a test adds them.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Carrier, Gather, Plane, Program, Region, Rule, Slide, Stage, WeightBlock } from '../../targets/contract/program.ts';
import { slidGrid } from '../../targets/contract/geometry.ts';
import type { Pair, Span, StageId } from '../../targets/contract/units.ts';
import { tinyArch } from '../contract/tiny-program.ts';

export const span = (from: number, to: number): Span => ({ from, to });
export const region = (plane: number, positions: Span, channels: Span): Region => ({ plane, positions, channels });
export const plane = (name: string, grid: Pair, channels: number, carrier: Carrier, per: Plane['per'] = 'step'): Plane => ({ name, grid, channels, carrier, per });
export const lif = (thresholds: Int32Array, keep: readonly [number, number] = [1, 2], reset: 'zero' | 'subtract' = 'zero'): Rule =>
  ({ kind: 'lif', thresholds, keep, reset, fires: '>=', rounding: 'floor', fractionBits: 0 });
export const dense: Slide = { window: [1, 1], stride: [1, 1], padding: [0, 0] };

/** All of a plane. */
export const whole = (planes: readonly Plane[], index: number): Region =>
  region(index, span(0, planes[index].grid[0] * planes[index].grid[1]), span(0, planes[index].channels));

/** Sources of the first `count` planes, one stage each. */
export const sources = (planes: readonly Plane[], count: number): Stage[] => planes.slice(0, count).map((input, id) => ({ id, layer: 0, kind: 'source',
  coding: input.per === 'sample' ? 'direct' : input.carrier.as === 'spike' ? 'spikes' : input.carrier.as === 'current' || input.carrier.as === 'ternary' ? 'currents' : 'frames',
  contexts: whole(planes, id).positions, out: whole(planes, id) }));

/** Random values of the first `count` planes, [steps, positions, channels], half of them 0. */
export function feed(planes: readonly Plane[], count: number, steps: number, seed: number): Map<string, Uint8Array | Int32Array> {
  const random = numbers(seed);
  return new Map(planes.slice(0, count).map(({ name, grid, channels, carrier, per }) => {
    const length = (per === 'sample' ? 1 : steps) * grid[0] * grid[1] * channels, any = (): number => (random(2) ? valueOf(carrier, random) : 0);
    return [name, carrier.as === 'current' || carrier.as === 'ternary' ? Int32Array.from({ length }, any) : Uint8Array.from({ length }, any)];
  }));
}

function valueOf(carrier: Carrier, random: (below: number) => number): number {
  switch (carrier.as) {
    case 'spike': return 1;
    case 'ternary': return random(2) * 2 - 1;
    case 'count': return 1 + random(carrier.max);
    case 'pixel': return random(256);
    case 'current': return random(2 ** carrier.bits) - 2 ** (carrier.bits - 1);
  }
}

/** A soma that only passes the sums of one stage, or a plane, on. */
export const passing = (id: number, from: Readonly<{ sums?: StageId; adds?: Region }>, current: Region): Stage => ({ id, layer: 0, kind: 'soma', contexts: current.positions,
  columns: current.channels, sums: from.sums === undefined ? [] : [from.sums], adds: from.adds ? [from.adds] : [],
    bias: new Int32Array(current.channels.to - current.channels.from),
  rule: { kind: 'pass' }, membraneBits: 0, current });

/** Numbers that only depend on the seed. */
export function numbers(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => { state = (Math.imul(state, 1664525) + 1013904223) | 0; return Math.floor((state >>> 8) / 2 ** 24 * below); };
}

export const chipWith = (change: Partial<Chip['core']>, graded: 'repeat' | 'multiply' = 'repeat'): Chip =>
  ({ ...tinyArch, core: { ...tinyArch.core, ...change }, abilities: { ...tinyArch.abilities, graded } });

/** A program of stages and planes alone, fed through one port per plane that a source writes. */
export function programOf(steps: number, planes: readonly Plane[], blocks: readonly WeightBlock[], stages: readonly Stage[]): Program {
  const inputs = stages.flatMap((stage) => (stage.kind === 'source' ? [{ name: planes[stage.out.plane].name, plane: stage.out.plane }] : []));
  return { version: 1, target: { text: '', hash: '' }, model: '', steps, classes: [], layers: ['layer'], planes, blocks, stages, inputs, probes: [], readouts: [], edges: [],
    routes: [],
    cores: [{ core: 0, stages: stages.map(({ id }) => id), footprint: { weights: 0, state: 0, buffers: 0, counters: 0, tables: 0 } as Program['cores'][number]['footprint'] }] };
}

/** A convolution of spikes and how it is cut: channels into row tiles, columns, contexts; taps where one channel is cut itself. */
export type Cut = Readonly<{ channels: readonly Span[]; taps: readonly Span[]; columns: readonly Span[]; contexts: readonly Span[] }>;
export type Conv = Readonly<{ steps: number; grid: Pair; channels: number; columns: number; slide: Slide; seed: number }>;

export const outGridOf = ({ grid, slide }: Conv): Pair => slidGrid(grid, slide);
export const uncut = (conv: Conv): Cut =>
  ({ channels: [span(0, conv.channels)], taps: [span(0, conv.slide.window[0] * conv.slide.window[1])], columns: [span(0, conv.columns)], contexts: [span(0,
    outGridOf(conv)[0] * outGridOf(conv)[1])] });

const weightAt = (conv: Conv, tap: number, channel: number, column: number): number => numbers(((conv.seed * 31 + tap) * 131 + channel) * 257 + column + 1)(256) - 128;

/**
 * source planes -> synapse tiles -> somas. carriers: the planes that carry the input (unary: several spike planes; shifts: bit planes).
 * Planes 0 .. n-1 are inputs, plane n the spikes.
 */
export function convProgram(conv: Conv, cut: Cut, carriers: readonly Carrier[] = [{ as: 'spike' }], shifts: readonly number[] = carriers.map(() => 0)): Program {
  const outGrid = outGridOf(conv), positions = span(0, conv.grid[0] * conv.grid[1]), random = numbers(conv.seed), blocks: WeightBlock[] = [], stages: Stage[] = [];
  const bias = Int32Array.from({ length: conv.columns }, () => random(41) - 20), thresholds = Int32Array.from({ length: conv.columns }, () => 20 + random(200));
  carriers.forEach((_, i) => stages.push({ id: i, layer: 0, kind: 'source', coding: 'frames', contexts: positions, out: region(i, positions, span(0, conv.channels)) }));
  for (const contexts of cut.contexts) for (const columns of cut.columns) {
    let after: number | undefined;
    for (const channels of cut.channels) for (const taps of cut.taps) {
      const wide = columns.to - columns.from, deep = channels.to - channels.from, rows = (taps.to - taps.from) * deep;
      const data = Int8Array.from({ length: rows * wide }, (_, i) => { const row = Math.floor(i / wide); return weightAt(conv, taps.from + Math.floor(row / deep),
        channels.from + (row % deep), columns.from + (i % wide)); });
      const gather: Gather = { ...conv.slide, outGrid, taps, from: carriers.map((_, i) => region(i, positions, channels)), shifts, groups: 1 };
      const id = stages.length;
      stages.push({ id, layer: 0, kind: 'synapse', contexts, gather, block: blocks.push({ rows, columns: wide, data }) - 1, columns, evaluate: 'step', sumBits: 20,
        ...(after === undefined ? {} : { after }) });
      after = id;
    }
    stages.push({ id: stages.length, layer: 0, kind: 'soma', contexts, columns, sums: [after!], adds: [], bias: bias.slice(columns.from, columns.to),
      rule: lif(thresholds.slice(columns.from, columns.to)), membraneBits: 16,
      spikes: region(carriers.length, contexts, columns) });
  }
  return programOf(conv.steps, [...carriers.map((carrier, i) => plane(`in${i}`, conv.grid, conv.channels, carrier)), plane('out', outGrid, conv.columns, { as: 'spike' })],
    blocks, stages);
}

/** Bytes [steps, positions, channels] below `below`, about `rate` of them not 0. */
export function frames(conv: Conv, seed: number, below = 2, rate = 0.3): Uint8Array {
  const random = numbers(seed);
  return Uint8Array.from({ length: conv.steps * conv.grid[0] * conv.grid[1] * conv.channels }, () => (random(1000) < rate * 1000 ? 1 + random(below - 1) : 0));
}
