// Pool stages: masks by words where spikes meet `or` and `and`, numbers element by element elsewhere.
import { spanLength } from '../../targets/contract/units.ts';
import type { Pool } from '../../targets/contract/program.ts';
import { poolMasks } from '../kernels/bitmask.ts';
import { poolHeads, poolValues } from '../kernels/pool.ts';
import { maskView, valueView, writeValues } from './planes.ts';
import { tapTable } from './gather.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf } from './workspace.ts';
import { spikePayloads } from './count.ts';

export function preparePool(stage: Pool, workspace: Workspace): Runner {
  const { program, planes } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts);
  const sources = stage.from.map((region) => planes[region.plane]), out = planes[stage.out.plane], counts = new Int32Array(steps * contexts);
  const masked = out.stride > 0 && sources.every((source) => source.stride > 0) && (stage.op === 'or' || stage.op === 'and') && stage.over.kind !== 'head';
  const run = masked ? prepareMasks(stage, workspace, counts) : prepareValues(stage, workspace, counts), payloads = spikePayloads(stage.out);
  return () => {
    for (let step = 0; step < steps; step++) run(step);
    if (out.stride > 0) recordSpikes(workspace.activities[stage.id], steps, 0, payloads, counts);
  };
}

/** Positions [contexts, sources, taps] that each context joins. */
function positionTable(stage: Pool, workspace: Workspace): { positions: Int32Array; taps: number } {
  const { over, contexts, from } = stage;
  if (over.kind === 'window') {
    const area = over.window[0] * over.window[1];
    return { positions: tapTable(over, workspace.planes[from[0].plane].grid, over.outGrid, { from: 0, to: area }, contexts), taps: area };
  }
  if (over.kind === 'tokens') {
    const taps = spanLength(from[0].positions);
    return { positions: Int32Array.from({ length: taps }, (_, i) => from[0].positions.from + i), taps };
  }
  const positions = new Int32Array(spanLength(contexts) * from.length);
  for (let context = contexts.from, i = 0; context < contexts.to; context++) {
    for (const region of from) positions[i++] = workspace.planes[region.plane].positions === 1 ? 0 : context;
  }
  return { positions, taps: 1 };
}

function prepareMasks(stage: Pool, workspace: Workspace, counts: Int32Array): (step: number) => void {
  const { op, from, out } = stage, contexts = spanLength(stage.contexts), channels = spanLength(out.channels), { positions, taps } = positionTable(stage, workspace);
  if (op !== 'or' && op !== 'and') throw new Error(`pool ${stage.id} cannot take ${op} of masks`);
  const regions = stage.over.kind === 'planes' ? from : from.slice(0, 1);
  return (step) => poolMasks(op, regions.map((region) => maskView(workspace.planes[region.plane], step, region)), positions, taps, contexts, channels,
    maskView(workspace.planes[out.plane], step, out), stage.contexts.from, counts, step * contexts);
}

function prepareValues(stage: Pool, workspace: Workspace, counts: Int32Array): (step: number) => void {
  const { op, out, over } = stage, contexts = spanLength(stage.contexts), channels = spanLength(out.channels), joined = new Int32Array(contexts * channels);
  const regions = over.kind === 'planes' ? stage.from : stage.from.slice(0, 1), stores = regions.map((region) => workspace.planes[region.plane]);
  const scratch = stores.map((store) => new Int32Array(store.stride > 0 ? store.positions * store.channels : 0));
  const table = over.kind === 'head' ? undefined : positionTable(stage, workspace);
  return (step) => {
    const views = stores.map((store, i) => valueView(store, step, regions[i], scratch[i]));
    if (table) poolValues(op, views, table.positions, table.taps, contexts, channels, joined);
    else if (over.kind === 'head') poolHeads(op, views[0], stores[0].positions, stage.contexts.from, contexts, channels, over.width, over.window, over.padding, joined);
    writeValues(workspace.planes[out.plane], step, out, joined, stage.contexts.from, contexts, counts, step * contexts);
  };
}
