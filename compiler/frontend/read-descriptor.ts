// Descriptor files -> checked descriptors.
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import { attempt } from '../files/refusal.ts';
import { openFile } from '../files/source.ts';
import type { Described, Learning } from './family.ts';
import { valueAt } from './family.ts';
import { descriptorNotObject, descriptorSyntax, descriptorTooLarge, familyUnknown, formatUnknown } from './faults.ts';
import { families } from './index.ts';
import { jsonErrorOffset } from './json-offset.ts';
import { most } from './limits.ts';

/**
 * Reads a JSON file without judging what it says.
 * Faults: C1001 unreadable, C2002 not JSON (line and column), C2003 too large.
 */
export function readDescriptor(path: string): Outcome<unknown> {
  const opened = openFile(path);
  if (!opened.ok) return opened;
  const source = opened.value;
  if (source.size > most.descriptorBytes) { source.close(); return fail(descriptorTooLarge(path, `${source.size} bytes`, most.descriptorBytes)); }
  const bytes = attempt(() => source.read(0, source.size));
  source.close();
  if (!bytes.ok) return bytes;
  const text = new TextDecoder().decode(bytes.value);
  try {
    return succeed(JSON.parse(text) as unknown);
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught;
    return fail(syntaxFault(path, text, caught.message));
  }
}

function syntaxFault(file: string, text: string, message: string): Fault {
  const before = text.slice(0, jsonErrorOffset(text)).split('\n');
  return descriptorSyntax(file, before.length, before[before.length - 1].length + 1, message.split('\n')[0]);
}

/**
 * Checks a descriptor: format, family, every authoritative key, then what the values must be to each other.
 * Warnings: C2013 unknown keys, C2014 text that says something else than what is built.
 * Faults: C2001, C2003, C2004 to C2012, all gathered.
 */
export function parseDescriptor(value: unknown, file: string): Outcome<Described> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(descriptorNotObject(file, value));
  if (countValues(value) > most.descriptorValues) return fail(descriptorTooLarge(file, `more than ${most.descriptorValues} values`, most.descriptorValues));
  const format = valueAt(value, ['format']), named = valueAt(value, ['family']), family = families.find(({ name }) => name === named);
  return family ? family.describe(value, file) : fail(...(format === 1 ? [] : [formatUnknown(file, format)]), familyUnknown(file, named, families.map(({ name }) => name)));
}

/** How the network of a descriptor may learn; undefined where it cannot, or where the file names no family. */
export const learningOf = (value: unknown): Learning | undefined => families.find(({ name }) => name === valueAt(value, ['family']))?.learning;

/** A descriptor with another value at a path; objects on the way are made where there are none, and what is not an object is left to the checks. */
export function withValue(descriptor: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (typeof descriptor !== 'object' && descriptor !== undefined) return descriptor;
  return { ...descriptor, [key]: withValue(valueAt(descriptor, [key]), rest, value) };
}

/** Stops counting once there are too many; never recurses, as a file may nest as deep as it likes. */
function countValues(root: unknown): number {
  const open: unknown[] = [root];
  let count = 0;
  while (open.length > 0 && count <= most.descriptorValues) {
    const value = open.pop();
    count++;
    if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) open.push(item);
  }
  return count;
}
