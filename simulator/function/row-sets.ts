// Active axons of planes and sums of planes, listed once per run however many tiles and heads read them.
import type { PlaneId, StageId } from '../../targets/contract/units.ts';
import type { Chip } from '../../targets/contract/arch.ts';
import type { RowLists, Summand } from '../kernels/rows.ts';
import { cutLists, emptyLists, listGraded, listLevels, listSpikes } from '../kernels/rows.ts';
import type { PlaneStore } from './planes.ts';
import { eachOf } from './planes.ts';

/**
 * Lists of the sum of some planes, cells [steps, positions]. `first`: the stage that fills them in a run, before any other reads them.
 * cuts: by channel, where in each cell the entries of that channel and above begin.
 */
export type RowSet = Readonly<{ first: StageId; steps: number; positions: number; channels: number; lists: RowLists; cuts: Map<number, Int32Array>; fill: () => void }>;

/** The sets of a program, by planes and shifts; grows while the engine is prepared, stage by stage in the order of the run. */
export type RowSets = Map<string, RowSet>;

export type PlaneShift = Readonly<{ plane: PlaneId; shift: number }>;

/** The set that sums some planes, an id as often as its count; `cuts` are the channels at which its reader will want to cut. */
export function requestRows(sets: RowSets, planes: readonly PlaneStore[], chip: Chip, summands: readonly PlaneShift[], cuts: readonly number[], stage: StageId): RowSet {
  const stores = summands.map(({ plane }) => planes[plane]), lists = emptyLists(), key = summands.map(({ plane, shift }) => `${plane}<<${shift}`).join('+');
  return requestSet(sets, key, stores, lists, cuts, stage, ({ steps, positions, channels }) => (isBinary(summands, planes)
    ? listSpikes(stores[0].masks, stores[0].stride, steps * positions, lists)
    : listGraded(summands.map(({ plane, shift }) => summandOf(planes[plane], shift, chip)), steps, positions, channels, lists)));
}

/** The set of one plane with the level of each entry; a spike plane's is that of `requestRows`, whose levels are all 1. */
export function requestLevels(sets: RowSets, planes: readonly PlaneStore[], chip: Chip, plane: PlaneId, cuts: readonly number[], stage: StageId): RowSet {
  const store = planes[plane], lists = emptyLists();
  if (store.stride > 0) return requestRows(sets, planes, chip, [{ plane, shift: 0 }], cuts, stage);
  return requestSet(sets, `levels of ${plane}`, [store], lists, cuts, stage, ({ steps, positions, channels }) => listLevels(store.values, channels, steps * positions, lists));
}

type Shape = Readonly<{ steps: number; positions: number; channels: number }>;

function requestSet(sets: RowSets, key: string, stores: readonly PlaneStore[], lists: RowLists, cutAt: readonly number[], first: StageId, list: (shape: Shape) => void): RowSet {
  const known = sets.get(key), set = known ?? createSet(stores, lists, first, list);
  if (!known) sets.set(key, set);
  for (const channel of cutAt) if (!set.cuts.has(channel)) set.cuts.set(channel, new Int32Array(set.steps * set.positions));
  return set;
}

function createSet(stores: readonly PlaneStore[], lists: RowLists, first: StageId, list: (shape: Shape) => void): RowSet {
  const steps = Math.max(...stores.map((store) => store.steps)), channels = Math.max(...stores.map((store) => store.channels));
  const shape: Shape = { steps, positions: stores[0].positions, channels }, cuts = new Map<number, Int32Array>();
  return { ...shape, first, lists, cuts, fill: () => {
    list(shape);
    for (const [channel, into] of cuts) cutLists(lists, channel, into);
  } };
}

/** Whether every entry is one binary spike: a single spike plane that is not shifted. */
export const isBinary = (summands: readonly PlaneShift[], planes: readonly PlaneStore[]): boolean =>
  summands.length === 1 && summands[0].shift === 0 && planes[summands[0].plane].stride > 0;

const summandOf = (store: PlaneStore, shift: number, chip: Chip): Summand => ({ words: store.masks, values: store.values, stride: store.stride, channels: store.channels,
  stepCells: store.steps === 1 ? 0 : store.positions, shift, each: eachOf(store, chip) });
