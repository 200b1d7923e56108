// How many steps of its producer's output an edge holds: the one account of consumer slots for planes, read by the mapper and the verifier.
import type { Plan, Plane, Window } from './program.ts';
import type { PlaneId } from './units.ts';
import type { Arch } from './arch.ts';
import { inputsOf, outputsOf } from './program.ts';

/**
 * Lag of a stage: clip-wide attention (`clear: 'sample'`) on the longest way to it, itself included. A stage of lag l answers step 0 only when all stages of lag l - 1 have ended their last step.
 * A soma and all tiles and attention that send it sums have one lag, for their windows hold single contexts. planes: least lag among the writers.
 */
export type Lags = Readonly<{ stages: Int32Array; planes: Int32Array }>;

/** Lags of a plan, whole or cut, whose stages are in topological order. */
export function lagsOf({ stages, planes }: Pick<Plan, 'stages' | 'planes'>): Lags {
  const lags = new Int32Array(stages.length), least = new Int32Array(planes.length).fill(-1), greatest = new Int32Array(planes.length);
  const write = (plane: PlaneId, lag: number): void => {
    least[plane] = least[plane] < 0 ? lag : Math.min(least[plane], lag);
    greatest[plane] = Math.max(greatest[plane], lag);
  };
  for (const stage of stages) {
    let lag = inputsOf(stage).reduce((most, { plane }) => Math.max(most, greatest[plane]), 0);
    if (stage.kind === 'attend' && stage.clear === 'sample') lag++;
    if (stage.kind === 'synapse' && stage.after !== undefined) lag = Math.max(lag, lags[stage.after]);
    if (stage.kind === 'soma') {
      for (const sum of stage.sums) lag = Math.max(lag, lags[sum]);
      for (const sum of stage.sums) {
        for (let id: number | undefined = sum; id !== undefined;) {
          const sender: Plan['stages'][number] = stages[id];
          lags[id] = lag;
          id = sender.kind === 'synapse' ? sender.after : undefined;
        }
      }
    }
    lags[stage.id] = lag;
    for (const region of outputsOf(stage)) if (region !== 'sums') write(region.plane, lag);
  }
  return { stages: lags, planes: least };
}

/**
 * Window of an edge that carries a plane. Written once a sample: one bank. From a lower lag to a higher one, that is into clip-wide attention (query, key and value) and past it
 * (whatever its followers read besides): a bank for each of the T steps, so that the producer never waits. Elsewhere two banks and an acknowledgement where steps overlap:
 * in dataflow, and among stages that lag, all of whose steps run within the last barrier. One bank else.
 *
 * Why nothing can wait in a circle: stages of lag 0 never wait for a bank of a higher lag, so they end all steps as they would alone (machine.md section 4, rule 3); then those of lag 1
 * have all that they need of lag 0 in their banks, and so on. Source: machine.md section 4, rule 3.
 */
export function windowOf(plane: Plane, lags: Readonly<{ from: number; to: number }>, sync: Arch['mesh']['sync'], steps: number): Extract<Window, { kind: 'region' }> {
  if (plane.per === 'sample') return { kind: 'region', banks: 1, ack: 'none' };
  if (lags.from < lags.to) return { kind: 'region', banks: steps, ack: 'none' };
  return sync === 'dataflow' || (lags.to > 0 && steps > 1) ? { kind: 'region', banks: 2, ack: 'step' } : { kind: 'region', banks: 1, ack: 'none' };
}
