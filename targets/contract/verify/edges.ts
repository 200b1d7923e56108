// Declared edges against what the stages need: none missing, none needless, positions, message counts and windows as the contract says.
import type { Edge, Plane, Region, Window } from '../program.ts';
import type { Findings } from './findings.ts';
import type { Need } from './needs.ts';
import type { Survey } from './survey.ts';
import { edgeMessages, edgeMissing, edgeNeedless, edgePositions, edgeTwice, edgeWindow } from '../faults.ts';
import { outputsOf } from '../program.ts';
import type { Lags } from '../windows.ts';
import { lagsOf, windowOf } from '../windows.ts';
import { contains, spanLength } from '../units.ts';
import { needKey } from './needs.ts';

const said = (window: Window): string => (window.kind === 'local' ? 'local' : window.kind === 'slots' ? `slots of ${window.contexts}` : `region of ${window.banks} banks, ack ${window.ack}`);

/** Plane that an edge carries; undefined for sums. */
export function planeOf(edge: Edge, { program }: Survey): Plane | undefined {
  const output: Region | 'sums' = outputsOf(program.stages[edge.from])[edge.output];
  return output === 'sums' ? undefined : program.planes[output.plane];
}

/** Window by the rule: sums are local to their soma and slots along a chain (as many as the chip has at most); planes as windowOf says. */
function windowBy(edge: Edge, survey: Survey, { stages }: Lags): Window {
  const plane = planeOf(edge, survey);
  if (plane) return windowOf(plane, { from: stages[edge.from], to: stages[edge.to] }, survey.arch.mesh.sync, survey.program.steps);
  const slots = survey.arch.core.partialSlots;
  return survey.program.stages[edge.to].kind === 'soma' ? { kind: 'local' } : { kind: 'slots', contexts: edge.window.kind === 'slots' ? Math.min(edge.window.contexts, slots) : slots };
}

/** T2140 .. T2145. */
export function checkEdges(survey: Survey, needs: ReadonlyMap<string, Need>, findings: Findings): void {
  const declared = new Map<string, number>(), lags = lagsOf(survey.program);
  for (const edge of survey.program.edges) {
    const part = `edges[${edge.id}]`, key = needKey(edge.from, edge.output, edge.to), need = needs.get(key), other = declared.get(key);
    if (other !== undefined) { findings.report(edgeTwice(part, other)); continue; }
    declared.set(key, edge.id);
    if (!need) { findings.report(edgeNeedless(part, edge.from, edge.output, edge.to)); continue; }
    if (!contains(need.hull, edge.positions) || (need.exact && !contains(edge.positions, need.exact))) findings.report(edgePositions(`${part}.positions`, need.exact ?? need.hull, edge.positions));
    if (edge.messages !== spanLength(edge.positions)) findings.report(edgeMessages(`${part}.messages`, spanLength(edge.positions), edge.messages));
    const wanted = said(windowBy(edge, survey, lags)), came = said(edge.window);
    if (wanted !== came) findings.report(edgeWindow(`${part}.window`, wanted, came));
  }
  for (const [key, need] of needs) if (need.exact && !declared.has(key)) findings.report(edgeMissing(need.from, need.output, need.to));
}
