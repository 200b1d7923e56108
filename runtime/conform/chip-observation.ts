// How a run of the chip shows itself to a comparison: spikes of the probes, logits, synaptic operations out of the ledger.
import type { Program } from '../../targets/contract/program.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import type { Engine, SampleRun } from '../../simulator/function/engine.ts';
import { resultsOf } from '../results.ts';
import { extrasOf } from './extras.ts';
import { shown } from './observe.ts';
import type { Observation } from './observe.ts';

/** One sample that `engine` has just run. Operations by the names of sops.json: a layer with weights by its own, attention as `<layer>.kv` and `<layer>.q_apply`. */
export function observeChip(program: Program, engine: Engine, run: SampleRun): Observation {
  const probes = new Map(program.probes.map((probe) => [probe.name, probe])), [readout, ...others] = program.readouts, { results, scores } = resultsOf(readout, run.outputs.get(readout.output)!);
  const extras = new Map([...(readout.rows ? extrasOf(results, scores, readout.rows.weights) : []), ...others.map((other) => [other.output, resultsOf(other, run.outputs.get(other.output)!).scores] as const)]);
  return {
    spikes: (layer) => { const probe = probes.get(layer); return probe && shown(engine.values(probe.plane), program.planes[probe.plane].channels, probe.places); },
    logits: scores, ...(extras.size > 0 ? { extras } : {}),
    operations: operationsOf(program, run),
  };
}

function operationsOf(program: Program, { ledger }: SampleRun): ReadonlyMap<string, number> {
  const count = (layer: number, ...kinds: readonly EventKind[]) => kinds.reduce((sum, kind) => sum + totalOf(ledger, kind, (row) => row < program.stages.length && program.stages[row].layer === layer), 0);
  return new Map(program.layers.flatMap((layer, index): [string, number][] => {
    const kinds = new Set(program.stages.filter((stage) => stage.layer === index).map(({ kind }) => kind));
    if (kinds.has('synapse')) return [[layer, count(index, 'sopBinary', 'sopGraded')]];
    const attention = layer.replace(/\.ssa$/, '');
    return kinds.has('attend') ? [[`${attention}.kv`, count(index, 'sopKv')], [`${attention}.q_apply`, count(index, 'sopQ')]] : [];
  }));
}
