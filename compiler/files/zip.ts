// Zip archives by their central directory, with random access: sizes come from the directory, never from local headers; names are keys, never paths.
import { crc32, inflateRawSync } from 'node:zlib';
import { shown, zipBomb, zipChecksum, zipDirectory, zipDuplicate, zipInflate, zipLocalHeader, zipNoDirectory, zipOutside, zipOverlap, zipTooLarge, zipUnsupported } from './faults.ts';
import type { Limits } from './limits.ts';
import { refuse } from './refusal.ts';
import { viewOf } from './source.ts';
import type { ByteSource } from './source.ts';

/** `endsBefore`: where the next member, or the directory, begins. */
export type ZipMember = Readonly<{ name: string; rawName: Uint8Array; flags: number; method: number; crc: number; stored: number; size: number; headerAt: number; endsBefore: number }>;
export type Zip = Readonly<{ members: ReadonlyMap<string, ZipMember>; read(member: ZipMember): Uint8Array }>;

const localSignature = 0x04034b50, centralSignature = 0x02014b50, endSignature = 0x06054b50, end64Signature = 0x06064b50, locator64Signature = 0x07064b50;
const endLength = 22, centralLength = 46, localLength = 30, unset16 = 0xffff, unset32 = 0xffffffff;
const encrypted = 1, sizesFollow = 8;

/** Indexes an archive: every member in range, none overlapping another, no name twice. */
export function openZip(source: ByteSource, limits: Limits): Zip {
  const { directory, at, entries } = readDirectory(source, limits);
  const found = parseDirectory(source.file, directory, at, entries);
  const members = new Map<string, ZipMember>();
  const byPlace = [...found].sort((a, b) => a.headerAt - b.headerAt);
  byPlace.forEach((member, i) => {
    const endsBefore = i + 1 < byPlace.length ? byPlace[i + 1].headerAt : at, end = member.headerAt + localLength + member.rawName.length + member.stored;
    if (end > at) refuse(zipOutside({ file: source.file, member: member.name }, member.headerAt, end, at));
    if (end > endsBefore) refuse(zipOverlap({ file: source.file, member: member.name }, byPlace[i + 1].name));
    if (members.has(member.name)) refuse(zipDuplicate({ file: source.file, member: member.name }));
    members.set(member.name, { ...member, endsBefore });
  });
  let inflated = 0;
  return {
    members,
    read(member) {
      if (member.method === 8) {
        const spot = { file: source.file, member: member.name };
        if (member.size > limits.ratioFreeBytes && member.size > member.stored * limits.inflateRatio) refuse(zipBomb(spot, member.stored, member.size, limits.inflateRatio));
        inflated += member.size;
        if (inflated > limits.inflatedBytes) refuse(zipTooLarge(spot, 'bytes that the deflated members make', inflated, limits.inflatedBytes));
      }
      return readMember(source, member);
    },
  };
}

function readDirectory(source: ByteSource, limits: Limits): { directory: Uint8Array; at: number; entries: number } {
  const { file, size } = source;
  const tailAt = Math.max(0, size - endLength - unset16), tail = source.read(tailAt, size - tailAt), view = viewOf(tail);
  let end = tail.length - endLength;
  while (end >= 0 && !(view.getUint32(end, true) === endSignature && end + endLength + view.getUint16(end + 20, true) === tail.length)) end--;
  if (end < 0) refuse(zipNoDirectory(file));
  let entries = view.getUint16(end + 10, true), length = view.getUint32(end + 12, true), at = view.getUint32(end + 16, true), limit = tailAt + end;
  if (view.getUint16(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== entries) refuse(zipUnsupported({ file, byte: limit }, 'an archive in several parts'));
  if (entries === unset16 || length === unset32 || at === unset32) ({ entries, length, at, limit } = readEnd64(source, limit));
  if (at + length > limit) refuse(zipDirectory(file, limit, `it claims bytes ${at} to ${at + length}; it must end by ${limit}`));
  if (entries > limits.members) refuse(zipTooLarge({ file }, 'members of the archive', entries, limits.members));
  if (entries * centralLength > length) refuse(zipDirectory(file, at, `${entries} members do not fit in ${length} bytes`));
  const cap = limits.members * 512;
  if (length > cap) refuse(zipTooLarge({ file, byte: at }, 'bytes of the directory', length, cap));
  return { directory: source.read(at, length), at, entries };
}

function readEnd64(source: ByteSource, endAt: number): { entries: number; length: number; at: number; limit: number } {
  const wrong = (what: string): never => refuse(zipDirectory(source.file, endAt, what));
  if (endAt < 20) wrong('the zip64 locator is missing');
  const locator = viewOf(source.read(endAt - 20, 20));
  if (locator.getUint32(0, true) !== locator64Signature) wrong('the zip64 locator is missing');
  const limit = natural64(locator, 8);
  if (limit + 56 > endAt - 20) wrong('the zip64 end record lies outside the file');
  const record = viewOf(source.read(limit, 56));
  if (record.getUint32(0, true) !== end64Signature) wrong('the zip64 end record is missing');
  return { entries: natural64(record, 32), length: natural64(record, 40), at: natural64(record, 48), limit };
}

/** Past 2^53 the value is inexact but still far beyond any file, so that range checks refuse it. */
const natural64 = (view: DataView, at: number): number => view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);

function parseDirectory(file: string, bytes: Uint8Array, start: number, entries: number): Omit<ZipMember, 'endsBefore'>[] {
  const view = viewOf(bytes), decoder = new TextDecoder(), found: Omit<ZipMember, 'endsBefore'>[] = [];
  let at = 0;
  for (let entry = 0; entry < entries; entry++) {
    if (at + centralLength > bytes.length || view.getUint32(at, true) !== centralSignature) refuse(zipDirectory(file, start + at, `entry ${entry} of ${entries} is missing`));
    const nameLength = view.getUint16(at + 28, true), extraLength = view.getUint16(at + 30, true), commentLength = view.getUint16(at + 32, true);
    const nameAt = at + centralLength, extraAt = nameAt + nameLength, next = extraAt + extraLength + commentLength;
    if (next > bytes.length) refuse(zipDirectory(file, start + at, `entry ${entry} runs past the end`));
    const rawName = bytes.slice(nameAt, extraAt), spot = { file, member: decoder.decode(rawName), byte: start + at };
    const flags = view.getUint16(at + 8, true), method = view.getUint16(at + 10, true);
    if (flags & encrypted) refuse(zipUnsupported(spot, 'an encrypted member'));
    if (method !== 0 && method !== 8) refuse(zipUnsupported(spot, `compression method ${method}`));
    const wide = readExtra64(view, extraAt, extraAt + extraLength, [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]);
    if (wide === undefined) refuse(zipDirectory(file, start + at, `entry ${entry} lacks its zip64 sizes`));
    const [size, stored, headerAt] = wide;
    if (method === 0 && size !== stored) refuse(zipDirectory(file, start + at, `entry ${entry} is stored, yet has ${stored} bytes in the file and ${size} outside`));
    found.push({ name: spot.member, rawName, flags, method, crc: view.getUint32(at + 16, true), stored, size, headerAt });
    at = next;
  }
  if (at !== bytes.length) refuse(zipDirectory(file, start + at, `${bytes.length - at} bytes are left after ${entries} entries`));
  return found;
}

/** Replaces each saturated value by the next 64-bit one of the zip64 extra field (id 1). */
function readExtra64(view: DataView, from: number, to: number, values: readonly number[]): readonly number[] | undefined {
  if (!values.includes(unset32)) return values;
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    const end = Math.min(to, next + view.getUint16(at + 2, true));
    if (end - next < 8 * values.filter((value) => value === unset32).length) return undefined;
    return values.map((value) => (value === unset32 ? natural64(view, (next += 8) - 8) : value));
  }
  return undefined;
}

function readMember(source: ByteSource, member: ZipMember): Uint8Array {
  const spot = { file: source.file, member: member.name, byte: member.headerAt };
  const dataAt = checkLocalHeader(source, member);
  const bytes = source.read(dataAt, member.stored);
  const whole = member.method === 8 ? inflate(bytes, member, spot) : bytes;
  const came = crc32(whole);
  if (came !== member.crc) refuse(zipChecksum(spot, member.crc, came));
  return whole;
}

function checkLocalHeader(source: ByteSource, member: ZipMember): number {
  const spot = { file: source.file, member: member.name, byte: member.headerAt };
  const header = source.read(member.headerAt, localLength + member.rawName.length), view = viewOf(header);
  const lies = (what: string): never => refuse(zipLocalHeader(spot, what));
  if (view.getUint32(0, true) !== localSignature) lies('there is no local header here');
  const nameLength = view.getUint16(26, true), method = view.getUint16(8, true);
  const name = header.subarray(localLength);
  if (nameLength !== member.rawName.length || name.some((byte, i) => byte !== member.rawName[i])) lies(`the local name is ${shown(new TextDecoder().decode(name))}`);
  if (method !== member.method) lies(`method ${method} against ${member.method}`);
  const stored = view.getUint32(18, true), size = view.getUint32(22, true);
  // With bit 3 the sizes follow the data, and with zip64 they are in the extra field: only plain ones can be compared.
  if (!(view.getUint16(6, true) & sizesFollow) && stored !== unset32 && size !== unset32 && (stored !== member.stored || size !== member.size)) {
    lies(`sizes ${stored} and ${size} against ${member.stored} and ${member.size}`);
  }
  const dataAt = member.headerAt + localLength + nameLength + view.getUint16(28, true);
  if (dataAt + member.stored > member.endsBefore) refuse(zipOutside(spot, dataAt, dataAt + member.stored, member.endsBefore));
  return dataAt;
}

function inflate(bytes: Uint8Array, member: ZipMember, spot: { file: string; member: string }): Uint8Array {
  let whole: Uint8Array;
  try {
    whole = inflateRawSync(bytes, { maxOutputLength: Math.max(1, member.size) });
  } catch (caught) {
    return refuse(zipInflate(spot, zlibReason(caught, member.size)));
  }
  if (whole.length !== member.size) refuse(zipInflate(spot, `the directory says ${member.size} bytes, ${whole.length} came`));
  return whole;
}

/** Message of an error of node:zlib; anything else is our own mistake. */
export function zlibReason(caught: unknown, most: number): string {
  if (!(caught instanceof Error) || !('code' in caught)) throw caught;
  return caught.code === 'ERR_BUFFER_TOO_LARGE' ? `it makes more than ${most} bytes` : caught.message;
}
