// Recall of a descriptor network in the report: by hand, with ties, without labels, in the file, on the terminal and on the page.
import { describe, expect, it } from 'vitest';
import { buildReport } from '../../runtime/report/build.ts';
import { reportHtml } from '../../runtime/report/html.ts';
import type { ReportInput } from '../../runtime/report/input.ts';
import { checkReport } from '../../runtime/report/schema.ts';
import { terminalSummary } from '../../runtime/report/terminal.ts';
import { usual } from './fixture-program.ts';
import { makeInput } from './fixture.ts';

/** Four queries on as many rows as the fixture has classes; the scores of the others are -1, below all. */
function queries(change: Partial<ReportInput> = {}): ReportInput {
  const input = makeInput({ ...usual, samples: 4, timed: 1 }), rows = input.program.classes.length, program = { ...input.program, readouts: [{ ...input.program.readouts[0], rows: { scores: rows, weights: new Float64Array(rows), nearest: { metric: 'cosine' as const, recall: [1, 2, 3] } } }] };
  // Query 0 finds its row first; 1 second; 2 third, level with a row below it; 3 first, level with one above it.
  const scores = [[0.9, 0.5, 0.1], [0.9, 0.95, 0.1], [0.5, 0.9, 0.5], [0.7, 0.7, 0.2]], chipLogits = new Float64Array(4 * rows).fill(-1);
  scores.forEach((row, i) => chipLogits.set(row, i * rows));
  return { ...input, program, labels: Int32Array.of(0, 0, 2, 0), chipLogits, chipLabels: Int32Array.of(0, 1, 1, 0), ties: 1, float: undefined, ...change };
}

describe('a report of a descriptor network', () => {
  it('counts a query as found when its row is among the nearest, lower rows before their equals', () => {
    const { retrieval } = buildReport(queries());
    expect(retrieval).toMatchObject({ metric: 'cosine', rows: queries().program.classes.length, queries: 4, ties: 2 });
    expect(retrieval!.recall.map(({ at, chip }) => [at, chip])).toEqual([[1, 0.5], [2, 0.75], [3, 1]]);
    expect(retrieval!.recall[0].interval[0]).toBeLessThan(0.5);
    expect(buildReport(queries()).accuracy.chip).toBe(0.5);  // recall@1 is the accuracy
  });
  it('has the recall of the float network beside it where there is one', () => {
    const { chipLogits } = queries(), logits = chipLogits.map((score) => -score), { retrieval } = buildReport(queries({ float: { engine: 'wasm', reasons: [], logits, labels: Int32Array.of(9, 9, 9, 9) } }));
    expect(retrieval!.recall.map(({ float }) => float)).toEqual([0, 0, 0]);
  });
  it('without labels says what was compared, and no recall; of a classifier it says nothing', () => {
    expect(buildReport(queries({ labels: undefined })).retrieval).toEqual({ metric: 'cosine', rows: queries().program.classes.length, queries: 4, recall: [] });
    expect(buildReport(makeInput({ ...usual, samples: 4, timed: 1 }))).not.toHaveProperty('retrieval');
  });
  it('fits its schema, and is told on the terminal and on the page', () => {
    const report = buildReport(queries()), text = terminalSummary(report, { color: false });
    expect(checkReport(JSON.parse(JSON.stringify(report)))).toEqual([]);
    expect(text.replace(/\s+/g, ' ')).toMatch(/retrieval nearest of \d+ rows by cosine · recall@1 50\.0 % ·? ?recall@2 75\.0 % ·? ?recall@3 100\.0 % ·? ?4 queries ·? ?2 ties/);
    expect(reportHtml(report)).toContain('recall@2 75.0 %');
    expect(terminalSummary(buildReport(queries({ labels: undefined })), { color: false })).toContain('no labels: recall is not known');
  });
});
