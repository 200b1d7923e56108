// What each weight matrix sees: the honest answer to "spike-driven", from the carriers of the planes it reads and the values that were on them.
import type { Program, Synapse } from '../targets/contract/program.ts';
import type { PlaneId } from '../targets/contract/units.ts';

/**
 * A layer with weights and the planes it reads; the value it sees is the sum of plane << shift. sees: what its carriers allow: values are told apart only where they may be one or more
 * (spikes, sums of them, counts, event frames). like: the first layer that reads the same. where: each step, once a sample (its sums are kept), or outside the chip.
 */
export type CensusLayer = Readonly<{ layer: string; planes: readonly PlaneId[]; shifts: readonly number[]; sees: 'counts' | 'ternary' | 'real'; where: CensusRow['where']; like: number }>;
/** Shares of the non-zero inputs of a weight matrix, which sum to 1; all 0 where it has seen none. */
export type CensusRow = Readonly<{ layer: string; binary: number; ternary: number; graded: number; real: number; where: 'step' | 'once' | 'host' }>;

/** Layers with weights, in program order; then the rows that the host multiplies results with. */
export function censusLayers(program: Program): CensusLayer[] {
  const layers = new Map<string, Omit<CensusLayer, 'like'>>();
  for (const stage of program.stages) {
    if (stage.kind !== 'synapse') continue;
    const layer = program.layers[stage.layer], { from, shifts } = stage.gather;
    layers.set(layer, { layer, planes: from.map(({ plane }) => plane), shifts, sees: sightOf(program, stage), where: stage.evaluate === 'sample' ? 'once' : 'step' });
  }
  for (const { output, rows } of program.readouts) if (rows) layers.set(`${output} (rows)`, { layer: `${output} (rows)`, planes: [], shifts: [], sees: 'real', where: 'host' });
  const all = [...layers.values()], sight = ({ planes, shifts }: Omit<CensusLayer, 'like'>): string => JSON.stringify([planes, shifts]), sights = all.map(sight);
  return all.map((layer, i) => ({ ...layer, like: sights.indexOf(sights[i]) }));
}

/** Pixels given once and currents are multiplied, whatever their values; frames of event counts are not. */
function sightOf({ planes }: Program, { gather: { from } }: Synapse): CensusLayer['sees'] {
  const carriers = from.map(({ plane }) => planes[plane]);
  if (carriers.some(({ carrier, per }) => carrier.as === 'current' || (carrier.as === 'pixel' && per === 'sample'))) return 'real';
  return carriers.some(({ carrier }) => carrier.as === 'ternary') ? 'ternary' : 'counts';
}

/** Whether its values have to be looked at. */
export const isCounted = ({ sees, like }: CensusLayer, index: number): boolean => sees === 'counts' && like === index;

/** @param counted [layers, 2]: non-zero inputs that are one, and larger, of the layers that count */
export const censusRows = (layers: readonly CensusLayer[], counted: Float64Array): CensusRow[] => layers.map(({ layer, sees, where }, i) => {
  const [one, more] = [counted[2 * i], counted[2 * i + 1]], all = one + more || 1;
  return { layer, binary: one / all, ternary: Number(sees === 'ternary'), graded: more / all, real: Number(sees === 'real'), where };
});
