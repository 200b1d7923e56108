// Faults of a command and the exit code that follows from them.
import type { Fault } from '../../targets/contract/fault.ts';
import { exits } from './execute.ts';
import { printFaults } from './print-faults.ts';

/** What does not compile or fit (passes, lowering, mapping, program) exits 3; files that cannot be read or written exit 1; everything else a user gave wrong exits 2. */
export const exitOf = (faults: readonly Fault[]): number =>
  faults.some(({ code }) => /^(C[34]|T2|S)/.test(code)) ? exits.compile : faults.every(({ code }) => code === 'R0106') ? exits.internal : exits.usage;

/** Prints the faults (as JSON on stdout where the caller asked for JSON) and gives the exit code. */
export function refuse(faults: readonly Fault[], json: boolean): number {
  printFaults(faults);
  if (json) process.stdout.write(`${JSON.stringify({ schemaVersion: 1, faults }, undefined, 2)}\n`);
  return exitOf(faults);
}
