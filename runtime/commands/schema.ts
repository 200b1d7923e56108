// synfire schema: the published JSON schemas.
import { optionWrong } from '../faults.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';

export async function schema(what: string, raw: RawOptions): Promise<number> {
  if (what === 'report') printJson((await import('../report/schema.ts')).reportJsonSchema());
  else if (what === 'descriptor') printJson((await import('../../compiler/frontend/json-schema.ts')).descriptorJsonSchema());
  else return refuse([optionWrong('schema', 'descriptor or report', what)], new OptionReader(raw).flag('json'));
  return exits.ok;
}
