// A plan with every stage, rule, carrier and pool that the tiny program does not have, and programs put together from plans by the mapper: the verifier must agree with it on edges and bytes.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Carrier, Gather, Plan, Plane, Program, Region, Rule, Stage, WeightBlock } from '../../targets/contract/program.ts';
import type { Bytes, Span } from '../../targets/contract/units.ts';
import { copiesOf } from '../../compiler/emit/routes.ts';
import { edgesOf } from '../../compiler/map/edges.ts';
import { footprintOf, stageLoads } from '../../compiler/map/footprint.ts';
import { segmentsOf } from '../../compiler/map/segments.ts';
import { copied, tinyArch } from './tiny-program.ts';

const kibibytes = (count: number): Bytes => count * 1024 as Bytes;
const memory = { bytes: kibibytes(4), wordBits: 64 };

/** The chip of the tiny program with every ability, and memories that hold the zoo on a few cores. */
export const zooArch: Arch = { ...tinyArch, name: 'zoo4', abilities: { ...tinyArch.abilities, attend: ['kv', 'qk', 'graded', 'hamming', 'matrix'] },
  memories: { weight: memory, state: memory, axon: memory, counter: memory, table: memory } };

export const zooSteps = 3;

/** Puts a plan on cores: stage i on core coreOf(i), routes along x, then y. */
export function assemble(plan: Plan, steps: number, arch: Arch, coreOf: (stage: number) => number): Program {
  const edges = edgesOf(plan, steps, arch), segments = segmentsOf(plan, edges), loads = stageLoads(plan, edges, segments, steps, arch);
  const routes = segments.map((segment) => ({ ...segment, copies: copiesOf(coreOf(segment.from), segment.edges.map((edge) => coreOf(edges[edge].to)), arch) }));
  const cores = [...new Set(plan.stages.map(({ id }) => coreOf(id)))].sort((a, b) => a - b).map((core) => {
    const stages = plan.stages.map(({ id }) => id).filter((id) => coreOf(id) === core);
    return { core, stages, footprint: footprintOf(stages, loads) };
  });
  return { ...plan, version: 1, target: { text: `chip ${arch.name}`, hash: '0'.repeat(64) }, model: '1'.repeat(64), steps, classes: [], edges, routes, cores };
}

const span = (from: number, to: number): Span => ({ from, to });
const all = span(0, 4);  // four tokens; most planes have four channels
const region = (plane: number, channels = all, positions = all): Region => ({ plane, positions, channels });
const ints = (...values: readonly number[]): Int32Array => Int32Array.from(values);
const dense = (groups: number, plane: number, channels = all): Gather =>
  ({ window: [1, 1], stride: [1, 1], padding: [0, 0], outGrid: [2, 2], taps: span(0, 1), from: [region(plane, channels)], shifts: [0], groups });
const lif = (threshold: number, rest: Partial<Extract<Rule, { kind: 'lif' }>> = {}, columns = 4): Rule =>
  ({ kind: 'lif', thresholds: new Int32Array(columns).fill(threshold), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0, ...rest });

/** Names of the planes, in order. */
const planeNames = ['spikes', 'currents', 'query', 'ternary', 'levels', 'key', 'similar', 'mixed', 'clip', 'stream', 'xor', 'counted', 'heads', 'masked', 'stretched', 'joined', 'logits', 'counts fire'] as const;
export const zooPlane = (name: (typeof planeNames)[number]): number => planeNames.indexOf(name);
const at = zooPlane;

const spike: Carrier = { as: 'spike' };
const shapes: Readonly<Partial<Record<(typeof planeNames)[number], Partial<Pick<Plane, 'grid' | 'channels' | 'carrier'>>>>> = {
  currents: { carrier: { as: 'current', bits: 6 } }, ternary: { carrier: { as: 'ternary' } }, levels: { carrier: { as: 'count', max: 3 } }, similar: { channels: 8 }, stream: { carrier: { as: 'current', bits: 9 } },
  counted: { channels: 2, carrier: { as: 'count', max: 2 } }, heads: { channels: 2 }, stretched: { grid: [4, 2] }, joined: { channels: 8 }, logits: { carrier: { as: 'current', bits: 8 } }, 'counts fire': { channels: 2 },
};

/** Stages by name, in order; the two of a layer are its sums and its soma. */
const stageNames = ['spike source', 'current source', 'grouped', 'query', 'mac', 'ternary', 'of ternary', 'ladder', 'graded', 'key', 'columns', 'similar', 'rows', 'mixed', 'hamming', 'clip', 'xor', 'counted', 'or heads', 'mask',
  'stretch', 'copy masked', 'copy clip', 'head', 'logits', 'map', 'score', 'counts fire'] as const;
export const zooStage = (name: (typeof stageNames)[number]): number => stageNames.indexOf(name);

type Body<S> = S extends Stage ? Omit<S, 'id' | 'layer' | 'contexts'> & Partial<Pick<S, 'contexts'>> : never;
const soma = (sums: readonly (typeof stageNames)[number][], rule: Rule, rest: Partial<Omit<Extract<Stage, { kind: 'soma' }>, 'id' | 'layer' | 'kind'>>): Body<Stage> =>
  ({ kind: 'soma', columns: all, sums: sums.map(zooStage), adds: [], bias: new Int32Array(4), rule, membraneBits: rule.kind === 'ladder' || rule.kind === 'pass' ? 0 : 16, ...rest });
const planesPool = (op: 'or' | 'and' | 'xor' | 'max', out: Region, ...from: readonly Region[]): Body<Stage> => ({ kind: 'pool', op, from, over: { kind: 'planes' }, out });

const bodies: Readonly<Record<(typeof stageNames)[number], Body<Stage>>> = {
  'spike source': { kind: 'source', coding: 'spikes', out: region(at('spikes')) },
  'current source': { kind: 'source', coding: 'currents', out: region(at('currents')) },
  grouped: { kind: 'synapse', gather: dense(2, at('spikes')), block: 0, columns: all, evaluate: 'step', sumBits: 3 },
  query: soma(['grouped'], lif(6, { keep: [3, 4], fires: '>', rounding: 'ceil', reset: 'threshold', fractionBits: 2 }), { bias: ints(1, 0, -1, 2), spikes: region(at('query')) }),
  mac: { kind: 'synapse', gather: dense(1, at('currents')), block: 1, columns: all, evaluate: 'step', sumBits: 9 },
  ternary: soma(['mac'], { kind: 'elastic', thresholds: Int32Array.from({ length: 12 }, (_, i) => 20 + i), keeps: ints(4, 2, 0, 3, 2, 0, 5, 1, 0), keepBits: 3, fractionBits: 1 },
    { gain: ints(2, -3, 1, 0), bias: ints(0, 5, -5, 1), spikes: region(at('ternary')) }),
  'of ternary': { kind: 'synapse', gather: dense(1, at('ternary')), block: 2, columns: all, evaluate: 'step', sumBits: 4 },
  ladder: soma(['of ternary'], { kind: 'ladder', levels: 3, thresholds: ints(1, 2, 3, 0, 2, 2, 1, 4, 6, 2, 3, 4), strict: Uint8Array.of(1, 0, 1) }, { spikes: region(at('levels')) }),
  graded: { kind: 'attend', form: 'kv', heads: span(0, 2), width: [2, 2], fills: 4, columns: all, query: region(at('levels')), key: region(at('levels')), value: region(at('levels')), counterBits: 6, sumBits: 8, clear: 'step',
    contexts: span(0, 8) },
  key: soma(['graded'], lif(4), { spikes: region(at('key')) }),
  columns: { kind: 'attend', form: 'matrix', store: 'columns', heads: span(0, 2), width: [2, 4], fills: 4, columns: span(0, 8), query: region(at('query')), key: region(at('currents')), counterBits: 6, sumBits: 7, clear: 'step',
    contexts: span(0, 8) },
  similar: soma(['columns'], { kind: 'mix', thresholds: Int32Array.from({ length: 24 }, (_, i) => [3, 2, 4][Math.floor(i / 8)]), weights: ints(1, 0, 0, -1, 2, 0, 1, 0, 1) }, { columns: span(0, 8), bias: new Int32Array(8), spikes: region(at('similar'), span(0, 8)) }),
  rows: { kind: 'attend', form: 'matrix', store: 'rows', heads: span(0, 2), width: [4, 2], fills: 4, columns: all, query: region(at('similar'), span(0, 8)), key: region(at('currents')), counterBits: 6, sumBits: 8, clear: 'step',
    contexts: span(0, 8) },
  mixed: soma(['rows'], lif(5, { reset: 'subtract' }), { spikes: region(at('mixed')) }),
  hamming: { kind: 'attend', form: 'hamming', heads: span(0, 2), width: [2, 2], fills: 4, columns: all, query: region(at('query')), key: region(at('key')), value: region(at('mixed')), counterBits: 4, sumBits: 6, clear: 'sample',
    contexts: span(0, 8) },
  clip: soma(['hamming'], lif(2), { gain: ints(3, -2, 1, 4), adds: [region(at('currents'))], spikes: region(at('clip')), current: region(at('stream')) }),
  xor: planesPool('xor', region(at('xor')), region(at('clip')), region(at('query'))),
  counted: { kind: 'pool', op: 'sum', from: [region(at('xor'))], over: { kind: 'heads', width: 2 }, out: region(at('counted'), span(0, 2)) },
  'or heads': { kind: 'pool', op: 'or', from: [region(at('xor'))], over: { kind: 'heads', width: 2 }, out: region(at('heads'), span(0, 2)) },
  mask: planesPool('and', region(at('masked')), region(at('xor')), region(at('heads'), span(0, 2))),
  stretch: { kind: 'pool', op: 'or', from: [region(at('masked'))], over: { kind: 'stretch', factor: [2, 1], outGrid: [4, 2] }, out: region(at('stretched'), all, span(0, 8)), contexts: span(0, 8) },
  'copy masked': planesPool('or', region(at('joined'), span(0, 4)), region(at('masked'))),
  'copy clip': planesPool('max', region(at('joined'), span(4, 8)), region(at('clip'))),
  head: { kind: 'synapse', gather: dense(2, at('joined'), span(0, 8)), block: 3, columns: all, evaluate: 'step', sumBits: 6 },
  logits: soma(['head'], { kind: 'pass' }, { current: region(at('logits')) }),
  map: { kind: 'readout', from: region(at('logits')), bias: ints(1, 2, 3, 4), output: 'map', keeps: { steps: true, positions: true } },
  score: { kind: 'readout', from: region(at('stream')), bias: new Int32Array(4), output: 'score', keeps: { steps: false, positions: false }, stepWeights: ints(5, -3, 1) },
  'counts fire': soma([], lif(2, {}, 2), { columns: span(0, 2), bias: new Int32Array(2), adds: [region(at('counted'), span(0, 2))], membraneBits: 8, spikes: region(at('counts fire'), span(0, 2)) }),
};

/** Weights in -2 .. 2. */
const block = (rows: number, columns: number, seed: number): WeightBlock => ({ rows, columns, data: Int8Array.from({ length: rows * columns }, (_, i) => (i * 7 + seed * 3 + (i >> 2)) % 5 - 2) });

export const zooPlan: Plan = {
  layers: stageNames, blocks: [block(4, 2, 1), block(4, 4, 2), block(4, 4, 3), block(8, 2, 4)],
  planes: planeNames.map((name) => ({ name, grid: [2, 2], channels: 4, carrier: spike, per: 'step', ...shapes[name] })),
  stages: stageNames.map((name, id) => ({ contexts: all, ...bodies[name], id, layer: id }) as Stage),
  inputs: [{ name: 'events', plane: at('spikes') }, { name: 'stream', plane: at('currents'), units: Float64Array.of(0.25, 0.5, 0.25, 1) }], probes: [],
  readouts: [{ output: 'map', scale: 1, divisor: 1 }, { output: 'score', scale: 0.5, divisor: 4 }],
};

/** Sources and readouts on core 0, a layer's sums and soma together, pools where they fall; eleven cores, none of them dead. */
const homes: Readonly<Record<(typeof stageNames)[number], number>> = { 'spike source': 0, 'current source': 0, map: 0, score: 0, grouped: 1, query: 1, mac: 2, ternary: 2, 'of ternary': 3, ladder: 3, graded: 4, key: 4, columns: 5, similar: 5,
  rows: 6, mixed: 6, hamming: 7, clip: 7, xor: 8, counted: 8, 'or heads': 9, mask: 9, stretch: 10, 'copy masked': 10, 'copy clip': 9, head: 12, logits: 12, 'counts fire': 8 };

/** The zoo on a chip; a fresh value each time, its parts shared with nobody. */
export const zooProgram = (arch: Arch = zooArch): Program => copied(assemble(zooPlan, zooSteps, arch, (stage) => homes[stageNames[stage]]));
