// Arrays beside a checkpoint: class rows made by a text tower.
import { join } from 'node:path';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { readArray } from '../files/array-file.ts';
import type { Tensor } from '../ir/types.ts';
import { sideFileDamaged, sideFileWrong } from './faults.ts';
import type { Part } from './layers.ts';

/** Values of the file parts, by their names. Faults: those of `readArray`; C2027 another shape, C2028 not finite; of all files at once. */
export function readSideFiles(parts: readonly Part[], folder: string): Outcome<ReadonlyMap<string, Tensor>> {
  const values = new Map<string, Tensor>(), faults: Fault[] = [];
  for (const part of parts) {
    if (part.take !== 'file') continue;
    const file = join(folder, part.path), rows = readRows(file);
    if (!rows.ok) faults.push(...rows.faults);
    else if (part.shape && String(rows.value.shape) !== String(part.shape)) faults.push(sideFileWrong(file, part.shape, rows.value.shape));
    else values.set(part.name, rows.value);
  }
  return faults.length > 0 ? fail(...faults) : succeed(values);
}

/** An array of finite numbers. Faults: those of `readArray`; C2028. */
export function readRows(file: string): Outcome<Tensor> {
  const read = readArray(file);
  if (!read.ok) return read;
  const data = Float64Array.from(read.value.data), damaged = data.findIndex((value) => !Number.isFinite(value));
  return damaged >= 0 ? fail(sideFileDamaged(file, damaged, data[damaged])) : succeed({ shape: read.value.shape, data });
}
