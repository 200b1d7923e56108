// Descriptors under way: values by path, filled from several sources.
import { z } from 'zod';
import { bare, schemaAt } from './check-shape.ts';
import type { Path } from './faults.ts';

/** A descriptor of which anything may still be missing. */
export type Draft<T> = T extends readonly (infer U)[] ? readonly (Draft<U> | undefined)[] : T extends object ? { readonly [K in keyof T]?: Draft<T[K]> | undefined } : T;

type Values = Readonly<Record<string, unknown>>;
const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

/** `first` where it has a value, else `second`; groups and lists item by item. */
export function merged(first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  if (Array.isArray(first) && Array.isArray(second)) return Array.from({ length: Math.max(first.length, second.length) }, (_, i) => merged(first[i], second[i]));
  if (!isValues(first) || !isValues(second)) return first;
  return Object.fromEntries([...new Set([...Object.keys(first), ...Object.keys(second)])].map((key) => [key, merged(first[key], second[key])]));
}

/** The same value with another one at a path; groups and lists on the way are made where they are missing. */
export function withValue(root: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return isValues(value) ? merged(value, root) : value;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(root) ? Array.from(root as readonly unknown[]) : [];
    items[step] = withValue(items[step], rest, value);
    return Array.from(items);
  }
  return { ...(isValues(root) ? root : {}), [step]: withValue(isValues(root) && Object.hasOwn(root, step) ? root[step] : undefined, rest, value) };
}

/** A draft in the order of its schema, everything filled in about which the schema leaves no choice: groups, and keys that have but one value. */
export function scaffold(schema: unknown, draft: unknown): unknown {
  if (draft === undefined && schema instanceof z.ZodOptional) return undefined;
  const known = bare(schema);
  if (known instanceof z.ZodLiteral) return draft === undefined && known.values.size === 1 ? [...known.values][0] : draft;
  if (known instanceof z.ZodArray && Array.isArray(draft)) return Array.from(draft as readonly unknown[], (item) => scaffold(known.element, item));
  if (!(known instanceof z.ZodObject) || !(draft === undefined || isValues(draft))) return draft;
  const own = Object.entries(known.shape as Readonly<Record<string, unknown>>).map(([key, item]) => [key, scaffold(item, draft && Object.hasOwn(draft, key) ? draft[key] : undefined)] as const);
  const more = Object.entries(draft ?? {}).filter(([key]) => !Object.hasOwn(known.shape, key));
  return Object.fromEntries([...own, ...more].filter(([, value]) => value !== undefined));
}

/** Paths of the single values: of plain items, a list is one. */
export function leavesOf(value: unknown, path: Path = []): readonly Path[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.some((item) => isValues(item)) ? value.flatMap((item, i) => leavesOf(item, [...path, i])) : [path];
  return isValues(value) ? Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key])) : [path];
}

/** A path as a person writes it: `attention.scale`, `stages.1.order`, `stages[1].order`. */
export const stepsOf = (schema: unknown, text: string): Path => {
  const path: (string | number)[] = [];
  for (const step of text.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    const here = bare(schemaAt(schema, path));
    path.push(/^\d{1,4}$/.test(step) && (here instanceof z.ZodArray || here instanceof z.ZodTuple) ? Number(step) : step);
  }
  return path;
};

/** What a word of the command line stands for at a place of the schema: JSON, a text, a list (`32x32`, `a,b`, one number of a square); undefined where nothing fits. */
export function valueOf(schema: unknown, text: string): Readonly<{ value: unknown }> | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const plain = readJson(text), list = /^\d+(x\d+)+$/.test(text) ? text.split('x').map(Number) : text.split(',').map((part) => readJson(part.trim()));
  const value = [plain, text, list, [plain, plain], [text]].find((reading) => schema.safeParse(reading).success);
  return value === undefined ? undefined : { value };
}

function readJson(text: string): unknown {
  try { return JSON.parse(text) as unknown; } catch { return text; }
}
