// synfire compile: checkpoint -> layout file.
import { loadModel } from '../load-model.ts';
import { compileModel } from '../run.ts';
import type { RawOptions } from '../options.ts';
import { compilerOptions, OptionReader, targetOf } from '../options.ts';
import { printFaults } from '../console/print-faults.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';
import { writeOut } from '../files.ts';
import { emitPass } from './emit-pass.ts';

export async function compile(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), options = compilerOptions(reader), target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, reader.text('arch')!);
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok) return refuse(faults, json);
  printFaults([...target.warnings, ...model.warnings]);
  const pass = reader.text('emit');
  if (pass !== undefined) return emitPass(model.value, target.value, options, pass);
  const subject = compileModel(model.value, target.value, options);
  if (!subject.ok) return refuse(subject.faults, json);
  const { compiled, bytes, program } = subject.value, written = writeOut(reader.text('output') ?? 'layout.synfire', bytes);
  if (!written.ok) return refuse(written.faults, json);
  printFaults(subject.warnings);
  const { mapping, residual, passes } = compiled!;
  const figures = { schemaVersion: 1, layout: written.value, bytes: bytes.length, target: target.value.arch.name, cores: mapping.cores, fewestCores: mapping.fewestCores, stages: program.stages.length, routes: program.routes.length,
    residual: residual.used, residualFlitLinks: residual.flitLinks, hopCost: mapping.hopCost, fewestHops: mapping.fewestHops, passes: passes.map(({ name, lossless, notes }) => ({ name, lossless, notes })) };
  if (json) process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
  else {
    const candidates = Object.entries(residual.flitLinks).map(([name, links]) => `${name} ${Math.round(links)}`).join(', ');
    process.stdout.write(`${passes.map(({ name, lossless, notes }) => `  ${name.padEnd(15)} ${lossless.padEnd(9)} ${notes.join('\n'.padEnd(28))}`).join('\n')}\n`
      + `wrote ${figures.layout} (${figures.bytes} bytes): ${figures.cores} cores (at least ${figures.fewestCores} needed), ${figures.stages} stages, ${figures.routes} routes\n`
      + (residual.used === 'none' ? '' : `spike residual: ${residual.used} (expected flit-links per sample at a 10 % firing rate: ${candidates})\n`));
  }
  return exits.ok;
}
