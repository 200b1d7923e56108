// What a chip is: all parameters of machine.md section 2, as plain data that prints, hashes and crosses to a worker.
import type { Bytes, CoreId, Cycles, Milliwatts, Picojoules } from './units.ts';
import type { ChipKind, Memory } from './ledger.ts';

export type Arch = Readonly<{
  name: string;
  technology: Readonly<{ nanometres: number; volts: number; hertz: number; pitchMillimetres: number; unused: 'gated' | 'leaking';
    /** Milliwatts per core for each memory, per router for `router`. */
    leakage: Readonly<Record<Memory | 'router', Milliwatts>> }>;
  mesh: Readonly<{ width: number; height: number; sync: 'barrier' | 'dataflow'; io: CoreId; deadCores: readonly CoreId[]; deadLinks: readonly (readonly [CoreId, CoreId])[] }>;
  core: Readonly<{ axons: number; neurons: number; lanes: number; partialSlots: number; weightBits: number; accumulatorBits: number; membraneBits: number;
    /** 1: binary spikes only. */
    payloadBits: number;
    /** Saturating fixes the order of additions; a program for such a target carries the proof that nothing saturates. */
    sums: 'exact' | 'saturating' }>;
  memories: Readonly<Record<Memory, Readonly<{ bytes: Bytes; wordBits: number }>>>;
  abilities: Readonly<{
    /** Attention forms: kv (binary), graded (kv with levels), hamming (clip-wide), matrix (multi-bit run-time operand), gate (clip-wide, weighs steps). */
    attend: readonly AttendAbility[]; graded: 'repeat' | 'multiply'; currents: boolean;
    /** Multi-bit operands times weights: pixels of the first layer, currents into a crossbar, gains. */
    pixelMac: boolean; maxCurrent: boolean;
    /** Currents may leave through the io tile for functions on the host, and come back. */
    host: boolean;
    /** A learning engine beside the somas: plastic matrices in weight memory, which every step reads and changes. */
    plasticity: boolean }>;
  timing: Readonly<Record<UnitTiming, Cycles>>;
  router: Readonly<{ flitBits: number; virtualChannels: number; bufferFlits: number; injectionFlits: number; multicast: boolean; switching: 'vct' | 'wormhole';
    waitForTailCredit: boolean; cycles: Readonly<Record<RouterTiming, Cycles>> }>;
}>;

export const attendAbilities = ['kv', 'qk', 'graded', 'hamming', 'matrix', 'gate'] as const;
export type AttendAbility = (typeof attendAbilities)[number];
export const unitTimings = ['row', 'mac', 'update', 'counter', 'word', 'issue', 'emit', 'barrier', 'host'] as const;
export type UnitTiming = (typeof unitTimings)[number];
export const routerTimings = ['route', 'vcAllocate', 'switchAllocate', 'traverse', 'link', 'credit'] as const;
export type RouterTiming = (typeof routerTimings)[number];

/** All that the simulator may see: no watt, no volt, no hertz. */
export type Chip = Omit<Arch, 'technology'>;

export type Cited = Readonly<{ basis: 'measured' | 'synthesised' | 'copied' | 'ours'; source: string }>;
/** Picojoules per event; memory events are per word of the target's width. `router` and `link` are per flit (and router, and link). */
export type CostTable = Readonly<Record<ChipKind, Cited & Readonly<{ each: Picojoules }>>>;
/** A resolved target: `text` has no `from`, `hash` is the SHA-256 of `text`, `cited` names the source of every number by its key path (`router.link`, `technology.volts`, ...). */
export type Target = Readonly<{ arch: Arch; costs: CostTable; cited: Readonly<Record<string, Cited>>; text: string; hash: string }>;

export const coreCount = (chip: Chip): number => chip.mesh.width * chip.mesh.height;
