// Ledger entries that do not depend on the data: words of state, axon, counter and table memory, updates, additions and compares, per stage and step.
import type { Chip } from '../../targets/contract/arch.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { emptyLedger, ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Attend, HostStage, Plane, Pool, Program, Readout, Region, Rule, Soma, Stage, Synapse } from '../../targets/contract/program.ts';
import { carrierBits, keepsState, mixBits, outputsOf } from '../../targets/contract/program.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { counterRowBits, payloadBits, scanWords, wordsFor } from '../../targets/contract/work.ts';
import { spanLength } from '../../targets/contract/units.ts';
import { visitNeeded } from '../../targets/contract/geometry.ts';
import { hostWork } from '../../targets/contract/host-work.ts';
import { hammingRows } from '../kernels/attention.ts';
import { stepsOf } from './workspace.ts';

/** Widths at which tables hold biases, thresholds, gains and border sums, and the biases of a readout. */
const biasBits = 24;
const thresholdBits = 24;
const gainBits = 24;
const readoutBits = 32;

/** Columns that one row of a tile serves: those of its group. */
export const columnsPerRow = (stage: Synapse): number => spanLength(stage.columns) / stage.gather.groups;

/** Words that one row pass of a tile reads. */
export const wordsPerRow = (stage: Synapse, chip: Chip): number => wordsFor(columnsPerRow(stage) * chip.core.weightBits, chip.memories.weight.wordBits);

/** Words of one counter row of one head. */
export const wordsPerCounterRow = (stage: Attend, chip: Chip): number => wordsFor(counterRowBits(stage), chip.memories.counter.wordBits);

/** Words of one row or column that a matrix stage stores, packed in either direction. */
export const wordsPerStored = (stage: Attend, chip: Chip): number =>
  wordsFor(stage.width[stage.store === 'columns' ? 0 : 1] * stage.counterBits, chip.memories.counter.wordBits);

/** A ledger of one sample with all entries of the stages that are the same for every sample. */
export function countStages(program: Program, chip: Chip): Ledger {
  const ledger: Ledger = { ...emptyLedger(program.steps, program.stages.length), samples: 1 };
  for (const stage of program.stages) {
    let scanned = 0;
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) scanned += scanWords(stage, context, program, chip);
    for (let step = 0; step < stepsOf(stage, program); step++) {
      const add = (kind: EventKind, count: number): void => { ledger.counts[ledgerIndex(ledger, step, stage.id, kind)] += count; };
      if (stage.kind !== 'host') add('axonRead', scanned);
      if (stage.kind === 'synapse') countSynapse(stage, chip, add);
      else if (stage.kind === 'soma') countSoma(stage, step, program, chip, add);
      else if (stage.kind === 'attend') add('counterWrite', stage.gate ? (step > 0 ? 0 : program.steps * wordsFor(stage.counterBits, chip.memories.counter.wordBits)) : clearedRows(stage, step) * wordsPerCounterRow(stage, chip));
      else if (stage.kind === 'pool') add('compare', comparesOf(stage, program));
      else if (stage.kind === 'add') add('compare', stage.from.length * spanLength(stage.contexts) * spanLength(stage.from[0].channels));
      else if (stage.kind === 'readout') countReadout(stage, step, program, chip, add);
      else if (stage.kind === 'host') countHost(stage, program, add);
    }
  }
  return ledger;
}

type Add = (kind: EventKind, count: number) => void;

function countSynapse(stage: Synapse, chip: Chip, add: Add): void {
  const sums = spanLength(stage.contexts) * spanLength(stage.columns);
  if (stage.after !== undefined) add('partialAdd', sums);
  if (!stage.border) return;
  add('biasAdd', sums);
  add('tableRead', spanLength(stage.contexts) * wordsFor(spanLength(stage.columns) * biasBits, chip.memories.table.wordBits));
}

/** Rows written to clear the memory of an attend stage; a matrix, and stored keys and values, are overwritten whole. */
function clearedRows(stage: Attend, step: number): number {
  if (stage.form === 'matrix' || stage.form === 'qk' || (stage.clear === 'sample' && step > 0)) return 0;
  return spanLength(stage.heads) * (stage.width[0] + (stage.form === 'hamming' ? hammingRows : 0));
}

function countReadout(stage: Readout, step: number, program: Program, chip: Chip, add: Add): void {
  const contexts = spanLength(stage.contexts), channels = spanLength(stage.from.channels), words = wordsFor(channels * readoutBits, chip.memories.table.wordBits);
  add('partialAdd', contexts * channels);
  if (stage.stepWeights) add('mac', contexts * channels);
  if (!stage.keeps.steps && step < program.steps - 1) return;
  const results = stage.keeps.positions ? contexts : 1;
  add('biasAdd', results * channels);
  add('tableRead', results * words);
}

function countHost(stage: HostStage, program: Program, add: Add): void {
  const { read, made, operations } = hostWork(stage, program);
  add('hostRead', read);
  add('hostMade', made);
  add('hostOperation', operations);
}

/** Bits that one context reads of its soma's tables in a step: bias, thresholds of the step and gain of each column, weights of the steps so far. */
function tableBits({ rule, gain, columns }: Soma, step: number): number {
  return spanLength(columns) * (biasBits + (gain ? gainBits : 0) + thresholdsRead(rule)) + (rule.kind === 'mix' && rule.weights ? (step + 1) * thresholdBits : 0);
}

/** Bits of thresholds per column and step. */
function thresholdsRead(rule: Rule): number {
  switch (rule.kind) {
    case 'lif': case 'elastic': return thresholdBits;
    case 'ladder': return rule.levels * thresholdBits;
    case 'mix': return mixBits;
    case 'pass': return 0;
  }
}

function countSoma(stage: Soma, step: number, program: Program, chip: Chip, add: Add): void {
  const contexts = spanLength(stage.contexts), columns = spanLength(stage.columns), word = chip.memories.state.wordBits;
  add('biasAdd', contexts * columns);
  add('partialAdd', (Math.max(0, stage.sums.length - 1) + stage.adds.length) * contexts * columns);
  add('tableRead', contexts * wordsFor(tableBits(stage, step), chip.memories.table.wordBits));
  if (stage.gain) add('mac', contexts * columns);
  if (stage.rule.kind !== 'pass') {
    const words = contexts * wordsFor(columns * stage.membraneBits, word);
    add('update', contexts * columns);
    // A mix writes each input once, if a later step may weigh it, and reads all that are kept.
    if (stage.rule.kind !== 'mix' || step < program.steps - 1) add('stateWrite', words);
    if (step > 0) add('stateRead', words * (stage.rule.kind === 'mix' ? step : 1));
    if (stage.rule.kind === 'mix' && stage.rule.weights) add('mac', contexts * columns * (step + 1));
  }
  for (const id of stage.sums) {
    const end = program.stages[id];
    if (end.kind !== 'synapse' || end.evaluate !== 'sample') continue;
    const words = contexts * wordsFor(columns * end.sumBits, word);
    if (step === 0) add('stateWrite', words);
    add('stateRead', words);
  }
}

/** Elements that one step of a pool combines: for each output element the inputs that take part; copies combine nothing. */
function comparesOf(stage: Pool, program: Program): number {
  const channels = spanLength(stage.out.channels), contexts = spanLength(stage.contexts), { over } = stage;
  if (over.kind === 'stretch' || (over.kind === 'planes' && stage.from.length === 1)) return 0;
  if (over.kind === 'heads') return contexts * channels * over.width;
  if (over.kind === 'planes') return stage.from.length * contexts * channels;
  if (over.kind === 'tokens') return spanLength(stage.from[0].positions) * channels;
  let positions = 0;
  for (let context = stage.contexts.from; context < stage.contexts.to; context++) visitNeeded(stage, 0, context, program.planes, () => { positions++; });
  if (over.kind === 'window') return positions * channels;
  let inner = 0;
  for (let channel = 0; channel < over.width; channel++) inner += Math.min(over.width, channel - over.padding[1] + over.window[1]) - Math.max(0, channel - over.padding[1]);
  return positions * inner * (channels / over.width);
}

/** Payload bits of a region of spikes or ternary spikes by the number of those that are not 0, [channels + 1]; empty for carriers whose payload does not depend on the data. */
export function payloadsOf(region: Region, plane: Plane): Int32Array {
  const channels = spanLength(region.channels), { carrier } = plane;
  if (!isSparse(plane)) return new Int32Array(0);
  return Int32Array.from({ length: channels + 1 }, (_, active) => payloadBits(carrier, channels, active));
}

const isSparse = ({ carrier }: Plane): boolean => carrier.as === 'spike' || carrier.as === 'ternary';

/** An activity with the payloads that do not depend on the data; those of spikes are 0 until the stage has run. */
export function activityOf(stage: Stage, program: Program): Activity {
  const contexts = spanLength(stage.contexts), outputs = outputsOf(stage), bits = new Int32Array(program.steps * contexts * outputs.length);
  const rows = new Int32Array(program.steps * contexts);
  if (stage.kind === 'soma' && stage.rule.kind === 'mix' && keepsState(stage.rule)) for (let step = 1; step < program.steps; step++) rows.fill(step, step * contexts, (step + 1) * contexts);
  const first = stage.kind === 'attend' ? stage.fills : 0;  // fill contexts send nothing
  outputs.forEach((output, o) => {
    if (output !== 'sums' && isSparse(program.planes[output.plane])) return;
    const dense = output !== 'sums' ? spanLength(output.channels) * carrierBits(program.planes[output.plane].carrier)
      : stage.kind === 'synapse' || stage.kind === 'attend' ? spanLength(stage.columns) * stage.sumBits : 0;
    for (let step = 0; step < stepsOf(stage, program); step++) {
      for (let context = first; context < contexts; context++) bits[(step * contexts + context) * outputs.length + o] = dense;
    }
  });
  return { stage: stage.id, contexts, outputs: outputs.length, rows, bits };
}
