// Attend stages: products of two run-time operands per head, in memory that is cleared every step or once per sample.
import { spanLength } from '../../targets/contract/units.ts';
import type { Attend, Region } from '../../targets/contract/program.ts';
import { firstFill, readsOf } from '../../targets/contract/geometry.ts';
import type { HeadLists } from '../kernels/attention.ts';
import { fillCounters, fillHammingSums, hammingRows, joinHammingSums, readCounters, scoreTokens, storeMatrix } from '../kernels/attention.ts';
import { prepareGate } from './gate.ts';
import type { RowSet } from './row-sets.ts';
import { requestLevels } from './row-sets.ts';
import { eachOf, valueView } from './planes.ts';
import { sumsOf } from './synapse.ts';
import type { Runner, Workspace } from './workspace.ts';
import { tally } from './workspace.ts';
import { wordsPerCounterRow, wordsPerStored } from './count.ts';

/** What one head does; its memory is shared by all heads, which run one after the other. fill, read: all contexts of one step. */
type Form = Readonly<{ clear: () => void; fill: (step: number, head: number) => void; read: (step: number, head: number) => void }>;

/** Channels of one operand, cut at the edges of this stage's heads. */
type Operand = Readonly<{ region: Region; width: number; set: RowSet; each: 'pass' | 'count' }>;

export function prepareAttend(stage: Attend, workspace: Workspace): Runner {
  if (stage.gate) return prepareGate(stage, stage.gate, workspace);
  const { steps } = workspace.program, sums = sumsOf(workspace, stage.id), { rows } = workspace.activities[stage.id];
  const heads = spanLength(stage.heads), sets = new Set<RowSet>();
  const operand = (region: Region, width: number): Operand => {
    const edges = Array.from({ length: heads + 1 }, (_, head) => region.channels.from + head * width);
    const set = requestLevels(workspace.rows, workspace.planes, workspace.chip, region.plane, edges, stage.id);
    sets.add(set);
    return { region, width, set, each: eachOf(workspace.planes[region.plane], workspace.chip) };
  };
  const form = stage.form === 'matrix' ? prepareMatrix(stage, operand, workspace) : stage.form === 'qk' ? prepareScores(stage, operand, workspace) : prepareCounters(stage, operand, workspace);
  return () => {
    for (const set of sets) if (set.first === stage.id) set.fill();
    sums.values.fill(0);
    rows.fill(0);
    if (stage.clear === 'sample') for (let head = 0; head < heads; head++) {
      form.clear();
      for (let step = 0; step < steps; step++) form.fill(step, head);
      for (let step = 0; step < steps; step++) form.read(step, head);
    } else for (let step = 0; step < steps; step++) for (let head = 0; head < heads; head++) {
      form.clear();
      form.fill(step, head);
      form.read(step, head);
    }
    countWords(stage, workspace);
  };
}

/** kv and hamming: counters of K^T V. */
function prepareCounters(stage: Attend, operand: (region: Region, width: number) => Operand, workspace: Workspace): Form {
  const { limits } = workspace, { values } = sumsOf(workspace, stage.id), { rows } = workspace.activities[stage.id];
  const [keyWidth, width] = stage.width, hamming = stage.form === 'hamming';
  if (!stage.value) throw new Error(`attend ${stage.id} of form ${stage.form} has no value`);
  const query = operand(stage.query, keyWidth), key = operand(stage.key, keyWidth), value = operand(stage.value, width);
  if (hamming && [query, key, value].some(({ region }) => workspace.planes[region.plane].stride === 0)) throw new Error(`attend ${stage.id} of form hamming needs binary operands`);
  const contexts = spanLength(stage.contexts), reads = readsOf(stage), columns = spanLength(stage.columns), counters = new Int32Array(keyWidth * width);
  const both = new Int32Array(hamming ? hammingRows * width : 0), add = (step: number, count: number): void => tally(workspace, step, stage.id, 'partialAdd', count);
  return {
    clear: () => { counters.fill(0); both.fill(0); },
    fill: (step, head) => {
      const keys = listsOf(key, step, head), added = listsOf(value, step, head), at = step * contexts;
      tally(workspace, step, stage.id, 'sopKv', fillCounters(keys, added, stage.fills, width, counters, rows, at));
      if (hamming) add(step, fillHammingSums(keys, added, stage.fills, width, both, rows, at));
    },
    read: (step, head) => {
      const queries = listsOf(query, step, head), into = step * reads * columns + head * width, at = step * contexts + stage.fills;
      tally(workspace, step, stage.id, 'sopQ', readCounters(queries, reads, width, counters, values, into, columns, rows, at, limits) * width);
      if (hamming) add(step, joinHammingSums(queries, reads, keyWidth, width, both, values, into, columns, rows, at, limits));
    },
  };
}

/** qk: keys and values as they came, met one after another by every query. */
function prepareScores(stage: Attend, operand: (region: Region, width: number) => Operand, workspace: Workspace): Form {
  const { limits } = workspace, { values } = sumsOf(workspace, stage.id), { rows } = workspace.activities[stage.id], [keyWidth, width] = stage.width;
  if (!stage.value) throw new Error(`attend ${stage.id} of form qk has no value`);
  const query = operand(stage.query, keyWidth), key = operand(stage.key, keyWidth), value = operand(stage.value, width), levels = new Int32Array(keyWidth);
  const contexts = spanLength(stage.contexts), reads = readsOf(stage), columns = spanLength(stage.columns), { fills } = stage;
  return {
    clear: () => undefined,
    fill: (step) => { for (let fill = 0; fill < fills; fill++) rows[step * contexts + fill]++; },
    read: (step, head) => {
      const into = step * reads * columns + head * width, { met, added } = scoreTokens(listsOf(query, step, head), listsOf(key, step, head), listsOf(value, step, head), reads, fills, levels, values, into, columns, limits);
      tally(workspace, step, stage.id, 'sopKv', met);
      tally(workspace, step, stage.id, 'sopQ', added);
      for (let read = 0; read < reads; read++) rows[step * contexts + fills + read] += fills;
    },
  };
}

/** matrix: multi-bit values stored position by position, overwritten every step. */
function prepareMatrix(stage: Attend, operand: (region: Region, width: number) => Operand, workspace: Workspace): Form {
  const { planes, limits } = workspace, { values } = sumsOf(workspace, stage.id), { rows } = workspace.activities[stage.id], [keyWidth, width] = stage.width;
  const { store, fills, key } = stage, source = planes[key.plane], scratch = new Int32Array(source.stride > 0 ? source.positions * source.channels : 0);
  if (!store || stage.clear !== 'step') throw new Error(`attend ${stage.id} of form matrix needs a store and is cleared every step`);
  const query = operand(stage.query, keyWidth), length = store === 'rows' ? width : keyWidth, matrix = new Int32Array(keyWidth * width);
  const contexts = spanLength(stage.contexts), reads = readsOf(stage), columns = spanLength(stage.columns);
  return {
    clear: () => { matrix.fill(0); },
    fill: (step, head) => {
      const view = valueView(source, step, key, scratch);
      storeMatrix(store, { values: view.values, at: view.at + firstFill(stage) * view.channels + view.first + head * length, stride: view.channels, length }, fills, width, matrix);
      for (let fill = 0; fill < fills; fill++) rows[step * contexts + fill]++;
    },
    read: (step, head) => {
      const queries = listsOf(query, step, head), into = step * reads * columns + head * width, at = step * contexts + fills;
      tally(workspace, step, stage.id, 'sopQ', readCounters(queries, reads, width, matrix, values, into, columns, rows, at, limits) * width);
    },
  };
}

/** Counters are read, changed and written back, stored rows written only; reads read. */
function countWords(stage: Attend, workspace: Workspace): void {
  const { rows } = workspace.activities[stage.id], contexts = spanLength(stage.contexts), words = wordsPerCounterRow(stage, workspace.chip);
  for (let step = 0; step < workspace.program.steps; step++) {
    let filled = 0, read = 0;
    for (let context = 0; context < contexts; context++) {
      if (context < stage.fills) filled += rows[step * contexts + context]; else read += rows[step * contexts + context];
    }
    tally(workspace, step, stage.id, 'counterRead', (stage.form === 'matrix' || stage.form === 'qk' ? read : filled + read) * words);
    tally(workspace, step, stage.id, 'counterWrite', filled * (stage.form === 'matrix' ? wordsPerStored(stage, workspace.chip) : words));
  }
}

function listsOf({ region, width, set, each }: Operand, step: number, head: number): HeadLists {
  const first = region.channels.from + head * width, cell = set.steps === 1 ? 0 : step * set.positions;
  return { ids: set.lists.ids, from: set.cuts.get(first)!, to: set.cuts.get(first + width)!, cell, first, levels: set.lists.levels, each };
}
