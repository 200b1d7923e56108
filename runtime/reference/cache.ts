// Float logits on disk, by content: who asks again for the same network, samples and engine does not pay again.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Graph } from '../../compiler/ir/types.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { cacheUnwritable } from './faults.ts';

/** Everything that decides a logit. samples: hash of the data file, so that its first hundred samples are found within its first thousand. engine: label with version. */
export type LogitsKey = Readonly<{ graph: string; model: string; samples: string; engine: string; batch: number }>;

// magic 8, key 32, classes 4, rows 4, logits 8 each, SHA-256 of all before 32
const magic = 'SYNFLOG1', headBytes = 48, digestBytes = 32, mostBytes = 2 ** 31 - 1;
const sha256 = (...parts: readonly (string | Uint8Array)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** SHA-256 of what a graph computes: operators, attributes, connections, every constant; not its name. */
export function graphDigest({ steps, nodes, outputs }: Graph): string {
  const hash = createHash('sha256').update(JSON.stringify([steps, outputs]));
  for (const { kind, attrs, inputs, params, type } of nodes) {
    hash.update(JSON.stringify([kind, attrs, inputs, type.grid, type.channels, type.time, type.domain]));
    for (const [name, { shape, data }] of Object.entries(params)) hash.update(JSON.stringify([name, shape])).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** $SYNFIRE_CACHE, else $XDG_CACHE_HOME/synfire, else ~/.cache/synfire; undefined where there is no home. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { SYNFIRE_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  if (own) return own;
  if (shared && isAbsolute(shared)) return join(shared, 'synfire');
  try { return join(homedir(), '.cache', 'synfire'); } catch { return undefined; }
}

const keyBytes = ({ graph, model, samples, engine, batch }: LogitsKey): Buffer => sha256(JSON.stringify([1, graph, model, samples, engine, batch]));
const fileOf = (folder: string, key: Buffer): string => join(folder, `logits-${key.toString('hex').slice(0, 32)}.bin`);

/** Logits that were kept, [rows, classes], from the first sample on; undefined where there are none, or where the file is damaged or not ours. */
export function readLogits(folder: string | undefined, logitsKey: LogitsKey, classes: number): Float64Array | undefined {
  if (folder === undefined) return undefined;
  const key = keyBytes(logitsKey), file = fileOf(folder, key);
  try {
    const { size } = statSync(file);
    if (size < headBytes + digestBytes || size > mostBytes) return undefined;
    const bytes = readFileSync(file), body = bytes.subarray(0, -digestBytes), rows = body.readUInt32LE(44);
    const isOurs = body.toString('latin1', 0, 8) === magic && body.subarray(8, 40).equals(key) && body.readUInt32LE(40) === classes && body.length === headBytes + rows * classes * 8;
    if (!isOurs || !sha256(body).equals(bytes.subarray(-digestBytes))) return undefined;
    return new Float64Array(Uint8Array.from(body.subarray(headBytes)).buffer);
  } catch {
    return undefined;  // absent or unreadable: the same as never written
  }
}

/** Keeps logits [rows, classes], all or nothing. Faults: the warning R3003; a run does not fail because it cannot be kept. */
export function writeLogits(folder: string | undefined, logitsKey: LogitsKey, classes: number, logits: Float64Array): Fault | undefined {
  if (folder === undefined) return cacheUnwritable('cache', 'there is no home folder');
  const key = keyBytes(logitsKey), head = Buffer.alloc(headBytes), file = fileOf(folder, key), draft = `${file}.${randomUUID()}.tmp`;
  head.write(magic, 'latin1');
  key.copy(head, 8);
  head.writeUInt32LE(classes, 40);
  head.writeUInt32LE(logits.length / classes, 44);
  const body = Buffer.concat([head, new Uint8Array(logits.buffer, logits.byteOffset, logits.byteLength)]);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(draft, Buffer.concat([body, sha256(body)]));
    renameSync(draft, file);
    return undefined;
  } catch (error) {
    try { rmSync(draft, { force: true }); } catch { /* the folder is not one */ }
    return cacheUnwritable(folder, error instanceof Error && 'code' in error ? String(error.code) : String(error));
  }
}
