// Golden cases of the passes: a graph in text form whose first line names the passes, and beside it what they make of it.
import { readdirSync, readFileSync } from 'node:fs';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Pass, PassOptions } from '../../compiler/passes/pass.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { parseGraph } from '../../compiler/text/parse-graph.ts';

/** name: folder/case. */
export type GoldenCase = Readonly<{ name: string; text: string; expected: string }>;

const cases = new URL('cases/', import.meta.url);

/** All `cases/<pass>/<case>.syn`, in order; `expected` is the path of the text beside each. */
export function goldenCases(): readonly GoldenCase[] {
  return readdirSync(cases).sort().flatMap((folder) => readdirSync(new URL(`${folder}/`, cases)).filter((file) => file.endsWith('.syn')).sort()
    .map((file) => ({ name: `${folder}/${file.slice(0, -4)}`, text: readFileSync(new URL(`${folder}/${file}`, cases), 'utf8'), expected: `cases/${folder}/${file.slice(0, -4)}.expected` })));
}

/**
 * What the passes of the first line make of the graph: `# passes: fold-norm, quantise with bits 4, scale pow2` (or `# passes: none`). The graph with constants in full, then
 * what the passes noted and reported, as comments.
 */
export function runGolden({ name, text }: GoldenCase, table: readonly Pass[]): string {
  const line = /^# passes: (?<passes>[\w, -]+?)(?: with (?<options>.+))?$/.exec(text.split('\n', 1)[0])?.groups;
  if (!line) throw new Error(`${name}: the first line must name the passes: # passes: fold-norm, hoist`);
  const chosen = line['passes'] === 'none' ? [] : line['passes'].split(', ').map((wanted) => {
    const pass = table.find((known) => known.name === wanted);
    if (!pass) throw new Error(`${name}: there is no pass ${wanted}; passes are ${table.map((known) => known.name).join(', ')}`);
    return pass;
  });
  const read = parseGraph(text, `${name}.syn`);
  if (!read.ok) throw new Error(`${name}: ${read.faults.map(({ code, message }) => `${code} ${message}`).join('; ')}`);
  const { graph, records, faults } = runPasses(read.value, chosen, optionsOf(line['options']));
  return [printGraph(graph, { constants: 'listed' }), ...records.flatMap((record) => record.notes.map((note) => `# ${record.name}: ${note}\n`)),
    ...faults.map(({ code, message, at }) => `# ${code}${at?.in === 'graph' ? ` at ${at.node}` : ''}: ${message}\n`)].join('');
}

function optionsOf(text: string | undefined): PassOptions {
  const given = Object.fromEntries((text?.split(', ') ?? []).map((option) => option.split(' ')).map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]));
  const stray = Object.keys(given).find((name) => !Object.hasOwn(defaultPassOptions, name));
  if (stray !== undefined) throw new Error(`passes have no option ${stray}`);
  return { ...defaultPassOptions, ...given };
}
