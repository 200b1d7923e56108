// Routes as the timing half reads them: trees for the routers, and per destination core its edges, its copy and its distance.
import type { Program } from '../../targets/contract/program.ts';
import { joinLists } from './lists.ts';
import type { Lists } from './lists.ts';
import type { Mesh } from './network.ts';
import { pathLinks, treeDistances, treeEnds, writeTree } from './trees.ts';

/**
 * local: edges on the sender's core. Copies and destinations are numbered through; copiesOf, destinationsOf: those of a route. Copy: its links, its number of ejections; it is row `copy` of `trees`.
 * Destination: core, edges there, the copy that brings it, links from the sender. ackLinks: per edge the way back from consumer to producer, in dimension order.
 * forked: routes with a copy that forks or drops a flit on its way.
 */
export type Routes = Readonly<{ output: Int32Array; local: Lists; copiesOf: Lists; copyLinks: Lists; ejections: Int32Array; trees: Uint8Array; destinationsOf: Lists; core: Int32Array; edges: Lists;
  copy: Int32Array; distance: Int32Array; mostDestinations: number; ackLinks: Lists; forked: readonly number[] }>;

export function layRoutes(program: Program, coreOf: Int32Array, mesh: Mesh): Routes {
  const routers = mesh.width * mesh.height, copyCount = program.routes.reduce((sum, { copies }) => sum + copies.length, 0), trees = new Uint8Array(copyCount * routers);
  const local: number[][] = [], copiesOf: number[][] = [], copyLinks: number[][] = [], ejections: number[] = [], destinationsOf: number[][] = [], forked: number[] = [];
  const core: number[] = [], edges: number[][] = [], copy: number[] = [], distance: number[] = [];
  program.routes.forEach((route, r) => {
    const sender = coreOf[route.from], there = new Map<number, number[]>();
    for (const edge of route.edges) there.set(coreOf[program.edges[edge].to], [...(there.get(coreOf[program.edges[edge].to]) ?? []), edge]);
    const left = new Set([...there.keys()].filter((at) => at !== sender));
    local.push(there.get(sender) ?? []);
    copiesOf.push(route.copies.map((_, i) => copyLinks.length + i));
    const own: number[] = [], ends = route.copies.map((links) => new Set(treeEnds(links, mesh)));
    route.copies.forEach((links, i) => {
      // A path ends where it serves; a reader that no copy ends at is served by the first copy that passes it.
      const distances = treeDistances(sender, links, mesh), number = copyLinks.length, served: number[] = [];
      for (const at of [...left]) if (distances.has(at) && (ends[i].has(at) || !ends.some((others) => others.has(at)))) served.push(at);
      for (const at of served) {
        left.delete(at);
        own.push(core.length);
        core.push(at);
        edges.push(there.get(at) ?? []);
        copy.push(number);
        distance.push(distances.get(at) ?? 0);
      }
      copyLinks.push([...links]);
      ejections.push(served.length);
      writeTree(links, served, trees.subarray(number * routers, (number + 1) * routers));
      if (served.length > 1 && forked.at(-1) !== r) forked.push(r);
    });
    destinationsOf.push(own);
  });
  return { output: Int32Array.from(program.routes, ({ output }) => output), local: joinLists(local), copiesOf: joinLists(copiesOf), copyLinks: joinLists(copyLinks),
    ejections: Int32Array.from(ejections), trees,
    destinationsOf: joinLists(destinationsOf), core: Int32Array.from(core), edges: joinLists(edges), copy: Int32Array.from(copy), distance: Int32Array.from(distance),
    mostDestinations: destinationsOf.reduce((most, own) => Math.max(most, own.length), 1),
    ackLinks: joinLists(program.edges.map(({ from, to }) => pathLinks(coreOf[to], coreOf[from], mesh))), forked };
}
