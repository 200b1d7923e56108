// Chains of tiles: equal contexts and columns, one taker each, the last tile beside its soma.
import type { Attend, Soma, Stage, Synapse } from '../program.ts';
import type { Span } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Survey } from './survey.ts';
import { chainApart, chainForked, chainWrong, sumKind } from '../faults.ts';
import { readsOf } from '../geometry.ts';

const shown = (span: Span): string => `${span.from}..${span.to}`;

function checkEqual(part: string, what: string, before: string, here: string, findings: Findings): void {
  if (before !== here) findings.report(chainWrong(part, what, before, here));
}

/** A tile and the one before it. */
function checkAfter(stage: Synapse, before: Stage, findings: Findings): void {
  const part = `stages[${stage.id}].after`;
  if (before.kind !== 'synapse') { findings.report(sumKind(part, before.kind)); return; }
  checkEqual(part, 'contexts', shown(before.contexts), shown(stage.contexts), findings);
  checkEqual(part, 'columns', shown(before.columns), shown(stage.columns), findings);
  checkEqual(part, 'evaluation', before.evaluate, stage.evaluate, findings);
}

/** A soma and one stage that sends it sums. */
function checkEnd(stage: Soma, input: number, end: Stage, survey: Survey, findings: Findings): void {
  const part = `stages[${stage.id}].sums[${input}]`;
  if (end.kind !== 'synapse' && end.kind !== 'attend') { findings.report(sumKind(part, end.kind)); return; }
  const contexts = end.kind === 'attend' ? { from: 0, to: readsOf(end) } : end.contexts;
  checkEqual(part, 'contexts', shown(contexts), shown(stage.contexts), findings);
  checkEqual(part, 'columns', shown(end.columns), shown(stage.columns), findings);
  if (survey.cores[end.id] !== survey.cores[stage.id]) findings.report(chainApart(part, survey.cores[end.id], survey.cores[stage.id]));
}

/** T2120 .. T2123. That a chain has no circle is checkOrder's. */
export function checkChains(survey: Survey, findings: Findings): void {
  const { stages } = survey.program;
  const sending = (stage: Stage): stage is Synapse | Attend => stage.kind === 'synapse' || stage.kind === 'attend';
  for (const stage of stages) {
    if (stage.kind === 'synapse' && stage.after !== undefined) checkAfter(stage, stages[stage.after], findings);
    if (stage.kind === 'soma') stage.sums.forEach((sum, input) => checkEnd(stage, input, stages[sum], survey, findings));
    if (!sending(stage)) continue;
    const takers = survey.takers.get(stage.id) ?? [];
    if (takers.length !== 1) findings.report(chainForked(`stages[${stage.id}]`, takers));
  }
}
