// synfire compile: checkpoint, or network in text form -> layout file.
import { loadModel } from '../load-model.ts';
import { compileModel } from '../run.ts';
import type { RawOptions } from '../options.ts';
import { compilerOptions, OptionReader, targetOf } from '../options.ts';
import { printFaults } from '../console/print-faults.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { claimFile, writeOut } from '../files.ts';
import { savedText } from '../report/saved.ts';
import { emitPass } from './emit-pass.ts';
import { named } from './finish-run.ts';

export async function compile(modelFile: string, raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), options = compilerOptions(reader), pass = reader.text('emit'),
    output = reader.text('output') ?? 'layout.synfire';
  const arch = reader.text('arch'), weights = reader.text('weights');
  const target = targetOf(reader, reader.text('target')), model = loadModel(modelFile, arch, weights, reader.text('plasticity'));
  const faults = [...reader.faults, ...(target.ok ? [] : target.faults), ...(model.ok ? [] : model.faults)];
  if (faults.length || !target.ok || !model.ok) return refuse(faults, json);
  printFaults([...target.warnings, ...model.warnings]);
  if (pass !== undefined) return emitPass(model.value, target.value, options, pass, json);
  const unwritable = claimFile(output, '--output', named([modelFile, arch, weights]));
  if (unwritable.length) return refuse(unwritable, json);
  const subject = compileModel(model.value, target.value, options);
  if (!subject.ok) return refuse(subject.faults, json);
  const { compiled, bytes, program } = subject.value, written = writeOut(output, bytes);
  if (!written.ok) return refuse(written.faults, json);
  printFaults(subject.warnings);
  const { mapping, residual, passes } = compiled!;
  const figures = { schemaVersion: 1, layout: written.value, bytes: bytes.length, target: target.value.arch.name, cores: mapping.cores, fewestCores: mapping.fewestCores,
    stages: program.stages.length, routes: program.routes.length, residual: residual.used, residualFlitLinks: residual.flitLinks,
    hopCost: mapping.hopCost, fewestHops: mapping.fewestHops, passes: passes.map(({ name, lossless, notes, saved }) => ({ name, lossless, notes, saved })) };
  if (json) printJson(figures);
  else {
    const candidates = Object.entries(residual.flitLinks).map(([name, links]) => `${name} ${Math.round(links)}`).join(', ');
    process.stdout.write(`${passes.map(({ name, lossless, notes, saved }) => `  ${name.padEnd(15)} ${lossless.padEnd(9)} ${[...notes, ...savedText(saved)].join('\n'.padEnd(29))}`).join('\n')}\n`
      + `wrote ${figures.layout} (${figures.bytes} bytes): ${figures.cores} cores (at least ${figures.fewestCores} needed), ${figures.stages} stages, ${figures.routes} routes\n`
      + (residual.used === 'none' ? '' : `spike residual: ${residual.used} (expected flit-links per sample at a 10 % firing rate: ${candidates})\n`));
  }
  return exits.ok;
}
