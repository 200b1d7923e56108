// What one context did and what it costs in cycles; how a message becomes flits. Timing, tests and the mapper's estimates call these and nothing else.
import type { Chip } from './arch.ts';
import type { Cycles, StageId } from './units.ts';
import type { Attend, Carrier, Program, Soma, Stage } from './program.ts';
import { carrierBits, inputsOf } from './program.ts';
import { visitNeeded } from './geometry.ts';
import { plasticPasses } from './plastic.ts';

/**
 * What one stage did in one sample, all that timing may know. Arrays run over [steps, contexts of the stage] (and outputs).
 * rows: synapse: row passes (a count c is c passes where the target repeats; MAC rows at step 0 of a per-sample synapse, whose later steps do not run);
 * attend: counter rows touched (kv fill: key spikes of a token and head whose value is not empty; matrix fill: rows or columns stored, one per head; qk fill: one row stored per head, read: every row of each head; otherwise read: query spikes, plus for hamming the two
 * rows of sums; gate: multiplications: one per column of a fill and of a read, and those of its network with the first read); soma: kept inputs that a `mix` weighs, of each column, or rows of its plastic matrix: those read for a sum, and all of them again to be changed. Others 0. A graded value counts as often as its level where the target repeats.
 * bits: payload bits of the message of each output; no message is sent for contexts that no route covers.
 */
export type Activity = Readonly<{ stage: StageId; contexts: number; outputs: number; rows: Int32Array; bits: Int32Array }>;

/** Spikes per neuron and step that estimates assume where no profile is given; the middle of trained Spikformers (5 to 15 %). */
export const assumedRate = 0.1;

/** Bits to number `count` things. */
export const indexBits = (count: number): number => Math.max(1, 32 - Math.clz32(count - 1));
export const wordsFor = (bits: number, wordBits: number): number => Math.ceil(bits / wordBits);

/** Payload of a message: for spikes the smaller of bitmask and index list (0 bits when silent; ternary with a sign each); counts, currents and pixels dense at their width. */
export function payloadBits(carrier: Carrier, channels: number, active: number): number {
  return carrier.as === 'spike' ? Math.min(channels, active * indexBits(channels)) : carrier.as === 'ternary' ? Math.min(2 * channels, active * (indexBits(channels) + 1)) : channels * carrierBits(carrier);
}

/** Flits of a header: route 14 bits, context 14, kind 2, escape 1, step parity 1; wider where a program has more routes or contexts, or edges of more than two banks. */
export function headerFlits(program: Pick<Program, 'routes' | 'stages' | 'edges'>, chip: Chip): number {
  const contexts = program.stages.reduce((most, stage) => Math.max(most, stage.contexts.to), 1);
  const banks = program.edges.reduce((most, { window }) => Math.max(most, window.kind === 'region' ? window.banks : 1), 1);
  return Math.ceil((Math.max(14, indexBits(program.routes.length)) + Math.max(14, indexBits(contexts)) + 3 + indexBits(banks)) / chip.router.flitBits);
}

/** Packets and flits of a message of `bits`: packets never exceed a router buffer, each has its header. */
export function messageSize(bits: number, header: number, chip: Chip): { packets: number; flits: number } {
  const payload = Math.ceil(bits / chip.router.flitBits);
  const packets = Math.max(1, Math.ceil(payload / (chip.router.bufferFlits - header)));
  return { packets, flits: payload + packets * header };
}

/** Sizes of the packets of a message, in order: as full as the buffers allow, the last one holds the rest. */
export function packetSizes(bits: number, header: number, chip: Chip): number[] {
  const { packets, flits } = messageSize(bits, header, chip), full = chip.router.bufferFlits;
  return Array.from({ length: packets }, (_, i) => (i < packets - 1 ? full : flits - full * (packets - 1)));
}

/** Words of axon buffer that one context of a stage scans: the valid part of its inputs, each position padded to words. */
export function scanWords(stage: Stage, context: number, program: Pick<Program, 'planes'>, chip: Chip): number {
  let words = 0;
  inputsOf(stage).forEach((region, input) => {
    const plane = program.planes[region.plane], each = wordsFor((region.channels.to - region.channels.from) * carrierBits(plane.carrier), chip.memories.axon.wordBits);
    visitNeeded(stage, input, context, program.planes, () => { words += each; });
  });
  return words;
}

/**
 * Cycles of one context of one stage (machine.md section 4): issue, then by kind. The row list of a synapse is scanned behind its row reads unless the scan takes longer.
 * @param rows Activity.rows of this context and step
 * @param scanned scanWords of this context
 * @param multiplies whether the rows of a synapse are MAC rows: multi-bit inputs (`multipliesOf`)
 * @param fills whether an attend context fills: a matrix stored by columns is as long in that direction as it is high
 */
export function workCycles(stage: Stage, rows: number, scanned: number, chip: Chip, multiplies = stage.kind === 'synapse' && stage.evaluate === 'sample', fills = false): Cycles {
  const { timing, memories, core } = chip;
  const issue: number = timing.issue;
  switch (stage.kind) {
    case 'synapse': return issue + Math.max(rows * (multiplies ? timing.mac : timing.row), scanned * timing.word) as Cycles;
    case 'soma': return issue + somaCycles(stage, rows, chip) as Cycles;
    case 'attend': return issue + rows * (stage.form === 'gate' ? timing.mac : counterRow(stage, fills, chip)) as Cycles;
    case 'pool': case 'add': case 'readout': return issue + scanned * timing.word as Cycles;
    case 'source': return issue as Cycles;
    case 'host': return issue + timing.host as Cycles;
  }
}

/** Lanes of neurons, once for their step and once for every kept input that they weigh; rows of a plastic matrix one after another. */
function somaCycles({ columns: { from, to }, plastic }: Soma, rows: number, chip: Chip): number {
  const { core, timing } = chip, update = Math.ceil((to - from) / core.lanes) * timing.update;
  return plastic ? update + rows * plasticPasses(to - from, chip) * timing.mac : update * (1 + rows);
}

/** Bits of one row of an attend stage's memory, of one head: counters, stored currents, or a key beside its value. */
export const counterRowBits = ({ form, width, counterBits }: Attend): number => (form === 'qk' ? counterBits : width[1] * counterBits);

/** Cycles of one row of counter memory; a matrix stored by columns is written as long as it is high. */
const counterRow = (stage: Attend, fills: boolean, { timing, memories }: Chip): number =>
  wordsFor(fills && stage.store === 'columns' ? stage.width[0] * stage.counterBits : counterRowBits(stage), memories.counter.wordBits) * timing.counter;

/** Whether a synapse multiplies: it reads direct pixels or currents. */
export const multipliesOf = (stage: Stage, program: Pick<Program, 'planes'>): boolean =>
  stage.kind === 'synapse' && (stage.evaluate === 'sample' || stage.gather.from.some(({ plane }) => program.planes[plane].carrier.as === 'current'));
