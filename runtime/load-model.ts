// A model from its two files: the checkpoint and the descriptor that says what a checkpoint does not.
import { readCheckpoint } from '../compiler/files/checkpoint.ts';
import type { Imported } from '../compiler/frontend/import-model.ts';
import { importModel } from '../compiler/frontend/import-model.ts';
import { parseDescriptor, readDescriptor } from '../compiler/frontend/read-descriptor.ts';
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';

export type LoadedModel = Imported & Readonly<{ name: string; sha256: string }>;

/** Faults of both files are gathered: a user sees what is wrong with the descriptor and with the checkpoint at once. */
export function loadModel(modelFile: string, archFile: string): Outcome<LoadedModel> {
  const checkpoint = readCheckpoint(modelFile), descriptor = readDescriptor(archFile);
  if (!descriptor.ok) return fail(...(checkpoint.ok ? [] : checkpoint.faults), ...descriptor.faults);
  if (!checkpoint.ok) {
    const parsed = parseDescriptor(descriptor.value, archFile);
    return fail(...checkpoint.faults, ...(parsed.ok ? [] : parsed.faults));
  }
  const imported = importModel(checkpoint.value, descriptor.value, archFile);
  if (!imported.ok) return imported;
  return succeed({ ...imported.value, name: imported.value.graph.name, sha256: checkpoint.value.sha256 }, [...checkpoint.warnings, ...imported.warnings]);
}
