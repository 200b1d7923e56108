// Bytes with random access, from a file that is never read whole or from memory.
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { cannotOpen, fileTooLarge, shortRead } from './faults.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { attempt, refuse } from './refusal.ts';
import type { Outcome } from '../../targets/contract/fault.ts';

/** `read` gives exactly `length` bytes; a file that shrank or failed meanwhile is refused. `close` may be called twice. */
export type ByteSource = Readonly<{ file: string; size: number; read(at: number, length: number): Uint8Array; close(): void }>;

export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    file: name, size: bytes.length, close: () => undefined,
    read: (at, length) => (at + length <= bytes.length ? bytes.subarray(at, at + length) : refuse(shortRead(name, at, length, bytes.length - at))),
  };
}

/**
 * Opens a regular file for random access.
 * Faults: C1001 missing, unreadable or not a regular file; C1003 larger than the cap.
 */
export const openFile = (path: string, limits: Partial<Limits> = {}): Outcome<ByteSource> => attempt(() => fileSource(path, { ...defaultLimits, ...limits }));

export function fileSource(path: string, { fileBytes }: Limits): ByteSource {
  let descriptor = -1;
  let size = 0;
  try {
    // Asked before opening: opening a pipe would wait for a writer.
    if (!statSync(path).isFile()) refuse(cannotOpen(path, 'it is not a regular file'));
    descriptor = openSync(path, 'r');
    size = fstatSync(descriptor).size;
  } catch (caught) {
    refuse(cannotOpen(path, systemReason(caught)));
  }
  if (size > fileBytes) {
    closeSync(descriptor);
    refuse(fileTooLarge(path, size, fileBytes));
  }
  return {
    file: path, size,
    read(at, length) {
      if (at + length > size) refuse(shortRead(path, at, length, size - at));
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const got = readPiece(path, descriptor, bytes, done, at + done);
        if (got === 0) refuse(shortRead(path, at, length, done));
        done += got;
      }
      return bytes;
    },
    close() {
      if (descriptor >= 0) closeSync(descriptor);
      descriptor = -1;
    },
  };
}

/** SHA-256 of all bytes, read piece by piece. */
export function digest(source: ByteSource): string {
  const hash = createHash('sha256');
  const piece = 2 ** 20;
  for (let at = 0; at < source.size; at += piece) hash.update(source.read(at, Math.min(piece, source.size - at)));
  return hash.digest('hex');
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readPiece(path: string, descriptor: number, into: Uint8Array, offset: number, position: number): number {
  try {
    return readSync(descriptor, into, offset, Math.min(into.length - offset, 2 ** 30), position);
  } catch (caught) {
    return refuse(cannotOpen(path, systemReason(caught)));
  }
}

function systemReason(caught: unknown): string {
  const code = caught instanceof Error && 'code' in caught ? caught.code : undefined;
  if (typeof code !== 'string') throw caught;
  const known: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EACCES: 'permission denied', ENOTDIR: 'a part of the path is not a folder',
    ELOOP: 'its links lead in a circle', ENAMETOOLONG: 'its path is too long' };
  return known[code] ?? code;
}
