// synfire simulate: a layout file on data; the target is inside the file.
import { basename } from 'node:path';
import type { RawOptions } from '../options.ts';
import { OptionReader, simulatorOptions } from '../options.ts';
import { refuse } from '../console/outcome.ts';
import { loadLayout } from '../load-layout.ts';
import { finishRun } from './finish-run.ts';

export async function simulateLayout(file: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), simulator = simulatorOptions(reader), layout = loadLayout(file);
  const faults = [...reader.faults, ...(layout.ok ? [] : layout.faults)];
  if (faults.length || !layout.ok) return refuse(faults, json);
  const { program, target, bytes } = layout.value;
  const options = { residual: 'as compiled', scale: 'as compiled' as const, bits: target.arch.core.weightBits, seed: 0 };
  return finishRun({ name: basename(file, '.synfire'), target, program, bytes, options: { ...options, scale: 'max' }, warnings: layout.warnings }, reader, { ...simulator, reference: 'none' });
}
