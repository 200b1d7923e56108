// Ledger entries that do not depend on the data: words of state, axon, counter and table memory, updates, additions and compares, per stage and step.
import type { Chip } from '../../targets/contract/arch.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { emptyLedger, ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Attend, Pool, Program, Region, Soma, Stage, Synapse } from '../../targets/contract/program.ts';
import { carrierBits, outputsOf } from '../../targets/contract/program.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { payloadBits, scanWords, wordsFor } from '../../targets/contract/work.ts';
import { spanLength } from '../../targets/contract/units.ts';
import { tokensOf, visitNeeded } from '../../targets/contract/geometry.ts';
import { stepsOf } from './workspace.ts';

/** Widths at which tables hold biases, thresholds and border sums, and the biases of a readout. */
const biasBits = 24;
const thresholdBits = 24;
const readoutBits = 32;

/** Words that one row pass of a tile reads. */
export const wordsPerRow = (stage: Synapse, chip: Chip): number => wordsFor(spanLength(stage.columns) * chip.core.weightBits, chip.memories.weight.wordBits);

/** Words of one counter row of one head. */
export const wordsPerCounterRow = (stage: Attend, chip: Chip): number => wordsFor(stage.width[1] * stage.counterBits, chip.memories.counter.wordBits);

/** A ledger of one sample with all entries of the stages that are the same for every sample. */
export function countStages(program: Program, chip: Chip): Ledger {
  const ledger: Ledger = { ...emptyLedger(program.steps, program.stages.length), samples: 1 };
  for (const stage of program.stages) {
    let scanned = 0;
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) scanned += scanWords(stage, context, program, chip);
    for (let step = 0; step < stepsOf(stage, program); step++) {
      const add = (kind: EventKind, count: number): void => { ledger.counts[ledgerIndex(ledger, step, stage.id, kind)] += count; };
      add('axonRead', scanned);
      if (stage.kind === 'synapse') countSynapse(stage, chip, add);
      else if (stage.kind === 'soma') countSoma(stage, step, program, chip, add);
      else if (stage.kind === 'attend') add('counterWrite', spanLength(stage.heads) * stage.width[0] * wordsPerCounterRow(stage, chip));
      else if (stage.kind === 'pool') add('compare', comparesOf(stage, program));
      else if (stage.kind === 'add') add('compare', stage.from.length * spanLength(stage.contexts) * spanLength(stage.from[0].channels));
      else if (stage.kind === 'readout') {
        add('partialAdd', spanLength(stage.contexts) * spanLength(stage.from.channels));
        if (step < program.steps - 1) continue;
        add('biasAdd', spanLength(stage.from.channels));
        add('tableRead', wordsFor(spanLength(stage.from.channels) * readoutBits, chip.memories.table.wordBits));
      }
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

function countSoma(stage: Soma, step: number, program: Program, chip: Chip, add: Add): void {
  const contexts = spanLength(stage.contexts), columns = spanLength(stage.columns), word = chip.memories.state.wordBits;
  add('biasAdd', contexts * columns);
  add('partialAdd', (Math.max(0, stage.sums.length - 1) + stage.adds.length) * contexts * columns);
  add('tableRead', contexts * wordsFor(columns * (stage.rule.kind === 'lif' ? biasBits + thresholdBits : biasBits), chip.memories.table.wordBits));
  if (stage.rule.kind === 'lif') {
    const words = contexts * wordsFor(columns * stage.membraneBits, word);
    add('update', contexts * columns);
    add('stateWrite', words);
    if (step > 0) add('stateRead', words);
  }
  for (const id of stage.sums) {
    const end = program.stages[id];
    if (end.kind !== 'synapse' || end.evaluate !== 'sample') continue;
    const words = contexts * wordsFor(columns * end.sumBits, word);
    if (step === 0) add('stateWrite', words);
    add('stateRead', words);
  }
}

/** Elements that one step of a pool combines: for each output element the inputs that take part. */
function comparesOf(stage: Pool, program: Program): number {
  const channels = spanLength(stage.out.channels), contexts = spanLength(stage.contexts), { over } = stage;
  if (over.kind === 'planes') return stage.from.length * contexts * channels;
  if (over.kind === 'tokens') return spanLength(stage.from[0].positions) * channels;
  let positions = 0;
  for (let context = stage.contexts.from; context < stage.contexts.to; context++) visitNeeded(stage, 0, context, program.planes, () => { positions++; });
  if (over.kind === 'window') return positions * channels;
  let inner = 0;
  for (let channel = 0; channel < over.width; channel++) inner += Math.min(over.width, channel - over.padding[1] + over.window[1]) - Math.max(0, channel - over.padding[1]);
  return positions * inner * (channels / over.width);
}

/** Payload bits of a spike region by the number of its spikes, [channels + 1]. */
export const spikePayloads = (region: Region): Int32Array => {
  const channels = spanLength(region.channels);
  return Int32Array.from({ length: channels + 1 }, (_, active) => payloadBits({ as: 'spike' }, channels, active));
};

/** An activity with the payloads that do not depend on the data; those of spikes are 0 until the stage has run. */
export function activityOf(stage: Stage, program: Program): Activity {
  const contexts = spanLength(stage.contexts), outputs = outputsOf(stage), bits = new Int32Array(program.steps * contexts * outputs.length), tokens = tokensOf(stage);
  outputs.forEach((output, o) => {
    if (output !== 'sums' && program.planes[output.plane].carrier.as === 'spike') return;
    const dense = output !== 'sums' ? spanLength(output.channels) * carrierBits(program.planes[output.plane].carrier)
      : stage.kind === 'synapse' || stage.kind === 'attend' ? spanLength(stage.columns) * stage.sumBits : 0;
    for (let step = 0; step < stepsOf(stage, program); step++) {
      for (let context = contexts - tokens; context < contexts; context++) bits[(step * contexts + context) * outputs.length + o] = dense;
    }
  });
  return { stage: stage.id, contexts, outputs: outputs.length, rows: new Int32Array(program.steps * contexts), bits };
}

