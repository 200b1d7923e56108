// Where the shared models, data and conformance cases lie, if they do.
import { existsSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const sharedFolder = fileURLToPath(new URL('../../../shared', import.meta.url));
export const isShared = existsSync(sharedFolder);
if (!isShared) console.warn(`SKIPPED: no shared files at ${sharedFolder}; the tests that read them do not run`);

/** Paths below the shared folder that end so, sorted, with forward slashes. */
export function sharedFiles(ending: string): string[] {
  if (!isShared) return [];
  return readdirSync(sharedFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(sharedFolder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
}
export const sharedPath = (name: string): string => join(sharedFolder, name);
