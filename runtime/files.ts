// Layout files read, results written, with faults instead of exceptions.
import { accessSync, constants, existsSync, mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { attempt } from '../compiler/files/refusal.ts';
import { openFile } from '../compiler/files/source.ts';
import type { Fault, Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import { fileUnwritable, isCheckpoint, isNetwork, wouldOverwrite } from './faults.ts';

/** Weights stand in a layout once, a byte each: half a gigabyte is a network far beyond the largest Spikformer. */
const layoutLimit = 2 ** 29;
/** The head of a file that must show what it is; a longer comment hides it. */
const headBytes = 2 ** 16;
/** A network whose constants all stand in its text: 2^24 values are 180 MB of base64. */
const networkLimit = 2 ** 28;
/** A list of names, one per line. */
const textLimit = 2 ** 22;

/** Bytes of a layout file. Faults: C1001 to C1003; R0109 for a checkpoint, R0120 for a network in text form. */
export function readLayoutBytes(file: string): Outcome<Uint8Array> {
  const bytes = readBytes(file, layoutLimit);
  if (bytes.ok && bytes.value[0] === 0x50 && bytes.value[1] === 0x4b) return fail(isCheckpoint(file));
  return bytes.ok && startsNetwork(bytes.value.subarray(0, headBytes)) ? fail(isNetwork(file)) : bytes;
}

function readBytes(file: string, limit: number): Outcome<Uint8Array> {
  const opened = openFile(file, { fileBytes: limit });
  if (!opened.ok) return opened;
  const source = opened.value;
  try { return attempt(() => source.read(0, source.size)); } finally { source.close(); }
}

/** Whether a file is there and can be opened, for the files that are read only after minutes of work. Faults: C1001, C1003. */
export function checkReadable(file: string): readonly Fault[] {
  const opened = openFile(file);
  if (!opened.ok) return opened.faults;
  opened.value.close();
  return [];
}

const reasons: Readonly<Record<string, string>> = { EACCES: 'permission denied', EPERM: 'permission denied', EROFS: 'the file system is read-only', ENOSPC: 'no space is left',
  EISDIR: 'it is a folder', ENOTDIR: 'a part of its path is not a folder', EEXIST: 'a part of its path is not a folder', ENOENT: 'a part of its path is missing',
  ELOOP: 'its links lead in a circle', ENAMETOOLONG: 'its path is too long' };

/** The reason of a file system's refusal; anything else is a bug and is thrown on. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) throw error;
  return reasons[error.code] ?? error.code;
}

/** Folder by folder: mkdirSync's own recursion never ends in a file system that refuses new folders as missing, such as /proc. */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const each of missing) mkdirSync(each);
}

/**
 * Makes the folder of a result and makes sure, before the work begins, that the result can be written and overwrites no input.
 * @param option the option that named it
 * Faults: R0005, R0106.
 */
export function claimFile(file: string, option: string, inputs: readonly string[]): readonly Fault[] {
  try {
    makeFolder(dirname(file));
    if (!statSync(dirname(file)).isDirectory()) return [fileUnwritable(file, reasons['ENOTDIR'])];
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory()) return [fileUnwritable(file, 'it is a folder')];
    accessSync(found ? file : dirname(file), constants.W_OK);
    return found && inputs.some((input) => real(input) === real(file)) ? [wouldOverwrite(option, file)] : [];
  } catch (error) { return [fileUnwritable(file, reasonOf(error))]; }
}

function real(file: string): string {
  try { return realpathSync(file); } catch { return resolve(file); }
}

/** Behind blanks and comments, the word that a network begins with. */
const startsNetwork = (head: Uint8Array): boolean => /^\ufeff?(?:\s|#[^\n]*(?:\n|$))*graph\s/.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(head));

/** Whether a file is a network in text form; a file that cannot be read is none, and its reader says why. */
export function isNetworkText(file: string): boolean {
  const opened = openFile(file);
  if (!opened.ok) return false;
  const source = opened.value, head = attempt(() => source.read(0, Math.min(headBytes, source.size)));
  source.close();
  return head.ok && startsNetwork(head.value);
}

/** Text of a network. Faults: C1001 to C1003. */
export function readNetworkText(file: string): Outcome<string> {
  const bytes = readBytes(file, networkLimit);
  return bytes.ok ? succeed(Buffer.from(bytes.value).toString('utf8')) : bytes;
}

/** A text file, UTF-8. Faults: C1001 to C1003. */
export function readText(file: string): Outcome<string> {
  const bytes = readBytes(file, textLimit);
  return bytes.ok ? succeed(Buffer.from(bytes.value).toString('utf8')) : bytes;
}

/** Writes a file, making its folder. Faults: R0106. */
export function writeOut(file: string, content: string | Uint8Array): Outcome<string> {
  try {
    makeFolder(dirname(file));
    writeFileSync(file, content);
    return succeed(file);
  } catch (error) { return fail(fileUnwritable(file, reasonOf(error))); }
}
