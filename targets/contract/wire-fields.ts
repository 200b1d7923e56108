// The shapes of a program as codecs, in the names of program.proto. A new stage kind or field is a row here and one there.
import type { Add, Attend, Carrier, CoreImage, Edge, Footprint, Gate, Gather, Nearest, HostConstant, HostStage, Plane, Plastic, Pool, Port, Probe, Program, Readout, Region, Result, Route, Rule, Slide, Soma, Source, Stage, Synapse, WeightBlock, Window } from './program.ts';
import type { Bytes } from './units.ts';
import type { Codec, Fields } from './wire-codec.ts';
import { choice, flag, float64s, int32s, int8s, list, oneOf, optional, pairOf, real, record, span, text, uint32s, uint8s, variant, whole } from './wire-codec.ts';

type Common = 'id' | 'layer' | 'contexts' | 'kind';
type Over = Pool['over'];

const pair = pairOf('height', 'width');
const region = record<Region>({ plane: whole, positions: span, channels: span });
const period = choice('step', 'sample');
const carrier = variant<'as', Carrier>('as', { spike: {}, count: { max: whole }, current: { bits: whole }, pixel: {}, ternary: {} });
const plane = record<Plane>({ name: text, grid: pair, channels: whole, carrier, per: period });
const block = record<WeightBlock>({ rows: whole, columns: whole, data: int8s });

const slide: Fields<Slide> = { window: pair, stride: pair, padding: pair };
const gather = record<Gather>({ ...slide, outGrid: pair, taps: span, from: list(region), shifts: list(whole), groups: whole, rows: optional(uint32s) });
const border = record<NonNullable<Synapse['border']>>({ classes: uint8s, sums: int32s });
const synapse: Fields<Omit<Synapse, Common>> = { gather, block: whole, columns: span, after: optional(whole), evaluate: period, sumBits: whole, border: optional(border) };

const rule = variant<'kind', Rule>('kind', {
  lif: { thresholds: int32s, keep: pairOf('numerator', 'denominator'), reset: choice('zero', 'subtract', 'threshold'), fires: choice('>=', '>'), rounding: choice('floor', 'ceil'), fractionBits: whole },
  pass: {},
  ladder: { levels: whole, thresholds: int32s, strict: uint8s },
  elastic: { thresholds: int32s, keeps: int32s, keepBits: whole, fractionBits: whole },
  mix: { thresholds: int32s, weights: optional(int32s) },
});
const plastic = record<Plastic>({ from: region, clear: choice('sample', 'run'), read: int32s, readBits: whole, most: whole, slope: int32s, offset: int32s, slopeBits: whole, table: int32s, write: int32s,
  fade: int32s, writeBits: whole, keep: whole, bound: whole });
const soma: Fields<Omit<Soma, Common>> = { columns: span, sums: list(whole), adds: list(region), bias: int32s, rule, gain: optional(int32s), gainShift: optional(whole), membraneBits: whole,
  spikes: optional(region), current: optional(region), passes: optional(choice('sum', 'membrane')), plastic: optional(plastic) };
const attend: Fields<Omit<Attend, Common>> = { form: choice('kv', 'hamming', 'matrix', 'gate', 'qk'), gate: optional(record<Gate>({ share: int32s, first: int32s, firstBias: float64s, second: int32s, secondBias: float64s, thresholds: float64s })), store: optional(choice('rows', 'columns')), heads: span, width: pairOf('key', 'value'), fills: whole, columns: span,
  query: region, key: region, value: optional(region), counterBits: whole, sumBits: whole, clear: period };
const over = variant<'kind', Over>('kind', { window: { ...slide, outGrid: pair }, head: { width: whole, window: pair, padding: pair }, tokens: {}, planes: {},
  heads: { width: whole }, stretch: { factor: pair, outGrid: pair } });
const pool: Fields<Omit<Pool, Common>> = { op: choice('or', 'and', 'max', 'sum', 'xor'), from: list(region), over, out: region };
const add: Fields<Omit<Add, Common>> = { from: list(region), out: list(region) };
const source: Fields<Omit<Source, Common>> = { coding: choice('direct', 'frames', 'spikes', 'currents'), out: region };
const readout: Fields<Omit<Readout, Common>> = { from: region, bias: int32s, output: text, keeps: record<Readout['keeps']>({ steps: flag, positions: flag }), stepWeights: optional(int32s) };
const host: Fields<Omit<HostStage, Common>> = { compute: text, constants: list(record<HostConstant>({ name: text, values: float64s })), from: list(region), units: float64s, scale: float64s, range: int32s, out: region };
const stage = oneOf<Stage, Pick<Stage, 'id' | 'layer' | 'contexts'>>({ id: whole, layer: whole, contexts: span }, { synapse, soma, attend, pool, add, source, readout, host });

const window = variant<'kind', Window>('kind', { local: {}, region: { banks: whole, ack: choice('none', 'step') }, slots: { contexts: whole } });
const edge = record<Edge>({ id: whole, from: whole, to: whole, output: whole, positions: span, messages: whole, window });
const route = record<Route>({ from: whole, output: whole, contexts: span, edges: list(whole), copies: list(uint32s) });
const bytes = whole as Codec<Bytes>;
const core = record<CoreImage>({ core: whole, stages: list(whole), footprint: record<Footprint>({ weights: bytes, state: bytes, buffers: bytes, counters: bytes, tables: bytes }) });

/** Every field of a program but its version, which the reader checks first. */
export const programFields: Fields<Omit<Program, 'version'>> = {
  target: record<Program['target']>({ text, hash: text }), model: text, steps: whole, classes: list(text), layers: list(text), planes: list(plane), blocks: list(block), stages: list(stage),
  inputs: list(record<Port>({ name: text, plane: whole, units: optional(float64s) })), probes: list(record<Probe>({ name: text, plane: whole, axes: text, places: optional(int32s) })),
  readouts: list(record<Result>({ output: text, scale: real, divisor: real, most: optional(real), rows: optional(record<NonNullable<Result['rows']>>({ scores: whole, weights: float64s, offset: optional(float64s), nearest: optional(record<Nearest>({ metric: choice('cosine', 'l2'), recall: list(whole) })) })) })), edges: list(edge), routes: list(route), cores: list(core),
};
