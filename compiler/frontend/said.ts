// What a user says of a descriptor on the command line: keys by path, or by an end of a path that is clear.
import { z } from 'zod';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import { nearest } from '../../targets/contract/nearest.ts';
import { bare, docAt, schemaAt } from './check-shape.ts';
import { stepsOf, valueOf } from './draft.ts';
import type { Family } from './family.ts';
import type { Path } from './faults.ts';
import { optionAmbiguous, optionUnknown, optionValue, pathText } from './faults.ts';

/** `key`: a path without dashes before it, such as attention.scale. `option`: as it was written, for faults. */
export type Said = Readonly<{ option: string; key: string; text: string }>;

/** Paths and values. Faults: C2081 no such key, C2082 several end so, C2083 another kind of value; all at once. */
export function readSaid({ name, schema }: Pick<Family, 'name' | 'schema'>, said: readonly Said[]): Outcome<readonly Readonly<{ path: Path; value: unknown }>[]> {
  const known = keysOf(schema, []), faults: Fault[] = [];
  const values = said.flatMap(({ option, key, text }) => {
    const paths = pathsFor(schema, key, known);
    if (paths.length !== 1) {
      faults.push(paths.length > 1 ? optionAmbiguous(option, paths.map(pathText)) : optionUnknown(option, name, nearest(key, known), known));
      return [];
    }
    const at = schemaAt(schema, paths[0]), read = valueOf(at, text);
    if (read === undefined) faults.push(optionValue(option, wantedOf(at, text) ?? docAt(schema, paths[0]) ?? 'another value', text));
    return read === undefined ? [] : [{ path: paths[0], value: read.value }];
  });
  return faults.length > 0 ? fail(...faults) : succeed(values);
}

/** A key in full, dashes for underscores; otherwise all keys that end so. */
function pathsFor(schema: unknown, key: string, known: readonly string[]): readonly Path[] {
  const names = [key, key.replaceAll('-', '_')], whole = names.map((text) => stepsOf(schema, text)).find((path) => schemaAt(schema, path) !== undefined);
  if (whole) return [whole];
  return known.filter((path) => names.some((text) => path.endsWith(`.${text}`))).map((path) => path.split('.'));
}

/** Paths of all keys in groups, those for people left out. */
function keysOf(schema: unknown, path: Path): readonly string[] {
  const known = bare(schema);
  if (!(known instanceof z.ZodObject)) return known instanceof z.ZodUnknown || path.length === 0 ? [] : [path.join('.')];
  return Object.entries(known.shape as Readonly<Record<string, unknown>>).flatMap(([key, item]) => keysOf(item, [...path, key]));
}

const wantedOf = (schema: unknown, text: string): string | undefined => (schema instanceof z.ZodType ? schema.safeParse(text).error?.issues[0]?.message : undefined);
