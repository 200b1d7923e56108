// The compacted program of a case beside the whole one: what `synfire compile` makes must answer as the published network does.
import type { CompileOptions } from '../../compiler/pipeline.ts';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import type { Evaluation } from '../../compiler/eval/evaluate.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { prepare } from '../../simulator/function/engine.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { isKnown, published, publishedChannels } from '../../targets/contract/probes.ts';
import type { GivenUnits } from './inputs.ts';

/**
 * Against the integer evaluation of the whole network. spikes: of every neuron that is computed or whose spikes are known; unread: values that nothing reads and the chip does not compute.
 * outputs: values of results that differ. sops: of all samples. notes: what the pass says.
 */
export type Compacted = Readonly<{ spikes: Readonly<{ values: number; differing: number }>; unread: number; outputs: number; sops: number; cores: number; notes: readonly string[]; agrees: boolean }>;
export type Compacting = Readonly<{ add(whole: Graph, evaluation: Evaluation, units: GivenUnits): void; finish(): Compacted }>;

const sopKinds = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ'] as const satisfies readonly EventKind[];

/** Undefined where elimination finds nothing, so that there is one program only; or where the smaller one is refused, as the whole one is then too. */
export function startCompacted(graph: Graph, target: Target, whole: CompileOptions): Compacting | undefined {
  const options: CompileOptions = { ...whole, eliminate: 'dead' }, lowered = toInteger(graph, options, target.arch), records = lowered.ok ? lowered.value.records : [], at = records.findIndex(({ name }) => name === 'eliminate');
  if (at < 1 || records[at].graph === records[at - 1].graph) return undefined;
  const compiled = compile({ graph, hash: '', classes: [] }, target, options);
  if (!compiled.ok) return undefined;
  const { program, mapping } = compiled.value, { technology: _, ...chip } = target.arch, engine = prepare(program, chip);
  let values = 0, differing = 0, missing = 0, outputs = 0, sops = 0;
  return {
    add({ probes }, evaluation, units) {
      const run = engine.run(units, { activities: false });
      for (const { name, plane, places } of program.probes) {
        const { channels } = program.planes[plane], wide = publishedChannels(channels, places), came = published(engine.values(plane), channels, places), wanted = evaluation.values[probes.find((probe) => probe.name === name)!.value].data;
        wanted.forEach((value, i) => { if (!isKnown(places, i % wide)) missing++; else { values++; if (value !== came[i]) differing++; } });
      }
      for (const [name, { data }] of evaluation.outputs) data.forEach((value, i) => { if (run.outputs.get(name)![i] !== value) outputs++; });
      sops += sopKinds.reduce((sum, kind) => sum + totalOf(run.ledger, kind), 0);
    },
    finish: () => ({ spikes: { values, differing }, unread: missing, outputs, sops, cores: mapping.cores, notes: records[at].notes, agrees: differing + outputs === 0 }),
  };
}
