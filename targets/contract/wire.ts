// Programs to bytes and back: protobuf, by the schema in program.proto. The only file of the contract that knows protobufjs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import protobuf from 'protobufjs';
import type { Outcome } from './fault.ts';
import type { Program } from './program.ts';
import type { Wire } from './wire-codec.ts';
import type { ScanField, ScanMessage } from './wire-scan.ts';
import { fail, succeed } from './fault.ts';
import { notAProgram, programBroken, programTooLarge, programVersion } from './faults.ts';
import { readFields, writeFields } from './wire-codec.ts';
import { programFields } from './wire-fields.ts';
import { scanBytes } from './wire-scan.ts';
import { openFindings } from './verify/findings.ts';
import { verifyStructure } from './verify/structure.ts';

/** "SYNF" read as a little-endian number: the first field of the file, so that four of its first five bytes are letters. */
const magic = 0x464e5953;
const version = 1;
/** Larger than any program that fits a chip; keeps lengths far from 2^31. */
const mostBytes = 2 ** 30;

type Schema = Readonly<{ type: protobuf.Type; scan: ScanMessage }>;
let loaded: Schema | undefined;

/** The schema, read at the first use: by the package's own name, so that source and dist find the same file. */
function schema(): Schema {
  if (!loaded) {
    const path = createRequire(import.meta.url).resolve('synfire/targets/contract/program.proto');
    const type = protobuf.parse(readFileSync(path, 'utf8'), { keepCase: true }).root.lookupType('synfire.Program');
    loaded = { type, scan: scanMessageOf(type) };
  }
  return loaded;
}

const wireTypes: Readonly<Record<string, ScanField['wire']>> = { uint32: 0, bool: 0, fixed32: 5, double: 1, string: 2, bytes: 2 };

function scanMessageOf(type: protobuf.Type): ScanMessage {
  return new Map(type.fieldsArray.map((each): [number, ScanField] => {
    const field = each.resolve(), message = field.resolvedType instanceof protobuf.Type ? scanMessageOf(field.resolvedType) : undefined;
    const wire = message ? 2 : field.resolvedType ? 0 : wireTypes[field.type], packed = field.repeated && wire === 0;
    const group = field.partOf && field.partOf.oneof.length > 1 ? field.partOf.name : undefined;
    return [field.id, { name: field.name, wire: packed ? 2 : wire, repeated: field.repeated, packed, ...(message && { message }), ...(group !== undefined && { group }) }];
  }));
}

/**
 * Bytes of a program; the same program gives the same bytes.
 * Fails: never for a program that verifyProgram accepts; a number that the format cannot hold is our own bug and throws.
 */
export function encodeProgram(program: Program): Uint8Array {
  const { type } = schema();
  return type.encode({ magic, version, ...writeFields(programFields, program) }).finish();
}

/** Number after the magic and the tag of `version`, or undefined where the bytes do not begin as a program does. */
function versionOf(bytes: Uint8Array): number | undefined {
  const head = [0x0d, ...[0, 8, 16, 24].map((shift) => (magic >>> shift) & 255), 0x10];
  if (head.some((byte, i) => bytes[i] !== byte)) return undefined;
  let number = 0;
  for (let i = 0; i < 5 && head.length + i < bytes.length; i++) {
    number += (bytes[head.length + i] & 127) * 2 ** (7 * i);
    if (bytes[head.length + i] < 128) return number;
  }
  return undefined;
}

/**
 * Program in a file's bytes, which nobody trusts: the wire is scanned against the schema before anything is built, then every id, length and size is checked (verifyStructure).
 * What the program means is verifyProgram's to check, against the target whose text it carries.
 * @param file name for the faults
 * Fails: T2001 .. T2019, gathered; a byte-level fault comes alone, for after it every byte is in doubt.
 */
export function decodeProgram(bytes: Uint8Array, file: string): Outcome<Program> {
  const came = versionOf(bytes);
  if (came === undefined) return fail(notAProgram(file));
  if (came !== version) return fail(programVersion(file, came));
  if (bytes.length > mostBytes) return fail(programTooLarge(file, 'bytes', bytes.length, mostBytes));
  const { type, scan } = schema(), broken = scanBytes(bytes, scan, file);
  if (broken) return fail(broken);
  let wire: protobuf.Message;
  try {
    wire = type.decode(bytes);
  } catch (error) {
    return fail(programBroken(file, undefined, error instanceof Error ? error.message : String(error)));
  }
  const findings = openFindings();
  const fields = readFields(programFields, wire as object as Wire, '', findings.report);
  if (!fields) return fail(...findings.all());
  const program: Program = { version, ...fields }, wrong = verifyStructure(program);
  return wrong.length > 0 ? fail(...wrong) : succeed(program);
}
