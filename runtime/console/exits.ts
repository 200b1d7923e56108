// Exit codes of every command.

/**
 * One meaning each. internal: a bug of ours or a file that cannot be written; usage: what a user gave is wrong; compile: it does not compile or fit; gate: a comparison failed;
 * unfit: of `check`, which tells the two apart: it compiles, but does not fit.
 */
export const exits = { ok: 0, internal: 1, usage: 2, compile: 3, gate: 4, unfit: 5, interrupted: 130 } as const;
