// synfire schema: the published JSON schemas.
import { optionWrong } from '../faults.ts';
import type { RawOptions } from '../options.ts';
import { OptionReader } from '../options.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';
import { schemas } from '../schemas.ts';

export async function schema(what: string, raw: RawOptions): Promise<number> {
  const found = Object.entries(schemas).find(([name]) => name === what);
  if (!found) return refuse([optionWrong('schema', Object.keys(schemas).join(', ').replace(/, (\w+)$/, ' or $1'), what)], new OptionReader(raw).flag('json'));
  printJson(await found[1]());
  return exits.ok;
}
