// The published JSON schema of the descriptor.
import { z } from 'zod';
import { families } from './index.ts';

/** JSON schema (draft 7) of the descriptor: a union over all families by `family`, for editors and other tools. */
export function descriptorJsonSchema(): object {
  const [first, ...others] = families.map(({ schema }) => schema);
  return z.toJSONSchema(z.discriminatedUnion('family', [first, ...others]), { target: 'draft-7', io: 'input' });
}
