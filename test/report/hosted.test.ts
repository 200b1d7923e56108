// What the report says of the host: every stage with its work, in no energy, and nothing where nothing runs there.
import { expect, it } from 'vitest';
import { emptyLedger, totalOf } from '../../targets/contract/ledger.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { buildReport } from '../../runtime/report/build.ts';
import { hostFinding } from '../../runtime/report/findings.ts';
import { reportHtml } from '../../runtime/report/html.ts';
import { checkReport } from '../../runtime/report/schema.ts';
import { terminalSummary } from '../../runtime/report/terminal.ts';
import { hostArch, hostProgram, hostSteps } from '../contract/host-program.ts';
import { changedProgram } from '../contract/draft.ts';
import { usual } from './fixture-program.ts';
import { makeInput } from './fixture.ts';

const input = makeInput({ ...usual, samples: 1, timed: 1 }), program = hostProgram();
const run = prepare(program, hostArch).run(new Map<string, Uint8Array | Int32Array>([['stream', new Int32Array(hostSteps * 16)], ['events', new Uint8Array(hostSteps * 16)]]), { activities: false });
const report = buildReport({ ...input, program, ledger: run.ledger, timing: undefined, layers: [], census: [], attention: [], divergence: [], samples: { requested: 1, function: 1, timed: 0 } });

it('lists every stage with what it takes, makes and does in a sample, as the ledger counts it', () => {
  // Four positions of four channels, three steps; layer-norm: 8 operations a channel and 4 more.
  expect(report.hosted).toEqual([{ layer: 'norm', does: 'layer-norm', read: 48, made: 48, operations: 12 * (8 * 4 + 4) }, { layer: 'product', does: 'product', read: 96, made: 48, operations: 48 }]);
  expect((['hostRead', 'hostMade', 'hostOperation'] as const).map((kind) => totalOf(run.ledger, kind))).toEqual([144, 96, 480]);
});
it('names the convention of each function, and says that no energy holds it', () => {
  expect(report.conventions.filter(({ name }) => name === 'host stage').map(({ rule }) => rule)).toEqual([expect.stringMatching(/^layer-norm of norm: .*in no energy/), expect.stringMatching(/^product of product: /)]);
  expect(hostFinding(report)).toBe('2 layers on the host: 480 float64 operations and 240 values moved a sample, in none of the energies. Most of it is layer-norm of norm.');
  expect(report.energy.flatMap(({ dynamic }) => dynamic.lines).filter(({ term }) => term.startsWith('host'))).toEqual([]);
});
it('shows it on the page and in the terminal, and is a report still', () => {
  expect(checkReport(report)).toEqual([]);
  expect(reportHtml(report)).toContain('On the host');
  expect(terminalSummary(report, { color: false })).toContain('2 layers on the host');
});
it('counts the rows of results with the rest, and is silent where the host does nothing', () => {
  const rows = changedProgram((p) => { p.readouts[0].rows = { scores: 2, weights: new Float64Array(6) }; }), plain = { ...input, ledger: { ...emptyLedger(rows.steps, rows.stages.length), samples: 1 }, timing: undefined, layers: [], census: [], attention: [], divergence: [] };
  expect(buildReport({ ...plain, program: rows }).hosted).toEqual([{ layer: 'logits', does: '2 rows of 3 features', read: 3, made: 2, operations: 12 }]);
  const silent = buildReport({ ...plain, program: changedProgram(() => undefined) });
  expect([silent.hosted, hostFinding(silent), reportHtml(silent).includes('On the host'), terminalSummary(silent, { color: false }).includes('on the host')]).toEqual([[], undefined, false, false]);
});
