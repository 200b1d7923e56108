// The function half on one page: prepared once per worker, it runs samples layer by layer, all steps of a stage at once (no edge is recurrent).
import type { PlaneId, StageId } from '../../targets/contract/units.ts';
import type { Chip } from '../../targets/contract/arch.ts';
import type { Ledger } from '../../targets/contract/ledger.ts';
import { emptyLedger } from '../../targets/contract/ledger.ts';
import type { Program, Stage } from '../../targets/contract/program.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { limitsOf } from '../kernels/crossbar-plain.ts';
import { prepareAdd } from './add.ts';
import { prepareAttend } from './attend.ts';
import { activityOf, countStages } from './count.ts';
import { clearShelves, createShelves } from './gather.ts';
import { prepareHost } from './host.ts';
import { activeElements, planeCensus, planeValues, storePlanes } from './planes.ts';
import { preparePool } from './pool.ts';
import { prepareReadout } from './readout.ts';
import { prepareSoma } from './soma.ts';
import { prepareSource } from './source.ts';
import { storeSums } from './sums.ts';
import { prepareSynapse } from './synapse.ts';
import { countDeliveries, countTraffic, prepareTraffic } from './traffic.ts';
import type { Inputs, Runner, Workspace } from './workspace.ts';

/** What one sample gave. outputs: integers by name; ledger: of this one sample; activities: one per stage, in stage order, where they were asked for. */
export type SampleRun = Readonly<{ outputs: ReadonlyMap<string, Int32Array>; ledger: Ledger; activities: readonly Activity[] | undefined }>;

/**
 * run: inputs by port, bytes (integers where the port carries currents) [positions, channels], or [steps, positions, channels] where the port's plane is not per sample.
 * All that it returns is the caller's.
 * forget: a run begins, and what its samples hand on to the next is 0. matrices: plastic ones [rows, columns] by soma, as the last sample left them.
 * values: a plane of the last run, [steps (1 where it is per sample), positions, channels]. active: how many of them are not 0.
 * census: of the elements of the sum of plane << shift over some planes of one shape, how many are one and how many are more.
 */
export type Engine = Readonly<{
  run: (inputs: Inputs, options: Readonly<{ activities: boolean }>) => SampleRun;
  forget: () => void;
  matrices: ReadonlyMap<StageId, Int16Array>;
  values: (plane: PlaneId) => Int32Array;
  active: (plane: PlaneId) => number;
  census: (planes: readonly PlaneId[], shifts: readonly number[]) => readonly [one: number, more: number];
}>;

/**
 * Packs weights, tabulates gathers and counts what is the same for every sample; once per worker.
 * Trusts the program: a verified one does not throw.
 */
export function prepare(program: Program, chip: Chip): Engine {
  const fixed = countStages(program, chip);
  countDeliveries(program, chip, fixed);
  const workspace: Workspace = { program, chip, limits: chip.core.sums === 'saturating' ? limitsOf(chip.core.accumulatorBits) : undefined,
    planes: storePlanes(program), sums: storeSums(program), rows: new Map(), shelves: createShelves(), activities: program.stages.map((stage) => activityOf(stage, program)),
    ledger: { ...emptyLedger(program.steps, program.stages.length), samples: 1 }, outputs: new Map(), matrices: new Map() };
  const runners = program.stages.map((stage) => prepareStage(stage, workspace)), traffic = prepareTraffic(program, chip);
  return {
    run: (inputs, { activities }) => {
      workspace.ledger.counts.set(fixed.counts);
      workspace.outputs.clear();
      clearShelves(workspace.shelves);
      for (const store of workspace.planes) store.masks.fill(0);
      for (const run of runners) run(inputs);
      countTraffic(traffic, workspace.activities, workspace.ledger);
      const ledger: Ledger = { ...workspace.ledger, counts: workspace.ledger.counts.slice() };
      return { outputs: new Map(workspace.outputs), ledger, activities: activities ? workspace.activities.map(copyActivity) : undefined };
    },
    forget: () => { for (const matrix of workspace.matrices.values()) matrix.fill(0); },
    matrices: workspace.matrices,
    values: (plane) => planeValues(workspace.planes[plane]),
    active: (plane) => activeElements(workspace.planes[plane]),
    census: (planes, shifts) => planeCensus(planes.map((plane) => workspace.planes[plane]), shifts),
  };
}

function prepareStage(stage: Stage, workspace: Workspace): Runner {
  switch (stage.kind) {
    case 'synapse': return prepareSynapse(stage, workspace);
    case 'soma': return prepareSoma(stage, workspace);
    case 'attend': return prepareAttend(stage, workspace);
    case 'pool': return preparePool(stage, workspace);
    case 'add': return prepareAdd(stage, workspace);
    case 'source': return prepareSource(stage, workspace);
    case 'readout': return prepareReadout(stage, workspace);
    case 'host': return prepareHost(stage, workspace);
  }
}

const copyActivity = (activity: Activity): Activity => ({ ...activity, rows: activity.rows.slice(), bits: activity.bits.slice() });
