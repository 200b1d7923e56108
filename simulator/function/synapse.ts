// Synapse stages: rows of active axons, or of multi-bit and signed inputs, added into the sums of their chain.
import type { StageId } from '../../targets/contract/units.ts';
import { spanLength } from '../../targets/contract/units.ts';
import type { Gather, Synapse } from '../../targets/contract/program.ts';
import { addRows, packPanels } from '../kernels/crossbar.ts';
import { addRowsSaturating } from '../kernels/crossbar-plain.ts';
import { addGroupedRows, groupStarts, multiplyGroupedRows } from '../kernels/grouped.ts';
import type { ValueLists, ValuePlane } from '../kernels/multiply.ts';
import { listValues, multiplyRows } from '../kernels/multiply.ts';
import type { Window } from '../kernels/rows.ts';
import type { PlaneStore } from './planes.ts';
import { eachOf, valueView } from './planes.ts';
import { isBinary, requestRows } from './row-sets.ts';
import { gatherKey, joinedLists, windowOf } from './gather.ts';
import type { SumStore } from './sums.ts';
import type { Runner, Workspace } from './workspace.ts';
import { stepsOf, tally } from './workspace.ts';
import { columnsPerRow, wordsPerRow } from './count.ts';

/** Packs the tile's weights and precomputes which positions its contexts read. */
export function prepareSynapse(stage: Synapse, workspace: Workspace): Runner {
  const sums = sumsOf(workspace, stage.id), stores = stage.gather.from.map((region) => workspace.planes[region.plane]);
  const listed = stores.every(({ plane }) => plane.carrier.as === 'spike' || plane.carrier.as === 'count');
  const accumulate = listed ? prepareAxons(stage, sums, workspace) : prepareValues(stage, stores, sums, workspace);
  return () => {
    if (stage.after === undefined) sums.values.fill(0);
    accumulate();
    if (stage.border) addBorder(stage, stage.border, sums, workspace);
  };
}

export function sumsOf(workspace: Workspace, stage: StageId): SumStore {
  const sums = workspace.sums.get(stage);
  if (!sums) throw new Error(`stage ${stage} has no sums`);
  return sums;
}

const startsOf = ({ gather }: Synapse, rows: number, width: number): Int32Array | undefined =>
  gather.groups > 1 ? groupStarts(rows, spanLength(gather.from[0].channels), gather.groups, width) : undefined;

/** Lists of active axons, a row once per unit of its count. */
function prepareAxons(stage: Synapse, sums: SumStore, workspace: Workspace): () => void {
  const { program, chip, planes, limits } = workspace, { gather } = stage, steps = stepsOf(stage, program), columns = spanLength(stage.columns);
  const { channels } = gather.from[0], summands = gather.from.map((region, i) => ({ plane: region.plane, shift: shiftOf(gather, i) }));
  const set = requestRows(workspace.rows, planes, chip, summands, [channels.from, channels.to], stage.id);
  const window = windowOf(gather, planes[gather.from[0].plane].grid, stage.contexts), key = gatherKey(gather, stage.contexts, steps), batch = steps * window.contexts;
  const block = program.blocks[stage.block], activity = workspace.activities[stage.id], words = wordsPerRow(stage, chip), width = columnsPerRow(stage);
  const kind = isBinary(summands, planes) ? 'sopBinary' : 'sopGraded', starts = startsOf(stage, block.rows, width);
  const panels = limits || starts ? undefined : packPanels(block.data, block.rows, block.columns), noFactors = new Int32Array(0);
  return () => {
    if (set.first === stage.id) set.fill();
    const { lists, offsets, passes } = joinedLists(workspace.shelves, key, set, window, steps);
    if (panels) addRows(panels, lists, offsets, batch, sums.values, columns);
    else if (limits) addRowsSaturating(block.data, width, lists, noFactors, offsets, batch, sums.values, columns, limits, starts);
    else if (starts) addGroupedRows(block.data, width, starts, lists, offsets, batch, sums.values, columns);
    activity.rows.set(passes.subarray(0, batch));
    for (let step = 0; step < steps; step++) {
      const first = step * window.contexts, last = first + window.contexts;
      let passed = 0;
      for (let m = first; m < last; m++) passed += passes[m];
      tally(workspace, step, stage.id, kind, (offsets[last] - offsets[first]) * width);
      tally(workspace, step, stage.id, 'weightRead', passed * words);
    }
  };
}

const shiftOf = (gather: Gather, input: number): number => gather.shifts[input] ?? 0;

/** Pixels of a per-sample plane and currents are dense MACs, zeros included; event frames and ternary spikes count as graded operations, magnitude x fan-out. */
function prepareValues(stage: Synapse, stores: readonly PlaneStore[], sums: SumStore, workspace: Workspace): () => void {
  const { program, chip, limits } = workspace, { gather } = stage, steps = stepsOf(stage, program), columns = spanLength(stage.columns);
  const dense = stores.some(({ plane }) => plane.carrier.as === 'current' || (plane.carrier.as === 'pixel' && plane.per === 'sample'));
  const window = windowOf(gather, stores[0].grid, stage.contexts), { contexts } = window, most = contexts * window.taps * window.channelCount;
  const lists: ValueLists = { rows: new Int32Array(most), values: new Int32Array(most), offsets: new Int32Array(contexts + 1), passes: new Int32Array(contexts) };
  const scratch = stores.map((store) => new Int32Array(store.stride > 0 ? store.positions * store.channels : 0)), denseRows = validRows(window);
  const block = program.blocks[stage.block], words = wordsPerRow(stage, chip), width = columnsPerRow(stage), starts = startsOf(stage, block.rows, width);
  const { rows } = workspace.activities[stage.id];
  return () => {
    for (let step = 0; step < steps; step++) {
      const views = stores.map((store, i): ValuePlane => ({ ...valueView(store, step, gather.from[i], scratch[i]), shift: shiftOf(gather, i), each: eachOf(store, chip) }));
      const magnitudes = listValues(views, window, lists), at = step * contexts * columns, passes = dense ? denseRows : lists.passes;
      if (limits) addRowsSaturating(block.data, width, lists.rows, lists.values, lists.offsets, contexts, sums.values.subarray(at), columns, limits, starts);
      else if (starts) multiplyGroupedRows(block.data, width, starts, lists.rows, lists.values, lists.offsets, contexts, sums.values.subarray(at), columns);
      else multiplyRows(block.data, columns, lists, contexts, sums.values, at, columns);
      rows.set(passes, step * contexts);
      const passed = passes.reduce((total, n) => total + n, 0);
      tally(workspace, step, stage.id, dense ? 'mac' : 'sopGraded', (dense ? passed : magnitudes) * width);
      tally(workspace, step, stage.id, 'weightRead', passed * words);
    }
  };
}

/** Rows inside the map, per context: the passes of a dense input. */
function validRows({ positions, taps, contexts, channelCount, held }: Window): Int32Array {
  const each = Int32Array.from({ length: taps }, (_, tap) => (held ? held.subarray(tap * channelCount, (tap + 1) * channelCount).filter((row) => row >= 0).length : channelCount));
  return Int32Array.from({ length: contexts }, (_, context) => each.reduce((rows, held, tap) => rows + (positions[context * taps + tap] >= 0 ? held : 0), 0));
}

function addBorder(stage: Synapse, border: NonNullable<Synapse['border']>, sums: SumStore, workspace: Workspace): void {
  const columns = spanLength(stage.columns), contexts = spanLength(stage.contexts), { values } = sums, { limits } = workspace;
  for (let m = 0, at = 0; m < sums.steps * contexts; m++) {
    const from = border.classes[m % contexts] * columns;
    for (let column = 0; column < columns; column++, at++) {
      const sum = values[at] + border.sums[from + column];
      values[at] = limits ? Math.min(limits.highest, Math.max(limits.lowest, sum)) : sum;
    }
  }
}
