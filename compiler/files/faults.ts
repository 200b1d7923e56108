// Every fault of the file readers, one builder per code, sorted by code (C1001 to C1099).
import type { Fault, Place } from '../../targets/contract/fault.ts';

/** Where in a file: the file, a member of an archive, a byte of it. */
export type Spot = Readonly<{ file: string; member?: string; byte?: number }>;

/** Text from an untrusted file, safe to print: quoted, no control characters, at most 200 characters. */
export const shown = (text: string): string => {
  const safe = JSON.stringify(text.length > 200 ? `${text.slice(0, 197)}...` : text);
  return safe.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
};
export const shownShape = (shape: readonly number[]): string => (shape.length > 16 ? `[${shape.slice(0, 16).join(', ')}, ... ${shape.length} sizes]` : `[${shape.join(', ')}]`);

const error = (code: string, at: Place, message: string, hint: string): Fault => ({ code, severity: 'error', at, message, hint });
// Names of members and keys come from the file and end up on a terminal.
const printable = (text: string): string => shown(text).slice(1, -1);
const inFile = (spot: Spot): Place => ({ in: 'file', ...spot, ...(spot.member === undefined ? {} : { member: printable(spot.member) }) });
const atKey = (file: string, key: string): Place => ({ in: 'key', file, key: printable(key) });

const resave = 'load it with torch 1.6 or later and save the weights again: torch.save(model.state_dict(), "model.pth")';
const beyond = 'no state dict of a network comes near it: is this the right file?';
const damaged = 'the file is damaged or was cut short: copy or download it again';

export const cannotOpen = (file: string, reason: string): Fault => error('C1001', inFile({ file }), `cannot read the file: ${reason}`, 'check the path');
export const shortRead = (file: string, byte: number, wanted: number, came: number): Fault =>
  error('C1002', inFile({ file, byte }), `wanted ${wanted} bytes here, the file gives ${Math.max(0, came)}`, damaged);
export const fileTooLarge = (file: string, size: number, cap: number): Fault => error('C1003', inFile({ file }), `the file has ${size} bytes; at most ${cap} are read`, 'is this the right file?');
export const notACheckpoint = (file: string, came: string): Fault =>
  error('C1004', inFile({ file, byte: 0 }), `wanted a checkpoint (PyTorch, safetensors or npz); this is ${came}`, resave);
export const tarCheckpoint = (file: string): Fault => error('C1006', inFile({ file, byte: 257 }), 'this is a tar archive, the oldest PyTorch format, which is not read', resave);
export const scriptArchive = (file: string, member: string): Fault =>
  error('C1007', inFile({ file, member }), 'this is a TorchScript archive (code and constants), not a state dict', 'torch.save(torch.jit.load(path).state_dict(), "model.pth")');
export const wholeModule = (spot: Spot, root: string, named: readonly string[]): Fault =>
  error('C1008', inFile(spot), `the file holds a whole object of class ${shown(root)}, not a state dict; it names ${list(named, 24)}`, 'torch.save(model.state_dict(), path)');

export const zipNoDirectory = (file: string): Fault => error('C1010', inFile({ file }), 'the zip archive has no end record: its directory is missing', damaged);
export const zipDirectory = (file: string, byte: number, what: string): Fault => error('C1011', inFile({ file, byte }), `the zip directory is wrong: ${what}`, damaged);
export const zipOutside = (spot: Spot, from: number, to: number, end: number): Fault =>
  error('C1012', inFile(spot), `the member claims bytes ${from} to ${to}; member data ends at ${end}`, damaged);
export const zipOverlap = (spot: Spot, other: string): Fault =>
  error('C1013', inFile(spot), `the member overlaps member ${shown(other)}`, 'archives with overlapping members are refused');
export const zipDuplicate = (spot: Spot): Fault => error('C1014', inFile(spot), 'two members have this name', damaged);
export const zipUnsupported = (spot: Spot, what: string): Fault =>
  error('C1015', inFile(spot), `wanted a plain member, stored or deflated; came ${what}`, 'save the file again without it');
export const zipLocalHeader = (spot: Spot, what: string): Fault => error('C1016', inFile(spot), `the local header and the directory disagree: ${what}`, damaged);
export const zipChecksum = (spot: Spot, wanted: number, came: number): Fault =>
  error('C1017', inFile(spot), `checksum of the member: the directory says ${hex(wanted)}, the bytes give ${hex(came)}`,
    `${damaged}; if it was saved with torch.serialization.set_crc32_options(False), save it with checksums`);
export const zipInflate = (spot: Spot, what: string): Fault => error('C1018', inFile(spot), `the deflated data cannot be unpacked: ${what}`, damaged);
export const zipBomb = (spot: Spot, stored: number, size: number, ratio: number): Fault =>
  error('C1019', inFile(spot), `${stored} stored bytes claim to unpack to ${size}; at most ${ratio} times as many are unpacked`,
    'store the archive with less compression if it is genuine');
export const zipTooLarge = (spot: Spot, what: string, came: number, cap: number): Fault => error('C1020', inFile(spot), `${what}: ${came}; at most ${cap} are read`, 'no checkpoint or data set comes near it: is this the right file?');

export const pickleMissing = (file: string, found: readonly string[], hint: string): Fault =>
  error('C1030', inFile({ file }), `wanted one member that ends in /data.pkl; the archive holds ${found.length === 0 ? 'no member at all' : list(found, 6)}`, hint);
export const pickleTooLarge = (spot: Spot, came: number, cap: number): Fault => error('C1031', inFile(spot), `the pickle has ${came} bytes; at most ${cap} are read`, beyond);
export const pickleTooManyOpcodes = (spot: Spot, cap: number): Fault => error('C1032', inFile(spot), `the pickle has more than ${cap} opcodes`, beyond);
export const pickleTooDeep = (spot: Spot, cap: number): Fault => error('C1033', inFile(spot), `containers are nested deeper than ${cap}`, beyond);
export const pickleTooManyObjects = (spot: Spot, what: string, cap: number): Fault => error('C1034', inFile(spot), `the pickle makes more than ${cap} ${what}`, beyond);
export const pickleTruncated = (spot: Spot, wanted: number, came: number): Fault =>
  error('C1035', inFile(spot), `the pickle ends in the middle: wanted ${wanted} more bytes, ${came} are left`, damaged);
export const pickleOpcode = (spot: Spot, came: string): Fault => error('C1036', inFile(spot), `${came} is not among the opcodes of a state dict`, resave);
export const pickleMalformed = (spot: Spot, what: string): Fault => error('C1037', inFile(spot), `the pickle is malformed: ${what}`, damaged);
export const refusedGlobal = (spot: Spot, name: string): Fault =>
  error('C1038', inFile(spot), `the pickle names ${shown(name)}, which is not among the names a state dict may use; nothing of it was run`,
    'save the weights alone: torch.save(model.state_dict(), path)');

export const notAStateDict = (file: string, what: string): Fault =>
  error('C1040', inFile({ file }), `wanted a dict of tensors, plain or under state_dict, model, net or state_dict_ema; came ${what}`, 'torch.save(model.state_dict(), path)');
export const storageMissing = (file: string, key: string, member: string): Fault => error('C1041', atKey(file, key), `its storage ${shown(member)} is not in the archive`, damaged);
export const storageShort = (file: string, key: string, member: string, wanted: number, came: number): Fault =>
  error('C1042', atKey(file, key), `its storage ${shown(member)} is declared with ${wanted} bytes; the archive holds ${came}`, damaged);
export const viewOutside = (file: string, key: string, shape: readonly number[], stride: readonly number[], offset: number, numel: number): Fault =>
  error('C1043', atKey(file, key), `shape ${shownShape(shape)}, stride ${shownShape(stride)}, offset ${offset} reach outside its storage of ${numel} elements`, damaged);
export const tensorShape = (file: string, key: string, what: string): Fault => error('C1044', atKey(file, key), `its shape cannot be: ${what}`, resave);
export const tooManyValues = (file: string, key: string, what: string, came: number, cap: number): Fault =>
  error('C1045', atKey(file, key), `${what}: ${came} values up to this tensor; at most ${cap} are read`, beyond);
export const nonFinite = (file: string, key: string, count: number, size: number, first: number, value: number): Fault =>
  error('C1046', atKey(file, key), `${count} of its ${size} values are not finite; the first is ${value} at index ${first}`, 'train or export again: such weights have no integer form');
export const integerTooLarge = (at: Spot | Readonly<{ file: string; key: string }>, index: number): Fault =>
  error('C1047', 'key' in at ? atKey(at.file, at.key) : inFile(at), `the integer at index ${index} does not fit 53 bits, so it has no exact number here`, 'such a value is no weight, pixel or label: check how the file was made');
export const keyNotText = (file: string, key: string): Fault => error('C1048', atKey(file, key), 'wanted text as the name of a tensor; came another kind of key', resave);
export const bigEndianFile = (spot: Spot, came: string): Fault =>
  error('C1049', inFile(spot), `wanted byte order "little"; came ${shown(came)}`, 'save it again on a little-endian machine');
export const severalWrappers = (file: string, taken: string, others: readonly string[]): Fault =>
  ({ code: 'C1050', severity: 'warning', at: inFile({ file }), message: `several entries hold tensors: ${shown(taken)} is read, ${list(others, 4)} is not`, hint: 'save the one you mean alone: torch.save(weights, path)' });
export const tooManyTensors = (file: string, came: number, cap: number): Fault => error('C1051', inFile({ file }), `the file holds ${came} tensors; at most ${cap} are read`, beyond);
export const legacyMalformed = (spot: Spot, what: string): Fault => error('C1052', inFile(spot), `the legacy checkpoint (before torch 1.6, no zip file) is wrong: ${what}`, damaged);
export const legacyStorage = (spot: Spot, key: string, what: string): Fault => error('C1053', inFile(spot), `storage ${shown(key)} of the legacy checkpoint: ${what}`, damaged);

export const notAnArray = (spot: Spot, came: string): Fault =>
  error('C1060', inFile(spot), `wanted an array file (npy or idx, gzip'd or not); this is ${came}`, 'numpy.save(path, array)');
export const npyHeader = (spot: Spot, what: string): Fault => error('C1061', inFile(spot), `the npy header is wrong: ${what}`, 'write it again: numpy.save(path, array)');
export const npyType = (spot: Spot, came: string): Fault =>
  error('C1062', inFile(spot), `element type ${came} is not read; wanted f2 f4 f8, i1 to i8, u1 to u8 or b1`, 'convert it first: numpy.save(path, array.astype("float32"))');
export const arraySize = (spot: Spot, shape: readonly number[], type: string, wanted: number, came: number): Fault =>
  error('C1063', inFile(spot), `shape ${shownShape(shape)} of ${type} needs ${wanted} bytes; the file holds ${came}`, damaged);
export const arrayTooLarge = (spot: Spot, what: string, came: number, cap: number): Fault => error('C1064', inFile(spot), `${what}: ${came} bytes; at most ${cap} are read`, 'cut it into smaller files');
export const notAnArchive = (file: string, came: string): Fault =>
  error('C1065', inFile({ file, byte: 0 }), `wanted an npz file (a zip of npy files); this is ${came}`, 'numpy.savez_compressed(path, name=array)');
export const idxHeader = (spot: Spot, what: string): Fault => error('C1070', inFile(spot), `the idx header is wrong: ${what}`, 'an idx file begins 0 0, type, number of sizes, sizes; numpy.save(path, array) writes npy');
export const gzipDamaged = (file: string, what: string): Fault => error('C1071', inFile({ file }), `the gzip stream cannot be unpacked: ${what}`, damaged);
export const gzipBomb = (file: string, stored: number, cap: number): Fault =>
  error('C1072', inFile({ file }), `${stored} gzip'd bytes unpack to more than ${cap}`, 'unpack it first: gunzip');

export const headerLength = (spot: Spot, came: string, most: number): Fault =>
  error('C1080', inFile(spot), `the safetensors header claims ${came} bytes; at most ${most} can be read here`, damaged);
export const headerSyntax = (spot: Spot, what: string): Fault =>
  error('C1081', inFile(spot), `the safetensors header is wrong: ${what}`, 'save it again: safetensors.torch.save_file(model.state_dict(), "model.safetensors")');
export const headerTwice = (spot: Spot, name: string): Fault => error('C1082', inFile(spot), `the safetensors header names ${shown(name)} twice`, damaged);
export const headerType = (file: string, key: string, came: string, known: readonly string[]): Fault =>
  error('C1083', atKey(file, key), `element type ${shown(came)} is not read; wanted ${known.join(' ')}`, 'convert it first: {key: value.float() for key, value in state_dict.items()}');
export const headerOffsets = (file: string, key: string, what: string): Fault => error('C1084', atKey(file, key), `its data_offsets are wrong: ${what}`, damaged);
export const dataUnclaimed = (spot: Spot, bytes: number): Fault => error('C1085', inFile(spot), `no tensor claims the ${bytes} bytes here; the data of a safetensors file has no gaps`, damaged);

/** What a file is, by its first bytes, for messages. */
export function kindOf(head: Uint8Array): string {
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (head.length === 0) return 'an empty file';
  if (starts(0x50, 0x4b)) return 'a zip file';
  if (starts(0x1f, 0x8b)) return "a gzip'd file";
  if (starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)) return 'an npy file';
  if (starts(0x89, 0x48, 0x44, 0x46)) return 'an HDF5 file';
  if (starts(0x80)) return 'a bare pickle';
  const bytes = [...head.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `something else (its first bytes are ${bytes})`;
}

/** A few of many names, quoted. */
export function list(names: readonly string[], most: number): string {
  const few = names.slice(0, most).map(shown).join(', ');
  return names.length > most ? `${few} and ${names.length - most} more` : few;
}
const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
