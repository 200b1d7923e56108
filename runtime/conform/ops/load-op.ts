// A folder with case.json as runs of our operators held to its arrays.
import { attempt, refuse } from '../../../compiler/files/refusal.ts';
import { succeed } from '../../../targets/contract/fault.ts';
import type { Outcome } from '../../../targets/contract/fault.ts';
import { opUnknown } from './faults.ts';
import type { Held } from '../held.ts';
import { opCases } from './index.ts';
import { readOpFile } from './op-file.ts';

/** `name`: the last two folder names. */
export type OperatorCase = Readonly<{ name: string; op: string; parts: readonly Held[] }>;

/** Faults: those of `readOpFile`; R2021 a parameter that is nowhere stated, R2022 an operator without a declaration, R2003 and R2004 arrays that do not fit it. */
export function loadOperator(folder: string): Outcome<OperatorCase> {
  const file = readOpFile(folder);
  if (!file.ok) return file;
  const { name, op, caseFile } = file.value, declared = opCases.find((one) => one.op === op);
  const parts = attempt(() => declared?.parts(file.value) ?? refuse(opUnknown(caseFile, op, opCases.map((one) => one.op))));
  return parts.ok ? succeed({ name, op, parts: parts.value }) : parts;
}
