// synfire schema: the published JSON schemas.
import { optionWrong } from '../faults.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';

export async function schema(what: string): Promise<number> {
  if (what === 'report') process.stdout.write(`${JSON.stringify((await import('../report/schema.ts')).reportJsonSchema(), undefined, 2)}\n`);
  else if (what === 'descriptor') process.stdout.write(`${JSON.stringify((await import('../../compiler/frontend/json-schema.ts')).descriptorJsonSchema(), undefined, 2)}\n`);
  else return refuse([optionWrong('schema', 'descriptor or report', what)], false);
  return exits.ok;
}
