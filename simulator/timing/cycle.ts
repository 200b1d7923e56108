// Fidelity `cycle`: cores by events, routers cycle by cycle while they hold flits; with no flit in flight, time jumps.
import type { Fault } from '../../targets/contract/fault.ts';
import type { Timing } from '../../targets/contract/timing.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { noProgress } from '../faults.ts';
import type { ContextGraph } from './context-graph.ts';
import { createCores, resetCores, wake } from './cores.ts';
import type { Cores } from './cores.ts';
import { nextEvent } from './events.ts';
import { createNetwork, nextCycle, reset } from './network.ts';
import { receive, advance } from './router.ts';
import { runCores, takeDeliveries } from './run-cores.ts';
import { waitingChain } from './waiting.ts';

/** Cycles without a move after which a run is given up. A chip that is quiet with work left is given up at once. */
export const defaultPatience = 1_000_000;

/** Times samples one after the other, each on an empty chip. Returns the fault of the first that does not end (S3101). */
export function timeCycles(graph: ContextGraph, samples: readonly (readonly Activity[])[], patience: number): Timing | Fault {
  const { chip, steps } = graph, count = chip.mesh.width * chip.mesh.height, network = createNetwork(chip.mesh, chip.router), cores = createCores(graph, network);
  const timing: Timing = { fidelity: 'cycle', samples: samples.length, steps, cycles: new Float64Array(samples.length * steps), total: new Float64Array(samples.length),
    cores: new Float64Array(count * 3), links: new Float64Array(count * 4), queues: new Float64Array(count * 2) };
  for (let sample = 0; sample < samples.length; sample++) {
    const end = runSample(cores, samples[sample], patience);
    if (typeof end !== 'number') return end;
    timing.total[sample] = end;
    let latest = 0;
    for (let step = 0; step < steps; step++) timing.cycles[sample * steps + step] = latest = Math.max(latest, cores.stepEnd[step]);
    for (let core = 0; core < count; core++) {
      timing.cores[core * 3] += cores.busy[core];
      timing.cores[core * 3 + 1] += cores.stalled[core];
      timing.cores[core * 3 + 2] += end - cores.busy[core] - cores.stalled[core];
      timing.queues[core * 2] = Math.max(timing.queues[core * 2], network.queueMost[core]);
      timing.queues[core * 2 + 1] = Math.max(timing.queues[core * 2 + 1], cores.waitingMost[core]);
    }
    network.links.forEach((flits, link) => { timing.links[link] += flits; });
  }
  return timing;
}

/** The cycle at which the sample has drained; in `barrier` mode its last barrier included. */
function runSample(cores: Cores, activities: readonly Activity[], patience: number): number | Fault {
  const { network, graph, events } = cores, { chip, steps } = graph;
  reset(network);
  resetCores(cores, activities);
  let now = 0, traversals = 0;
  for (;;) {
    receive(network, now);
    takeDeliveries(cores, now);
    runCores(cores, now);
    advance(network, now);
    if (network.traversals !== traversals) {
      traversals = network.traversals;
      cores.lastMove = now;
    } else if (now - cores.lastMove > patience) return stuck(cores);
    let next = nextEvent(events);
    if (network.packetsOpen > 0) next = Math.min(next, nextCycle(network, now));
    if (next !== Infinity) {
      now = next;
      continue;
    }
    if (network.packetsOpen > 0) return stuck(cores);
    if (chip.mesh.sync === 'dataflow') return cores.stagesLeft > 0 ? stuck(cores) : now;
    if (!isStepDone(cores)) return stuck(cores);
    now += chip.timing.barrier;
    if (++cores.lastStep >= steps) return now;
    for (let core = 0; core < network.routers; core++) wake(cores, core);
  }
}

/** What lags behind clip-wide attention runs in the last step only, all its steps. */
function isStepDone({ graph, step, lastStep }: Cores): boolean {
  const most = lastStep + 1 < graph.steps ? 0 : graph.mostLag;
  for (let stage = 0; stage < graph.stages; stage++) if (graph.lag[stage] <= most && step[stage] <= lastStep && step[stage] < graph.stepsOf[stage]) return false;
  return true;
}

function stuck(cores: Cores): Fault {
  const { core, step, chain } = waitingChain(cores);
  return noProgress(core, step, cores.lastMove, chain);
}
