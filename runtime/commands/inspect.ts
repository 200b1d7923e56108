// synfire inspect: a layout's tables, or a model's graph as a table or in text form.
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { plain, printFaults } from '../console/print-faults.ts';
import type { Table } from '../console/table.ts';
import { tableCsv, tableText } from '../console/table.ts';
import { loadLayout } from '../load-layout.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { encoders } from '../encode/open-samples.ts';
import { isNetworkText } from '../files.ts';
import type { LoadedModel } from '../load-model.ts';
import { loadModel } from '../load-model.ts';
import { optionWrong } from '../faults.ts';
import { coreTable, edgeTable, layoutHead, linkTable, memoryTable, rangeTable, stageTable } from '../inspect/layout-tables.ts';
import { graphHead, graphTable } from '../inspect/graph-tables.ts';

export async function inspect(file: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), arch = reader.text('arch'), weights = reader.text('weights'), isText = reader.flag('text');
  if (arch !== undefined || weights !== undefined || isText || isNetworkText(file)) {
    const model = loadModel(file, arch, weights);
    if (!model.ok) return refuse(model.faults, json);
    printFaults(model.warnings);
    if (isText) return printText(model.value, json);
    return show(graphHead(model.value), [graphTable(model.value.graph)], reader);
  }
  const layout = loadLayout(file);
  if (!layout.ok) return refuse(layout.faults, json);
  printFaults(layout.warnings);
  const { program, target } = layout.value;
  return show(layoutHead(program, target), [stageTable(program), coreTable(program, target), memoryTable(program, target), rangeTable(program), edgeTable(program),
    linkTable(program, target)], reader);
}

/** The network in text form, constants that stand in the checkpoint by key: what a person changes, and `run --weights` takes. */
function printText({ graph, named, classes, input }: LoadedModel, json: boolean): number {
  const text = printGraph(graph, { constants: 'named', named, classes, ...(encoders.some((encoder) => encoder === input.encoding) ? { encode: input.encoding } : {}) });
  if (json) printJson({ schemaVersion: 1, text });
  else process.stdout.write(text);
  return exits.ok;
}

/** Edges and links are long: the text view leaves them to --csv and --json. */
const inText = new Set(['graph', 'stages', 'cores', 'memory', 'ranges']);

function show(head: Readonly<Record<string, string | number>>, tables: readonly Table[], reader: OptionReader): number {
  const wanted = reader.text('csv');
  if (wanted !== undefined) {
    const table = tables.find(({ title }) => title === wanted);
    if (!table) return refuse([optionWrong('--csv', `one of ${tables.map(({ title }) => title).join(', ')}`, wanted)], reader.flag('json'));
    process.stdout.write(tableCsv(table));
  } else if (reader.flag('json')) {
    const rows = ({ columns, rows: cells }: Table) => cells.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    printJson({ schemaVersion: 1, ...head, ...Object.fromEntries(tables.map((table) => [table.title, rows(table)])) });
  } else {
    process.stdout.write(`${Object.entries(head).map(([name, value]) => `${name.padEnd(12)} ${plain(String(value))}`).join('\n')}\n\n`);
    process.stdout.write(tables.filter(({ title }) => inText.has(title)).map(tableText).join('\n'));
  }
  return exits.ok;
}
