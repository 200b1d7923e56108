// What the stages of one engine share: stores of planes and sums, row lists, activities and the ledger of the running sample.
import type { StageId } from '../../targets/contract/units.ts';
import type { Chip } from '../../targets/contract/arch.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Program, Stage } from '../../targets/contract/program.ts';
import { outputsOf } from '../../targets/contract/program.ts';
import type { Activity } from '../../targets/contract/work.ts';
import type { Limits } from '../kernels/crossbar-plain.ts';
import type { PlaneStore } from './planes.ts';
import type { SumStore } from './sums.ts';
import type { RowSets } from './row-sets.ts';
import type { Shelves } from './gather.ts';

/**
 * limits: of the accumulators where sums saturate; undefined where they are exact.
 * ledger, activities: of the sample under way; refilled by every run. outputs: results by name, cleared by every run. matrices: plastic ones [rows, columns] by soma, which may outlive a sample.
 */
export type Workspace = Readonly<{ program: Program; chip: Chip; limits: Limits | undefined; planes: readonly PlaneStore[]; sums: ReadonlyMap<StageId, SumStore>;
  rows: RowSets; shelves: Shelves; activities: readonly Activity[]; ledger: Ledger; outputs: Map<string, Int32Array>; matrices: Map<StageId, Int16Array> }>;

/** Values by input port, position-major: bytes, or integers where the port carries currents. */
export type Inputs = ReadonlyMap<string, Uint8Array | Int32Array>;

/** Runs one stage for all steps of a sample. */
export type Runner = (inputs: Inputs) => void;

/** Steps in which a stage runs: 1 where all it writes is per sample, else all. */
export function stepsOf(stage: Stage, program: Program): number {
  if (stage.kind === 'synapse') return stage.evaluate === 'sample' ? 1 : program.steps;
  const outputs = outputsOf(stage).filter((output) => output !== 'sums');
  return outputs.length > 0 && outputs.every((output) => program.planes[output.plane].per === 'sample') ? 1 : program.steps;
}

/** Counts events of one stage at one step. */
export function tally(workspace: Workspace, step: number, stage: StageId, kind: EventKind, count: number): void {
  workspace.ledger.counts[ledgerIndex(workspace.ledger, step, stage, kind)] += count;
}

/** Spikes of one output, per step and context, become the payload bits of its messages. payloads: by number of spikes (`payloadsOf`); empty: they do not depend on them. */
export function recordSpikes(activity: Activity, steps: number, output: number, payloads: Int32Array, active: Int32Array): void {
  if (payloads.length > 0) for (let m = 0, end = steps * activity.contexts; m < end; m++) activity.bits[m * activity.outputs + output] = payloads[active[m]];
}
