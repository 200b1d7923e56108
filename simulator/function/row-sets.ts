// Active axons of planes and sums of planes, listed once per run however many tiles and heads read them.
import type { PlaneId, StageId } from '../../targets/contract/units.ts';
import type { Chip } from '../../targets/contract/arch.ts';
import type { RowLists, Summand } from '../kernels/rows.ts';
import { cutLists, emptyLists, listGraded, listSpikes } from '../kernels/rows.ts';
import type { PlaneStore } from './planes.ts';

/**
 * Lists of the sum of some planes, cells [steps, positions]. `first`: the stage that fills them in a run, before any other reads them.
 * cuts: by channel, where in each cell the entries of that channel and above begin.
 */
export type RowSet = Readonly<{ first: StageId; steps: number; positions: number; channels: number; lists: RowLists; cuts: Map<number, Int32Array>; fill: () => void }>;

/** The sets of a program, by planes and shifts; grows while the engine is prepared, stage by stage in the order of the run. */
export type RowSets = Map<string, RowSet>;

export type PlaneShift = Readonly<{ plane: PlaneId; shift: number }>;

/** The set that sums some planes; `cuts` are the channels at which its reader will want to cut. */
export function requestRows(sets: RowSets, planes: readonly PlaneStore[], chip: Chip, summands: readonly PlaneShift[], cuts: readonly number[], stage: StageId): RowSet {
  const key = summands.map(({ plane, shift }) => `${plane}<<${shift}`).join('+');
  const known = sets.get(key), set = known ?? createSet(planes, chip, summands, stage);
  if (!known) sets.set(key, set);
  for (const channel of cuts) if (!set.cuts.has(channel)) set.cuts.set(channel, new Int32Array(set.steps * set.positions));
  return set;
}

function createSet(planes: readonly PlaneStore[], chip: Chip, summands: readonly PlaneShift[], first: StageId): RowSet {
  const stores = summands.map(({ plane }) => planes[plane]), [front] = stores, positions = front.positions;
  const steps = Math.max(...stores.map((store) => store.steps)), channels = Math.max(...stores.map((store) => store.channels));
  const lists = emptyLists(), cuts = new Map<number, Int32Array>();
  const list = isBinary(summands, planes)
    ? () => listSpikes(front.masks, front.stride, steps * positions, lists)
    : () => listGraded(summands.map(({ plane, shift }) => summandOf(planes[plane], shift, chip)), steps, positions, channels, lists);
  return { first, steps, positions, channels, lists, cuts, fill: () => {
    list();
    for (const [channel, into] of cuts) cutLists(lists, channel, into);
  } };
}

/** Whether every entry is one binary spike: a single spike plane that is not shifted. */
export const isBinary = (summands: readonly PlaneShift[], planes: readonly PlaneStore[]): boolean =>
  summands.length === 1 && summands[0].shift === 0 && planes[summands[0].plane].stride > 0;

const summandOf = (store: PlaneStore, shift: number, chip: Chip): Summand => ({ words: store.masks, values: store.values, stride: store.stride, channels: store.channels,
  stepCells: store.steps === 1 ? 0 : store.positions, shift, each: store.stride === 0 && chip.abilities.graded === 'repeat' ? 'count' : 'pass' });
