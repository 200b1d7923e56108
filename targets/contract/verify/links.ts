// Links of the mesh: one copy of a message walked link by link, and what links wait for what others.
import type { CoreId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { coreCount } from '../arch.ts';
import { routeBroken, routeDeadLink, routeOffMesh, routesDeadlock } from '../faults.ts';

/** Links that a packet on a link may wait for: the next ones of some route. */
export type Dependencies = Map<number, Set<number>>;
/** Where one copy goes: all routers it visits (the sender's included) and those it goes no further from. */
export type Walk = Readonly<{ visited: ReadonlySet<CoreId>; leaves: readonly CoreId[] }>;

const directions = ['east', 'west', 'north', 'south'] as const;

/** Router that a link leads to, or -1 off the mesh. */
function targetOf(link: number, width: number, height: number): CoreId {
  const router = link >> 2, x = router % width, y = Math.floor(router / width);
  switch (link & 3) {
    case 0: return x + 1 < width ? router + 1 : -1;
    case 1: return x > 0 ? router - 1 : -1;
    case 2: return y > 0 ? router - width : -1;
    default: return y + 1 < height ? router + width : -1;
  }
}

/** T2150 .. T2152: links in order away from the sender, each from a router reached before to one not reached yet; undefined after a fault. */
export function walkCopy(links: Uint32Array, home: CoreId, part: string, { arch }: Survey, dependencies: Dependencies, findings: Findings): Walk | undefined {
  const { mesh: { width, height, deadLinks }, router: { multicast } } = arch, arrivedBy = new Map<CoreId, number>([[home, -1]]), inner = new Set<CoreId>();
  if (links.length === 0) { findings.report(routeBroken(part, 'has no link; a route whose readers are all on the sender\'s core has no copy')); return undefined; }
  for (let i = 0, last = home; i < links.length; i++) {
    const link = links[i], from = link >>> 2;
    if (from >= coreCount(arch)) { findings.report(routeOffMesh(part, link, `starts at router ${from}; the mesh has ${coreCount(arch)}`)); return undefined; }
    const to = targetOf(link, width, height), before = arrivedBy.get(from);
    if (to < 0) { findings.report(routeOffMesh(part, link, `leaves the mesh of ${width} x ${height} at router ${from}, going ${directions[link & 3]}`)); return undefined; }
    if (deadLinks.some(([a, b]) => (a === from && b === to) || (a === to && b === from))) { findings.report(routeDeadLink(part, from, to)); return undefined; }
    if (before === undefined) { findings.report(routeBroken(part, `link ${link} starts at router ${from}, which the copy from core ${home} has not reached`)); return undefined; }
    if (arrivedBy.has(to)) { findings.report(routeBroken(part, `link ${link} comes to router ${to} a second time`)); return undefined; }
    if (!multicast && from !== last) { findings.report(routeBroken(part, `forks at router ${from}; this target has no multicast`)); return undefined; }
    arrivedBy.set(to, link);
    inner.add(from);
    last = to;
    if (before < 0) continue;
    const waits = dependencies.get(before);
    if (waits) waits.add(link); else dependencies.set(before, new Set([link]));
  }
  return { visited: new Set(arrivedBy.keys()), leaves: [...arrivedBy.keys()].filter((core) => !inner.has(core)) };
}

/** T2156: whole-packet buffers and sinking ejection keep routers free of deadlock where no link waits for itself (Dally and Seitz 1987); x before y is the usual way to get there. */
export function checkDeadlock(dependencies: Dependencies, findings: Findings): void {
  const state = new Map<number, 'open' | 'done'>();
  for (const root of dependencies.keys()) {
    if (state.has(root)) continue;
    const path = [{ link: root, next: [...dependencies.get(root) ?? []] }];
    state.set(root, 'open');
    while (path.length > 0) {
      const top = path[path.length - 1], link = top.next.pop();
      if (link === undefined) { state.set(top.link, 'done'); path.pop(); continue; }
      if (state.get(link) === 'open') { findings.report(routesDeadlock([...path.map((each) => each.link).slice(path.findIndex((each) => each.link === link)), link])); return; }
      if (state.has(link)) continue;
      state.set(link, 'open');
      path.push({ link, next: [...dependencies.get(link) ?? []] });
    }
  }
}
