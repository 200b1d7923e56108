// What one task does: run samples through the simulator, time the first of them, count what the report asks of every sample.
import { decodeProgram } from '../targets/contract/wire.ts';
import type { Chip } from '../targets/contract/arch.ts';
import type { Program, Synapse } from '../targets/contract/program.ts';
import type { Activity } from '../targets/contract/work.ts';
import type { PlaneId } from '../targets/contract/units.ts';
import { readTarget } from '../targets/language/read.ts';
import type { Engine } from '../simulator/function/engine.ts';
import { prepare } from '../simulator/function/engine.ts';
import { time } from '../simulator/timing/time.ts';
import type { Batch, BatchResult } from './execute/executor.ts';
import { packSpikes } from './pack-spikes.ts';

export type Prepared = Readonly<{ program: Program; chip: Chip; engine: Engine; census: readonly CensusLayer[] }>;

/** A program of our own making, decoded and packed. Faults of a program are reported by the caller, before it goes to workers. */
export function prepareProgram(bytes: Uint8Array): Prepared {
  const program = decodeProgram(bytes, 'program');
  if (!program.ok) throw new Error(program.faults[0].message);
  const target = readTarget(program.value.target.text, 'program', () => undefined);
  if (!target.ok) throw new Error(target.faults[0].message);
  const { technology: _, ...chip } = target.value.arch;
  return { program: program.value, chip, engine: prepare(program.value, chip), census: censusLayers(program.value) };
}

/** Runs one batch. */
export function simulateBatch({ program, chip, engine, census }: Prepared, { pixels, sampleBytes, from, to, timed, observed, fidelity }: Batch): BatchResult {
  const outputs: number[] = [], spikes = new Float64Array(program.probes.length), counted = new Float64Array(census.length * 2), seen: Uint8Array[][] = [], activities: (readonly Activity[])[] = [];
  let counts: Float64Array | undefined;
  for (let sample = from; sample < to; sample++) {
    const input = new Map(program.inputs.map(({ name }) => [name, pixels.subarray(sample * sampleBytes, (sample + 1) * sampleBytes)]));
    const run = engine.run(input, { activities: sample < timed });
    if (run.activities && sample < timed) activities.push(run.activities);
    for (const { output } of program.readouts) outputs.push(...run.outputs.get(output)!);
    counts = counts ? counts.map((count, i) => count + run.ledger.counts[i]) : run.ledger.counts;
    const probes = program.probes.map(({ plane }) => engine.values(plane));
    probes.forEach((values, i) => { for (const value of values) if (value !== 0) spikes[i]++; });
    if (sample < observed) seen.push(probes.map((values, i) => packSpikes(values, program.planes[program.probes[i].plane].carrier)));
    census.forEach((layer, i) => countCensus(layer, engine, counted.subarray(2 * i, 2 * i + 2)));
  }
  const timing = activities.length ? time(program, chip, activities, fidelity) : undefined;
  return { from, to, outputs: Int32Array.from(outputs), counts: counts!, spikes, census: counted, observed: seen, timing: timing?.ok ? timing.value : undefined, faults: timing && !timing.ok ? timing.faults : [] };
}

/** A layer with weights and the planes it reads; the value it sees is the sum of plane << shift. */
export type CensusLayer = Readonly<{ layer: string; planes: readonly PlaneId[]; shifts: readonly number[]; real: boolean }>;

/** Layers with weights, in program order; `real` ones read pixels or currents. */
export function censusLayers(program: Program): CensusLayer[] {
  const layers = new Map<string, CensusLayer>();
  for (const stage of program.stages) {
    if (stage.kind !== 'synapse') continue;
    const { from, shifts } = (stage satisfies Synapse).gather, layer = program.layers[stage.layer];
    layers.set(layer, { layer, planes: from.map(({ plane }) => plane), shifts, real: from.some(({ plane }) => ['pixel', 'current'].includes(program.planes[plane].carrier.as)) });
  }
  return [...layers.values()];
}

function countCensus({ planes, shifts, real }: CensusLayer, engine: Engine, into: Float64Array): void {
  if (real) return;
  const values = planes.map((plane) => engine.values(plane));
  if (values.length === 1) { for (const value of values[0]) if (value !== 0) into[value === 1 ? 0 : 1]++; return; }
  for (let at = 0; at < values[0].length; at++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i][at] << shifts[i];
    if (sum !== 0) into[sum === 1 ? 0 : 1]++;
  }
}
