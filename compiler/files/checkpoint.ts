// Checkpoints -> named tensors, whatever the file is called: PyTorch, zip (torch 1.6 and later) and legacy; safetensors; npz. Tar, TorchScript and whole-module files are refused with the way out.
import { bigEndianFile, keyNotText, kindOf, list, notACheckpoint, notAStateDict, pickleMissing, pickleTooLarge, scriptArchive, severalWrappers, shown, tarCheckpoint,
  tooManyTensors, wholeModule } from './faults.ts';
import { isLegacy, readLegacy } from './legacy.ts';
import { defaultLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { parseNpz } from './npz.ts';
import { describeValue, isKind } from './pickle-value.ts';
import type { Dict, PickleValue, TensorRef } from './pickle-value.ts';
import type { Spot } from './faults.ts';
import type { Unpickled } from './pickle.ts';
import { globalFaults, unpickle } from './pickle.ts';
import { attempt, refuse } from './refusal.ts';
import { isSafetensors, readSafetensors } from './safetensors.ts';
import { digest, fileSource } from './source.ts';
import type { ByteSource } from './source.ts';
import { readTensors, tensorsOfArrays } from './tensors.ts';
import type { FileTensor, Storages, Stored } from './tensors.ts';
import { openZip } from './zip.ts';
import type { Zip, ZipMember } from './zip.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

export type { FileTensor } from './tensors.ts';

/** `ignored`: names beside the tensors that hold none (epoch, optimizer, ...). `prefix` was carried by every key and is stripped. */
export type Checkpoint = Readonly<{ file: string; sha256: string; wrapper: Wrapper; prefix: string; tensors: ReadonlyMap<string, FileTensor>; ignored: readonly string[] }>;
/** What a format makes of its bytes: tensors by the names they have in the file. */
type Content = Readonly<{ wrapper: Wrapper; tensors: ReadonlyMap<string, FileTensor>; ignored: readonly string[] }>;

/** Entries under which training scripts put the state dict, in the order they are looked for. */
export const wrappers = ['state_dict', 'model', 'net', 'state_dict_ema'] as const;
export type Wrapper = 'none' | (typeof wrappers)[number];
const prefixes = ['module.', 'backbone.'], mostPrefixes = 8;

/**
 * Reads a checkpoint: named tensors in file order, row-major, as exact float64. The format is told by the bytes, never by the name.
 * Faults: C1001 to C1064, C1080 to C1085, all found before the first value is read, or all tensors with bad values; warning C1050.
 * Source: checkpoints.md, sections 1, 3 to 6 and 10.
 */
export const readCheckpoint = (path: string, limits: Partial<Limits> = {}): Outcome<Checkpoint> => attempt((warn) => {
  const caps = { ...defaultLimits, ...limits }, source = fileSource(path, caps);
  try {
    return parseCheckpoint(source, caps, warn);
  } finally {
    source.close();
  }
});

/** The same for bytes that are open already; the caller closes them. */
export const readCheckpointFrom = (source: ByteSource, limits: Partial<Limits> = {}): Outcome<Checkpoint> =>
  attempt((warn) => parseCheckpoint(source, { ...defaultLimits, ...limits }, warn));

function parseCheckpoint(source: ByteSource, limits: Limits, warn: (fault: Fault) => void): Checkpoint {
  const { file } = source, { wrapper, tensors: found, ignored } = parseContent(source, limits, warn);
  if (found.size > limits.tensors) refuse(tooManyTensors(file, found.size, limits.tensors));
  const keys = [...found.keys()];
  let prefix = '';
  for (let stripped = 0; stripped < mostPrefixes; stripped++) prefix += sharedPrefix(keys, prefix) ?? '';
  return { file, sha256: digest(source), wrapper, prefix, tensors: new Map([...found].map(([key, tensor]) => [key.slice(prefix.length), tensor])), ignored };
}

function parseContent(source: ByteSource, limits: Limits, warn: (fault: Fault) => void): Content {
  const { file } = source, head = source.read(0, Math.min(512, source.size)), arrays = { wrapper: 'none', ignored: [] } as const;
  if (isLegacy(head)) return parsePickled(source, { ...readLegacy(source, limits), spot: { file } }, limits, warn);
  if (isSafetensors(head)) {
    const { references, storages } = readSafetensors(source, limits);
    return { ...arrays, tensors: readTensors(file, storages, references, limits) };
  }
  checkMagic(file, head);
  const zip = openZip(source, limits);
  if (holdsArrays(zip)) return { ...arrays, tensors: tensorsOfArrays(file, parseNpz(source, limits), limits) };
  return parsePickled(source, openArchive(source, zip, limits), limits, warn);
}

/** Arrays alone: what numpy.savez makes. */
const holdsArrays = ({ members }: Zip): boolean => members.size > 0 && [...members.keys()].every((name) => name.endsWith('.npy'));

type Pickled = Readonly<{ unpickled: Unpickled; spot: Spot; storages: Storages }>;

function parsePickled({ file }: ByteSource, { unpickled: { root, refused }, spot, storages }: Pickled, limits: Limits, warn: (fault: Fault) => void): Content {
  if (refused.size > 0) {
    const whole = wholeObject(root);
    refuse(...(whole === undefined ? globalFaults(refused, spot) : [wholeModule(spot, whole, [...refused.keys()])]));
  }
  const { dict, wrapper } = findStateDict(file, root, warn), { references, ignored } = collect(file, dict);
  if (references.size > limits.tensors) refuse(tooManyTensors(file, references.size, limits.tensors));
  return { wrapper, tensors: readTensors(file, storages, references, limits), ignored };
}

/** The pickled object of an archive and its storages. */
function openArchive({ file }: ByteSource, zip: Zip, limits: Limits): Pickled {
  const { folder, member } = findPickle(file, zip);
  const spot = { file, member: member.name };
  if (member.size > limits.pickleBytes) refuse(pickleTooLarge(spot, member.size, limits.pickleBytes));
  const order = zip.members.get(`${folder}/byteorder`);
  if (order && order.size <= 16) {
    const text = new TextDecoder().decode(zip.read(order));
    if (text.trim() !== 'little') refuse(bigEndianFile({ file, member: order.name }, text));
  }
  return { unpickled: unpickle(zip.read(member), spot, limits), spot, storages: membersOf(zip, folder) };
}

/** Storage k is the member `folder/data/k`. */
function membersOf(zip: Zip, folder: string): Storages {
  const found = new Map<string, Stored>(), name = (key: string) => `${folder}/data/${key}`;
  return { name, find(key) {
    const member = zip.members.get(name(key));
    if (member && !found.has(key)) found.set(key, { name: member.name, size: member.size, read: () => zip.read(member) });
    return found.get(key);
  } };
}

function checkMagic(file: string, head: Uint8Array): void {
  if (head[0] === 0x50 && head[1] === 0x4b) return;
  if (new TextDecoder('latin1').decode(head.subarray(257, 262)) === 'ustar') refuse(tarCheckpoint(file));
  refuse(notACheckpoint(file, kindOf(head)));
}

/** The folder is the file's stem when it was saved, not its name now. */
function findPickle(file: string, zip: Zip): { folder: string; member: ZipMember } {
  const names = [...zip.members.keys()], pickles = [...zip.members.values()].filter(({ name }) => name.endsWith('/data.pkl'));
  if (pickles.length !== 1) {
    refuse(pickleMissing(file, pickles.length > 1 ? pickles.map(({ name }) => name) : names, 'torch.save(model.state_dict(), "model.pth"), or an npz file with nothing but arrays'));
  }
  const folder = pickles[0].name.slice(0, -'/data.pkl'.length);
  if (zip.members.has(`${folder}/constants.pkl`)) refuse(scriptArchive(file, `${folder}/constants.pkl`));
  return { folder, member: pickles[0] };
}

/** Class of a pickled module, at the root or where the state dict should be. */
function wholeObject(root: PickleValue): string | undefined {
  const inside = isKind(root, 'dict') ? wrappers.map((name) => root.entries.get(name) ?? null) : [];
  for (const value of [root, ...inside]) if (isKind(value, 'inert') && value.made === 'as object') return value.of;
  return undefined;
}

const hasTensor = (dict: Dict): boolean => [...dict.entries.values()].some((entry) => isKind(entry, 'tensor'));
const holdsTensors = (value: PickleValue | undefined): value is Dict => value !== undefined && isKind(value, 'dict') && hasTensor(value);

function findStateDict(file: string, root: PickleValue, warn: (fault: Fault) => void): { dict: Dict; wrapper: Wrapper } {
  if (!isKind(root, 'dict')) return refuse(notAStateDict(file, describeValue(root)));
  const found = wrappers.flatMap((wrapper) => { const dict = root.entries.get(wrapper); return holdsTensors(dict) ? [{ wrapper, dict }] : []; });
  if (found.length > 1) warn(severalWrappers(file, found[0].wrapper, found.slice(1).map(({ wrapper }) => wrapper)));
  if (found.length > 0) return found[0];
  if (hasTensor(root)) return { dict: root, wrapper: 'none' };
  const keys = [...root.entries.keys()].map((key) => (typeof key === 'string' ? key : describeValue(key)));
  return refuse(notAStateDict(file, keys.length === 0 ? 'an empty dict' : `a dict without tensors, with the keys ${list(keys, 12)}`));
}

function collect(file: string, dict: Dict): { references: ReadonlyMap<string, TensorRef>; ignored: readonly string[] } {
  const references = new Map<string, TensorRef>(), ignored: string[] = [], faults: Fault[] = [];
  for (const [key, value] of dict.entries) {
    if (!isKind(value, 'tensor')) ignored.push(typeof key === 'string' ? key : describeValue(key));
    else if (typeof key !== 'string') faults.push(keyNotText(file, typeof key === 'number' ? String(key) : shown(describeValue(key))));
    else references.set(key, value);
  }
  return faults.length > 0 ? refuse(...faults) : { references, ignored };
}

const sharedPrefix = (keys: readonly string[], after: string): string | undefined => (keys.length === 0 ? undefined : prefixes.find((prefix) => keys.every((key) => key.startsWith(after + prefix))));
