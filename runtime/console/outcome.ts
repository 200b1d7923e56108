// Faults of a command and the exit code that follows from them.
import type { Fault } from '../../targets/contract/fault.ts';
import { exits } from './exits.ts';
import { distinct, printFaults } from './print-faults.ts';

/** Passes, lowering, mapping, simulator, and a program that breaks a rule (one that cannot even be decoded is bad input). */
const doesNotFit = ({ code, at }: Fault): boolean => /^(C[34]|T2[1-9]|T201)/.test(code) || (code.startsWith('S') && at?.in !== 'option');
const isOurs = ({ code }: Fault): boolean => code === 'R0100' || code === 'R0106';

/** What does not compile or fit exits 3; files that cannot be written exit 1; everything else a user gave wrong exits 2. Warnings have no say. */
export function exitOf(faults: readonly Fault[]): number {
  const errors = faults.filter(({ severity }) => severity === 'error');
  return errors.some(doesNotFit) ? exits.compile : errors.every(isOurs) ? exits.internal : exits.usage;
}

/** Prints the faults, each once (as JSON on stdout too where the caller asked for JSON), and gives the exit code. */
export function refuse(faults: readonly Fault[], json: boolean): number {
  const told = distinct(faults);
  printFaults(told);
  if (json) printJson({ schemaVersion: 1, faults: told });
  return exitOf(told);
}

let hasAnswered = false;
/** The one document that --json promises: what goes wrong after it is told on stderr alone. */
export function printDocument(text: string): void {
  if (!hasAnswered) process.stdout.write(text);
  hasAnswered = true;
}
export const printJson = (document: object): void => { printDocument(`${JSON.stringify(document, undefined, 2)}\n`); };
