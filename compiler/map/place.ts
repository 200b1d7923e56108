// Placement: clusters along a space-filling curve, then seeded swaps that shorten the way of the flits.
import type { Arch } from '../../targets/contract/arch.ts';
import { coreCount } from '../../targets/contract/arch.ts';
import type { Edge, Plan } from '../../targets/contract/program.ts';
import type { CoreId } from '../../targets/contract/units.ts';
import { flitsOf } from './estimate.ts';
import type { Partition } from './pack.ts';

/** coreOf [clusters]. hopCost: expected flit-links per sample; fewestHops: each remote flit takes at least one link. */
export type Placement = Readonly<{ coreOf: readonly CoreId[]; hopCost: number; fewestHops: number }>;

/** Same seed, same placement. Source: mapping.md sections 6 and 7 (Hilbert start, pair-swap descent). */
export function place(plan: Plan, partition: Partition, edges: readonly Edge[], steps: number, arch: Arch, seed: number): Placement {
  const { clusters } = partition, { width } = arch.mesh, dead = new Set(arch.mesh.deadCores);
  const clusterOf = new Int32Array(plan.stages.length);
  clusters.forEach(({ stages }, cluster) => stages.forEach((stage) => { clusterOf[stage] = cluster; }));
  const neighbours = trafficOf(clusters.length, clusterOf, edges.map((edge) => [edge, flitsOf(edge, plan, steps, arch)] as const));

  const curve = hilbert(arch.mesh.width, arch.mesh.height).filter((core) => !dead.has(core) && core !== arch.mesh.io);
  // at: the cluster on each core; empty sites take part in swaps with the number -1.
  const at = new Int32Array(coreCount(arch)).fill(-1), site = new Int32Array(clusters.length);
  clusters.forEach(({ io }, cluster) => { site[cluster] = io ? arch.mesh.io : curve.shift()!; at[site[cluster]] = cluster; });

  const distance = (a: number, b: number) => Math.abs((a % width) - (b % width)) + Math.abs(Math.floor(a / width) - Math.floor(b / width));
  const costAt = (cluster: number, core: number, other: number, otherCore: number): number => {
    let cost = 0;
    for (const [to, flits] of neighbours[cluster]) cost += flits * distance(core, to === other ? otherCore : site[to]);
    return cost;
  };
  const sites = [...at.keys()].filter((core) => !dead.has(core) && core !== arch.mesh.io), random = generator(seed);
  const trySwap = (a: number, b: number): boolean => {
    const [p, q] = [at[a], at[b]];
    if (p < 0 && q < 0) return false;
    const before = (p < 0 ? 0 : costAt(p, a, -1, 0)) + (q < 0 ? 0 : costAt(q, b, -1, 0)), after = (p < 0 ? 0 : costAt(p, b, q, a)) + (q < 0 ? 0 : costAt(q, a, p, b));
    if (after >= before) return false;
    at[a] = q; at[b] = p;
    if (p >= 0) site[p] = b;
    if (q >= 0) site[q] = a;
    return true;
  };
  // Random descent first, then full sweeps until no pair of sites improves (or the sweep budget ends).
  for (let round = 0; round < 40 * sites.length; round++) trySwap(sites[random() % sites.length], sites[random() % sites.length]);
  for (let sweep = 0, better = true; better && sweep < 8 && sites.length <= 1100; sweep++) {
    better = false;
    for (let i = 0; i < sites.length; i++) for (let j = i + 1; j < sites.length; j++) if (trySwap(sites[i], sites[j])) better = true;
  }
  let hopCost = 0, fewestHops = 0;
  neighbours.forEach((list, cluster) => { for (const [to, flits] of list) if (to > cluster) { hopCost += flits * distance(site[cluster], site[to]); fewestHops += flits; } });
  return { coreOf: [...site], hopCost, fewestHops };
}

/** Per cluster the flits exchanged with every other, both ways added. */
function trafficOf(count: number, clusterOf: Int32Array, edges: readonly (readonly [Edge, number])[]): (readonly [number, number])[][] {
  const between = Array.from({ length: count }, () => new Map<number, number>());
  for (const [edge, flits] of edges) {
    const [a, b] = [clusterOf[edge.from], clusterOf[edge.to]];
    if (a === b) continue;
    between[a].set(b, (between[a].get(b) ?? 0) + flits);
    between[b].set(a, (between[b].get(a) ?? 0) + flits);
  }
  return between.map((map) => [...map]);
}

/** Cores of a mesh in the order of a Hilbert curve over the enclosing square; what lies outside the mesh is skipped. */
export function hilbert(width: number, height: number): CoreId[] {
  let side = 1;
  while (side < Math.max(width, height)) side *= 2;
  const order: CoreId[] = [];
  for (let index = 0; index < side * side; index++) {
    let x = 0, y = 0;
    for (let s = 1, t = index; s < side; s *= 2, t = Math.floor(t / 4)) {
      const rx = 1 & (t / 2), ry = 1 & (t ^ rx);
      if (ry === 0) { if (rx === 1) { x = s - 1 - x; y = s - 1 - y; } [x, y] = [y, x]; }
      x += s * rx; y += s * ry;
    }
    if (x < width && y < height) order.push(y * width + x);
  }
  return order;
}

/** xorshift32: whole numbers from a seed, never from the clock. */
export function generator(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => { state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0; return state; };
}
