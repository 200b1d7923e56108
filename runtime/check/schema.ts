// The schema of `synfire check --json`, version 1: the one declaration of its fields.
import { z } from 'zod';
import { memories } from '../../targets/contract/ledger.ts';
import { faultSchema, verdictSchema } from '../report/schema.ts';

const count = z.int().nonnegative(), text = z.string(), object = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).readonly(), list = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const width = object({ node: text, bits: count, available: count });

export const checkSchema = object({
  schemaVersion: z.literal(1),
  model: object({ name: text, family: text, steps: count, parameters: count }),
  target: object({ name: text, width: count, height: count, cores: count.describe('that live') }),
  keys: object({ taken: list(text), ignored: list(object({ key: text, reason: text })) }).describe('keys of the checkpoint'),
  converts: z.boolean().describe('passes and lowering refuse nothing'),
  fits: z.boolean().describe('every layer has tiles, and the mesh has cores for them'),
  exact: z.boolean().describe('it converts, and no rounding loses anything'),
  layers: list(object({ node: text, exact: z.boolean(), roundings: list(verdictSchema.unwrap().omit({ node: true }).readonly()) })).describe('nodes with constants or arithmetic that integers could round; all others are exact. Empty where no units are found'),
  host: list(object({ node: text, what: text })).describe('what the host does'),
  mapping: object({
    cores: count, fewestCores: count.describe('no mapping takes fewer'), residual: text,
    fullest: list(object({ memory: z.enum(memories), core: count, layers: list(text), bytes: count, available: count })).describe('of each memory the core that uses most'),
  }).exactOptional().describe('where it converts and fits'),
  widest: object({ sum: width.exactOptional(), membrane: width.exactOptional() }).describe('the widest sum against the accumulator, the widest stored potential against a membrane'),
  passes: list(object({ name: text, notes: list(text) })),
  faults: list(faultSchema).describe('everything that is refused, on its node; warnings'),
}).describe('synfire check, version 1. Files that cannot be read give a document of faults alone, as with every command');

export type Check = z.infer<typeof checkSchema>;
export const checkJsonSchema = (): object => z.toJSONSchema(checkSchema, { target: 'draft-2020-12', io: 'output' });
