// How a command ends: its exit code, or one line for a mistake of ours.

/** Exit codes, one meaning each. */
export const exits = { ok: 0, internal: 1, usage: 2, compile: 3, gate: 4, interrupted: 130 } as const;

/** Runs a command; its result is the exit code. */
export async function run(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    process.stderr.write(`internal error: ${error instanceof Error ? error.message : String(error)}\n  This is a bug of synfire. SYNFIRE_TRACE=1 shows where; please report it.\n`);
    if (process.env['SYNFIRE_TRACE'] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    process.exitCode = exits.internal;
  }
}
