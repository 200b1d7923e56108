// synfire conform: conformance cases, of networks and of single operators, through importer, float64, integers and chips.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { succeed } from '../../targets/contract/fault.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { loadTarget } from '../../targets/load.ts';
import type { AttentionOrder } from '../../compiler/passes/pass.ts';
import { attentionOrders } from '../../compiler/passes/pass.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import type { CompileOptions } from '../../compiler/pipeline.ts';
import { loadCase } from '../conform/case.ts';
import type { CaseResult } from '../conform/run-case.ts';
import { runCase } from '../conform/run-case.ts';
import { loadOperator } from '../conform/ops/load-op.ts';
import { runOperator } from '../conform/ops/run-op.ts';
import { caseJson, caseText, summaryText } from '../conform/case-text.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { optionMissing, optionWrong } from '../faults.ts';
import { exitOf, printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { printFaults, wantsColor } from '../console/print-faults.ts';

export async function conform(cases: readonly string[], raw: RawOptions): Promise<number> {
  const reader = new OptionReader(raw), json = reader.flag('json'), residual = reader.word('residual', 'auto', ['auto', ...residuals]), attention = reader.word('attention', 'kv', attentionOrders), arch = reader.text('arch');
  // "conform --target mesh45 CASE" reads the case as another target: a folder is never a chip.
  const named = reader.texts('target').flatMap((text) => (isFolder(text) ? [text] : text.split(','))), folders = [...cases, ...named.filter(isFolder)];
  const targets: Target[] = [], faults: Fault[] = [...reader.faults,
    ...(folders.length === 0 ? [optionMissing('CASE_DIR', 'a folder with arch.json, model.pth, input.npy and golden.npz, or with case.json and data.npz')] : [])];
  const chips = new Set(named.filter((one) => !isFolder(one)));
  for (const name of chips.size > 0 ? chips : ['mesh45']) { const target = loadTarget(name); if (target.ok) targets.push(target.value); else faults.push(...target.faults); }
  if (arch !== undefined && folders.length > 1) faults.push(optionWrong('--arch', 'one case, whose network it describes', `${folders.length} cases`));
  if (faults.length) return refuse(faults, json);

  const results: CaseResult[] = [], color = wantsColor(process.stdout);
  let unloaded = 0;
  for (const folder of folders) {
    const result = runFolder(folder, arch, targets, residual, attention);
    printFaults(result.ok ? result.warnings : result.faults);
    if (!result.ok) { faults.push(...result.faults); unloaded++; continue; }
    results.push(...result.value);
    if (!json) for (const one of result.value) process.stdout.write(caseText(one, color));
  }
  if (json) printJson({ schemaVersion: 1, cases: results.map(caseJson), faults });
  else process.stdout.write(summaryText(results, results.length + unloaded, color));
  const failed = results.filter(({ passed }) => !passed);
  return failed.some(({ refused }) => !refused) ? exits.gate : faults.length ? exitOf(faults) : failed.length ? exits.compile : exits.ok;
}

/** A network (twice, where it learns: its samples one by one, and as a sequence), or a single operator where the folder has a case.json. Faults: the case cannot be loaded. */
function runFolder(folder: string, arch: string | undefined, targets: readonly Target[], residual: CompileOptions['residual'], attention: AttentionOrder): Outcome<readonly CaseResult[]> {
  if (existsSync(join(folder, 'case.json'))) {
    const operator = loadOperator(folder);
    return operator.ok ? succeed([runOperator(operator.value, targets, residual)], operator.warnings) : operator;
  }
  const golden = loadCase(folder, arch);
  if (!golden.ok) return golden;
  const { sequence } = golden.value;
  try { return succeed([golden.value, ...(sequence ? [sequence] : [])].map((one) => runCase(one, targets, residual, attention)), golden.warnings); } finally { golden.value.inputs.close(); }
}

function isFolder(path: string): boolean {
  try { return statSync(path).isDirectory(); } catch { return false; }
}
