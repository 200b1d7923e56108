// Partition: units packed onto cores while their memories fit together and no core becomes the bottleneck.
import type { Arch } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Edge, Plan } from '../../targets/contract/program.ts';
import type { StageId } from '../../targets/contract/units.ts';
import type { Unit } from './cutting.ts';
import type { Load } from './footprint.ts';
import { emptyLoad, fits, footprintWith, join } from './footprint.ts';
import { flitsOf, workOf } from './estimate.ts';
import { tooManyCores } from './faults.ts';

/** Stages that share one core. io: pinned to the target's io tile. */
export type Cluster = Readonly<{ stages: readonly StageId[]; io: boolean; work: number }>;
/** fewestCores: a lower bound: no partition can use fewer (memories, weights of the largest resource). */
export type Partition = Readonly<{ clusters: readonly Cluster[]; fewestCores: number }>;

/**
 * First fit in stage order, producers' cores first, under a cap on work: packing must not lengthen the busiest core. The cap is lifted only when the mesh is too small.
 * Faults: C4103.
 */
export function pack(plan: Plan, units: readonly Unit[], edges: readonly Edge[], loads: readonly Load[], steps: number, arch: Arch): Outcome<Partition> {
  const work = units.map((unit) => unit.stages.reduce((sum, stage) => sum + workOf(plan.stages[stage], plan, steps, arch), 0)), busiest = Math.max(...work);
  const live = coreCount(arch) - new Set(arch.mesh.deadCores).size, fewestCores = lowerBound(loads, arch);
  for (const cap of [busiest, busiest * 2, busiest * 4, Infinity]) {
    const clusters = firstFit(plan, units, work, edges, loads, steps, arch, cap);
    if (clusters.length <= live) return succeed({ clusters, fewestCores });
  }
  return fail(tooManyCores(firstFit(plan, units, work, edges, loads, steps, arch, Infinity).length, live, arch.mesh.width, arch.mesh.height));
}

type Growing = { stages: StageId[]; io: boolean; work: number; load: Load };

function firstFit(plan: Plan, units: readonly Unit[], work: readonly number[], edges: readonly Edge[], loads: readonly Load[], steps: number, arch: Arch, cap: number): Cluster[] {
  const clusters: Growing[] = [{ stages: [], io: true, work: 0, load: emptyLoad() }], clusterOf = new Map<StageId, number>();
  const into: Edge[][] = plan.stages.map(() => []);
  for (const edge of edges) into[edge.to].push(edge);
  // Source and readout come first, so that what else lands on the io tile is known to fit beside them.
  const order = units.map((_, i) => i).sort((a, b) => Number(units[b].io) - Number(units[a].io) || a - b);
  for (const index of order) {
    const unit = units[index], wanted = unit.io ? [0] : candidates(unit, into, clusterOf, plan, steps, arch, clusters.length);
    const load = emptyLoad(), takes = (cluster: Growing): boolean => unit.io || (cluster.work + work[index] <= cap && fits(footprintWith(cluster.load, load), arch));
    for (const stage of unit.stages) join(load, loads[stage]);
    let home = wanted.find((cluster) => takes(clusters[cluster])) ?? clusters.findIndex(takes);
    if (home < 0) home = clusters.push({ stages: [], io: false, work: 0, load: emptyLoad() }) - 1;
    clusters[home].stages.push(...unit.stages);
    clusters[home].work += work[index];
    join(clusters[home].load, load);
    for (const stage of unit.stages) clusterOf.set(stage, home);
  }
  return clusters.map(({ stages, io, work }) => ({ stages: stages.sort((a, b) => a - b), io, work }));
}

/** Clusters by the flits a unit gets from them; the others follow in order. */
function candidates(unit: Unit, into: readonly (readonly Edge[])[], clusterOf: ReadonlyMap<StageId, number>, plan: Plan, steps: number, arch: Arch, count: number): number[] {
  const flits = new Float64Array(count);
  for (const stage of unit.stages) for (const edge of into[stage]) { const from = clusterOf.get(edge.from); if (from !== undefined) flits[from] += flitsOf(edge, plan, steps, arch); }
  return Array.from(flits.keys()).filter((cluster) => flits[cluster] > 0).sort((a, b) => flits[b] - flits[a] || a - b);
}

function lowerBound(loads: readonly Load[], { memories }: Arch): number {
  const blocks = new Map<number, number>();
  for (const load of loads) load.blocks.forEach((bytes, block) => blocks.set(block, bytes));
  const sum = (pick: (load: Load) => number) => loads.reduce((total, load) => total + pick(load), 0);
  const shares = [[...blocks.values()].reduce((a, b) => a + b, 0) / memories.weight.bytes, sum((l) => l.state) / memories.state.bytes, sum((l) => l.buffers) / memories.axon.bytes,
    sum((l) => l.counters) / memories.counter.bytes, sum((l) => l.tables) / memories.table.bytes];
  return Math.max(1, ...shares.map(Math.ceil));
}
