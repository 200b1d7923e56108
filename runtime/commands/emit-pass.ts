// --emit PASS: the graph after any pass, as text.
import type { Target } from '../../targets/contract/arch.ts';
import { toInteger } from '../../compiler/pipeline.ts';
import { passes } from '../../compiler/passes/index.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { LoadedModel } from '../load-model.ts';
import type { CompilerOptions } from '../options.ts';
import { passUnknown } from '../faults.ts';
import { refuse } from '../console/outcome.ts';
import { exits } from '../console/execute.ts';

/** Prints the text form with constants whole, so that it can be read back; "import" is the graph before the first pass. */
export function emitPass(model: LoadedModel, target: Target, options: CompilerOptions, pass: string): number {
  const names = ['import', ...passes.map(({ name }) => name)];
  if (!names.includes(pass)) return refuse([passUnknown(pass, names)], false);
  const lowered = pass === 'import' ? undefined : toInteger(model.graph, options, target.arch);
  if (lowered && !lowered.ok) return refuse(lowered.faults, false);
  const graph = lowered ? lowered.value.records.find(({ name }) => name === pass)!.graph : model.graph;
  process.stdout.write(printGraph(graph, { constants: 'whole' }));
  return exits.ok;
}
