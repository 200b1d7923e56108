// A model from its two files: the checkpoint and the descriptor that says what a checkpoint does not.
import { readCheckpoint } from '../compiler/files/checkpoint.ts';
import type { Imported } from '../compiler/frontend/import-model.ts';
import { importModel } from '../compiler/frontend/import-model.ts';
import type { Fault, Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import { readJson } from './files.ts';

export type LoadedModel = Imported & Readonly<{ name: string; sha256: string }>;

/** Faults of both files are gathered: a user sees what is wrong with the descriptor and with the checkpoint at once. */
export function loadModel(modelFile: string, archFile: string): Outcome<LoadedModel> {
  const checkpoint = readCheckpoint(modelFile), descriptor = readJson(archFile), faults: Fault[] = [];
  if (!checkpoint.ok) faults.push(...checkpoint.faults);
  if (!descriptor.ok) faults.push(...descriptor.faults);
  if (!checkpoint.ok || !descriptor.ok) return fail(...faults);
  const imported = importModel(checkpoint.value, descriptor.value, archFile);
  if (!imported.ok) return imported;
  return succeed({ ...imported.value, name: imported.value.graph.name, sha256: checkpoint.value.sha256 }, [...checkpoint.warnings, ...imported.warnings]);
}
