// A JSON value against the schema of its family: what does not fit, and which keys no schema declares.
import { z } from 'zod';
import type { Path } from './faults.ts';
import { most } from './limits.ts';

/** One thing that does not fit the schema. `wanted`: in words; `doc`: what the key means. */
export type Misfit = Readonly<{ path: Path; wanted: string; doc: string | undefined }>;
/** A key that no schema declares, and its declared neighbours. */
export type Stranger = Readonly<{ path: Path; known: readonly string[] }>;

/** `value` is there exactly when nothing misfits. */
export function checkShape<S extends z.ZodObject>(schema: S, value: unknown): Readonly<{ value?: z.output<S>; misfits: readonly Misfit[]; strangers: readonly Stranger[] }> {
  const result = schema.safeParse(value);
  const misfits = (result.error?.issues ?? []).map(({ path, message }) => {
    const steps = path.filter((step) => typeof step !== 'symbol');
    return { path: steps, wanted: message, doc: docAt(schema, steps) };
  });
  return { ...(result.success ? { value: result.data } : {}), misfits, strangers: strangersIn(schema, value, []) };
}

/** Names of the keys that hold a number or a list of numbers: what the sizes of tensors follow from. */
export const sizeKeys = (schema: z.ZodObject): readonly string[] => Object.entries(schema.shape).flatMap(([key, item]) => {
  const known = bare(item);
  return known instanceof z.ZodNumber || (known instanceof z.ZodArray && bare(known.element) instanceof z.ZodNumber) ? [key] : [];
});

/** A schema without the layers that let a value be missing or null. */
export const bare = (schema: unknown): unknown => (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema);

function inside(schema: unknown, step: string | number): unknown {
  const known = bare(schema);
  if (known instanceof z.ZodObject) return typeof step === 'string' && Object.hasOwn(known.shape, step) ? known.shape[step] : undefined;
  if (known instanceof z.ZodArray) return known.element;
  if (known instanceof z.ZodRecord) return known.valueType;
  return known instanceof z.ZodTuple ? known.def.items[Number(step)] : undefined;
}

/** The schema of a value inside; undefined where no schema declares one. */
export const schemaAt = (schema: unknown, path: Path): unknown => path.reduce<unknown>(inside, schema);

/** What a key means. */
export function docAt(schema: unknown, path: Path): string | undefined {
  const at = schemaAt(schema, path), inner = bare(at);
  return at instanceof z.ZodType && at.description !== undefined ? at.description : inner instanceof z.ZodType ? inner.description : undefined;
}

function strangersIn(schema: unknown, value: unknown, path: Path): Stranger[] {
  const known = bare(schema);
  if (known instanceof z.ZodArray && Array.isArray(value)) return value.slice(0, most.listed).flatMap((item, i) => strangersIn(known.element, item, [...path, i]));
  if (!(known instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    (Object.hasOwn(known.shape, key) ? strangersIn(known.shape[key], item, [...path, key]) : [{ path: [...path, key], known: Object.keys(known.shape) }]));
}
