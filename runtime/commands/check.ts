// synfire check: converts? fits? exact or approximate where? Nothing runs; the exit code is a gate.
import { checkModel } from '../check/check-model.ts';
import { checkText, verdictOf } from '../check/check-text.ts';
import { exits } from '../console/exits.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { printFaults } from '../console/print-faults.ts';
import { loadModel } from '../load-model.ts';
import type { RawOptions } from '../options.ts';
import { compilerOptions, OptionReader, targetOf } from '../options.ts';

export async function check(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), options = compilerOptions(reader);
  const target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, reader.text('arch'), reader.text('weights'), reader.text('plasticity'));
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok) return refuse(faults, json);
  const made = checkModel(model.value, target.value, options), checked = { ...made, faults: [...target.warnings, ...model.warnings, ...made.faults] };
  printFaults(checked.faults);
  if (json) { printJson(checked); process.stderr.write(`${verdictOf(checked)}\n`); } else process.stdout.write(checkText(checked));
  if (!checked.converts) return exits.compile;
  if (!checked.fits) return exits.unfit;
  if (checked.exact || !reader.flag('exact')) return exits.ok;
  process.stderr.write(`--exact: integers lose something, so the gate stays closed (exit code ${exits.gate})\n`);
  return exits.gate;
}
