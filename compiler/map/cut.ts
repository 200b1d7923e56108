// Plan -> tiles: whole layers cut into stages that each fit a core, and which of them must share one.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Plan, Soma, Stage, WeightBlock } from '../../targets/contract/program.ts';
import { lagsOf, windowOf } from '../../targets/contract/windows.ts';
import type { CutPlan, Cutting, Unit } from './cutting.ts';
import { cutSoma } from './cut-soma.ts';
import { cutPlain } from './cut-plain.ts';

/**
 * Cuts a plan for a target: rows over the axons into chains, columns over the neurons, contexts over the memories.
 * Faults: C4101, C4102, every layer that cannot fit.
 */
export function cut(plan: Plan, arch: Arch, steps: number): Outcome<CutPlan> {
  const stages: Stage[] = [], blocks: WeightBlock[] = [], units: Unit[] = [], faults: Fault[] = [], lags = lagsOf(plan);
  const cutting: Cutting = { plan, arch, steps, report: (fault) => faults.push(fault),
    banks: (reader, plane) => windowOf(plan.planes[plane], { from: lags.planes[plane], to: lags.stages[reader] }, arch.mesh.sync, steps).banks,
    stage: (stage) => stages.push({ ...stage, id: stages.length } as Stage) - 1,
    block: (block) => blocks.push(block) - 1,
    unit: (members, io = false) => { units.push({ stages: members, io }); } };
  for (const stage of plan.stages) {
    // Synapse and attend stages are cut with the soma that reads them.
    if (stage.kind === 'soma') cutSoma(stage satisfies Soma, cutting);
    else if (stage.kind !== 'synapse' && stage.kind !== 'attend') cutPlain(stage, cutting);
  }
  return faults.length ? fail(...faults) : succeed({ plan: { ...plan, stages, blocks }, units });
}
