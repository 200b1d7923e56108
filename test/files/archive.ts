// Builders of checkpoints for tests, honest and lying: zip archives with every field open to a lie, and pickles opcode by opcode.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';

/** A member; what is not given is the truth. `local`: fields of the local header that differ from the directory's. */
export type Member = Readonly<{ name: string; bytes: Uint8Array; method?: number; flags?: number; crc?: number; stored?: number; size?: number; headerAt?: number; raw?: Uint8Array; extra?: Uint8Array;
  local?: Readonly<{ name?: string; method?: number; stored?: number; size?: number; extra?: number }> }>;
export type End = Readonly<{ entries?: number; length?: number; at?: number; before?: (directoryAt: number, length: number) => Uint8Array }>;

export const u16 = (...values: readonly number[]): number[] => values.flatMap((value) => [value & 255, (value >>> 8) & 255]);
export const u32 = (...values: readonly number[]): number[] => values.flatMap((value) => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255]);
export const u64 = (value: number): number[] => u32(value % 2 ** 32, Math.floor(value / 2 ** 32));
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function zip(members: readonly Member[], end: End = {}): Uint8Array {
  const pieces: Uint8Array[] = [], directory: Uint8Array[] = [];
  let at = 0;
  for (const member of members) {
    const { method = 0, flags = 0x800, bytes, local = {}, extra = new Uint8Array() } = member, name = utf8(member.name), localName = utf8(local.name ?? member.name);
    const data = member.raw ?? (method === 8 ? deflateRawSync(bytes) : bytes), crc = member.crc ?? crc32(bytes), stored = member.stored ?? data.length, size = member.size ?? bytes.length;
    directory.push(Uint8Array.of(...u32(0x02014b50), ...u16(20, 20, flags, method, 0, 0x21), ...u32(crc, stored, size), ...u16(name.length, extra.length, 0, 0, 0), ...u32(0, member.headerAt ?? at)), name, extra);
    const head = Uint8Array.of(...u32(0x04034b50), ...u16(20, flags, local.method ?? method, 0, 0x21), ...u32(crc, local.stored ?? stored, local.size ?? size), ...u16(localName.length, local.extra ?? 0));
    pieces.push(head, localName, data);
    at += head.length + localName.length + data.length;
  }
  const length = directory.reduce((sum, piece) => sum + piece.length, 0), count = end.entries ?? members.length;
  return Buffer.concat([...pieces, ...directory, end.before?.(at, length) ?? new Uint8Array(),
    Uint8Array.of(...u32(0x06054b50), ...u16(0, 0, count, count), ...u32(end.length ?? length, end.at ?? at), ...u16(0))]);
}

/** Pickle source: opcodes as bytes. */
export type Code = readonly number[];
const ascii = (text: string): number[] => [...utf8(text)];
export const mark: Code = [0x28];
export const text = (value: string): Code => [0x58, ...u32(utf8(value).length), ...utf8(value)];
export const integer = (value: number): Code => (value >= -(2 ** 31) && value < 2 ** 31 ? [0x4a, ...u32(value)] : [0x8a, 8, ...u32(Number(BigInt(value) & 0xffffffffn), Number((BigInt(value) >> 32n) & 0xffffffffn))]);
export const global = (module: string, name: string): Code => [0x63, ...ascii(`${module}\n${name}\n`)];
export const tuple = (...items: readonly Code[]): Code => [...mark, ...items.flat(), 0x74];
export const listOf = (...items: readonly Code[]): Code => [0x5d, ...mark, ...items.flat(), 0x65];
export const dict = (entries: readonly (readonly [Code, Code])[]): Code => [0x7d, ...mark, ...entries.flat(2), 0x75];
export const call = (callee: Code, ...args: readonly Code[]): Code => [...callee, ...tuple(...args), 0x52];
export const orderedDict = (entries: readonly (readonly [Code, Code])[] = []): Code => [...call(global('collections', 'OrderedDict')), ...(entries.length > 0 ? [...mark, ...entries.flat(2), 0x75] : [])];
export const none: Code = [0x4e];
export const no: Code = [0x89];
export const pickle = (root: Code, protocol = 2): Uint8Array => Uint8Array.from([0x80, protocol, ...root, 0x2e]);

/** view: sixth entry of the persistent id, in legacy files. */
export type TensorSpec = Readonly<{ type?: string; key: string; numel: number; offset?: number; size: readonly number[]; stride: readonly number[]; view?: Code }>;
export const storage = (type: string, key: string, numel: number, view?: Code): Code => [...tuple(text('storage'), global('torch', `${type}Storage`), text(key), text('cpu'), integer(numel), ...(view ? [view] : [])), 0x51];
export const tensor = ({ type = 'Float', key, numel, offset = 0, size, stride, view }: TensorSpec): Code =>
  call(global('torch._utils', '_rebuild_tensor_v2'), storage(type, key, numel, view), integer(offset), tuple(...size.map(integer)), tuple(...stride.map(integer)), no, orderedDict());
/** Row-major tensor over a whole storage. */
export function dense(key: string, size: readonly number[], type = 'Float'): Code {
  const stride = size.map((_, axis) => size.slice(axis + 1).reduce((product, length) => product * length, 1));
  return tensor({ type, key, numel: size.reduce((product, length) => product * length, 1), size, stride });
}

export const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);

/** A checkpoint archive of a pickled root and storages. */
export const checkpoint = (root: Code, storages: Readonly<Record<string, Uint8Array>>, more: readonly Member[] = []): Uint8Array =>
  zip([{ name: 'net/data.pkl', bytes: pickle(root) }, ...Object.entries(storages).map(([key, bytes]) => ({ name: `net/data/${key}`, bytes })), ...more]);

/** State dict {weight [2, 3], bias [2]} with the values 1 .. 6 and 7, 8. */
export const smallRoot = dict([[text('weight'), dense('0', [2, 3])], [text('bias'), dense('1', [2])]]);
export const smallStorages = { 0: floats(1, 2, 3, 4, 5, 6), 1: floats(7, 8) };
export const small = (): Uint8Array => checkpoint(smallRoot, smallStorages);

/** A legacy checkpoint: what is not given is the truth. storages: key, declared count, bytes, in file order. */
export function legacy(root: Code, storages: readonly (readonly [key: string, count: number, bytes: Uint8Array])[], { magic = legacyMagic, version = integer(1001), system = dict([[text('little_endian'), [0x88]]]),
  keys = listOf(...storages.map(([key]) => text(key))) }: Readonly<{ magic?: Code; version?: Code; system?: Code; keys?: Code }> = {}): Uint8Array {
  return Buffer.concat([...[magic, version, system, root, keys].map((code) => pickle(code)), ...storages.flatMap(([, count, bytes]) => [Uint8Array.from(u64(count)), bytes])]);
}
const legacyMagic: Code = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
/** The small state dict in legacy form. */
export const smallLegacy = (): Uint8Array => legacy(smallRoot, [['1', 2, smallStorages[1]], ['0', 6, smallStorages[0]]]);

/** A tensor of a safetensors file; what is not given is the truth. */
export type SafeSpec = Readonly<{ name: string; dtype?: string; shape: readonly number[]; bytes: Uint8Array; offsets?: readonly number[] }>;
/** A safetensors file. length: what the file says of its header. `header`: another one, whole. */
export function safetensors(specs: readonly SafeSpec[], { header, length }: Readonly<{ header?: string; length?: bigint }> = {}): Uint8Array {
  let at = 0;
  const entries = specs.map(({ name, dtype = 'F32', shape, bytes, offsets }) => {
    const place = offsets ?? [at, at + bytes.length];
    at += bytes.length;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: place })}`;
  });
  const text = Buffer.from(header ?? `{"__metadata__":{"format":"pt"},${entries.join(',')}}`), size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([size, text, ...specs.map(({ bytes }) => bytes)]);
}

const folder = mkdtempSync(join(tmpdir(), 'synfire-'));
let files = 0;
/** Writes bytes to a fresh file and gives its path. */
export function fileOf(bytes: Uint8Array | string, name = 'file.bin'): string {
  const path = join(folder, `${files++}-${name}`);
  writeFileSync(path, bytes);
  return path;
}
