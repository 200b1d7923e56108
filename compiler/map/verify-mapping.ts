// Checks a partition and a placement without asking how they were found.
import type { Arch } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Plan } from '../../targets/contract/program.ts';
import type { Load } from './footprint.ts';
import { fits, footprintOf } from './footprint.ts';
import type { Partition } from './pack.ts';
import type { Placement } from './place.ts';
import { mappingBroke } from './faults.ts';

/** Every stage on exactly one cluster, chain ends with their somas, every cluster fits a core, every cluster on its own live core, io on the io tile. Law 4. */
export function verifyMapping({ plan, loads, partition: { clusters }, placement: { coreOf } }: Readonly<{ plan: Plan; loads: readonly Load[]; partition: Partition; placement: Placement }>, arch: Arch): readonly Fault[] {
  const faults: Fault[] = [], clusterOf = new Map<number, number>(), taken = new Set<number>(), dead = new Set(arch.mesh.deadCores);
  clusters.forEach(({ stages, io }, cluster) => {
    for (const stage of stages) {
      if (clusterOf.has(stage)) faults.push(mappingBroke(`stage ${stage} lies on two clusters`));
      clusterOf.set(stage, cluster);
    }
    const core = coreOf[cluster];
    if (!(core >= 0 && core < coreCount(arch)) || dead.has(core)) faults.push(mappingBroke(`cluster ${cluster} lies on core ${core}, which is off the mesh or dead`));
    if (taken.has(core)) faults.push(mappingBroke(`core ${core} holds two clusters`));
    taken.add(core);
    if (io && core !== arch.mesh.io) faults.push(mappingBroke(`the io cluster lies on core ${core}, not on the io tile ${arch.mesh.io}`));
    if (!fits(footprintOf(stages, loads), arch)) faults.push(mappingBroke(`cluster ${cluster} does not fit a core`));
  });
  plan.stages.forEach((stage) => {
    if (!clusterOf.has(stage.id)) faults.push(mappingBroke(`stage ${stage.id} lies on no cluster`));
    if (stage.kind === 'soma' && stage.sums.some((sums) => clusterOf.get(sums) !== clusterOf.get(stage.id))) faults.push(mappingBroke(`soma ${stage.id} is apart from the sums it reads`));
  });
  return faults;
}
