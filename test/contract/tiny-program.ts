// A small complete program written by hand, and the 4 x 4 chip it is for: every stage kind, every window, a two-tile chain cut in contexts, unary and payload residuals, a current stream.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Edge, Footprint, Gather, Plane, Probe, Program, Region, Route, Rule, Stage, WeightBlock, Window } from '../../targets/contract/program.ts';
import type { Bytes, Cycles, Milliwatts, Span } from '../../targets/contract/units.ts';

const mw = (value: number): Milliwatts => value as Milliwatts;
const cycles = (value: number): Cycles => value as Cycles;
const bytes = (value: number): Bytes => value as Bytes;

/** 4 x 4 cores of 16 axons x 8 neurons, barrier, multicast; core 15 and its two links are dead. */
export const tinyArch: Arch = {
  name: 'tiny4',
  technology: { nanometres: 45, volts: 0.9, hertz: 200e6, pitchMillimetres: 1, unused: 'gated',
    leakage: { weight: mw(0.1), state: mw(0.1), axon: mw(0.1), counter: mw(0.1), table: mw(0.1), router: mw(0.1) } },
  mesh: { width: 4, height: 4, sync: 'barrier', io: 0, deadCores: [15], deadLinks: [[11, 15], [14, 15]] },
  core: { axons: 16, neurons: 8, lanes: 4, partialSlots: 2, weightBits: 8, accumulatorBits: 24, membraneBits: 24, payloadBits: 4, sums: 'exact' },
  memories: { weight: { bytes: bytes(256), wordBits: 64 }, state: { bytes: bytes(256), wordBits: 64 }, axon: { bytes: bytes(128), wordBits: 64 },
    counter: { bytes: bytes(64), wordBits: 32 }, table: { bytes: bytes(256), wordBits: 64 } },
  abilities: { attend: ['kv'], graded: 'repeat', currents: true, pixelMac: true, maxCurrent: true, host: true, plasticity: true },
  timing: { row: cycles(4), mac: cycles(4), update: cycles(6), counter: cycles(1), word: cycles(1), issue: cycles(8), emit: cycles(1), barrier: cycles(64), host: cycles(100) },
  router: { flitBits: 32, virtualChannels: 2, bufferFlits: 8, injectionFlits: 16, multicast: true, switching: 'vct', waitForTailCredit: false,
    cycles: { route: cycles(1), vcAllocate: cycles(1), switchAllocate: cycles(1), traverse: cycles(0), link: cycles(1), credit: cycles(1) } },
};

const span = (from: number, to: number): Span => ({ from, to });
const region = (plane: number, positions: Span, channels: Span): Region => ({ plane, positions, channels });
const all = span(0, 4);  // four tokens and four channels

/** Weights in -3 .. 3, the same on every machine. */
function weights(rows: number, columns: number, seed: number): WeightBlock {
  let state = seed;
  const data = Int8Array.from({ length: rows * columns }, () => { state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff; return (state >> 16) % 7 - 3; });
  return { rows, columns, data };
}

const lif = (...thresholds: readonly number[]): Rule => ({ kind: 'lif', thresholds: Int32Array.from(thresholds), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 });
const bias = (...values: readonly number[]): Int32Array => Int32Array.from(values);
const convolve = (positions: Span, channel: number): Gather =>
  ({ window: [3, 3], stride: [1, 1], padding: [1, 1], outGrid: [4, 4], taps: span(0, 9), from: [region(0, positions, span(channel, channel + 1))], shifts: [0], groups: 1 });
const linear = (...planes: readonly number[]): Gather =>
  ({ window: [1, 1], stride: [1, 1], padding: [0, 0], outGrid: [2, 2], taps: span(0, 1), from: planes.map((plane) => region(plane, all, all)), shifts: planes.map(() => 0), groups: 1 });

const layers = ['input', 'conv', 'pool', 'value', 'attend', 'project', 'count', 'head', 'readout'] as const;
const layer = (name: (typeof layers)[number]): number => layers.indexOf(name);

const planes: readonly Plane[] = [
  { name: 'pixels', grid: [4, 4], channels: 2, carrier: { as: 'pixel' }, per: 'sample' },
  { name: 'conv', grid: [4, 4], channels: 4, carrier: { as: 'spike' }, per: 'step' },
  { name: 'pool', grid: [2, 2], channels: 4, carrier: { as: 'spike' }, per: 'step' },
  { name: 'value', grid: [2, 2], channels: 4, carrier: { as: 'spike' }, per: 'step' },
  { name: 'stream', grid: [2, 2], channels: 4, carrier: { as: 'current', bits: 4 }, per: 'step' },
  { name: 'attend', grid: [2, 2], channels: 4, carrier: { as: 'spike' }, per: 'step' },
  { name: 'project', grid: [2, 2], channels: 4, carrier: { as: 'spike' }, per: 'step' },
  { name: 'count', grid: [2, 2], channels: 4, carrier: { as: 'count', max: 2 }, per: 'step' },
  { name: 'logits', grid: [2, 2], channels: 3, carrier: { as: 'current', bits: 5 }, per: 'step' },
];

/** Input normalisation of a padded 3 x 3 convolution on 4 x 4: one class per combination of cut edges. */
const edgeClass = (at: number): number => (at === 0 ? 0 : at === 3 ? 2 : 1);
const border = (contexts: Span) => ({
  classes: Uint8Array.from({ length: contexts.to - contexts.from }, (_, i) => edgeClass(Math.floor((contexts.from + i) / 4)) * 3 + edgeClass((contexts.from + i) % 4)),
  sums: Int32Array.from({ length: 9 * 4 }, (_, i) => (i >> 2 === 4 ? 0 : (i % 5) * 8 - 16)),
});

const stages: readonly Stage[] = [
  { id: 0, layer: layer('input'), contexts: span(0, 16), kind: 'source', coding: 'direct', out: region(0, span(0, 16), span(0, 2)) },
  { id: 1, layer: layer('conv'), contexts: span(0, 8), kind: 'synapse', gather: convolve(span(0, 12), 0), block: 0, columns: all, evaluate: 'sample', sumBits: 13 },
  { id: 2, layer: layer('conv'), contexts: span(0, 8), kind: 'synapse', gather: convolve(span(0, 12), 1), block: 1, columns: all, after: 1, evaluate: 'sample', sumBits: 14, border: border(span(0, 8)) },
  { id: 3, layer: layer('conv'), contexts: span(0, 8), kind: 'soma', columns: all, sums: [2], adds: [], bias: bias(10, -20, 30, 0), rule: lif(300, 250, 200, 350), membraneBits: 16,
    spikes: region(1, span(0, 8), all) },
  { id: 4, layer: layer('conv'), contexts: span(8, 16), kind: 'synapse', gather: convolve(span(4, 16), 0), block: 0, columns: all, evaluate: 'sample', sumBits: 13 },
  { id: 5, layer: layer('conv'), contexts: span(8, 16), kind: 'synapse', gather: convolve(span(4, 16), 1), block: 1, columns: all, after: 4, evaluate: 'sample', sumBits: 14, border: border(span(8, 16)) },
  { id: 6, layer: layer('conv'), contexts: span(8, 16), kind: 'soma', columns: all, sums: [5], adds: [], bias: bias(10, -20, 30, 0), rule: lif(300, 250, 200, 350), membraneBits: 16,
    spikes: region(1, span(8, 16), all) },
  { id: 7, layer: layer('pool'), contexts: all, kind: 'pool', op: 'or', from: [region(1, span(0, 16), all)],
    over: { kind: 'window', window: [2, 2], stride: [2, 2], padding: [0, 0], outGrid: [2, 2] }, out: region(2, all, all) },
  { id: 8, layer: layer('value'), contexts: all, kind: 'synapse', gather: linear(2), block: 2, columns: all, evaluate: 'step', sumBits: 4 },
  { id: 9, layer: layer('value'), contexts: all, kind: 'soma', columns: all, sums: [8], adds: [], bias: bias(1, 2, 1, 0), rule: lif(1, 2, 1, 2), membraneBits: 8,
    spikes: region(3, all, all), current: region(4, all, all) },
  { id: 10, layer: layer('attend'), contexts: span(0, 8), kind: 'attend', form: 'kv', heads: span(0, 2), width: [2, 2], fills: 4, columns: all, query: region(2, all, all), key: region(2, all, all),
    value: region(3, all, all), counterBits: 3, sumBits: 5, clear: 'step' },
  { id: 11, layer: layer('attend'), contexts: all, kind: 'soma', columns: all, sums: [10], adds: [], bias: bias(0, 0, 0, 0), rule: lif(2, 2, 2, 2), membraneBits: 8, spikes: region(5, all, all) },
  { id: 12, layer: layer('project'), contexts: all, kind: 'synapse', gather: linear(5, 2), block: 3, columns: all, evaluate: 'step', sumBits: 5 },
  { id: 13, layer: layer('project'), contexts: all, kind: 'soma', columns: all, sums: [12], adds: [region(4, all, all)], bias: bias(0, 1, 0, -1), rule: lif(2, 1, 3, 2), membraneBits: 8,
    spikes: region(6, all, all) },
  { id: 14, layer: layer('count'), contexts: all, kind: 'add', from: [region(2, all, all), region(6, all, all)], out: [region(7, all, all)] },
  { id: 15, layer: layer('head'), contexts: all, kind: 'synapse', gather: linear(7), block: 4, columns: span(0, 3), evaluate: 'step', sumBits: 5 },
  { id: 16, layer: layer('head'), contexts: all, kind: 'soma', columns: span(0, 3), sums: [15], adds: [], bias: bias(1, -1, 0), rule: { kind: 'pass' }, membraneBits: 0, current: region(8, all, span(0, 3)) },
  { id: 17, layer: layer('readout'), contexts: all, kind: 'readout', from: region(8, all, span(0, 3)), bias: bias(5, 0, -5), output: 'logits', keeps: { steps: false, positions: false } },
];

const region1: Window = { kind: 'region', banks: 1, ack: 'none' };
const local: Window = { kind: 'local' };
const slots: Window = { kind: 'slots', contexts: 2 };
/** From, to, output, positions, window; every position is a message. */
const edgeRows: readonly (readonly [number, number, number, Span, Window])[] = [
  [0, 1, 0, span(0, 12), region1], [0, 2, 0, span(0, 12), region1], [0, 4, 0, span(4, 16), region1], [0, 5, 0, span(4, 16), region1],  // 0 .. 3
  [1, 2, 0, span(0, 8), slots], [2, 3, 0, span(0, 8), local], [4, 5, 0, span(8, 16), slots], [5, 6, 0, span(8, 16), local],  // 4 .. 7
  [3, 7, 0, span(0, 8), region1], [6, 7, 0, span(8, 16), region1],  // 8, 9
  [7, 8, 0, all, region1], [7, 10, 0, all, region1], [7, 12, 0, all, region1], [7, 14, 0, all, region1],  // 10 .. 13
  [8, 9, 0, all, local], [9, 10, 0, all, region1], [9, 13, 1, all, region1],  // 14 .. 16
  [10, 11, 0, all, local], [11, 12, 0, all, region1], [12, 13, 0, all, local], [13, 14, 0, all, region1],  // 17 .. 20
  [14, 15, 0, all, region1], [15, 16, 0, all, local], [16, 17, 0, all, region1],  // 21 .. 23
];
const edges: readonly Edge[] = edgeRows.map(([from, to, output, positions, window], id) => ({ id, from, to, output, positions, messages: positions.to - positions.from, window }));

const tree = (...links: readonly number[]): Uint32Array => Uint32Array.from(links);
/** Link = 4 * router + direction (E, W, N, S). */
const routes: readonly Route[] = [
  { from: 0, output: 0, contexts: span(0, 4), edges: [0, 1], copies: [tree(0, 4)] },
  { from: 0, output: 0, contexts: span(4, 12), edges: [0, 1, 2, 3], copies: [tree(0, 4, 7, 11)] },
  { from: 0, output: 0, contexts: span(12, 16), edges: [2, 3], copies: [tree(0, 4, 7, 11)] },
  { from: 1, output: 0, contexts: span(0, 8), edges: [4], copies: [tree(4)] },
  { from: 4, output: 0, contexts: span(8, 16), edges: [6], copies: [tree(20)] },
  { from: 3, output: 0, contexts: span(0, 8), edges: [8], copies: [tree(11)] },
  { from: 6, output: 0, contexts: span(8, 16), edges: [9], copies: [] },
  { from: 7, output: 0, contexts: all, edges: [10, 11, 12, 13], copies: [tree(24, 30, 25, 23, 27)] },
  { from: 9, output: 0, contexts: all, edges: [15], copies: [tree(36)] },
  { from: 9, output: 1, contexts: all, edges: [16], copies: [tree(36)] },
  { from: 11, output: 0, contexts: all, edges: [18], copies: [] },
  { from: 13, output: 0, contexts: all, edges: [20], copies: [tree(40, 46, 30)] },
  { from: 14, output: 0, contexts: all, edges: [21], copies: [] },
  { from: 16, output: 0, contexts: all, edges: [23], copies: [tree(13, 9, 5)] },
];

const footprint = (weight: number, state: number, buffers: number, counters: number, tables: number): Footprint =>
  ({ weights: bytes(weight), state: bytes(state), buffers: bytes(buffers), counters: bytes(counters), tables: bytes(tables) });
/** Hand-made sums; buffers list the edges in order of id. */
const cores: Program['cores'] = [
  { core: 0, stages: [0, 17], footprint: footprint(0, 0, 8, 0, 3 * 4 + 3 * 4) },  // edge 23: 4 x 3 x 5 bits
  { core: 1, stages: [1], footprint: footprint(36, 0, 12, 0, 4) },  // edge 0: 12 pixels
  { core: 2, stages: [2, 3], footprint: footprint(36, 8 * 4 * 2 + 8 * 4 * 2, 12 + 13, 0, 9 * 4 * 3 + 8 + 4 * 6 + 4) },  // edges 1, 4 (2 x 4 x 13 bits); membranes and hoisted sums
  { core: 3, stages: [14, 15, 16], footprint: footprint(12, 0, 2 + 2 + 4, 0, 3 * 3 + 2 * 4) },  // edges 13, 20, 21 (4 x 4 x 2 bits)
  { core: 5, stages: [4], footprint: footprint(36, 0, 12, 0, 4) },  // edge 2
  { core: 6, stages: [5, 6, 7], footprint: footprint(36, 8 * 4 * 2 + 8 * 4 * 2, 12 + 13 + 4 + 4, 0, 9 * 4 * 3 + 8 + 4 * 6 + 2 * 4) },  // edges 3, 6, 8, 9
  { core: 9, stages: [8, 9], footprint: footprint(16, 4 * 4, 2, 0, 4 * 6 + 2 * 4) },  // edge 10
  { core: 10, stages: [10, 11, 12, 13], footprint: footprint(16, 4 * 4 + 4 * 4, 2 + 2 + 2 + 8 + 2, 3, 4 * 6 + 4 * 6 + 2 * 4) },  // edges 11, 12, 15, 16, 18; counters 2 x 2 x 2 x 3 bits
];

const probes: readonly Probe[] = [{ name: 'conv_lif', plane: 1, axes: 'S T C H W' }, { name: 'attend_lif', plane: 5, axes: 'S T C N' }];

/** A copy in which no two parts are the same object (structuredClone keeps what is shared, shared). */
export function copied<T>(value: T): T {
  if (ArrayBuffer.isView(value)) return structuredClone(value);
  if (Array.isArray(value)) return value.map(copied) as T;
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each)])) as T : value;
}

/** The program; a fresh value each time, its parts shared with nobody. Three classes, three steps, pixels [4, 4] x 2 channels once per sample. */
export function tinyProgram(): Program {
  return copied<Program>({ version: 1, target: { text: 'chip tiny4', hash: '0'.repeat(64) }, model: '1'.repeat(64), steps: 3, classes: ['left', 'right', 'none'],
    layers, planes, blocks: [weights(9, 4, 1), weights(9, 4, 2), weights(4, 4, 3), weights(4, 4, 4), weights(4, 3, 5)], stages,
    inputs: [{ name: 'image', plane: 0 }], probes, readouts: [{ output: 'logits', scale: 0.125, divisor: 12 }], edges, routes, cores });
}
