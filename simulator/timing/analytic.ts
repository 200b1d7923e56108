// Fidelity `analytic`: a lower bound on cycles, from the busiest core, the busiest link and the critical path of the context graph without contention.
import type { Timing } from '../../targets/contract/timing.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { packetSizes, workCycles } from '../../targets/contract/work.ts';
import type { ContextGraph } from './context-graph.ts';
import { earliestArrival } from './latency.ts';

/** What a stretch of a sample (a step in `barrier` mode, else all of it) adds up, and the earliest cycles that the walk along the graph finds. */
type Account = {
  readonly graph: ContextGraph; readonly activities: readonly Activity[];
  /** Work and emission per core; flits per link, of messages and of acknowledgements. */
  readonly busy: Float64Array; readonly messages: Float64Array; readonly acks: Float64Array;
  /** Earliest start of each context of the present step; end of each stage's last step. */
  readonly ready: Float64Array; readonly stageEnd: Float64Array;
  /** Flits of a message and of its last packet, by its bits. */
  readonly sizes: ({ size: number; last: number } | undefined)[];
  /** Latest end of a context or arrival of a message. */
  latest: number };

const sizeOf = (packets: readonly number[]): { size: number; last: number } => ({ size: packets.reduce((sum, flits) => sum + flits, 0), last: packets[packets.length - 1] });

/**
 * Bounds every sample. Why it is below `cycle`, at each step's end too: a core is serial and a stage runs its steps in order, so all work and emission up to step t lies before the end
 * of step t; a link passes one flit a cycle, and all messages up to step t have crossed; a context starts after its last message, which leaves no earlier than its flits are emitted and
 * takes no less than alone in the network; windows and arbitration only add. In `barrier` mode the same holds within each step, whose acknowledgements have drained before the next.
 */
export function boundCycles(graph: ContextGraph, samples: readonly (readonly Activity[])[]): Timing {
  const { chip, steps } = graph, count = chip.mesh.width * chip.mesh.height, isBarrier = chip.mesh.sync === 'barrier';
  const timing: Timing = { fidelity: 'analytic', samples: samples.length, steps, cycles: new Float64Array(samples.length * steps), total: new Float64Array(samples.length),
    cores: new Float64Array(count * 3), links: new Float64Array(count * 4), queues: new Float64Array(count * 2) };
  const sizes: Account['sizes'] = [];
  samples.forEach((activities, sample) => {
    const account: Account = { graph, activities, busy: new Float64Array(count), messages: new Float64Array(count * 4), acks: new Float64Array(count * 4), ready: new Float64Array(graph.contexts),
      stageEnd: new Float64Array(graph.stages), sizes, latest: 0 };
    const busy = new Float64Array(count);
    let start = 0;
    for (let step = 0; step < steps; step++) {
      walkStep(account, step, start);
      account.latest = Math.max(account.latest, start + greatest(account.busy), start + greatest(account.messages));
      timing.cycles[sample * steps + step] = account.latest;
      if (!isBarrier && step + 1 < steps) continue;
      addTo(account.acks, account.messages);
      addTo(timing.links, account.acks);
      addTo(busy, account.busy);
      start = Math.max(account.latest, start + greatest(account.acks)) + (isBarrier ? chip.timing.barrier : 0);
      for (const array of [account.busy, account.messages, account.acks]) array.fill(0);
    }
    timing.total[sample] = start;
    for (let core = 0; core < count; core++) {
      timing.cores[core * 3] += busy[core];
      timing.cores[core * 3 + 2] += start - busy[core];
    }
  });
  return timing;
}

const greatest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
const addTo = (into: Float64Array, values: Float64Array): void => values.forEach((value, i) => { into[i] += value; });

/** Runs one step along the stage graph, which is in topological order, as if every stage and link were alone. */
function walkStep(account: Account, step: number, start: number): void {
  const { graph, busy, ready, stageEnd } = account, { program, chip, first, fills } = graph, emit = chip.timing.emit;
  ready.fill(start);
  for (let stage = 0; stage < graph.stages; stage++) {
    if (step >= graph.stepsOf[stage]) continue;
    const core = graph.coreOf[stage], activity = account.activities[stage], before = Math.max(start, stageEnd[stage]);
    let end = before, filled = before, previous = before;
    for (let context = first[stage]; context < first[stage + 1]; context++) {
      const local = context - first[stage];
      let begin = Math.max(before, ready[context]);
      if (fills[stage] > 0 && local >= fills[stage]) begin = Math.max(begin, filled);
      if (graph.isOrdered[stage] !== 0) begin = Math.max(begin, previous);
      const worked = begin + workCycles(program.stages[stage], activity.rows[step * activity.contexts + local], graph.scanned[context], chip);
      const ended = worked + emit * sendMessages(account, stage, step, context, worked, sendAcks(account, stage, step, context));
      busy[core] += ended - begin;
      previous = ended;
      if (local < fills[stage]) filled = Math.max(filled, ended);
      end = Math.max(end, ended);
    }
    // The acknowledgement of a bank leaves with whichever context ends last.
    busy[core] += emit * sendAcks(account, stage, step, -1);
    stageEnd[stage] = end;
    account.latest = Math.max(account.latest, end);
  }
}

/** Acknowledgements of one context (chain slots) or, for context -1, of a step (banks): counts their flits and links. */
function sendAcks({ graph, acks }: Account, stage: number, step: number, context: number): number {
  const { incoming, routes } = graph, position = graph.program.stages[stage].contexts.from + context - graph.first[stage];
  let flits = 0;
  for (let i = incoming.start[stage]; i < incoming.start[stage + 1]; i++) {
    const edge = incoming.items[i];
    if (graph.acks[edge] === 0 || (graph.isOnce[edge] !== 0 && step > 0) || (graph.perContext[edge] !== 0) !== context >= 0) continue;
    if (context >= 0 && (position < graph.edgeFirst[edge] || position >= graph.edgeFirst[edge] + graph.edgeBase[edge + 1] - graph.edgeBase[edge])) continue;
    flits++;
    for (let link = routes.ackLinks.start[edge]; link < routes.ackLinks.start[edge + 1]; link++) acks[routes.ackLinks.items[link]]++;
  }
  return flits;
}

/** Sends the messages of a context whose work ends at `worked`, after `flits` acknowledgements. Returns all flits that it emits. */
function sendMessages(account: Account, stage: number, step: number, context: number, worked: number, flits: number): number {
  const { graph, messages } = account, { segmentRoutes, routes, chip } = graph, segment = graph.segmentOf[context], activity = account.activities[stage], local = context - graph.first[stage];
  const position = graph.program.stages[stage].contexts.from + local - graph.fills[stage];
  let emitted = flits;
  for (let i = segmentRoutes.start[segment]; i < segmentRoutes.start[segment + 1]; i++) {
    const route = segmentRoutes.items[i], { copiesOf, copyLinks, destinationsOf, local: own } = routes;
    for (let e = own.start[route]; e < own.start[route + 1]; e++) arriveAt(account, own.items[e], position, worked);
    if (copiesOf.start[route] === copiesOf.start[route + 1]) continue;
    const bits = activity.bits[(step * activity.contexts + local) * activity.outputs + routes.output[route]], before = emitted;
    const { size, last } = account.sizes[bits] ??= sizeOf(packetSizes(bits, graph.header, chip));
    for (let c = copiesOf.start[route]; c < copiesOf.start[route + 1]; c++) {
      const copy = copiesOf.items[c];
      emitted += size;
      for (let link = copyLinks.start[copy]; link < copyLinks.start[copy + 1]; link++) messages[copyLinks.items[link]] += size;
    }
    for (let d = destinationsOf.start[route]; d < destinationsOf.start[route + 1]; d++) {
      const destination = destinationsOf.items[d], copies = routes.copy[destination] - copiesOf.items[copiesOf.start[route]] + 1;
      const arrival = earliestArrival(worked, before + copies * size - last, last, chip.timing.emit, routes.distance[destination], chip.router);
      account.latest = Math.max(account.latest, arrival);
      for (let e = routes.edges.start[destination]; e < routes.edges.start[destination + 1]; e++) arriveAt(account, routes.edges.items[e], position, arrival);
    }
  }
  return emitted;
}

function arriveAt({ graph, ready }: Account, edge: number, position: number, cycle: number): void {
  const { readers } = graph, list = graph.edgeBase[edge] + position - graph.edgeFirst[edge];
  for (let i = readers.start[list]; i < readers.start[list + 1]; i++) if (cycle > ready[readers.items[i]]) ready[readers.items[i]] = cycle;
}
