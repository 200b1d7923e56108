// Builders of descriptor schemas: every key says what is wanted (for faults) and what it means (for hints and the published schema).
import { z } from 'zod';
import { most } from './limits.ts';

export const whole = (least: number, greatest: number, doc: string) => {
  const error = `a whole number from ${least} to ${greatest}`;
  return z.int({ error }).min(least, { error }).max(greatest, { error }).describe(doc);
};
export const real = (least: number, greatest: number, wanted: string, doc: string) =>
  z.number({ error: wanted }).min(least, { error: wanted }).max(greatest, { error: wanted }).describe(doc);
/** A positive number within `most.factor`: ratios, scales, thresholds, standard deviations. */
export const factor = (doc: string) => real(1 / most.factor, most.factor, `a number from ${1 / most.factor} to ${most.factor}`, doc);
/** Any finite number, to be judged by a rule. */
export const anyNumber = (wanted: string, doc: string) => z.number({ error: wanted }).describe(doc);
/** Any finite number, to be judged by a rule, or a word that stands for one. */
export const numberOr = <const W extends string>(instead: W, doc: string) => z.union([z.number(), z.literal(instead)], { error: `${JSON.stringify(instead)} or a number` }).describe(doc);
export const flag = (doc: string) => z.boolean({ error: 'true or false' }).describe(doc);
export const word = (doc: string) => z.string({ error: 'a text' }).max(most.nameLength, { error: `a text of at most ${most.nameLength} characters` })
  .regex(/^\P{Cc}*$/u, { error: 'a text without control characters' }).describe(doc);
/** A file below the folder of the descriptor: a descriptor is untrusted, and names no other. */
export const fileName = (doc: string) => word(doc).regex(/^(?![/\\]|[A-Za-z]:)(?!.*(^|[/\\])\.\.([/\\]|$)).+$/u, { error: 'the name of a file below the folder of the descriptor' });
export const one = <const T extends string | number | boolean>(value: T, doc: string) => z.literal(value, { error: JSON.stringify(value) }).describe(doc);
export const oneOf = <const T extends readonly string[]>(values: T, doc: string) => z.enum(values, { error: values.map((value) => JSON.stringify(value)).join(' or ') }).describe(doc);
export const list = <T extends z.ZodType>(item: T, greatest: number, doc: string) => z.array(item, { error: 'a list' }).max(greatest, { error: `a list of at most ${greatest}` }).describe(doc);
/** A list of exactly `length` items. */
export const listOf = <T extends z.ZodType>(item: T, length: number, doc: string) => z.array(item, { error: `a list of ${length}` }).length(length, { error: `a list of ${length}` }).describe(doc);
export const pair = <T extends z.ZodType>(first: T, second: T, wanted: string, doc: string) => z.tuple([first, second], { error: wanted }).describe(doc);
export const group = <T extends z.ZodRawShape>(shape: T, doc: string) => z.object(shape, { error: 'an object' }).describe(doc);
/** For people, or for a comparison with golden data: known by name, never read here. */
export const ignored = <const N extends string>(...names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, z.unknown().optional().describe('ignored: text for people, or golden data')])) as Record<N, z.ZodOptional<z.ZodUnknown>>;
