// synfire describe: a descriptor for a checkpoint that has none.
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import { propose } from '../../compiler/frontend/propose.ts';
import type { Said } from '../../compiler/frontend/said.ts';
import { exits } from '../console/exits.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { printFaults } from '../console/print-faults.ts';
import { describeText, whyText } from '../describe-text.ts';
import { optionMissing, optionWrong } from '../faults.ts';
import { claimFile, writeOut } from '../files.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import type { Fault } from '../../targets/contract/fault.ts';

/** @param words the model, and every key of a descriptor as an option: `--T 4`, `--attention.scale=0.125`, `--set T=4` */
export async function describe(words: readonly string[], raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), output = reader.text('output'), { models, said, faults } = readWords(words, reader.texts('set'));
  const [model] = models;
  if (models.length !== 1) faults.push(model === undefined ? optionMissing('MODEL', 'the checkpoint to describe') : optionWrong('MODEL', 'one file', models.join(' ')));
  if (faults.length > 0) return refuse(faults, json);
  const unwritable = output === undefined ? [] : claimFile(output, '--output', [model]), checkpoint = readCheckpoint(model);
  if (!checkpoint.ok || unwritable.length > 0) return refuse([...unwritable, ...(checkpoint.ok ? [] : checkpoint.faults)], json);
  const proposed = propose(checkpoint.value, said, reader.text('family'));
  if (!proposed.ok) return refuse(proposed.faults, json);
  const proposal = proposed.value, { fit, others, descriptor, items, asked, optional } = proposal, open = proposal.faults.filter(({ code }) => code !== 'C2084');
  // Without a file to write, what is still asked for is an answer; what is wrong is not.
  if (open.length > 0 || (output !== undefined && proposal.faults.length > 0)) {
    if (!json) process.stdout.write(describeText(proposal, model));
    return refuse(proposal.faults, json);
  }
  printFaults([...checkpoint.warnings, ...proposal.warnings]);
  const written = output === undefined ? undefined : writeOut(output, `${JSON.stringify(descriptor, undefined, 2)}\n`);
  if (written?.ok === false) return refuse(written.faults, json);
  if (json) printJson({ schemaVersion: 1, model, family: fit.family.name, why: whyText(proposal), others: others.map(({ family }) => family.name), values: items, asked, optional, descriptor, ...(written ? { written: written.value } : {}) });
  else process.stdout.write(`${describeText(proposal, model)}${written ? `\nwrote ${written.value}: synfire run ${model} --arch ${written.value} --data FILE\n` : ''}`);
  return exits.ok;
}

function readWords(words: readonly string[], sets: readonly string[]): Readonly<{ models: readonly string[]; said: readonly Said[]; faults: Fault[] }> {
  const models: string[] = [], said: Said[] = [], faults: Fault[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i], [, key, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (key === undefined) { models.push(word); continue; }
    const text = inline ?? words[++i];
    if (text === undefined) faults.push(optionWrong(`--${key}`, 'a value behind it', ''));
    else said.push({ option: `--${key}`, key, text });
  }
  for (const set of sets) {
    const [, key, text] = /^([^=]+)=(.*)$/s.exec(set) ?? [];
    if (key === undefined) faults.push(optionWrong('--set', 'KEY=VALUE', set));
    else said.push({ option: `--set ${key}`, key, text });
  }
  return { models, said, faults };
}
