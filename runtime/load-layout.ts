// A layout file: untrusted input, decoded, its target read, the whole verified before anything runs.
import type { Target } from '../targets/contract/arch.ts';
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Program } from '../targets/contract/program.ts';
import { verifyProgram } from '../targets/contract/verify/verify.ts';
import { decodeProgram } from '../targets/contract/wire.ts';
import { readTarget } from '../targets/language/read.ts';
import { readLayoutBytes } from './files.ts';
import { targetHashWrong } from './faults.ts';

/** Faults: C1001 to C1003, R0109 for the file; those of decodeProgram, readTarget and verifyProgram for what is in it; R0108 for a target text that was changed. */
export function loadLayout(file: string): Outcome<{ program: Program; target: Target; bytes: Uint8Array }> {
  const bytes = readLayoutBytes(file);
  if (!bytes.ok) return bytes;
  const program = decodeProgram(bytes.value, file);
  if (!program.ok) return program;
  const target = readTarget(program.value.target.text, `${file} (target)`, () => undefined);
  if (!target.ok) return target;
  if (target.value.hash !== program.value.target.hash) return fail(targetHashWrong(file));
  const wrong = verifyProgram(program.value, target.value.arch);
  return wrong.length ? fail(...wrong) : succeed({ program: program.value, target: target.value, bytes: bytes.value }, [...program.warnings, ...target.warnings]);
}
