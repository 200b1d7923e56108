// Faults of the console itself: R0004 for a command line that cannot be read, R0100 for a mistake of ours.
import type { Fault } from '../../targets/contract/fault.ts';

/** @param came what the reader of the command line says, on one or two lines; the second is a suggestion */
export function commandLineWrong(command: string, came: string): Fault {
  const [message, suggestion] = came.replace(/^error: /, '').split('\n');
  return { code: 'R0004', severity: 'error', message, hint: suggestion ? suggestion.replace(/^\((.*)\)$/, '$1') : `${command} --help shows options and examples` };
}
export const ourMistake = (error: unknown): Fault => ({ code: 'R0100', severity: 'error', message: `internal error: ${error instanceof Error ? error.message : String(error)}`,
  hint: 'this is a bug of synfire: SYNFIRE_TRACE=1 shows where; please report it' });
