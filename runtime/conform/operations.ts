// sops.json: synaptic operations of a case, one operation per unit of an integer input.
import { existsSync } from 'node:fs';
import { readDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { operationsWrong } from './faults.ts';

/** unary: operations of each sample, of a layer with spike input or of one half of an attention product (`<attention>.kv`, `<attention>.q_apply`). */
export type Operations = Readonly<{ name: string; unary: readonly number[] }>;

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Layers with pixel or real input give dense counts for information and are left out. Without a file there is nothing to compare.
 * Faults: those of `readDescriptor`; R2007.
 */
export function readOperations(file: string, samples: number): Outcome<readonly Operations[]> {
  if (!existsSync(file)) return succeed([]);
  const read = readDescriptor(file);
  if (!read.ok) return read;
  const { layers, attention = {} } = isFields(read.value) ? read.value : {}, faults: Fault[] = [];
  const counts = (name: string, unary: unknown): Operations[] => {
    // A layer that is counted in folded form is called `<layer> (folded 3x3)`.
    if (Array.isArray(unary) && unary.length === samples && unary.every((count) => Number.isSafeInteger(count) && count >= 0)) return [{ name: name.replace(/ \(folded [^)]*\)$/, ''), unary }];
    faults.push(operationsWrong(file, name, `${samples} counts, one per sample`));
    return [];
  };
  if (!isFields(layers)) faults.push(operationsWrong(file, 'layers', 'a table of layers'));
  if (!isFields(attention)) faults.push(operationsWrong(file, 'attention', 'a table of products'));
  const found = [
    ...Object.entries(isFields(layers) ? layers : {}).flatMap(([name, entry]) => (isFields(entry) && /^(binary|graded)\b/.test(String(entry.input)) ? counts(name,
      entry.sop_unary) : [])),
    ...Object.entries(isFields(attention) ? attention : {}).flatMap(([name, unary]) => counts(name, unary)),
  ];
  return faults.length > 0 ? fail(...faults) : succeed(found);
}
