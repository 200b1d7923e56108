// A program: stages cut out of whole layers, planes and contexts, never neuron lists. machine.md sections 3, 4 and 7.
import type { BlockId, Bytes, CoreId, EdgeId, Pair, PlaneId, Span, StageId } from './units.ts';

/** How one value of a plane travels. */
export type Carrier = Readonly<{ as: 'spike' } | { as: 'ternary' } | { as: 'count'; max: number } | { as: 'current'; bits: number } | { as: 'pixel' }>;

/** The output of one layer: positions (y * width + x) x channels. `per: 'sample'`: written once, at step 0 (the direct pixels). `ranges` of currents are proved. */
export type Plane = Readonly<{ name: string; grid: Pair; channels: number; carrier: Carrier; per: 'step' | 'sample' }>;

/** A rectangle of a plane. */
export type Region = Readonly<{ plane: PlaneId; positions: Span; channels: Span }>;

/** Weights of one tile, [rows, columns] row-major, written once however many stages carry a copy. */
export type WeightBlock = Readonly<{ rows: number; columns: number; data: Int8Array }>;

export type Slide = Readonly<{ window: Pair; stride: Pair; padding: Pair }>;

/**
 * Which inputs form the rows of a context. Context = output position on `outGrid`; input position of tap (ky, kx) = (oy * stride - padding + ky, ...), outside the map there is no row.
 * row = (tap - taps.from) * channelCount + (channel - channels.from), channelCount and channels those of the regions (equal in all).
 * Several regions (unary residual): every active element of each adds the row again. `shifts[i]`: region i carries bit-plane i of a count, worth 2^shift.
 * groups: the tile's channels and columns fall into that many equal runs; a channel adds to the columns of its own run only, and a row of the block is as wide as one run
 * (a depthwise layer has one channel per group). Currents as inputs (multi-bit operands) are multiplied, like pixels: MACs every step.
 * A region's positions may be a part of the plane (only what the contexts of this stage need).
 * rows: those of these rows that the block holds, ascending, where it does not hold all: a row of zeros takes no axon, and an event on it adds nothing and costs nothing. Only with one group.
 */
export type Gather = Slide & Readonly<{ outGrid: Pair; taps: Span; from: readonly Region[]; shifts: readonly number[]; groups: number; rows?: Uint32Array }>;

/**
 * lif: u = round(keep * R(u, s)) + I * 2^fractionBits, s = [u >= or > threshold]; R after a spike: 0, u - threshold, or the threshold; u starts at 0. thresholds [columns], in the unit of u.
 * Exact with fractionBits 0 where keep is 1/m and the rounding fits the comparator (floor with >=, ceil with >); other fractions declare fractional bits (operators.md theorem 2).
 * ladder: level = number of thresholds reached, no state. thresholds [columns, levels] ascending; strict [levels]: 1 where the level needs more than its threshold.
 * elastic: ternary, u = keep(step, s before) * u + I * 2^fractionBits, s = +1 above threshold[step], -1 below its negative, 0 between and on it; keeps [steps, 3] numerators over 2^keepBits,
 * for the spike before: -1, 0, +1 (what is no whole number becomes the odd one of its neighbours); thresholds [steps, columns]. Stateless when all keeps are 0.
 * mix: h = sum over steps s <= t of weights[t, s] * I[s] (no weights: I itself), s = [h >= threshold[t]], no reset; weights [steps, steps] lower-triangular, thresholds [steps, columns] of mixBits. What is stored is the
 * I of the steps before, where some weight asks for it: steps - 1 of them for each column.
 * pass: currents leave as they are, no state, no update counted.
 */
export type Rule = Readonly<
  | { kind: 'lif'; thresholds: Int32Array; keep: readonly [numerator: number, denominator: number]; reset: 'zero' | 'subtract' | 'threshold'; fires: '>=' | '>'; rounding: 'floor' | 'ceil'; fractionBits: number }
  | { kind: 'ladder'; levels: number; thresholds: Int32Array; strict: Uint8Array }
  | { kind: 'elastic'; thresholds: Int32Array; keeps: Int32Array; keepBits: number; fractionBits: number }
  | { kind: 'mix'; thresholds: Int32Array; weights?: Int32Array }
  | { kind: 'pass' }>;

/** Width of the sums of a `mix`, and of its thresholds. */
export const mixBits = 32;

type Common = Readonly<{ id: StageId; layer: number; contexts: Span }>;

/**
 * Rows of weights added for active axons. `after`: the tile before it in its chain (contexts in the same order), whose partial sums it adds first.
 * `evaluate: 'sample'`: once per sample at step 0 from a per-sample plane; the sums stay in the soma's state memory and are read back every step.
 * `border` (input normalisation): per context a class, per class and column a correction that joins the sums.
 * `sumBits`: proved width of the sums that leave this tile (prefix of the chain included).
 */
export type Synapse = Common & Readonly<{ kind: 'synapse'; gather: Gather; block: BlockId; columns: Span; after?: StageId; evaluate: 'step' | 'sample'; sumBits: number;
  border?: Readonly<{ classes: Uint8Array; sums: Int32Array }> }>;

/**
 * A matrix h [elements of `from`, columns] on the core of its soma, which every step changes (Hebbian learning; the soma has one context). x: the elements of `from`, none negative; I, u: the soma's current
 * and its membrane before the reset.
 * Before the neuron: p_j = floor(read[t, j] * (sum over i of x_i h_ij) / 2^readBits + 1/2), held within +-most, joins I_j.
 * After it: tanh_j = table[floor((u_j slope_j + offset_j) / 2^slopeBits)], the index held within the table;
 * h_ij = floor(h_ij keep / 2^16 + 1/2) + floor(x_i write_i fade[t] tanh_j / 2^writeBits + 1/2), held within +-bound.
 * read [steps, columns], slope, offset [columns], write [elements], fade [steps]. No product or sum on the way leaves those that a double holds exactly.
 * clear: h is 0 when a sample begins, or when a run begins, whose samples are then one sequence.
 */
export type Plastic = Readonly<{ from: Region; clear: 'sample' | 'run'; read: Int32Array; readBits: number; most: number; slope: Int32Array; offset: Int32Array; slopeBits: number; table: Int32Array;
  write: Int32Array; fade: Int32Array; writeBits: number; keep: number; bound: number }>;

/**
 * Sums what it is sent (chain ends in `sums`, on the same core; then `adds`, currents in block order), adds the bias, applies the rule.
 * With neither it has its bias alone: no weight of its layer reaches a position of its contexts.
 * Emits spikes and, where a residual stream passes, the sum (bias included) as `current`; with `passes: 'membrane'` (rule lif) u before R instead, floor(u / 2^fractionBits), and spikes only if they are read. columns: the channels of the output planes.
 */
export type Soma = Common & Readonly<{ kind: 'soma'; columns: Span; sums: readonly StageId[]; adds: readonly Region[]; bias: Int32Array; rule: Rule;
  /** Factor of the sums per column, or per step and column [steps, columns] (a normalisation behind attention, an amplitude that changes with the step; one MAC each), absent: 1. Bias and adds are not multiplied. */
  gain?: Int32Array;
  /** Products with the gain are rounded by so many bits: floor(sum * gain / 2^gainShift + 1/2); absent: 0. */
  gainShift?: number;
  /** Stored width of a membrane (of an input that a `mix` keeps): 8, 16, 24 or 32; 0 for rules without state. */
  membraneBits: number; spikes?: Region; current?: Region; passes?: 'sum' | 'membrane'; plastic?: Plastic }>;

/**
 * What a small network makes of the sums of all steps (form gate): s[t] = sum over fills and columns of share * x; h = max(0, first . s + firstBias); score = second . h + secondBias;
 * level[t] = number of thresholds that score[t] reaches. share [columns], first [hidden, steps], firstBias [hidden], second [steps, hidden], secondBias [steps], thresholds [levels] ascending.
 * Biases and thresholds are whole numbers, and no partial sum of a score leaves those that a double holds exactly.
 */
export type Gate = Readonly<{ share: Int32Array; first: Int32Array; firstBias: Float64Array; second: Int32Array; secondBias: Float64Array; thresholds: Float64Array }>;

/**
 * Products of two run-time operands per head. Contexts 0..fills-1 fill, fills.. read (fills + n: position n of the query); the sums of read context fills + n go to soma context n,
 * column = (head - heads.from) * width[1] + e. The memory starts at zero every step (`clear: 'step'`), or once per sample: then fills of all steps come before any read.
 * kv: fill n adds v_n to the counter rows of k_n (values multiply when graded); read sums the rows that the query selects. width: [key, value], fills = tokens.
 * qk: fill n stores key and value n as one row; read n meets every row m in turn: its score is the product of query and key, summed, and the value is added that many times. counterBits: of a row.
 * hamming: as kv over all steps (clear: 'sample'); read n gives 4 qA - 2 |q| s - 2 1^T A + width[0] * s with A = k^T v, s = sum of v (operators.md theorem 9).
 * matrix: fill n stores the currents of position n of `key` as row n (store: 'rows', width [fills, channels of a head]), or the nth of its region as column n ('columns', width [channels of a head, fills]);
 * read sums the rows that the query selects. `value` is absent.
 * gate: one head, key width 1, query and key the same currents x, clear: 'sample'; fill n adds share * x of position n to the sum of its step; read n gives floor((2 x level + levels) / (2 levels)),
 * level that of its step.
 */
export type Attend = Common & Readonly<{ kind: 'attend'; form: 'kv' | 'qk' | 'hamming' | 'matrix' | 'gate'; gate?: Gate; store?: 'rows' | 'columns'; heads: Span; width: readonly [key: number, value: number]; fills: number; columns: Span;
  query: Region; key: Region; value?: Region; counterBits: number; sumBits: number; clear: 'step' | 'sample' }>;

/**
 * window: over a window of positions of from[0]; head: a window over (token, channel in head) padded at the head's edges (Erode);
 * tokens: over all positions, one context; heads: over the channels of each head, out has one channel per head; stretch: nearest-neighbour upsampling by `factor` (op or, max or sum, one input);
 * planes: element by element over `from`, where a plane with a single position is broadcast over positions, and one with fewer channels over runs of channels (heads).
 * A planes pool with a single input copies it. max pads with -infinity (absent positions take no part).
 */
export type Pool = Common & Readonly<{ kind: 'pool'; op: 'or' | 'and' | 'xor' | 'max' | 'sum'; from: readonly Region[];
  over: Readonly<{ kind: 'window' } & Slide & { outGrid: Pair } | { kind: 'head'; width: number; window: Pair; padding: Pair } | { kind: 'tokens' } | { kind: 'heads'; width: number }
    | { kind: 'stretch'; factor: Pair; outGrid: Pair } | { kind: 'planes' }>; out: Region }>;

/** Adds spike planes and counts. One graded output plane, or one binary plane per bit of the count (least significant first). */
export type Add = Common & Readonly<{ kind: 'add'; from: readonly Region[]; out: readonly Region[] }>;
/** direct: pixels once per sample; frames: counts 0..255 every step; spikes: encoded spikes 0/1 every step; currents: integers every step (single blocks). */
export type Source = Common & Readonly<{ kind: 'source'; coding: 'direct' | 'frames' | 'spikes' | 'currents'; out: Region }>;
/**
 * Sums over steps and positions (its contexts), or keeps them apart: output [steps?, positions?, channels]. stepWeights [steps]: factor of each step's values before they are summed (one MAC each).
 * The bias joins every result once. output: name of the result.
 */
export type Readout = Common & Readonly<{ kind: 'readout'; from: Region; bias: Int32Array; output: string; keeps: Readonly<{ steps: boolean; positions: boolean }>; stepWeights?: Int32Array }>;
export type HostConstant = Readonly<{ name: string; values: Float64Array }>;
/**
 * A function of real numbers on the host, in the middle of a network: the operands of a context leave through the io tile, its result comes back there. Context n is position n of the result.
 * compute: name of a function of host/index.ts; constants: its own, in its order. Operands times their units [channels of all inputs], the function in float64, the result rounded to whole units of
 * scale [channels] and clamped to range [2, channels] (least, then greatest; host/run-host.ts, to the bit). What a function keeps from step to step is cleared before every sample.
 * Operands and results wait in the memory of the host, not in buffers of the tile.
 */
export type HostStage = Common & Readonly<{ kind: 'host'; compute: string; constants: readonly HostConstant[]; from: readonly Region[]; units: Float64Array; scale: Float64Array; range: Int32Array; out: Region }>;
export type Stage = Synapse | Soma | Attend | Pool | Add | Source | Readout | HostStage;

/** Where a sample enters. units [channels]: real value of one unit of each channel, where the plane carries currents: the host rounds real numbers to whole ones. */
export type Port = Readonly<{ name: string; plane: PlaneId; units?: Float64Array }>;
/** A plane whose values the run can record; axes as in the conformance zoo. places: where the layer's channels are, if the plane holds fewer (probes.ts). */
export type Probe = Readonly<{ name: string; plane: PlaneId; axes: string; places?: Int32Array }>;

/**
 * What the host makes of the integers of an output: result = integer / divisor * scale, held at `most` where it is given. rows [scores, channels], row-major: with them a score is the sum over the channels of weight * result, plus its offset;
 * other rows make another classifier of the same program. nearest: the rows are a database that descriptors are compared with: the largest score is that of the nearest row.
 */
export type Result = Readonly<{ output: string; scale: number; divisor: number; most?: number; rows?: Readonly<{ scores: number; weights: Float64Array; offset?: Float64Array; nearest?: Nearest }> }>;

export const metrics = ['cosine', 'l2'] as const;
/** recall: numbers of nearest rows among which the right one is looked for, ascending. */
export type Nearest = Readonly<{ metric: (typeof metrics)[number]; recall: readonly number[] }>;

/** Whole layers as stages, uncut: what `lower` gives. Cut into tiles, the body of a program. Stages are in topological order, stages[i].id = i. */
export type Plan = Readonly<{ layers: readonly string[]; planes: readonly Plane[]; blocks: readonly WeightBlock[]; stages: readonly Stage[]; inputs: readonly Port[]; probes: readonly Probe[];
  readouts: readonly Result[] }>;

/** Consumer slots of an edge. local: synapse to its soma, accumulators are registers; region: the whole input region, `banks` of it; slots: chain edges. */
export type Window = Readonly<{ kind: 'local' } | { kind: 'region'; banks: number; ack: 'none' | 'step' } | { kind: 'slots'; contexts: number }>;

/**
 * Producer `from` feeds consumer `to`. `output`: which output of the producer (see outputsOf). positions: the producer's contexts (output positions) that this consumer needs.
 * messages: how many it gets per step (per sample where the plane is per sample or the synapse evaluates per sample).
 */
export type Edge = Readonly<{ id: EdgeId; from: StageId; to: StageId; output: number; positions: Span; messages: number; window: Window }>;

/**
 * One route per (stage, output, set of readers), for the contexts (positions) in `contexts`; the routes of one output are disjoint in contexts.
 * copies: one multicast tree, or one path per destination core where the target has no multicast; links in order away from the sender,
 * link = 4 * router + direction (0 E, 1 W, 2 N, 3 S; E is x + 1, S is y + 1). Empty: every reader is on the sender's core.
 */
export type Route = Readonly<{ from: StageId; output: number; contexts: Span; edges: readonly EdgeId[]; copies: readonly Uint32Array[] }>;

export type Footprint = Readonly<{ weights: Bytes; state: Bytes; buffers: Bytes; counters: Bytes; tables: Bytes }>;
export type CoreImage = Readonly<{ core: CoreId; stages: readonly StageId[]; footprint: Footprint }>;

export type Program = Plan & Readonly<{ version: 1; target: Readonly<{ text: string; hash: string }>; model: string; steps: number; classes: readonly string[];
  edges: readonly Edge[]; routes: readonly Route[]; cores: readonly CoreImage[] }>;

/** Regions that a stage writes, in output order; synapse and attend have one output, their sums, which is no plane. */
export function outputsOf(stage: Stage): readonly (Region | 'sums')[] {
  switch (stage.kind) {
    case 'synapse': case 'attend': return ['sums'];
    case 'soma': return [...(stage.spikes ? [stage.spikes] : []), ...(stage.current ? [stage.current] : [])];
    case 'pool': case 'source': case 'host': return [stage.out];
    case 'add': return stage.out;
    case 'readout': return [];
  }
}

/** Regions that a stage reads. */
export function inputsOf(stage: Stage): readonly Region[] {
  switch (stage.kind) {
    case 'synapse': return stage.gather.from;
    case 'soma': return stage.plastic ? [...stage.adds, stage.plastic.from] : stage.adds;
    case 'attend': return [stage.query, stage.key, ...(stage.value ? [stage.value] : [])];
    case 'pool': case 'add': case 'host': return stage.from;
    case 'source': return [];
    case 'readout': return [stage.from];
  }
}

/** Whether samples of a run are one sequence: a matrix outlives them. */
export const isSequence = ({ stages }: Pick<Plan, 'stages'>): boolean => stages.some((stage) => stage.kind === 'soma' && stage.plastic?.clear === 'run');

/** Whether a neuron keeps a membrane from one step to the next. */
export const keepsState = (rule: Rule): boolean => rule.kind === 'lif' || (rule.kind === 'elastic' && rule.keeps.some((keep) => keep !== 0)) || (rule.kind === 'mix' && keepsInputs(rule.weights));

/** Whether some step weighs one before it. */
function keepsInputs(weights: Int32Array | undefined): boolean {
  const steps = Math.sqrt(weights?.length ?? 0);
  return weights !== undefined && weights.some((weight, i) => weight !== 0 && i % steps < Math.floor(i / steps));
}

/** Values of `membraneBits` that a neuron stores: its membrane, or its inputs of the steps before. */
export const storedValues = (rule: Rule, steps: number): number => (!keepsState(rule) ? 0 : rule.kind === 'mix' ? steps - 1 : 1);

/** Bits of one value of a plane on the network and in a buffer. */
export const carrierBits = (carrier: Carrier): number =>
  carrier.as === 'spike' ? 1 : carrier.as === 'ternary' ? 2 : carrier.as === 'count' ? Math.max(1, 32 - Math.clz32(carrier.max)) : carrier.as === 'pixel' ? 8 : carrier.bits;
