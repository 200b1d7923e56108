// synfire run: the whole road.
import { loadModel } from '../load-model.ts';
import { compileModel } from '../run.ts';
import type { RawOptions } from '../options.ts';
import { compilerOptions, OptionReader, referenceEngines, simulatorOptions, targetOf } from '../options.ts';
import { printFaults } from '../console/print-faults.ts';
import { refuse } from '../console/outcome.ts';
import { emitPass } from './emit-pass.ts';
import { claimResults, finishRun, named, runFiles } from './finish-run.ts';

export async function run(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), pass = reader.text('emit');
  const compiler = compilerOptions(reader), simulator = simulatorOptions(reader), reference = reader.word('reference', 'auto', referenceEngines);
  const arch = reader.text('arch'), weights = reader.text('weights'), files = pass === undefined ? runFiles(reader) : undefined;
  const target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, arch, weights, reader.text('plasticity'));
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok) return refuse(faults, json);
  printFaults([...target.warnings, ...model.warnings]);
  if (pass !== undefined || files === undefined) return emitPass(model.value, target.value, compiler, pass ?? 'import', json);
  const unwritable = claimResults(files, named([modelFile, arch, weights]));
  if (unwritable.length) return refuse(unwritable, json);
  // What is recorded must be known, whether a neuron reads it or not.
  const subject = compileModel(model.value, target.value, files.record !== undefined && compiler.eliminate !== 'none' ? { ...compiler, eliminate: 'recorded' } : compiler);
  return subject.ok ? finishRun(subject.value, files, { ...simulator, reference }, json) : refuse(subject.faults, json);
}
