// What run and simulate share: files named and claimed, data in, simulation under Ctrl-C, report out.
import { join } from 'node:path';
import type { Fault } from '../../targets/contract/fault.ts';
import type { DataOptions, RunOptions, Subject } from '../run.ts';
import { openData, runSubject } from '../run.ts';
import type { OptionReader } from '../options.ts';
import { printDocument, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { printFaults, wantsColor } from '../console/print-faults.ts';
import { buildReport } from '../report/build.ts';
import { reportJson } from '../report/json.ts';
import { reportHtml } from '../report/html.ts';
import { terminalSummary } from '../report/terminal.ts';
import { checkReadable, claimFile, writeOut } from '../files.ts';
import { recordSpikes } from '../record.ts';
import { encoders } from '../encode/open-samples.ts';

export type RunFiles = Readonly<{ data: string; labels: string | undefined; json: string; html: string; record: string | undefined }> & DataOptions;

/** Of files that options may name, those they do. */
export const named = (files: readonly (string | undefined)[]): readonly string[] => files.filter((file) => file !== undefined);

/** The files of a run as its options name them; what is missing or cannot be read is told now, not after minutes of compiling. */
export function runFiles(reader: OptionReader): RunFiles | undefined {
  const data = reader.required('data', 'images, event frames, token ids or currents, idx or npy'), labels = reader.text('labels'), out = reader.text('out') ?? 'synfire-report';
  reader.faults.push(...[data, labels].flatMap((file) => (file === undefined ? [] : checkReadable(file))));
  return data === undefined ? undefined : { data, labels, json: join(out, 'report.json'), html: join(out, 'report.html'), record: reader.text('record'),
    encode: reader.choice('encode', encoders), seed: reader.whole('encodeSeed', 1, 0, 2 ** 32 - 1) };
}

/** Makes sure that every result can be written, and over no input. Faults: R0005, R0106. */
export function claimResults({ data, labels, json, html, record }: RunFiles, inputs: readonly string[]): readonly Fault[] {
  const read = [...inputs, data, ...(labels === undefined ? [] : [labels])];
  return [...claimFile(json, '--out', read), ...claimFile(html, '--out', read), ...(record === undefined ? [] : claimFile(record, '--record', [...read, json, html]))];
}

export async function finishRun(subject: Subject, files: RunFiles, options: Omit<RunOptions, 'record' | 'signal'>, json: boolean): Promise<number> {
  const opened = openData(subject, files.data, files.labels, files);
  if (!opened.ok) return refuse(opened.faults, json);
  printFaults(opened.warnings);
  const abort = new AbortController();
  // Once: the second Ctrl-C finds no listener and ends the process at once, whatever it is doing.
  const stop = (): void => { abort.abort(); process.stderr.write('\nstopping; the report will cover what is done (Ctrl-C again: stop at once)\n'); };
  process.once('SIGINT', stop);
  try {
    const finished = await runSubject(subject, opened.value.data, opened.value.labels, { ...options, record: files.record !== undefined, signal: abort.signal });
    if (!finished.ok) return refuse(finished.faults, json);
    const report = buildReport(finished.value.report), text = reportJson(report), written = [writeOut(files.json, text), writeOut(files.html, reportHtml(report))];
    if (files.record !== undefined) written.push(writeOut(files.record, recordSpikes(subject.program, finished.value.simulation)));
    if (json) printDocument(text);
    else process.stdout.write(terminalSummary(report, { color: wantsColor(process.stdout) }));
    printFaults(written.flatMap((one) => (one.ok ? [] : one.faults)));
    process.stderr.write(written.flatMap((one) => (one.ok ? [`wrote ${one.value}\n`] : [])).join(''));
    return report.partial ? exits.interrupted : !finished.value.exact ? exits.gate : written.every(({ ok }) => ok) ? exits.ok : exits.internal;
  } finally { process.off('SIGINT', stop); opened.value.data.close(); }
}
