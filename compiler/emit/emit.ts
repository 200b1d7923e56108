// Tiles, clusters and placement -> the program: routes, core images, footprints.
import type { Arch, Target } from '../../targets/contract/arch.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Edge, Nearest, Plan, Program, Route } from '../../targets/contract/program.ts';
import type { Load } from '../map/footprint.ts';
import { footprintOf } from '../map/footprint.ts';
import type { Partition } from '../map/pack.ts';
import type { Placement } from '../map/place.ts';
import type { Segment } from '../map/segments.ts';
import { linkIsDead } from '../map/faults.ts';
import { copiesOf, linkEnd } from './routes.ts';

export type Mapped = Readonly<{ plan: Plan; edges: readonly Edge[]; segments: readonly Segment[]; loads: readonly Load[]; partition: Partition; placement: Placement }>;

/**
 * The program of a mapped plan.
 * Faults: C4104 where a route would cross a dead link.
 */
export function emit({ plan, edges, segments, loads, partition, placement }: Mapped, target: Target, model: Readonly<{ hash: string; steps: number; classes: readonly string[]; nearest?: Nearest }>): Outcome<Program> {
  const { arch } = target, coreOf = new Int32Array(plan.stages.length), faults: Fault[] = [];
  partition.clusters.forEach(({ stages }, cluster) => stages.forEach((stage) => { coreOf[stage] = placement.coreOf[cluster]; }));
  const dead = deadLinks(arch);
  const routes = segments.map((segment): Route => {
    const copies = copiesOf(coreOf[segment.from], segment.edges.map((edge) => coreOf[edges[edge].to]), arch);
    for (const copy of copies) for (const link of copy) if (dead.has(link)) faults.push(linkIsDead(link >> 2, linkEnd(link, arch.mesh.width), plan.layers[plan.stages[segment.from].layer]));
    return { ...segment, copies };
  });
  const cores = partition.clusters.map(({ stages }, cluster) => ({ core: placement.coreOf[cluster], stages, footprint: footprintOf(stages, loads) })).sort((a, b) => a.core - b.core);
  return faults.length ? fail(...faults) : succeed({ ...plan, version: 1, target: { text: target.text, hash: target.hash }, model: model.hash, steps: model.steps, classes: model.classes, edges, routes, cores,
    readouts: plan.readouts.map((result) => (model.nearest && result.rows ? { ...result, rows: { ...result.rows, nearest: model.nearest } } : result)) });
}

function deadLinks({ mesh }: Arch): ReadonlySet<number> {
  const directionOf = new Map([[1, 0], [-1, 1], [-mesh.width, 2], [mesh.width, 3]]);
  return new Set(mesh.deadLinks.flatMap(([a, b]) => [4 * a + (directionOf.get(b - a) ?? 0), 4 * b + (directionOf.get(a - b) ?? 0)]));
}
