// The schema of `synfire attribute --json`, version 1: the one declaration of its fields.
import { z } from 'zod';
import { mechanismNames, mechanisms } from '../../compiler/passes/rounding.ts';
import { faultSchema } from '../report/schema.ts';

const count = z.int().nonnegative(), fraction = z.number().min(0).max(1), text = z.string(), object = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly(), list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

export const attributionSchema = object({
  schemaVersion: z.literal(1),
  partial: z.boolean().describe('true when it was interrupted; everything is over the samples that were done'),
  model: object({ name: text, family: text }),
  target: text.describe('its widths decide what must be rounded'),
  options: object({ scale: text, bits: count }),
  data: text,
  samples: count,
  exact: count.describe('nodes with constants that integers carry exactly: they cost nothing and have no row'),
  mechanisms: object(Object.fromEntries(mechanismNames.map((name) => [name, z.literal(mechanisms[name])]))),
  float: object({ accuracy: fraction.exactOptional() }).describe('the real network in float64, against which every row is held'),
  rows: list(object({
    name: text,
    of: z.enum(['node', 'mechanism', 'everything']).describe('what is rounded: one node, one mechanism in all nodes, everything; all else is float64'),
    mechanisms: list(z.enum(mechanismNames)).describe('by what'),
    changed: count.describe('samples with another answer than float'),
    accuracy: fraction.exactOptional().describe('where there are labels'),
    difference: z.number().min(-1).max(1).exactOptional().describe('accuracy less that of float'),
    spikes: object({ values: count, differing: count, agreement: fraction }).describe('of all probes, neurons x steps x samples'),
    probes: list(object({ name: text, agreement: fraction })),
  })),
  faults: list(faultSchema),
}).describe('synfire attribute, version 1');

export type Attribution = z.infer<typeof attributionSchema>;
export const attributionJsonSchema = (): object => z.toJSONSchema(attributionSchema, { target: 'draft-2020-12', io: 'output' });
