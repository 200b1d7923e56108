// The timing half on one page: a program and what its stages did go in, cycles come out. It never sees a spike's value.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Program } from '../../targets/contract/program.ts';
import { outputsOf } from '../../targets/contract/program.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { activityMismatch, forkedWormhole } from '../faults.ts';
import { boundCycles } from './analytic.ts';
import { checkRouter } from './check-router.ts';
import { layContextGraph } from './context-graph.ts';
import type { ContextGraph } from './context-graph.ts';
import { defaultPatience, timeCycles } from './cycle.ts';

/** patience: cycles in which nothing may move before a run is given up (S3101). */
export type TimeOptions = Readonly<{ patience?: number }>;

/** Times samples of one program. */
export type Timer = (samples: readonly (readonly Activity[])[], fidelity: 'analytic' | 'cycle', options?: TimeOptions) => Outcome<Timing>;

/**
 * A timer for many calls: the program is laid out once, in the first of them.
 * @param program accepted by the verifier for this chip
 * Faults, of the timer: as for `time`.
 */
export function prepareTimer(program: Program, chip: Chip): Timer {
  let graph: ContextGraph | undefined;
  return (samples, fidelity, { patience = defaultPatience } = {}) => {
    const faults = [...checkRouter(chip.router), ...samples.flatMap((activities, sample) => checkActivities(program, activities, sample))];
    if (faults.length > 0) return fail(...faults);
    graph ??= layContextGraph(program, chip);
    const forks = checkForks(graph);
    if (forks.length > 0) return fail(...forks);
    const timing = fidelity === 'analytic' ? boundCycles(graph, samples) : timeCycles(graph, samples, patience);
    return 'code' in timing ? fail(timing) : succeed(timing);
  };
}

/**
 * Times samples, each on an empty chip. `analytic` is a lower bound (its stalled cycles and queues are 0); `cycle` steps flits through the routers.
 * @param program accepted by the verifier for this chip
 * @param samples [samples][stages] what the function half did
 * Faults: S1101 (activities of another program), S2101 and S2102 (a router that the network cannot run), S3101 (a run that does not end).
 * Source: machine.md, sections 4 to 6.
 */
export const time = (program: Program, chip: Chip, ...rest: Parameters<Timer>): Outcome<Timing> => prepareTimer(program, chip)(...rest);

function checkActivities(program: Program, activities: readonly Activity[], sample: number): readonly Fault[] {
  return program.stages.flatMap((stage, s) => {
    const activity = activities.at(s), contexts = stage.contexts.to - stage.contexts.from, outputs = outputsOf(stage).length;
    const want = (count: number, outs: number, rows: number, bits: number): string => `${count} contexts, ${outs} outputs, ${rows} rows and ${bits} message sizes`;
    const wanted = want(contexts, outputs, program.steps * contexts, program.steps * contexts * outputs);
    if (activity === undefined) return [activityMismatch(sample, s, wanted, 'nothing')];
    const came = want(activity.contexts, activity.outputs, activity.rows.length, activity.bits.length);
    return activity.stage === s && came === wanted ? [] : [activityMismatch(sample, s, wanted, activity.stage === s ? came : `those of stage ${activity.stage}`)];
  });
}

/** Wormhole switching is for paths. */
const checkForks = ({ chip, routes }: ContextGraph): readonly Fault[] => (chip.router.switching === 'vct' ? [] : routes.forked.map(forkedWormhole));
