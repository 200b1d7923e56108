// Which file of a case folder is its checkpoint: `checkpoint.file` of the descriptor, else model.pth.
import { basename } from 'node:path';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { tableWrong } from './faults.ts';

const fields = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? value as Readonly<Record<string, unknown>> : {});

/** A plain file name. Fault: R2001, a path or something else that names no file of the folder. */
export function checkpointFile(descriptor: unknown, archFile: string): Outcome<string> {
  const { file = 'model.pth' } = fields(fields(descriptor)['checkpoint']);
  if (typeof file === 'string' && file !== '' && file !== '..' && file !== '.' && basename(file) === file && !/[\\\0]/.test(file)) return succeed(file);
  return fail(tableWrong(archFile, 'checkpoint.file', 'the name of a file of this folder', file));
}
