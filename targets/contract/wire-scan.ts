// A walk over the bytes of a protobuf file against its schema, before anything is built: unknown fields, wrong wire types, lengths past the end, repeated single fields, too many parts.
import type { Fault } from './fault.ts';
import { fieldUnexpected, programBroken, programTooLarge } from './faults.ts';

/** A field of a message as the scan needs it. wire: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes; group: fields of which only one may appear. */
export type ScanField = Readonly<{ name: string; wire: 0 | 1 | 2 | 5; repeated: boolean; packed: boolean; message?: ScanMessage; group?: string }>;
export type ScanMessage = Map<number, ScanField>;

/** A decoded message costs some hundred bytes where the file spends two: 2^21 of them bound the memory. Real programs have some hundred thousand. */
export const mostMessages = 2 ** 21;

type Cursor = { readonly bytes: Uint8Array; at: number; messages: number };

/** Next varint as a double (exact below 2^53), or -1 where it does not end. */
function varint(cursor: Cursor, end: number): number {
  let value = 0, scale = 1;
  for (let i = 0; i < 10 && cursor.at < end; i++) {
    const byte = cursor.bytes[cursor.at++];
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  return -1;
}

function scanPacked(cursor: Cursor, end: number): boolean {
  while (cursor.at < end) if (varint(cursor, end) < 0) return false;
  return true;
}

/** Scans one message up to `end`; the first fault ends the scan, for after it every byte is in doubt. Recursion is as deep as the schema, which has no cycle. */
function scanMessage(cursor: Cursor, end: number, message: ScanMessage, part: string, file: string): Fault | undefined {
  const seen = new Set<number | string>();
  while (cursor.at < end) {
    const start = cursor.at, tag = varint(cursor, end);
    if (tag < 0) return programBroken(file, start, 'it ends inside a field');
    const id = Math.floor(tag / 8), field = message.get(id);
    if (!field) return fieldUnexpected(file, start, part, `has no field number ${id}`);
    const inner = part === '' ? field.name : `${part}.${field.name}`;
    if (tag % 8 !== field.wire) return fieldUnexpected(file, start, inner, `must have wire type ${field.wire}; it has ${tag % 8}`);
    const key = field.group ?? id;
    if (!field.repeated || field.packed) {
      if (seen.has(key)) return fieldUnexpected(file, start, inner, 'appears twice');
      seen.add(key);
    }
    if (field.wire === 0) {
      if (varint(cursor, end) < 0) return programBroken(file, start, `${inner} ends inside a number`);
      continue;
    }
    const length = field.wire === 2 ? varint(cursor, end) : field.wire === 1 ? 8 : 4;
    if (length < 0 || length > end - cursor.at) return programBroken(file, start, `${inner} says ${length < 0 ? 'no length' : `${length} bytes`}; ${end - cursor.at} are left`);
    const close = cursor.at + length;
    if (field.repeated && !field.packed && ++cursor.messages > mostMessages) return programTooLarge(file, 'parts', cursor.messages, mostMessages);
    if (field.message) {
      if (!field.repeated && ++cursor.messages > mostMessages) return programTooLarge(file, 'parts', cursor.messages, mostMessages);
      const fault = scanMessage(cursor, close, field.message, inner, file);
      if (fault) return fault;
    } else if (field.packed && !scanPacked(cursor, close)) return programBroken(file, start, `${inner} ends inside a number`);
    cursor.at = close;
  }
  return undefined;
}

/** Checks the bytes of a whole file against the schema of its root message. Time is linear in the bytes outside raw arrays; nothing is kept. */
export const scanBytes = (bytes: Uint8Array, root: ScanMessage, file: string): Fault | undefined =>
  scanMessage({ bytes, at: 0, messages: 0 }, bytes.length, root, '', file);
