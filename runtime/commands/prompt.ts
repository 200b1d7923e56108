// synfire prompt: a layout file with another class list.
import { readRows } from '../../compiler/frontend/side-files.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { exits } from '../console/exits.ts';
import { refuse } from '../console/outcome.ts';
import { printFaults } from '../console/print-faults.ts';
import { readText, writeOut } from '../files.ts';
import { loadLayout } from '../load-layout.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { withRows } from '../prompt.ts';

export async function prompt(file: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), rowsFile = reader.text('embeddings')!, namesFile = reader.text('names');
  const layout = loadLayout(file), rows = readRows(rowsFile), text = namesFile === undefined ? undefined : readText(namesFile);
  const faults = [layout, rows, ...(text ? [text] : [])].flatMap((read) => (read.ok ? [] : read.faults));
  if (faults.length > 0 || !layout.ok || !rows.ok) return refuse(faults, json);
  const names = text?.ok ? text.value.trimEnd().split('\n').map((line) => line.trim()) : undefined;
  const changed = withRows(layout.value.program, file, { rows: rows.value, rowsFile, ...(names && namesFile !== undefined ? { names, namesFile } : {}) });
  if (!changed.ok) return refuse(changed.faults, json);
  const wrong = verifyProgram(changed.value, layout.value.target.arch);
  if (wrong.length > 0) return refuse(wrong, json);
  const bytes = encodeProgram(changed.value), written = writeOut(reader.text('output') ?? 'layout.synfire', bytes);
  if (!written.ok) return refuse(written.faults, json);
  printFaults(layout.warnings);
  const figures = { schemaVersion: 1, layout: written.value, bytes: bytes.length, classes: changed.value.classes };
  process.stdout.write(json ? `${JSON.stringify(figures, undefined, 2)}\n` : `wrote ${figures.layout} (${figures.bytes} bytes): ${figures.classes.length} classes; stages, routes and cores are those of ${file}\n`);
  return exits.ok;
}
