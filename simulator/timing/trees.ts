// Trees: output ports of every router that a packet forks through, made from a route's links or in dimension order.
import { CORE, EAST, NORTH, SOUTH, WEST } from './layout.ts';
import type { Mesh } from './network.ts';

/** Router at the other end of a link (link = 4 * router + direction). */
export function linkEnd(link: number, mesh: Mesh): number {
  const router = link >> 2;
  switch (link & 3) {
    case EAST: return router + 1;
    case WEST: return router - 1;
    case NORTH: return router - mesh.width;
    default: return router + mesh.width;
  }
}

/** Links of the dimension-order path, X first. */
export function pathLinks(from: number, to: number, mesh: Mesh): number[] {
  const links: number[] = [];
  for (let at = from; at !== to;) {
    const columns = (to % mesh.width) - (at % mesh.width);
    const direction = columns > 0 ? EAST : columns < 0 ? WEST : to > at ? SOUTH : NORTH;
    links.push(at * 4 + direction);
    at = linkEnd(at * 4 + direction, mesh);
  }
  return links;
}

/**
 * Writes one tree into `into` [routers]: bits of output ports.
 * @param links in order away from the sender
 * @param ejectAt routers on it whose core gets the packet
 */
export function writeTree(links: Iterable<number>, ejectAt: Iterable<number>, into: Uint8Array): void {
  for (const link of links) into[link >> 2] |= 1 << (link & 3);
  for (const router of ejectAt) into[router] |= 1 << CORE;
}

/** Links of the dimension-order tree to several destinations: the union of their paths, in order away from the sender. */
export function treeLinks(from: number, to: readonly number[], mesh: Mesh): number[] {
  return [...new Set(to.flatMap((core) => pathLinks(from, core, mesh)))];
}

/** Links between the sender and each router of a tree. Map from router; the sender's is 0. */
export function treeDistances(from: number, links: Iterable<number>, mesh: Mesh): Map<number, number> {
  const distances = new Map([[from, 0]]);
  for (const link of links) distances.set(linkEnd(link, mesh), (distances.get(link >> 2) ?? 0) + 1);
  return distances;
}

/** Routers of a tree from which no link goes on: its ends. */
export function treeEnds(links: Iterable<number>, mesh: Mesh): number[] {
  const all = [...links], starts = new Set(all.map((link) => link >> 2));
  return all.map((link) => linkEnd(link, mesh)).filter((router) => !starts.has(router));
}

