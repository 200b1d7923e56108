// What one task does: run samples through the simulator, time the first of them, count what the report asks of every sample.
import { decodeProgram } from '../targets/contract/wire.ts';
import { eventKinds } from '../targets/contract/ledger.ts';
import type { Program } from '../targets/contract/program.ts';
import type { Activity } from '../targets/contract/work.ts';
import { readTarget } from '../targets/language/read.ts';
import type { Engine } from '../simulator/function/engine.ts';
import { prepare } from '../simulator/function/engine.ts';
import type { Timer } from '../simulator/timing/time.ts';
import { prepareTimer } from '../simulator/timing/time.ts';
import type { Batch, BatchResult } from './execute/executor.ts';
import type { CensusLayer } from './census.ts';
import { censusLayers, isCounted } from './census.ts';
import { fed } from './feed.ts';
import { packSpikes } from './pack-spikes.ts';

export type Prepared = Readonly<{ program: Program; engine: Engine; timer: Timer; census: readonly CensusLayer[] }>;

/** A program of our own making, decoded and packed. Faults of a program are reported by the caller, before it goes to workers. */
export function prepareProgram(bytes: Uint8Array): Prepared {
  const program = decodeProgram(bytes, 'program');
  if (!program.ok) throw new Error(program.faults[0].message);
  const target = readTarget(program.value.target.text, 'program', () => undefined);
  if (!target.ok) throw new Error(target.faults[0].message);
  const { technology: _, ...chip } = target.value.arch;
  return { program: program.value, engine: prepare(program.value, chip), timer: prepareTimer(program.value, chip), census: censusLayers(program.value) };
}

/** Runs one batch; the first of a run forgets what a run before it has learnt. */
export function simulateBatch({ program, engine, timer, census }: Prepared, { pixels, sampleBytes, from, to, timed, observed, fidelity }: Batch): BatchResult {
  const outputs: number[] = [], seen: Uint8Array[][] = [], activities: (readonly Activity[])[] = [];
  const spikes = new Float64Array(program.probes.length), counted = new Float64Array(census.length * 2);
  const counts = new Float64Array(program.steps * (program.stages.length + 1) * eventKinds.length);
  if (from === 0) engine.forget();
  for (let sample = from; sample < to; sample++) {
    const input = new Map(program.inputs.map((port) => [port.name, fed(port, pixels.subarray(sample * sampleBytes, (sample + 1) * sampleBytes))]));
    const run = engine.run(input, { activities: sample < timed });
    if (run.activities && sample < timed) activities.push(run.activities);
    for (const { output } of program.readouts) outputs.push(...run.outputs.get(output)!);
    for (let i = 0; i < counts.length; i++) counts[i] += run.ledger.counts[i];
    program.probes.forEach(({ plane }, i) => { spikes[i] += engine.active(plane); });
    if (sample < observed) seen.push(program.probes.map(({ plane }) => packSpikes(engine.values(plane), program.planes[plane].carrier)));
    const views = census.map((layer, i) => (isCounted(layer, i) ? engine.census(layer.planes, layer.shifts) : [0, 0]));
    census.forEach(({ like }, i) => {
      counted[2 * i] += views[like][0];
      counted[2 * i + 1] += views[like][1];
    });
  }
  const timing = activities.length ? timer(activities, fidelity) : undefined;
  return { from, to, outputs: Int32Array.from(outputs), counts, spikes, census: counted, observed: seen, timing: timing?.ok ? timing.value : undefined,
    faults: timing && !timing.ok ? timing.faults : [] };
}
