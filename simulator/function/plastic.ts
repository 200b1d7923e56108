// The plastic matrix of a soma: what it adds before the neuron, what it learns behind it, and what both count.
import { spanLength } from '../../targets/contract/units.ts';
import { plasticBits, plasticRows, plasticTableReads } from '../../targets/contract/plastic.ts';
import type { Plastic, Soma } from '../../targets/contract/program.ts';
import { wordsFor } from '../../targets/contract/work.ts';
import { changeEntries, sumEntries } from '../kernels/plastic.ts';
import { valueView } from './planes.ts';
import type { Workspace } from './workspace.ts';
import { tally } from './workspace.ts';

/** begin: a sample. add: what the matrix makes of the inputs of a step, onto the currents [columns]. learn: from the membranes before their reset, [columns]. */
export type Learner = Readonly<{ begin(): void; add(step: number, currents: Int32Array): void; learn(step: number, membranes: Int32Array): void }>;

/** One matrix; what `workspace.forget` does sets it to 0. A matrix that is 0 by decree (step 0 of a sample that begins with it) is not read: that is its reset, as of membranes. */
export function prepareLearner(stage: Soma, plastic: Plastic, workspace: Workspace): Learner {
  const { planes, chip, activities, matrices } = workspace, { from, clear, read, readBits, most, slope, offset, slopeBits, table, fade } = plastic, columns = spanLength(stage.columns), rows = plasticRows(from);
  const entries = new Int16Array(rows * columns), inputs = new Int32Array(rows), sums = new Float64Array(columns), taught = new Int32Array(columns), store = planes[from.plane], { rows: passes } = activities[stage.id];
  const scratch = new Int32Array(store.stride > 0 ? store.positions * store.channels : 0), channels = spanLength(from.channels), words = wordsFor(columns * plasticBits, chip.memories.weight.wordBits);
  const tableWords = wordsFor(plasticTableReads(plastic), chip.memories.table.wordBits), unit = 2 ** readBits, place = 2 ** slopeBits, last = table.length - 1;
  matrices.set(stage.id, entries);
  const isReset = (step: number): boolean => clear === 'sample' && step === 0;
  return {
    begin: () => { if (clear === 'sample') entries.fill(0); },
    add(step, currents) {
      const view = valueView(store, step, from, scratch);
      for (let position = from.positions.from, row = 0; position < from.positions.to; position++) for (let channel = 0, at = view.at + position * view.channels + view.first; channel < channels; channel++) inputs[row++] = view.values[at++];
      const active = isReset(step) ? 0 : sumEntries(entries, inputs, columns, sums);
      if (active > 0) for (let column = 0; column < columns; column++) currents[column] += Math.max(-most, Math.min(most, Math.floor(sums[column] * read[step * columns + column] / unit + 0.5)));
      passes[step] = active;
      tally(workspace, step, stage.id, 'plasticRead', active * columns);
      tally(workspace, step, stage.id, 'weightRead', active * words);
      tally(workspace, step, stage.id, 'partialAdd', columns);
      tally(workspace, step, stage.id, 'tableRead', tableWords);
    },
    learn(step, membranes) {
      for (let column = 0; column < columns; column++) taught[column] = table[Math.max(0, Math.min(last, Math.floor((membranes[column] * slope[column] + offset[column]) / place)))];
      changeEntries(entries, inputs, taught, { ...plastic, fade: fade[step] });
      passes[step] += rows;
      tally(workspace, step, stage.id, 'plasticWrite', rows * columns);
      tally(workspace, step, stage.id, 'weightRead', isReset(step) ? 0 : rows * words);
      tally(workspace, step, stage.id, 'weightWrite', rows * words);
    },
  };
}
