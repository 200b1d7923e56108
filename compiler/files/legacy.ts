// Legacy PyTorch checkpoints (before torch 1.6): five pickles in a row, then the raw storages, one after the other.
import { elements } from './elements.ts';
import { bigEndianFile, legacyMalformed, legacyStorage } from './faults.ts';
import type { Limits } from './limits.ts';
import { describeValue, isKind } from './pickle-value.ts';
import type { PickleValue, StorageRef } from './pickle-value.ts';
import type { Unpickled } from './pickle.ts';
import { globalFaults, unpickle } from './pickle.ts';
import { refuse } from './refusal.ts';
import { viewOf } from './source.ts';
import type { ByteSource } from './source.ts';
import type { Storages, Stored } from './tensors.ts';

const magicBytes = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19], magicNumber = 0x1950a86a20f9469cfc6cn, protocol = 1001;

/** Whether a file begins with the pickled magic number, whatever the pickle protocol. */
export const isLegacy = (head: Uint8Array): boolean => magicBytes.every((byte, i) => head[i] === byte || (i === 1 && head[i] > 0 && head[i] < 6));

/** The pickled object, and where its storages lie: magic number, protocol version, byte order, the object, the keys of its storages; then a count and the elements of each. Source: checkpoints.md section 4. */
export function readLegacy(source: ByteSource, limits: Limits): Readonly<{ unpickled: Unpickled; storages: Storages }> {
  const { file } = source, head = source.read(0, Math.min(source.size, limits.pickleBytes)), wrong = (byte: number, what: string): never => refuse(legacyMalformed({ file, byte }, what));
  const header = (from: number): Unpickled => {
    const made = unpickle(head, { file }, limits, from);
    return made.refused.size > 0 ? refuse(...globalFaults(made.refused, { file })) : made;
  };
  const magic = header(0);
  if (magic.root !== magicNumber) wrong(0, `wanted the magic number, came ${describeValue(magic.root)}`);
  const version = header(magic.end);
  if (version.root !== protocol) wrong(magic.end, `wanted protocol version ${protocol}, came ${typeof version.root === 'number' ? version.root : describeValue(version.root)}`);
  const system = header(version.end), order = isKind(system.root, 'dict') ? system.root.entries.get('little_endian') : undefined;
  if (typeof order !== 'boolean') wrong(version.end, 'its third pickle names no byte order');
  if (order === false) refuse(bigEndianFile({ file, byte: version.end }, 'big'));
  const unpickled = unpickle(head, { file }, limits, system.end), keys = header(unpickled.end);
  return { unpickled, storages: locate(source, unpickled.storages, keysOf(keys.root) ?? wrong(unpickled.end, 'its fifth pickle is no list of storage keys'), keys.end) };
}

function keysOf(root: PickleValue): readonly string[] | undefined {
  const keys = isKind(root, 'sequence') ? root.items.filter((key) => typeof key === 'string') : [];
  return isKind(root, 'sequence') && keys.length === root.items.length ? keys : undefined;
}

/** Nothing is read here but the counts: every storage must have the size that the pickle gives it, and lie within the file. */
function locate(source: ByteSource, references: readonly StorageRef[], keys: readonly string[], from: number): Storages {
  const { file, size } = source, declared = new Map<string, StorageRef>(), stored = new Map<string, Stored>();
  for (const reference of references) {
    const known = declared.get(reference.key) ?? reference;
    if (known.type !== reference.type || known.numel !== reference.numel) refuse(legacyStorage({ file }, reference.key, `it is declared with ${known.numel} ${known.type} and with ${reference.numel} ${reference.type}`));
    declared.set(reference.key, known);
  }
  let at = from;
  for (const key of keys) {
    const spot = { file, byte: at }, reference = declared.get(key);
    if (reference === undefined || stored.has(key)) return refuse(legacyStorage(spot, key, reference === undefined ? 'nothing in the pickle names it' : 'it is listed twice'));
    if (at + 8 > size) refuse(legacyStorage(spot, key, `the file ends before it; it has ${size} bytes`));
    const view = viewOf(source.read(at, 8)), count = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true), begin = at + 8, length = reference.numel * elements[reference.type].bytes;
    if (count !== reference.numel) refuse(legacyStorage(spot, key, `it has ${count} elements; the pickle declares ${reference.numel}`));
    if (length > size - begin) refuse(legacyStorage(spot, key, `it has ${length} bytes; ${size - begin} are left in the file`));
    stored.set(key, { name: key, size: length, read: () => source.read(begin, length) });
    at = begin + length;
  }
  if (at !== size) refuse(legacyMalformed({ file, byte: at }, `${size - at} bytes are left after the last storage`));
  return { name: (key) => key, find: (key) => stored.get(key) };
}
