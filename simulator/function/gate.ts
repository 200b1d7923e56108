// The gate form of an attend stage: sums of all steps, one small network, and every step weighed by its level.
import { spanLength } from '../../targets/contract/units.ts';
import { gateProducts, gateTableBits } from '../../targets/contract/gate.ts';
import type { Attend, Gate } from '../../targets/contract/program.ts';
import { readsOf } from '../../targets/contract/geometry.ts';
import { wordsFor } from '../../targets/contract/work.ts';
import { valueView } from './planes.ts';
import { sumsOf } from './synapse.ts';
import type { Workspace } from './workspace.ts';
import { tally } from './workspace.ts';

/** Runs a gate for all steps of a sample. Source: models-other.md section 3; the integer form of compiler/ops/gate.ts. */
export function prepareGate(stage: Attend, gate: Gate, workspace: Workspace): () => void {
  const { program: { steps }, planes, chip, activities } = workspace, { values } = sumsOf(workspace, stage.id), { rows } = activities[stage.id];
  const columns = spanLength(stage.columns), reads = readsOf(stage), contexts = spanLength(stage.contexts), store = planes[stage.key.plane], none = new Int32Array(0), sums = new Float64Array(steps), levels = gate.thresholds.length;
  const counterWords = wordsFor(stage.counterBits, chip.memories.counter.wordBits), tables = { share: wordsFor(24 * columns, chip.memories.table.wordBits), all: wordsFor(gateTableBits(gate) - 24 * columns, chip.memories.table.wordBits) };
  return () => {
    rows.fill(0);
    for (let step = 0; step < steps; step++) {
      const view = valueView(store, step, stage.key, none);
      sums[step] = 0;
      for (let fill = 0; fill < stage.fills; fill++) {
        for (let column = 0, at = view.at + fill * view.channels + view.first; column < columns; column++) sums[step] += gate.share[column] * view.values[at + column];
        rows[step * contexts + fill] = columns;
      }
      tally(workspace, step, stage.id, 'mac', stage.fills * columns);
      tally(workspace, step, stage.id, 'counterRead', stage.fills * counterWords);
      tally(workspace, step, stage.id, 'counterWrite', stage.fills * counterWords);
      tally(workspace, step, stage.id, 'tableRead', stage.fills * tables.share);
    }
    const open = levelsOf(gate, sums);
    for (let step = 0; step < steps; step++) {
      const view = valueView(store, step, stage.query, none);
      for (let read = 0; read < reads; read++) {
        const from = view.at + read * view.channels + view.first, to = (step * reads + read) * columns;
        for (let column = 0; column < columns; column++) values[to + column] = Math.floor((2 * view.values[from + column] * open[step] + levels) / (2 * levels));
        rows[step * contexts + stage.fills + read] = columns;
      }
      tally(workspace, step, stage.id, 'mac', reads * columns);
      tally(workspace, step, stage.id, 'counterRead', reads);
    }
    // The network runs once, with the first answer; its levels go to counter memory.
    rows[stage.fills] += gateProducts(gate);
    tally(workspace, 0, stage.id, 'mac', gateProducts(gate));
    tally(workspace, 0, stage.id, 'biasAdd', gate.firstBias.length + steps);
    tally(workspace, 0, stage.id, 'compare', steps * levels);
    tally(workspace, 0, stage.id, 'tableRead', tables.all);
    tally(workspace, 0, stage.id, 'counterRead', steps * counterWords);
    tally(workspace, 0, stage.id, 'counterWrite', steps);
  };
}

function levelsOf({ first, firstBias, second, secondBias, thresholds }: Gate, sums: Float64Array): Int32Array {
  const steps = sums.length, hidden = firstBias.length, inner = new Float64Array(hidden), open = new Int32Array(steps);
  for (let h = 0; h < hidden; h++) {
    let total = firstBias[h];
    for (let step = 0; step < steps; step++) total += first[h * steps + step] * sums[step];
    inner[h] = Math.max(0, total);
  }
  for (let step = 0; step < steps; step++) {
    let score = secondBias[step];
    for (let h = 0; h < hidden; h++) score += second[step * hidden + h] * inner[h];
    while (open[step] < thresholds.length && score >= thresholds[open[step]]) open[step]++;
  }
  return open;
}
