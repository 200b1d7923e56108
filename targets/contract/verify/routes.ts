// Routes: every message that someone needs travels once, to exactly its readers, along live links that form a tree, and no set of routes can wait in a circle.
import type { Edge, Route } from '../program.ts';
import type { CoreId, EdgeId, Span } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { headerTooLong, routeContexts, routeEdges, routeEnds } from '../faults.ts';
import { headerFlits } from '../work.ts';
import { checkDeadlock, walkCopy } from './links.ts';
import type { Dependencies } from './links.ts';

const outputKey = (from: number, output: number): string => `${from}.${output}`;
const ascending = (a: number, b: number): number => a - b;
const same = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((each, i) => each === b[i]);

function groupBy<T>(rows: Iterable<T>, key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) { const found = groups.get(key(row)); if (found) found.push(row); else groups.set(key(row), [row]); }
  return groups;
}

/** Spans of positions between which the set of readers does not change, with that set; positions that nobody reads are left out. */
function segmentsOf(edges: readonly Edge[]): readonly Readonly<{ contexts: Span; readers: readonly EdgeId[] }>[] {
  const events = edges.flatMap((edge) => [{ at: edge.positions.from, id: edge.id, opens: true }, { at: edge.positions.to, id: edge.id, opens: false }]).sort((a, b) => a.at - b.at);
  const open = new Set<EdgeId>(), segments: { contexts: Span; readers: readonly EdgeId[] }[] = [];
  for (let i = 0; i < events.length;) {
    const { at } = events[i];
    for (; i < events.length && events[i].at === at; i++) if (events[i].opens) open.add(events[i].id); else open.delete(events[i].id);
    if (open.size > 0) segments.push({ contexts: { from: at, to: events[i].at }, readers: [...open].sort(ascending) });
  }
  return segments;
}

/** T2154, T2155: the routes of one output against the edges that leave it. */
function checkOutput(edges: readonly Edge[], routes: readonly (Route & { index: number })[], findings: Findings): void {
  const sorted = [...routes].sort((a, b) => a.contexts.from - b.contexts.from), part = (route: { index: number }) => `routes[${route.index}]`;
  for (let i = 1; i < sorted.length; i++) {
    if (sorted[i].contexts.from < sorted[i - 1].contexts.to) { findings.report(routeContexts(`${part(sorted[i])}.contexts`, sorted[i].contexts.from, `is sent by route ${sorted[i - 1].index} too`)); return; }
  }
  let next = 0;
  for (const { contexts, readers } of segmentsOf(edges)) {
    let at = contexts.from;
    for (; next < sorted.length && at < contexts.to; next++) {
      const route = sorted[next];
      if (route.contexts.from < at) { findings.report(routeContexts(`${part(route)}.contexts`, route.contexts.from, 'is sent, and nobody reads it')); return; }
      if (route.contexts.from > at || route.contexts.to > contexts.to) break;
      const came = [...route.edges].sort(ascending);
      if (!same(readers, came)) findings.report(routeEdges(`${part(route)}.edges`, readers, came));
      at = route.contexts.to;
    }
    if (at === contexts.to) continue;
    const route = sorted[next];
    if (route && route.contexts.from === at) findings.report(routeContexts(`${part(route)}.contexts`, contexts.to, 'has other readers than the positions before it'));
    else findings.report(routeContexts(`stages[${edges[0].from}]`, at, `of output ${edges[0].output} is needed by edges ${readers.join(', ')}, and no route sends it`));
    return;
  }
  if (next < sorted.length) findings.report(routeContexts(`${part(sorted[next])}.contexts`, sorted[next].contexts.from, 'is sent, and nobody reads it'));
}

/** T2150 .. T2153: the links of one route. */
function checkCopies(route: Route, index: number, survey: Survey, dependencies: Dependencies, findings: Findings): void {
  const { program, arch, cores } = survey, part = `routes[${index}]`, home: CoreId = cores[route.from];
  const wanted = [...new Set(route.edges.map((edge) => cores[program.edges[edge].to]))].filter((core) => core !== home).sort(ascending);
  const copies = route.copies.map((links, i) => walkCopy(links, home, `${part}.copies[${i}]`, survey, dependencies, findings));
  if (copies.some((copy) => copy === undefined)) return;
  // A tree's leaves must all be readers; readers on the way are delivered in passing. A path ends at its one reader.
  const leaves = copies.flatMap((copy) => copy!.leaves).sort(ascending);
  const reached = arch.router.multicast ? wanted.filter((core) => copies.some((copy) => copy!.visited.has(core))) : leaves;
  const strays = leaves.filter((core) => !wanted.includes(core));
  if (!same(wanted, reached) || strays.length > 0) findings.report(routeEnds(part, wanted, [...new Set([...reached, ...strays])].sort(ascending)));
  else if (arch.router.multicast ? copies.length > 1 : copies.some((copy) => copy!.leaves.length !== 1)) {
    findings.report(routeEnds(`${part}.copies`, wanted, arch.router.multicast ? copies.map((_, i) => i) : leaves));
  }
}

/** T2150 .. T2157. Needs edges that checkEdges accepts and every stage on a core. */
export function checkRoutes(survey: Survey, findings: Findings): void {
  const { program, arch } = survey, header = headerFlits(program, arch), dependencies: Dependencies = new Map();
  if (header >= arch.router.bufferFlits) findings.report(headerTooLong(header, arch.router.bufferFlits));
  const sent = groupBy(program.edges.filter((edge) => edge.window.kind !== 'local'), (edge) => outputKey(edge.from, edge.output));
  const routes = groupBy(program.routes.map((route, index) => ({ ...route, index })), (route) => outputKey(route.from, route.output));
  for (const [key, edges] of sent) checkOutput(edges, routes.get(key) ?? [], findings);
  for (const [key, rows] of routes) if (!sent.has(key)) findings.report(routeContexts(`routes[${rows[0].index}].contexts`, rows[0].contexts.from, 'is sent, and nobody reads it'));
  program.routes.forEach((route, index) => checkCopies(route, index, survey, dependencies, findings));
  checkDeadlock(dependencies, findings);
}
