// synfire run: the whole road.
import { loadModel } from '../load-model.ts';
import { compileModel } from '../run.ts';
import type { RawOptions } from '../options.ts';
import { compilerOptions, OptionReader, referenceEngines, simulatorOptions, targetOf } from '../options.ts';
import { printFaults } from '../console/print-faults.ts';
import { refuse } from '../console/outcome.ts';
import { emitPass } from './emit-pass.ts';
import { finishRun } from './finish-run.ts';

export async function run(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), compiler = compilerOptions(reader), simulator = simulatorOptions(reader), reference = reader.word('reference', 'auto', referenceEngines);
  const target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, reader.text('arch')!);
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok) return refuse(faults, json);
  printFaults([...target.warnings, ...model.warnings]);
  const pass = reader.text('emit');
  if (pass !== undefined) return emitPass(model.value, target.value, compiler, pass);
  const subject = compileModel(model.value, target.value, compiler);
  if (!subject.ok) return refuse(subject.faults, json);
  return finishRun(subject.value, reader, { ...simulator, reference });
}
