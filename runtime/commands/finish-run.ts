// What run and simulate share: data in, simulation under Ctrl-C, report out.
import { join } from 'node:path';
import type { RunOptions, Subject } from '../run.ts';
import { openData, runSubject } from '../run.ts';
import type { OptionReader } from '../options.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';
import { printFaults, wantsColor } from '../console/print-faults.ts';
import { buildReport } from '../report/build.ts';
import { reportJson } from '../report/json.ts';
import { reportHtml } from '../report/html.ts';
import { terminalSummary } from '../report/terminal.ts';
import { writeOut } from '../files.ts';
import { recordSpikes } from '../record.ts';
import { encoders } from '../encode/open-samples.ts';

export async function finishRun(subject: Subject, reader: OptionReader, options: Omit<RunOptions, 'record' | 'quiet' | 'signal'>): Promise<number> {
  const json = reader.flag('json'), record = reader.text('record'), out = reader.text('out') ?? 'synfire-report';
  const encode = reader.choice('encode', encoders), seed = reader.whole('encodeSeed', 1, 0, 2 ** 32 - 1);
  if (reader.faults.length) return refuse(reader.faults, json);
  const opened = openData(subject, reader.text('data')!, reader.text('labels'), { encode, seed });
  if (!opened.ok) return refuse(opened.faults, json);
  printFaults(opened.warnings);
  const abort = new AbortController(), stop = () => { if (abort.signal.aborted) process.exit(exits.interrupted); abort.abort(); };
  process.on('SIGINT', stop);
  try {
    const finished = await runSubject(subject, opened.value.data, opened.value.labels, { ...options, record: record !== undefined, quiet: json && !process.stderr.isTTY, signal: abort.signal });
    if (!finished.ok) return refuse(finished.faults, json);
    const report = buildReport(finished.value.report), text = reportJson(report), written = [writeOut(join(out, 'report.json'), text), writeOut(join(out, 'report.html'), reportHtml(report))];
    if (record !== undefined) written.push(writeOut(record, recordSpikes(subject.program, finished.value.simulation)));
    const failed = written.flatMap((one) => (one.ok ? [] : one.faults));
    if (json) process.stdout.write(text);
    else process.stdout.write(terminalSummary(report, { color: wantsColor(process.stdout) }));
    printFaults(failed);
    process.stderr.write(`${written.flatMap((one) => (one.ok ? [`wrote ${one.value}`] : [])).join('\n')}\n`);
    return failed.length ? exits.internal : report.partial ? exits.interrupted : finished.value.exact ? exits.ok : exits.gate;
  } finally { process.off('SIGINT', stop); opened.value.data.close(); }
}
