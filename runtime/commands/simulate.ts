// synfire simulate: a layout file on data; the target is inside the file.
import { basename } from 'node:path';
import type { RawOptions } from '../options.ts';
import { OptionReader, simulatorOptions } from '../options.ts';
import { refuse } from '../console/outcome.ts';
import { loadLayout } from '../load-layout.ts';
import { asCompiled } from '../run.ts';
import { claimResults, finishRun, runFiles } from './finish-run.ts';

export async function simulateLayout(file: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), simulator = simulatorOptions(reader), files = runFiles(reader), layout = loadLayout(file);
  const faults = [...reader.faults, ...(layout.ok ? [] : layout.faults)];
  if (faults.length || !layout.ok || !files) return refuse(faults, json);
  const unwritable = claimResults(files, [file]);
  if (unwritable.length) return refuse(unwritable, json);
  const { program, target, bytes } = layout.value;
  return finishRun({ name: basename(file, '.synfire'), target, program, bytes, options: asCompiled(program), warnings: layout.warnings }, files,
    { ...simulator, reference: 'none' }, json);
}
