// How a command ends: its exit code, or two lines for a mistake of ours.
import { exits } from './exits.ts';
import { ourMistake } from './faults.ts';
import { refuse } from './outcome.ts';

/** Tells of a bug without its stack (SYNFIRE_TRACE=1 shows it) and gives the exit code. */
export function confess(error: unknown, json: boolean): number {
  refuse([ourMistake(error)], json);
  if (process.env['SYNFIRE_TRACE'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exits.internal;
}

/**
 * Runs a command; its result is the exit code.
 * @param json whether the caller reads one JSON document on stdout, faults included
 */
export async function run(command: () => Promise<number>, json = false): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.exitCode = confess(error, json);
  }
}
