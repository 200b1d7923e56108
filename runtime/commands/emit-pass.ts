// --emit PASS: the graph after any pass, as text.
import { nearest } from '../../targets/contract/nearest.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { toInteger } from '../../compiler/pipeline.ts';
import { passes } from '../../compiler/passes/index.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { LoadedModel } from '../load-model.ts';
import type { CompilerOptions } from '../options.ts';
import { passUnknown } from '../faults.ts';
import { printJson, refuse } from '../console/outcome.ts';
import { exits } from '../console/exits.ts';

/** Prints the text form with constants whole, so that it can be read back; "import" is the graph before the first pass. Faults: R0003, those of the passes. */
export function emitPass(model: LoadedModel, target: Target, options: CompilerOptions, pass: string, json: boolean): number {
  const names = ['import', ...passes.map(({ name }) => name)];
  if (!names.includes(pass)) return refuse([passUnknown(pass, names, nearest(pass, names))], json);
  const lowered = pass === 'import' ? undefined : toInteger(model.graph, options, target.arch);
  if (lowered && !lowered.ok) return refuse(lowered.faults, json);
  const text = printGraph(lowered ? lowered.value.records.find(({ name }) => name === pass)!.graph : model.graph, { constants: 'whole' });
  if (json) printJson({ schemaVersion: 1, pass, graph: text });
  else process.stdout.write(text);
  return exits.ok;
}
