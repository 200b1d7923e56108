// X-then-Y routes: one multicast tree, or a path per destination.
import type { Arch } from '../../targets/contract/arch.ts';
import type { CoreId } from '../../targets/contract/units.ts';

/** Links of the X-then-Y path, link = 4 * router + direction (0 E, 1 W, 2 N, 3 S). */
export function pathLinks(from: CoreId, to: CoreId, width: number): number[] {
  const links: number[] = [];
  let x = from % width, y = Math.floor(from / width);
  for (const goal = to % width; x !== goal; x += x < goal ? 1 : -1) links.push(4 * (y * width + x) + (x < goal ? 0 : 1));
  for (const goal = Math.floor(to / width); y !== goal; y += y < goal ? 1 : -1) links.push(4 * (y * width + x) + (y < goal ? 3 : 2));
  return links;
}

/** Copies of a message to reach `destinations`; the union of X-then-Y paths from one core is a tree, links in order away from it. */
export function copiesOf(from: CoreId, destinations: readonly CoreId[], arch: Arch): Uint32Array[] {
  const remote = [...new Set(destinations)].filter((core) => core !== from).sort((a, b) => a - b), paths = remote.map((to) => pathLinks(from, to, arch.mesh.width));
  if (!arch.router.multicast) return paths.map((path) => Uint32Array.from(path));
  return paths.length ? [Uint32Array.from(new Set(paths.flat()))] : [];
}

/** Core behind a link. */
export const linkEnd = (link: number, width: number): CoreId => (link >> 2) + [1, -1, -width, width][link & 3];
