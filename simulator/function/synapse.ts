// Synapse stages: rows of active axons, or of pixels, added into the sums of their chain.
import type { StageId } from '../../targets/contract/units.ts';
import { spanLength } from '../../targets/contract/units.ts';
import type { Synapse } from '../../targets/contract/program.ts';
import { addRows, packPanels } from '../kernels/crossbar.ts';
import { addRowsSaturating } from '../kernels/crossbar-plain.ts';
import type { PixelLists, PixelView } from '../kernels/pixel.ts';
import { listPixels, multiplyRows } from '../kernels/pixel.ts';
import type { Window } from '../kernels/rows.ts';
import { stepIn } from './planes.ts';
import { isBinary, requestRows } from './row-sets.ts';
import { gatherKey, joinedLists, windowOf } from './gather.ts';
import type { SumStore } from './sums.ts';
import type { Runner, Workspace } from './workspace.ts';
import { stepsOf, tally } from './workspace.ts';
import { wordsPerRow } from './count.ts';

/** Packs the tile's weights and precomputes which positions its contexts read. */
export function prepareSynapse(stage: Synapse, workspace: Workspace): Runner {
  const sums = sumsOf(workspace, stage.id), pixels = stage.gather.from.filter((region) => workspace.program.planes[region.plane].carrier.as === 'pixel');
  if (pixels.length > 0 && pixels.length < stage.gather.from.length) throw new Error(`synapse ${stage.id} mixes pixels with spikes`);
  const accumulate = pixels.length > 0 ? preparePixels(stage, sums, workspace) : prepareAxons(stage, sums, workspace);
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

function prepareAxons(stage: Synapse, sums: SumStore, workspace: Workspace): () => void {
  const { program, chip, planes, limits } = workspace, { gather } = stage, steps = stepsOf(stage, program), columns = spanLength(stage.columns);
  const { channels } = gather.from[0], summands = gather.from.map((region, i) => ({ plane: region.plane, shift: gather.shifts[i] ?? 0 }));
  const set = requestRows(workspace.rows, planes, chip, summands, [channels.from, channels.to], stage.id);
  const window = windowOf(gather, planes[gather.from[0].plane].grid, stage.contexts), key = gatherKey(gather, stage.contexts, steps), batch = steps * window.contexts;
  const block = program.blocks[stage.block], activity = workspace.activities[stage.id], words = wordsPerRow(stage, chip);
  const kind = isBinary(summands, planes) ? 'sopBinary' : 'sopGraded';
  const panels = limits ? undefined : packPanels(block.data, block.rows, block.columns), noFactors = new Int32Array(0);
  return () => {
    if (set.first === stage.id) set.fill();
    const { lists, offsets, passes } = joinedLists(workspace.shelves, key, set, window, steps);
    if (panels) addRows(panels, lists, offsets, batch, sums.values, columns);
    else if (limits) addRowsSaturating(block.data, columns, lists, noFactors, offsets, batch, sums.values, columns, limits);
    activity.rows.set(passes.subarray(0, batch));
    for (let step = 0; step < steps; step++) {
      const first = step * window.contexts, last = first + window.contexts;
      let passed = 0;
      for (let m = first; m < last; m++) passed += passes[m];
      tally(workspace, step, stage.id, kind, (offsets[last] - offsets[first]) * columns);
      tally(workspace, step, stage.id, 'weightRead', passed * words);
    }
  };
}

/** Pixels of a per-sample plane are dense MACs; event frames count as graded operations, value x fan-out. */
function preparePixels(stage: Synapse, sums: SumStore, workspace: Workspace): () => void {
  const { program, chip, planes, limits } = workspace, { gather } = stage, steps = stepsOf(stage, program), columns = spanLength(stage.columns);
  const stores = gather.from.map((region) => planes[region.plane]), [front] = stores, direct = front.plane.per === 'sample';
  const window = windowOf(gather, front.grid, stage.contexts), most = window.contexts * window.taps * window.channelCount;
  const lists: PixelLists = { rows: new Int32Array(most), values: new Int32Array(most), offsets: new Int32Array(window.contexts + 1) };
  const block = program.blocks[stage.block], words = wordsPerRow(stage, chip), { rows } = workspace.activities[stage.id];
  return () => {
    for (let step = 0; step < steps; step++) {
      const views = stores.map((store): PixelView => ({ values: store.values, at: stepIn(store, step) * store.positions * store.channels, channels: store.channels }));
      const sum = listPixels(views, window, lists), at = step * window.contexts * columns;
      if (limits) addRowsSaturating(block.data, columns, lists.rows, lists.values, lists.offsets, window.contexts, sums.values.subarray(at), columns, limits);
      else multiplyRows(block.data, columns, lists, window.contexts, sums.values, at, columns);
      const passed = countPixelRows(window, lists, rows, step * window.contexts, direct ? 'dense' : chip.abilities.graded);
      tally(workspace, step, stage.id, direct ? 'mac' : 'sopGraded', (direct ? passed : sum) * columns);
      tally(workspace, step, stage.id, 'weightRead', passed * words);
    }
  };
}

/** Row passes per context: every valid pixel (`dense`), or those that are not 0, once (`multiply`) or as often as their count (`repeat`). */
function countPixelRows(window: Window, lists: PixelLists, rows: Int32Array, at: number, mode: 'dense' | 'repeat' | 'multiply'): number {
  let total = 0;
  for (let context = 0; context < window.contexts; context++) {
    let passes = 0;
    if (mode === 'dense') for (let tap = 0; tap < window.taps; tap++) passes += window.positions[context * window.taps + tap] >= 0 ? window.channelCount : 0;
    else for (let i = lists.offsets[context]; i < lists.offsets[context + 1]; i++) passes += mode === 'repeat' ? lists.values[i] : 1;
    rows[at + context] = passes;
    total += passes;
  }
  return total;
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
