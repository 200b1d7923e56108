// Reading and writing files with faults instead of exceptions.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import { fileUnreadable, fileUnwritable, jsonWrong, tooLarge } from './faults.ts';

const descriptorLimit = 64 * 2 ** 20, programLimit = 2 ** 31 - 1;

const reasonOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error));

function readLimited(file: string, limit: number): Outcome<Buffer> {
  try {
    const { size } = statSync(file);
    return size > limit ? fail(tooLarge(file, size, limit)) : succeed(readFileSync(file));
  } catch (error) { return fail(fileUnreadable(file, reasonOf(error))); }
}

/** Bytes of a program file. Faults: R0101, R0107. */
export const readProgramBytes = (file: string): Outcome<Uint8Array> => readLimited(file, programLimit);

/** A parsed JSON file. Faults: R0101, R0102 with line and column, R0107. */
export function readJson(file: string): Outcome<unknown> {
  const bytes = readLimited(file, descriptorLimit);
  if (!bytes.ok) return bytes;
  const text = bytes.value.toString('utf8');
  try { return succeed(JSON.parse(text)); } catch (error) {
    const message = error instanceof Error ? error.message : String(error), at = Number(/position (\d+)/.exec(message)?.[1] ?? text.length), before = text.slice(0, at).split('\n');
    return fail(jsonWrong(file, before.length, before.at(-1)!.length + 1, message));
  }
}

/** A text file, UTF-8. Faults: R0101, R0107. */
export function readText(file: string): Outcome<string> {
  const bytes = readLimited(file, descriptorLimit);
  return bytes.ok ? succeed(bytes.value.toString('utf8')) : bytes;
}

/** Writes a file, making its folder. Faults: R0106. */
export function writeOut(file: string, content: string | Uint8Array): Outcome<string> {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return succeed(file);
  } catch (error) { return fail(fileUnwritable(file, reasonOf(error))); }
}
