// A case's result for people and for machines.
import picocolors from 'picocolors';
import type { Compacted } from './compacted.ts';
import type { CaseResult, ChipResult } from './run-case.ts';

type Row = Readonly<{ name: string; values: number; float64: number | undefined; integer: number | undefined; chips: readonly (number | undefined)[] }>;

/** Per recorded layer: values that differ from the golden data (float64, integer) and from the integer evaluation (chips). */
const layersOf = ({ float64, integer, chips }: CaseResult): Row[] => float64.layers.map(({ name, values, differing }, i) => ({ name, values, float64: differing, integer: integer?.layers[i].differing,
  chips: chips.map(({ agreement }) => agreement?.layers.find((layer) => layer.name === name)?.differing) }));

/** Potentials, where a run shows them. */
const potentialsOf = ({ float64, integer, chips }: CaseResult): Row[] => float64.potentials.map((real, i) => {
  const whole = integer?.potentials[i], shown = (one: typeof whole) => (one?.recorded ? one.differing : undefined);
  return { name: real.name, values: Math.max(real.values, whole?.values ?? 0), float64: shown(real), integer: shown(whole), chips: chips.map(() => undefined) };
});

export type CaseOutcome = 'passed' | 'refused' | 'FAILED';
/** refused: nothing differs, but a chip or the integer form does not take the case. */
export const outcomeOf = ({ passed, refused }: CaseResult): CaseOutcome => (passed ? 'passed' : refused ? 'refused' : 'FAILED');

export function caseText(result: CaseResult, color: boolean): string {
  const paint = picocolors.createColors(color), { float64, integer, chips, exact, constants } = result, rows = [...layersOf(result), ...potentialsOf(result)], outcome = outcomeOf(result);
  const cell = (count: number | undefined): string => (count === undefined ? '-' : String(count)), width = Math.max(...rows.map(({ name }) => name.length), 5), columns = ['float64', 'integer', ...chips.map(({ target }) => target)];
  const line = (name: string, values: string, cells: readonly string[]): string => `  ${name.padEnd(width)}  ${values.padStart(8)}  ${cells.map((text, i) => text.padStart(Math.max(columns[i].length, 7))).join('  ')}`;
  const verdict = { passed: paint.green, refused: paint.yellow, FAILED: paint.red }[outcome](outcome), mark = outcome === 'refused' ? paint.yellow('·') : paint.red('✗');
  const table = rows.length === 0 ? [] : [paint.dim(line('layer', 'values', columns)), ...rows.map((row) => line(row.name, String(row.values), [cell(row.float64), cell(row.integer), ...row.chips.map(cell)])),
    paint.dim(`  values that differ: float64 and integer from the golden data${exact ? '' : ' (a quantised network is not expected to match it)'}, chips from the integer evaluation`)];
  return [`${paint.bold(result.case)}  ${verdict}  ${paint.dim(`${result.family}, ${exact ? 'exact' : 'realistic'}, ${result.samples} samples`)}`, ...table,
    `  worst output error / largest: float64 ${float64.logits.worst.toExponential(1)}${integer ? `, integer ${integer.logits.worst.toExponential(1)}` : ''}`
      + (exact ? `; whole outputs that differ: float64 ${cell(float64.logits.integers)}, integer ${cell(integer?.logits.integers)}${chips.map(({ target, golden }) => `, ${target} ${cell(golden?.logits.integers)}`).join('')}` : ''),
    ...(constants.length > 0 ? [`  constants that differ: ${constants.map(({ name, values, differing }) => `${name} ${differing} of ${values}`).join(', ')}`] : []),
    ...chips.flatMap((chip) => [`  ${chip.target}: ${chipText(chip)}`, ...(chip.compacted ? [`  ${chip.target}, compacted: ${compactedText(chip.compacted)}`] : [])]), ...result.failures.map((failure) => `  ${mark} ${failure}`), '', ''].join('\n');
}

function chipText({ refused, cores, residual, totals, golden }: ChipResult): string {
  if (refused) return `${totals ? `${cores} cores; the rest ` : ''}refused (${[...new Set(refused.map(({ code }) => code))].map((code) => `${refused.filter((fault) => fault.code === code).length} x ${code}`).join(', ')})`;
  const counts = `${cores} cores, residual ${residual}; ${totals!.sops} SOPs, ${totals!.updates} updates, ${totals!.spikes} spikes`;
  // Only exact cases fix the synaptic operations of integers: a quantised network fires differently.
  if (golden?.rule !== 'exact' || golden.operations.length === 0) return counts;
  const wrong = golden.operations.filter(({ differing }) => differing > 0).map(({ name }) => name);
  return `${counts}; SOPs ${wrong.length === 0 ? `equal sop_unary in all ${golden.operations.length} counted layers` : `DIFFER in ${wrong.join(', ')}`}`;
}

function compactedText({ spikes, unread, outputs, sops, cores, notes }: Compacted): string {
  const equal = spikes.differing + outputs === 0 ? `all results and ${spikes.values} known spikes equal` : `${outputs} results and ${spikes.differing} of ${spikes.values} known spikes DIFFER`;
  return `${equal}${unread > 0 ? `, ${unread} spikes that nothing reads are not computed` : ''}; ${cores} cores, ${sops} SOPs\n    ${notes.join('\n    ')}`;
}

export function summaryText(results: readonly CaseResult[], cases: number, color: boolean): string {
  const paint = picocolors.createColors(color), count = (outcome: CaseOutcome) => results.filter((result) => outcomeOf(result) === outcome).length, passed = count('passed');
  const others = [[count('refused'), 'refused'], [count('FAILED'), 'failed'], [cases - results.length, 'not loaded']] as const;
  return `${(passed === cases ? paint.green : count('FAILED') > 0 ? paint.red : paint.yellow)(`${passed} of ${cases} cases passed${others.map(([some, what]) => (some > 0 ? `, ${some} ${what}` : '')).join('')}`)}\n`;
}

/** The published form of one case. */
export const caseJson = (result: CaseResult): object => ({ case: result.case, family: result.family, exact: result.exact, passed: result.passed, outcome: outcomeOf(result).toLowerCase(), samples: result.samples,
  layers: layersOf(result).map(({ name, values, float64, integer, chips }) => ({ name, spikes: values, float64Differing: float64, integerDiffering: integer ?? null, chipDiffering: Object.fromEntries(result.chips.map(({ target }, i) => [target, chips[i] ?? null])) })),
  logits: { float64Worst: result.float64.logits.worst, float64Labels: result.float64.logits.labels, float64Integers: result.float64.logits.integers ?? null,
    integerWorst: result.integer?.logits.worst ?? null, integerLabels: result.integer?.logits.labels ?? null, integerIntegers: result.integer?.logits.integers ?? null },
  membranes: result.float64.membranes.map(({ name, values, differing }, i) => ({ name, values, float64Differing: differing, integerDiffering: result.integer?.membranes[i].recorded ? result.integer.membranes[i].differing : null })),
  potentials: potentialsOf(result).map(({ name, values, float64, integer }) => ({ name, values, float64Differing: float64 ?? null, integerDiffering: integer ?? null })),
  constants: result.constants.map(({ name, values, differing, worst }) => ({ name, values, differing, worst })),
  operations: result.float64.operations.map(({ name, differing }, i) => ({ name, float64SamplesDiffering: differing, chipSamplesDiffering: Object.fromEntries(result.chips.map(({ target, golden }) => [target, golden?.operations[i]?.differing ?? null])) })),
  chips: result.chips.map(({ target, passed, residual, cores, totals, golden, agreement, compacted, refused }) => ({ target, passed, residual, cores, ...(totals ?? {}), goldenDiffering: golden?.spikes.differing ?? null,
    integerLogitsDiffering: golden?.logits.integers ?? null, differsFromInteger: agreement ? agreement.spikes.differing + agreement.logits : null, compacted: compacted ?? null, refused: refused ?? [] })),
  failures: result.failures });
