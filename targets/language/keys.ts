// Every key of a chip file, declared once: where it goes, its unit, its legal range, whether it must name a source, and what it means. Reader, checker, printer and help text follow.
import type { Arch } from '../contract/arch.ts';
import { attendAbilities } from '../contract/arch.ts';
import type { ChipKind, Memory } from '../contract/ledger.ts';
import { chipKinds, events } from '../contract/ledger.ts';
import type { Dimension } from './quantities.ts';
import { unitNames, usualUnit } from './quantities.ts';

/** Numbers and words at the ends of Arch, by their path. */
type Leaf<T, P extends string> = { [K in keyof T & string]: T[K] extends number | string | boolean | readonly unknown[]
  ? Readonly<{ path: `${P}${K}`; value: T[K] }> : Leaf<T[K], `${P}${K}.`> }[keyof T & string];
type ArchLeaf = Leaf<Omit<Arch, 'name'>, ''>;
export type ArchPath = ArchLeaf['path'];
export type CostPath = `costs.${ChipKind}`;
export type Path = ArchPath | CostPath;

/** per: a quantity that a rate is multiplied by, so that pJ/mm and mW/KiB follow the pitch and the memory of the chip that inherits them. */
export type QuantityKey = Readonly<{ holds: 'quantity'; dimension: Dimension; range: readonly [least: number, most: number];
  per?: 'technology.pitchMillimetres' | `memories.${Memory}.bytes` }>;
type FlagKey = Readonly<{ holds: 'flag' }>;
type WordKey<W extends string = string> = Readonly<{ holds: 'word'; words: readonly W[] }>;
type WordListKey<W extends string = string> = Readonly<{ holds: 'words'; words: readonly W[] }>;
type CoreListKey = Readonly<{ holds: 'cores' }>;
type LinkListKey = Readonly<{ holds: 'links' }>;
/** at: section and key as written; source `must`: a number that is worth nothing without its origin. */
type Named = Readonly<{ at: string; doc: string; source: 'must' | 'may' }>;
export type Key = Named & (QuantityKey | FlagKey | WordKey | WordListKey | CoreListKey | LinkListKey);

type HoldsFor<V> = [V] extends [boolean] ? FlagKey : [V] extends [number] ? QuantityKey : [V] extends [string] ? WordKey<V>
  : [V] extends [readonly string[]] ? WordListKey<V[number]> : [V] extends [readonly number[]] ? CoreListKey : LinkListKey;
/** A leaf of Arch without a row, or with a row of the wrong kind, is a type error here. */
type ArchKeys = { readonly [L in ArchLeaf as L['path']]: Named & HoldsFor<L['value']> };

type Extra = Pick<QuantityKey, 'per'>;
const quantity = (at: string, dimension: Dimension, least: number, most: number, doc: string): Named & QuantityKey =>
  ({ at, holds: 'quantity', dimension, range: [least, most], doc, source: 'may' });
const sourced = (at: string, dimension: Dimension, least: number, most: number, doc: string, extra: Extra = {}): Named & QuantityKey =>
  ({ at, holds: 'quantity', dimension, range: [least, most], doc, source: 'must', ...extra });
const flag = (at: string, doc: string): Named & FlagKey => ({ at, holds: 'flag', doc, source: 'may' });
const word = <const W extends string>(at: string, words: readonly W[], doc: string): Named & WordKey<W> => ({ at, holds: 'word', words, doc, source: 'may' });

const GiB = 2 ** 30;
const memory = (name: Memory, doc: string) => quantity(`memories.${name}`, 'bytes', 0, GiB, doc);
const memoryWord = (name: Memory) => quantity(`words.${name}`, 'bits', 1, 4096, `width of one access of the ${name} memory`);
const leak = (name: Memory) => sourced(`leakage.${name}`, 'power', 0, 1e6, `leakage of one core's ${name} memory, or per KiB of it`, { per: `memories.${name}.bytes` });
const unitTime = (name: string, least: number, doc: string) => sourced(`timing.${name}`, 'cycles', least, 1_000_000, doc);
const routerTime = (name: string, least: number, doc: string) => sourced(`router.${name}`, 'cycles', least, 255, doc);

const archKeys: ArchKeys = {
  'technology.nanometres': sourced('technology.node', 'node', 1, 1000, 'process node'),
  'technology.volts': sourced('technology.voltage', 'voltage', 0.05, 10, 'supply voltage'),
  'technology.hertz': sourced('technology.clock', 'frequency', 1e3, 1e11, 'clock of cores and routers'),
  'technology.pitchMillimetres': sourced('technology.pitch', 'length', 0.001, 100, 'side of one tile: the length of a link'),
  'technology.unused': word('technology.unused', ['gated', 'leaking'], 'what a tile without work does: power-gated, or leaking like the others'),
  'technology.leakage.weight': leak('weight'),
  'technology.leakage.state': leak('state'),
  'technology.leakage.axon': leak('axon'),
  'technology.leakage.counter': leak('counter'),
  'technology.leakage.table': leak('table'),
  'technology.leakage.router': sourced('leakage.router', 'power', 0, 1e6, 'leakage of one router'),

  // The product is bounded as well: T1017.
  'mesh.width': quantity('mesh.width', 'count', 1, 65_536, 'tiles from east to west'),
  'mesh.height': quantity('mesh.height', 'count', 1, 65_536, 'tiles from north to south'),
  'mesh.sync': word('mesh.sync', ['barrier', 'dataflow'], 'steps one after the other, or stages running ahead as inputs and slots allow'),
  'mesh.io': quantity('mesh.io', 'count', 0, 65_535, 'tile of source and readout: y x width + x'),
  'mesh.deadCores': { at: 'mesh.deadCores', holds: 'cores', source: 'may', doc: 'tiles whose core does not work, or none' },
  'mesh.deadLinks': { at: 'mesh.deadLinks', holds: 'links', source: 'may', doc: 'neighbours without a working link in either direction (`3 to 4, 7 to 15`), or none' },

  'core.axons': quantity('core.axons', 'count', 1, 65_536, 'rows: inputs of one stage'),
  'core.neurons': quantity('core.neurons', 'count', 1, 65_536, 'columns: outputs of one stage'),
  'core.lanes': quantity('core.lanes', 'count', 1, 65_536, 'neurons updated together'),
  'core.partialSlots': quantity('core.partialSlots', 'count', 1, 65_536, 'contexts of partial sums that wait on a chain edge'),
  'core.weightBits': quantity('core.weightBits', 'bits', 1, 8, 'width of a weight'),
  'core.accumulatorBits': quantity('core.accumulatorBits', 'bits', 2, 32, 'width of an accumulator'),
  'core.membraneBits': quantity('core.membraneBits', 'bits', 2, 32, 'widest membrane'),
  'core.payloadBits': quantity('core.payloadBits', 'bits', 1, 16, 'widest graded spike; 1: binary spikes only'),
  'core.sums': word('core.sums', ['exact', 'saturating'], 'saturating fixes the order of additions and asks for the proof that nothing saturates'),

  'memories.weight.bytes': memory('weight', 'weights of one core'),
  'memories.weight.wordBits': memoryWord('weight'),
  'memories.state.bytes': memory('state', 'membranes, hoisted sums and waiting currents of one core'),
  'memories.state.wordBits': memoryWord('state'),
  'memories.axon.bytes': memory('axon', 'input buffers of one core'),
  'memories.axon.wordBits': memoryWord('axon'),
  'memories.counter.bytes': memory('counter', 'attention counters of one core'),
  'memories.counter.wordBits': memoryWord('counter'),
  'memories.table.bytes': memory('table', 'biases, thresholds and routes of one core'),
  'memories.table.wordBits': memoryWord('table'),

  'abilities.attend': { at: 'abilities.attend', holds: 'words', words: attendAbilities, source: 'may',
    doc: 'attention that a core can do, or none: kv and qk (orders of binary attention), graded (kv on counts), hamming (clip-wide), matrix (an operand of several bits made at run time), gate (clip-wide: weighs the steps of a current)' },
  'abilities.graded': word('abilities.graded', ['repeat', 'multiply'], 'a count c reads its row c times, or multiplies once'),
  'abilities.currents': flag('abilities.currents', 'currents may travel over the network'),
  'abilities.pixelMac': flag('abilities.pixelMac', 'multiplies values of several bits with weights: pixels, currents into a crossbar, gains, weights of steps'),
  'abilities.maxCurrent': flag('abilities.maxCurrent', 'takes the maximum over currents'),
  'abilities.host': flag('abilities.host', 'currents may leave through the io tile for functions that a crossbar cannot compute, and come back'),
  'abilities.plasticity': flag('abilities.plasticity', 'a learning engine changes matrices of local weights at every step (Hebbian learning on the chip)'),

  'timing.row': unitTime('row', 0, 'adding the weights of one active row'),
  'timing.mac': unitTime('mac', 0, 'multiplying one row by its pixels'),
  'timing.update': unitTime('update', 0, 'updating one group of lanes'),
  'timing.counter': unitTime('counter', 0, 'one word of a counter row'),
  'timing.word': unitTime('word', 0, 'one word of a pool, an add or the scan of the axon buffer'),
  'timing.issue': unitTime('issue', 1, 'starting one context'),
  'timing.emit': unitTime('emit', 1, 'handing one flit to the injection queue'),
  'timing.barrier': unitTime('barrier', 0, 'one barrier of the whole chip'),
  'timing.host': unitTime('host', 0, 'from the last operand of a context at the io tile to its result there, where a stage runs on the host'),

  'router.flitBits': quantity('router.flitBits', 'bits', 8, 1024, 'width of a flit'),
  'router.virtualChannels': quantity('router.virtualChannels', 'count', 1, 32, 'virtual channels of an input port'),
  'router.bufferFlits': quantity('router.bufferFlits', 'count', 1, 1024, 'flits that one virtual channel holds; no packet is longer'),
  'router.injectionFlits': quantity('router.injectionFlits', 'count', 1, 4096, 'flits that wait between a core and its router'),
  'router.multicast': flag('router.multicast', 'one packet may fork along a tree'),
  'router.switching': word('router.switching', ['vct', 'wormhole'], 'a head waits for credits of its whole packet, or of one flit'),
  'router.waitForTailCredit': flag('router.waitForTailCredit', 'a virtual channel is free again only when the credit of its tail is back'),
  'router.cycles.route': routerTime('route', 0, 'finding the output of a head'),
  'router.cycles.vcAllocate': routerTime('vcAllocate', 0, 'winning a virtual channel'),
  'router.cycles.switchAllocate': routerTime('switchAllocate', 0, 'winning the crossbar'),
  'router.cycles.traverse': routerTime('traverse', 0, 'crossing the crossbar'),
  'router.cycles.link': routerTime('link', 1, 'crossing a link'),
  'router.cycles.credit': routerTime('credit', 1, 'bringing a credit back'),
};

const perLink: ReadonlySet<ChipKind> = new Set<ChipKind>(['linkX', 'linkY']);
const costKeys = Object.fromEntries(chipKinds.map((kind) => [`costs.${kind}`, sourced(`costs.${kind}`, 'energy', 0, 1e9,
  perLink.has(kind) ? `${events[kind]}, or per mm of it` : events[kind],
  perLink.has(kind) ? { per: 'technology.pitchMillimetres' } : {})])) as Readonly<Record<CostPath, Named & QuantityKey>>;

export const keys: Readonly<Record<Path, Key>> = { ...archKeys, ...costKeys };
/** Rows in the order in which a target is printed. */
export const paths = (Object.keys(keys) as Path[]);

export const sectionOf = (at: string): string => at.split('.')[0];
export const wordOf = (at: string): string => at.split('.')[1];
/** Sections in print order. */
export const sections: readonly string[] = [...new Set(paths.map((path) => sectionOf(keys[path].at)))];
/** Path of a key as written, `section.key`. */
export const pathAt: ReadonlyMap<string, Path> = new Map(paths.map((path) => [keys[path].at, path]));
/** The quantity that a rate of this key is per, by its dimension. */
export function perDimension(key: QuantityKey): Dimension | undefined {
  const per = key.per && keys[key.per];
  return per?.holds === 'quantity' ? per.dimension : undefined;
}
/** Units that a key is written in, the usual one first, rates last. */
export function unitsOf(key: QuantityKey): readonly string[] {
  const per = perDimension(key);
  return [...unitNames(key.dimension), ...(per ? [`${usualUnit(key.dimension)}/${usualUnit(per)}`] : [])];
}
/** Key path in Target.cited: the path in Arch, where the delays of a router are named beside it (`router.link`). */
export const citedPath = (path: Path): string => path.replace('router.cycles.', 'router.');
