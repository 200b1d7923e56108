// Attend stages: counters of K^T V per head, cleared every step, then the rows that query spikes select.
import { spanLength } from '../../targets/contract/units.ts';
import type { Attend, Region } from '../../targets/contract/program.ts';
import { tokensOf } from '../../targets/contract/geometry.ts';
import type { HeadLists } from '../kernels/attention.ts';
import { fillCounters, readCounters } from '../kernels/attention.ts';
import type { RowSet } from './row-sets.ts';
import { isBinary, requestRows } from './row-sets.ts';
import { sumsOf } from './synapse.ts';
import type { Runner, Workspace } from './workspace.ts';
import { tally } from './workspace.ts';
import { wordsPerCounterRow } from './count.ts';

export function prepareAttend(stage: Attend, workspace: Workspace): Runner {
  const { program, chip, limits } = workspace, sums = sumsOf(workspace, stage.id), tokens = tokensOf(stage);
  const heads = spanLength(stage.heads), columns = spanLength(stage.columns);
  const [keyWidth, valueWidth] = stage.width, counters = new Int32Array(keyWidth * valueWidth), words = wordsPerCounterRow(stage, chip);
  const query = requestHeads(stage, stage.query, keyWidth, workspace), key = requestHeads(stage, stage.key, keyWidth, workspace);
  const value = requestHeads(stage, stage.value, valueWidth, workspace);
  const sets = new Set([query, key, value]), { rows } = workspace.activities[stage.id];
  return () => {
    for (const set of sets) if (set.first === stage.id) set.fill();
    sums.values.fill(0);
    rows.fill(0);
    for (let step = 0; step < program.steps; step++) {
      const at = step * 2 * tokens;
      let coincidences = 0, queries = 0;
      for (let head = 0; head < heads; head++) {
        counters.fill(0);
        const keys = headLists(key, stage.key, step, head, keyWidth), values = headLists(value, stage.value, step, head, valueWidth);
        coincidences += fillCounters(keys, values, tokens, valueWidth, counters, rows, at);
        queries += readCounters(headLists(query, stage.query, step, head, keyWidth), tokens, valueWidth, counters,
          sums.values, step * tokens * columns + head * valueWidth, columns, rows, at + tokens, limits);
      }
      count(workspace, stage, step, coincidences, queries, words, rows.subarray(at, at + tokens));
    }
  };
}

function count(workspace: Workspace, stage: Attend, step: number, coincidences: number, queries: number, words: number, touched: Int32Array): void {
  const filled = touched.reduce((total, rows) => total + rows, 0);
  tally(workspace, step, stage.id, 'sopKv', coincidences);
  tally(workspace, step, stage.id, 'sopQ', queries * stage.width[1]);
  tally(workspace, step, stage.id, 'counterRead', (filled + queries) * words);
  tally(workspace, step, stage.id, 'counterWrite', filled * words);
}

/** Row lists of a plane, cut at the edges of this stage's heads. */
function requestHeads(stage: Attend, region: Region, width: number, workspace: Workspace): RowSet {
  const summands = [{ plane: region.plane, shift: 0 }];
  if (!isBinary(summands, workspace.planes)) throw new Error(`attend ${stage.id} reads plane ${region.plane}, which does not carry spikes`);
  const edges = Array.from({ length: spanLength(stage.heads) + 1 }, (_, head) => region.channels.from + head * width);
  return requestRows(workspace.rows, workspace.planes, workspace.chip, summands, edges, stage.id);
}

function headLists(set: RowSet, region: Region, step: number, head: number, width: number): HeadLists {
  const first = region.channels.from + head * width, cell = (set.steps === 1 ? 0 : step * set.positions) + region.positions.from;
  return { ids: set.lists.ids, from: set.cuts.get(first)!, to: set.cuts.get(first + width)!, cell, first };
}
