// synfire conform: conformance cases through importer, float64, integers and chips.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { loadTarget } from '../../targets/load.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import { loadCase } from '../conform/case.ts';
import type { CaseResult } from '../conform/run-case.ts';
import { runCase } from '../conform/run-case.ts';
import { caseJson, caseText, summaryText } from '../conform/case-text.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';
import { printFaults, wantsColor } from '../console/print-faults.ts';

export async function conform(folders: readonly string[], raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), residual = reader.word('residual', 'auto', ['auto', ...residuals]), names = Array.isArray(raw['target']) ? raw['target'] : ['mesh45'];
  const targets: Target[] = [], faults: Fault[] = [...reader.faults];
  for (const name of names.flatMap((text) => text.split(','))) { const target = loadTarget(name); if (target.ok) targets.push(target.value); else faults.push(...target.faults); }
  if (faults.length) return refuse(faults, json);

  const results: CaseResult[] = [], color = wantsColor(process.stdout);
  for (const folder of folders) {
    const golden = loadCase(folder);
    if (!golden.ok) { printFaults(golden.faults); faults.push(...golden.faults); continue; }
    printFaults(golden.warnings);
    try {
      const result = runCase(golden.value, targets, residual);
      results.push(result);
      if (!json) process.stdout.write(caseText(result, color));
    } finally { golden.value.inputs.close(); }
  }
  if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, cases: results.map(caseJson), faults }, undefined, 2)}\n`);
  else process.stdout.write(summaryText(results, folders.length, color));
  const failed = results.filter(({ passed }) => !passed), onlyRefused = failed.every(({ failures }) => failures.every((failure) => failure.includes(': refused: ')));
  return faults.length ? exits.usage : failed.length === 0 ? exits.ok : onlyRefused ? exits.compile : exits.gate;
}
