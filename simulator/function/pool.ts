// Pool stages: masks by words where spikes meet bitwise operations, numbers element by element elsewhere.
import { spanLength } from '../../targets/contract/units.ts';
import type { Pool, Region } from '../../targets/contract/program.ts';
import { countHeads, poolMasks } from '../kernels/bitmask.ts';
import { joinHeads, poolHeads, poolValues } from '../kernels/pool.ts';
import { maskView, valueView, writeValues } from './planes.ts';
import { tapTable } from './gather.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf } from './workspace.ts';
import { payloadsOf } from './count.ts';

export function preparePool(stage: Pool, workspace: Workspace): Runner {
  const { program, planes } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), out = planes[stage.out.plane];
  const counts = new Int32Array(steps * contexts), payloads = payloadsOf(stage.out, out.plane), op = bitwiseOf(stage, workspace);
  const run = op ? prepareMasks(stage, op, workspace, counts) : prepareValues(stage, workspace, counts);
  return () => {
    for (let step = 0; step < steps; step++) run(step);
    recordSpikes(workspace.activities[stage.id], steps, 0, payloads, counts);
  };
}

/** Regions whose elements are joined: all of a `planes` pool, else the first. */
const joinedOf = (stage: Pool): readonly Region[] => (stage.over.kind === 'planes' ? stage.from : stage.from.slice(0, 1));

/** The operation on masks that a pool of spikes into spikes is; none where it needs numbers. */
function bitwiseOf(stage: Pool, workspace: Workspace): 'or' | 'and' | 'xor' | undefined {
  const { op, over, out } = stage, regions = joinedOf(stage), copies = over.kind === 'stretch' || (over.kind === 'planes' && regions.length === 1);
  if ([...regions, out].some(({ plane }) => workspace.planes[plane].stride === 0)) return undefined;
  if (over.kind === 'head' || over.kind === 'heads' || regions.some(({ channels }) => spanLength(channels) !== spanLength(out.channels))) return undefined;
  return copies || op === 'max' ? 'or' : op === 'sum' ? undefined : op;
}

/** Positions [contexts, sources, taps] that each context joins. */
function positionTable(stage: Pool, workspace: Workspace): { positions: Int32Array; taps: number } {
  const { over, contexts, from } = stage, { grid } = workspace.planes[from[0].plane];
  if (over.kind === 'window') {
    const area = over.window[0] * over.window[1];
    return { positions: tapTable(over, grid, over.outGrid, { from: 0, to: area }, contexts), taps: area };
  }
  if (over.kind === 'tokens') {
    const taps = spanLength(from[0].positions);
    return { positions: Int32Array.from({ length: taps }, (_, i) => from[0].positions.from + i), taps };
  }
  const regions = joinedOf(stage), positions = new Int32Array(spanLength(contexts) * regions.length);
  for (let context = contexts.from, i = 0; context < contexts.to; context++) {
    if (over.kind === 'stretch') {
      const y = Math.floor(Math.floor(context / over.outGrid[1]) / over.factor[0]), x = Math.floor((context % over.outGrid[1]) / over.factor[1]);
      positions[i++] = y * grid[1] + x;
    } else for (const region of regions) positions[i++] = workspace.planes[region.plane].positions === 1 ? 0 : context;
  }
  return { positions, taps: 1 };
}

function prepareMasks(stage: Pool, op: 'or' | 'and' | 'xor', workspace: Workspace, counts: Int32Array): (step: number) => void {
  const { out } = stage, contexts = spanLength(stage.contexts), channels = spanLength(out.channels), regions = joinedOf(stage);
  const { positions, taps } = positionTable(stage, workspace);
  return (step) => poolMasks(op, regions.map((region) => maskView(workspace.planes[region.plane], step, region)), positions, taps, contexts, channels,
    maskView(workspace.planes[out.plane], step, out), stage.contexts.from, counts, step * contexts);
}

function prepareValues(stage: Pool, workspace: Workspace, counts: Int32Array): (step: number) => void {
  const { out } = stage, contexts = spanLength(stage.contexts), joined = new Int32Array(contexts * spanLength(out.channels)), join = prepareJoin(stage, workspace, joined);
  return (step) => {
    join(step);
    writeValues(workspace.planes[out.plane], step, out, joined, stage.contexts.from, contexts, counts, step * contexts);
  };
}

/** Fills `joined` [contexts, channels] of one step. */
function prepareJoin(stage: Pool, workspace: Workspace, joined: Int32Array): (step: number) => void {
  const { op, out, over } = stage, contexts = spanLength(stage.contexts), channels = spanLength(out.channels);
  const regions = joinedOf(stage), stores = regions.map((region) => workspace.planes[region.plane]);
  const masked = over.kind === 'heads' && stores[0].stride > 0, scratch = stores.map((store) => new Int32Array(store.stride > 0 && !masked ? store.positions * store.channels : 0));
  const views = (step: number) => stores.map((store, i) => valueView(store, step, regions[i], scratch[i]));
  if (over.kind === 'head') {
    return (step) => poolHeads(op, views(step)[0], stores[0].positions, stage.contexts.from, contexts, channels, over.width, over.window, over.padding, joined);
  }
  const { positions, taps } = positionTable(stage, workspace);
  if (over.kind !== 'heads') {
    const runs = regions.map((region) => runOf(stage, region));
    return (step) => poolValues(op, views(step).map((view, i) => ({ ...view, ...(runs[i] > 1 ? { run: runs[i] } : {}) })), positions, taps, contexts, channels, joined);
  }
  if (!masked) return (step) => joinHeads(op, views(step)[0], positions, contexts, channels, over.width, joined);
  return (step) => {
    countHeads(maskView(stores[0], step, regions[0]), positions, contexts, channels, over.width, joined);
    for (let i = 0; i < joined.length; i++) joined[i] = ofSpikes(op, joined[i], over.width);
  };
}

/** What a pool of binary spikes gives, from how many of them there are. */
function ofSpikes(op: Pool['op'], active: number, of: number): number {
  switch (op) {
    case 'or': case 'max': return Number(active > 0);
    case 'and': return Number(active === of);
    case 'xor': return active & 1;
    case 'sum': return active;
  }
}

/** Output channels that one channel of an input serves. */
function runOf(stage: Pool, region: Region): number {
  const wide = spanLength(stage.out.channels), narrow = spanLength(region.channels), run = wide / narrow;
  if (!Number.isInteger(run)) throw new Error(`pool ${stage.id} cannot spread ${narrow} channels of plane ${region.plane} over ${wide}`);
  return run;
}
