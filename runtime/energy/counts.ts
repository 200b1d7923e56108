// Ledger counts gathered by layer: one pass over the ledger, so that each dialect and the report read a small table.
import type { Ledger, EventKind } from '../../targets/contract/ledger.ts';
import { eventIndex, eventKinds } from '../../targets/contract/ledger.ts';
import type { Program } from '../../targets/contract/program.ts';

/** Name under which events of no stage (barriers) are listed. */
export const chipLayer = 'chip';
/** Kinds that are synaptic operations: additions that a spike caused. */
export const sopKinds = ['sopBinary', 'sopGraded', 'sopKv', 'sopQ'] as const satisfies readonly EventKind[];

/** Totals over all samples. counts [steps, layers, eventKinds]; the last layer is the chip itself. */
export type LayerCounts = Readonly<{ layers: readonly string[]; steps: number; samples: number; counts: Float64Array }>;

/** Counts by step, layer and kind. A ledger of another program is our own mistake and throws. */
export function countsByLayer(ledger: Ledger, program: Pick<Program, 'layers' | 'stages'>): LayerCounts {
  if (ledger.rows !== program.stages.length + 1) throw new Error(`the ledger has ${ledger.rows} rows, the program ${program.stages.length} stages`);
  const layers = [...program.layers, chipLayer],
    kinds = eventKinds.length,
    counts = new Float64Array(ledger.steps * layers.length * kinds);
  for (let step = 0; step < ledger.steps; step++)
    for (let row = 0; row < ledger.rows; row++) {
      const layer = row < program.stages.length ? program.stages[row].layer : layers.length - 1;
      const from = (step * ledger.rows + row) * kinds,
        to = (step * layers.length + layer) * kinds;
      for (let kind = 0; kind < kinds; kind++) counts[to + kind] += ledger.counts[from + kind];
    }
  return { layers, steps: ledger.steps, samples: ledger.samples, counts };
}

/** Total of one kind over all samples, of one layer or all, of one step or all. */
export function countOf(table: LayerCounts, kind: EventKind, layer?: number, step?: number): number {
  let total = 0;
  for (let t = step ?? 0; t < (step === undefined ? table.steps : step + 1); t++) {
    for (let l = layer ?? 0; l < (layer === undefined ? table.layers.length : layer + 1); l++)
      total += table.counts[(t * table.layers.length + l) * eventKinds.length + eventIndex[kind]];
  }
  return total;
}

/** Mean per sample; 0 when no sample was run. */
export const perSample = (total: number, samples: number): number => (samples > 0 ? total / samples : 0);
