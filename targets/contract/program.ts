// A program: stages cut out of whole layers, planes and contexts, never neuron lists. machine.md sections 3, 4 and 7.
import type { BlockId, Bytes, CoreId, EdgeId, Pair, PlaneId, Span, StageId } from './units.ts';

/** How one value of a plane travels. */
export type Carrier = Readonly<{ as: 'spike' } | { as: 'count'; max: number } | { as: 'current'; bits: number } | { as: 'pixel' }>;

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
 * A region's positions may be a part of the plane (only what the contexts of this stage need).
 */
export type Gather = Slide & Readonly<{ outGrid: Pair; taps: Span; from: readonly Region[]; shifts: readonly number[] }>;

/** One canonical neuron, u = floor(keep * R(u, s)) + I, s = [u >= threshold] (operators.md section 2). */
export type Rule = Readonly<
  | { kind: 'lif'; thresholds: Int32Array; keep: readonly [numerator: number, denominator: number]; reset: 'zero' | 'subtract'; fires: '>='; rounding: 'floor' }
  | { kind: 'pass' }>;

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
 * Sums what it is sent (chain ends in `sums`, on the same core; then `adds`, currents in block order), adds the bias, applies the rule.
 * Emits spikes and, where a residual stream passes, the sum (bias included) as `current`. columns: the channels of the output planes.
 */
export type Soma = Common & Readonly<{ kind: 'soma'; columns: Span; sums: readonly StageId[]; adds: readonly Region[]; bias: Int32Array; rule: Rule;
  /** Stored width of a membrane: 8, 16, 24 or 32; 0 for `pass`. */
  membraneBits: number; spikes?: Region; current?: Region }>;

/**
 * K^T V counters per head, cleared every step. Contexts 0..N-1 fill (token n), N..2N-1 read (token n - N). Emits sums like a synapse:
 * column = (head - heads.from) * width[1] + e. query, key, value: regions of the same N positions and the heads' channels.
 */
export type Attend = Common & Readonly<{ kind: 'attend'; form: 'kv'; heads: Span; width: readonly [key: number, value: number]; columns: Span; query: Region; key: Region; value: Region;
  counterBits: number; sumBits: number }>;

/**
 * window: over a window of positions of from[0]; head: a window over (token, channel in head) padded at the head's edges (Erode);
 * tokens: over all positions, one context; planes: element by element over `from`, where a plane with a single position is broadcast.
 * max pads with -infinity (absent positions take no part).
 */
export type Pool = Common & Readonly<{ kind: 'pool'; op: 'or' | 'and' | 'max' | 'sum'; from: readonly Region[];
  over: Readonly<{ kind: 'window' } & Slide & { outGrid: Pair } | { kind: 'head'; width: number; window: Pair; padding: Pair } | { kind: 'tokens' } | { kind: 'planes' }>; out: Region }>;

/** Adds spike planes and counts. One graded output plane, or one binary plane per bit of the count (least significant first). */
export type Add = Common & Readonly<{ kind: 'add'; from: readonly Region[]; out: readonly Region[] }>;
/** direct: pixels once per sample; frames: counts 0..255 every step. */
export type Source = Common & Readonly<{ kind: 'source'; coding: 'direct' | 'frames'; out: Region }>;
/** Sums over steps (and over tokens: its contexts), adds the bias once per sample. output: name of the result. */
export type Readout = Common & Readonly<{ kind: 'readout'; from: Region; bias: Int32Array; output: string }>;
export type Stage = Synapse | Soma | Attend | Pool | Add | Source | Readout;

export type Port = Readonly<{ name: string; plane: PlaneId }>;
/** A plane whose values the run can record; axes as in the conformance zoo. */
export type Probe = Readonly<{ name: string; plane: PlaneId; axes: string }>;

/** Whole layers as stages, uncut: what `lower` gives. Cut into tiles, the body of a program. Stages are in topological order, stages[i].id = i. */
export type Plan = Readonly<{ layers: readonly string[]; planes: readonly Plane[]; blocks: readonly WeightBlock[]; stages: readonly Stage[]; inputs: readonly Port[]; probes: readonly Probe[];
  /** Logit = integer / divisor * scale. */
  readouts: readonly Readonly<{ output: string; scale: number; divisor: number }>[] }>;

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
    case 'pool': case 'source': return [stage.out];
    case 'add': return stage.out;
    case 'readout': return [];
  }
}

/** Regions that a stage reads. */
export function inputsOf(stage: Stage): readonly Region[] {
  switch (stage.kind) {
    case 'synapse': return stage.gather.from;
    case 'soma': return stage.adds;
    case 'attend': return [stage.query, stage.key, stage.value];
    case 'pool': case 'add': return stage.from;
    case 'source': return [];
    case 'readout': return [stage.from];
  }
}

/** Bits of one value of a plane on the network and in a buffer. */
export const carrierBits = (carrier: Carrier): number =>
  carrier.as === 'spike' ? 1 : carrier.as === 'count' ? Math.max(1, 32 - Math.clz32(carrier.max)) : carrier.as === 'pixel' ? 8 : carrier.bits;
