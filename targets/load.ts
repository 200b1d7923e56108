// A target by the name of a shipped chip or by the path of a file.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Target } from './contract/arch.ts';
import type { Outcome } from './contract/fault.ts';
import { fail, succeed } from './contract/fault.ts';
import { shippedChips } from './index.ts';
import { fileTooLarge, fileUnreadable, unknownTarget } from './language/faults.ts';
import { longestChip } from './language/layers.ts';
import { nearest } from './contract/nearest.ts';
import { readTarget } from './language/read.ts';

const shippedNames: readonly string[] = Object.keys(shippedChips);
// By the package's own name, because the chip files stay in targets/ while this code runs from there or from dist/.
const shippedFile = (name: string): string => createRequire(import.meta.url).resolve(`synfire/targets/${name}.chip`);
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file', EACCES: 'permission denied', ENOTDIR: 'a part of its path is no folder', ENAMETOOLONG: 'its path is too long',
};

/** Text of a chip file. Faults: T1025 too large, T1026 unreadable. */
function readChip(file: string): Outcome<string> {
  try {
    const found = statSync(file);
    if (!found.isFile()) return fail(fileUnreadable(file, 'it is no file'));
    if (found.size > 4 * longestChip) return fail(fileTooLarge(file, found.size, longestChip));
    return succeed(readFileSync(file, 'utf8'));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(fileUnreadable(file, reasons[code] ?? code));
  }
}

/**
 * Target of a shipped chip (`mesh45`) or of a chip file. `from` in a file names a shipped chip or a file NAME.chip beside it.
 * Faults: T1025 to T1027 for the file, and those of `readTarget` for what is in it.
 */
export function loadTarget(nameOrFile: string): Outcome<Target> {
  const shipped = shippedNames.includes(nameOrFile), isPath = nameOrFile.endsWith('.chip') || /[\\/]/.test(nameOrFile);
  if (!shipped && !isPath && !existsSync(nameOrFile)) return fail(unknownTarget(nameOrFile, nearest(nameOrFile, shippedNames), shippedNames));
  const text = readChip(shipped ? shippedFile(nameOrFile) : nameOrFile);
  if (!text.ok) return text;
  const load = (name: string): string | undefined => {
    const base = readChip(shippedNames.includes(name) ? shippedFile(name) : join(dirname(nameOrFile), `${name}.chip`));
    return base.ok ? base.value : undefined;
  };
  return readTarget(text.value, shipped ? `${nameOrFile}.chip` : nameOrFile, load, shippedNames);
}
