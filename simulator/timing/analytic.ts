// Fidelity `analytic`: a lower bound on cycles, from the busiest core, the busiest link and the critical path of the context graph without contention.
import type { Timing } from '../../targets/contract/timing.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { packetSizes, workCycles } from '../../targets/contract/work.ts';
import type { ContextGraph } from './context-graph.ts';
import { passOf } from './context-graph.ts';
import { earliestArrival } from './latency.ts';

/** What a stretch of a sample adds up. Work and emission per core; flits per link, of messages and of acknowledgements; latest end of a context or arrival of a message. */
type Tally = { readonly busy: Float64Array; readonly messages: Float64Array; readonly acks: Float64Array; latest: number };

/** The walk along the graph. */
type Account = {
  readonly graph: ContextGraph; readonly activities: readonly Activity[];
  /** What is counted now: a step in `barrier` mode, else all of the sample; one step where stages lag behind clip-wide attention. */
  tally: Tally;
  /** Earliest start of each context of the present step, which begins at `base`; end of each stage's last step. */
  readonly ready: Float64Array; base: number; readonly stageEnd: Float64Array;
  /** Flits of a message and of its last packet, by its bits. */
  readonly sizes: ({ size: number; last: number } | undefined)[] };

const sizeOf = (packets: readonly number[]): { size: number; last: number } => ({ size: packets.reduce((sum, flits) => sum + flits, 0), last: packets[packets.length - 1] });
const emptyTally = (cores: number): Tally => ({ busy: new Float64Array(cores), messages: new Float64Array(cores * 4), acks: new Float64Array(cores * 4), latest: 0 });

/**
 * Bounds every sample. Why it is below `cycle`, at each step's end too: a core is serial and a stage runs its steps in order, so all work and emission up to step t lies before the end
 * of step t; a link passes one flit a cycle, and all messages up to step t have crossed; a context starts after its last message, which leaves no earlier than its flits are emitted and
 * takes no less than alone in the network; windows and arbitration only add. In `barrier` mode the same holds within each step, whose acknowledgements have drained before the next;
 * what lags behind clip-wide attention runs all its steps within the last one.
 */
export function boundCycles(graph: ContextGraph, samples: readonly (readonly Activity[])[]): Timing {
  const { chip, steps } = graph, count = chip.mesh.width * chip.mesh.height;
  const timing: Timing = { fidelity: 'analytic', samples: samples.length, steps, cycles: new Float64Array(samples.length * steps), total: new Float64Array(samples.length),
    cores: new Float64Array(count * 3), links: new Float64Array(count * 4), queues: new Float64Array(count * 2) };
  const sizes: Account['sizes'] = [];
  samples.forEach((activities, sample) => {
    const account: Account = { graph, activities, tally: emptyTally(count), ready: new Float64Array(graph.contexts * (graph.mostLag > 0 ? steps : 1)), base: 0,
      stageEnd: new Float64Array(graph.stages), sizes };
    const end = (graph.mostLag > 0 ? boundLagging : boundSteps)(account, timing, sample);
    timing.total[sample] = end.at;
    for (let core = 0; core < count; core++) {
      timing.cores[core * 3] += end.busy[core];
      timing.cores[core * 3 + 2] += end.at - end.busy[core];
    }
  });
  return timing;
}

type End = Readonly<{ at: number; busy: Float64Array }>;

/** Step by step; `barrier` mode begins anew in each. */
function boundSteps(account: Account, timing: Timing, sample: number): End {
  const { graph: { chip, steps }, tally } = account, isBarrier = chip.mesh.sync === 'barrier', busy = new Float64Array(tally.busy.length);
  let start = 0;
  for (let step = 0; step < steps; step++) {
    account.ready.fill(start);
    walkStep(account, step, start, 0);
    tally.latest = Math.max(tally.latest, start + greatest(tally.busy), start + greatest(tally.messages));
    timing.cycles[sample * steps + step] = tally.latest;
    if (!isBarrier && step + 1 < steps) continue;
    start = drained(tally, start, timing) + (isBarrier ? chip.timing.barrier : 0);
    addTo(busy, tally.busy);
    for (const array of [tally.busy, tally.messages, tally.acks]) array.fill(0);
  }
  return { at: start, busy };
}

/**
 * With clip-wide attention: lag by lag, each through all its steps, for the first answer of a lag needs the last step of the one before. `barrier` mode: stages without lag, and what
 * fills from them, step by step; the rest within the last step.
 */
function boundLagging(account: Account, timing: Timing, sample: number): End {
  const { graph: { chip, steps, mostLag } } = account, cores = account.tally.busy.length, isBarrier = chip.mesh.sync === 'barrier', busy = new Float64Array(cores), starts: number[] = [];
  const early = Array.from({ length: steps }, () => emptyTally(cores)), late = early.map(() => emptyTally(cores));
  let start = 0;
  for (let step = 0; step < steps; step++) {
    starts.push(start);
    account.tally = early[step];
    walkStep(account, step, start, 0);
    fillStep(account, step, start, 1);
    if (isBarrier && step + 1 < steps) start = drained(early[step], start, timing) + chip.timing.barrier;
  }
  for (let lag = 1; lag <= mostLag; lag++) {
    for (const walk of [walkStep, fillStep]) for (let step = 0; step < steps; step++) {
      account.tally = late[step];
      walk(account, step, start, walk === walkStep ? lag : lag + 1);
    }
  }
  const sum = emptyTally(cores), lags = emptyTally(cores);  // of what shares the last stretch, and of what lags in it
  for (let step = 0; step < steps; step++) {
    const shares = !isBarrier || step + 1 === steps;
    if (shares) join(sum, early[step]);
    join(isBarrier ? lags : sum, late[step]);
    const ends = [early[step].latest, late[step].latest, ...(shares ? [] : [starts[step] + most(early[step])]), start + most(lags), ...(shares ? [start + most(sum)] : [])];
    timing.cycles[sample * steps + step] = Math.max(step > 0 ? timing.cycles[sample * steps + step - 1] : 0, ...ends);
    addTo(busy, early[step].busy);
    addTo(busy, late[step].busy);
  }
  if (isBarrier) join(sum, lags);
  sum.latest = Math.max(timing.cycles[sample * steps + steps - 1], start + most(sum));
  timing.cycles[sample * steps + steps - 1] = sum.latest;
  return { at: drained(sum, start, timing) + (isBarrier ? chip.timing.barrier : 0), busy };
}

const greatest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, value), 0);
const addTo = (into: Float64Array, values: Float64Array): void => values.forEach((value, i) => { into[i] += value; });
const most = ({ busy, messages }: Tally): number => Math.max(greatest(busy), greatest(messages));

function join(into: Tally, { busy, messages, acks, latest }: Tally): void {
  addTo(into.busy, busy);
  addTo(into.messages, messages);
  addTo(into.acks, acks);
  into.latest = Math.max(into.latest, latest);
}

/** When a stretch that began at `start` has drained, acknowledgements included, whose flits join the messages and the links of the timing. */
function drained({ latest, busy, messages, acks }: Tally, start: number, timing: Timing): number {
  addTo(acks, messages);
  addTo(timing.links, acks);
  return Math.max(latest, start + greatest(busy), start + greatest(acks));
}

/** Runs one step of all stages of a lag along the stage graph, which is in topological order, as if every stage and link were alone. Clip-wide attention only answers. */
function walkStep(account: Account, step: number, start: number, lag: number): void {
  const { graph } = account;
  for (let stage = 0; stage < graph.stages; stage++) if (step < graph.stepsOf[stage] && graph.lag[stage] === lag) runPass(account, stage, step, start, true);
}

/** Clip-wide attention of a lag takes in one step. */
function fillStep(account: Account, step: number, start: number, lag: number): void {
  const { graph } = account;
  for (let stage = 0; stage < graph.stages; stage++) if (graph.isClip[stage] !== 0 && graph.lag[stage] === lag) runPass(account, stage, step, start, false);
}

function runPass(account: Account, stage: number, step: number, start: number, answers: boolean): void {
  const { graph, ready, stageEnd, tally: { busy } } = account, { program, chip, first, fills } = graph, emit = chip.timing.emit, { from, to } = passOf(graph, stage, answers);
  const core = graph.coreOf[stage], activity = account.activities[stage], before = Math.max(start, stageEnd[stage]);
  account.base = graph.mostLag > 0 ? step * graph.contexts : 0;
  let end = before, filled = before, previous = before;
  for (let context = from; context < to; context++) {
    const local = context - first[stage], fillsNow = local < fills[stage];
    let begin = Math.max(before, ready[account.base + context]);
    if (fills[stage] > 0 && !fillsNow) begin = Math.max(begin, filled);
    if (graph.isOrdered[stage] !== 0) begin = Math.max(begin, previous);
    const worked = begin + workCycles(program.stages[stage], activity.rows[step * activity.contexts + local], graph.scanned[context], chip, graph.multiplies[stage] !== 0, fillsNow);
    const ended = worked + emit * sendMessages(account, stage, step, context, worked, sendAcks(account, stage, step, context));
    busy[core] += ended - begin;
    previous = ended;
    if (fillsNow) filled = Math.max(filled, ended);
    end = Math.max(end, ended);
  }
  // The acknowledgement of a bank leaves with whichever context ends last.
  if (answers) busy[core] += emit * sendAcks(account, stage, step, -1);
  stageEnd[stage] = end;
  account.tally.latest = Math.max(account.tally.latest, end);
}

/** Acknowledgements of one context (chain slots) or, for context -1, of a step (banks): counts their flits and links. */
function sendAcks({ graph, tally: { acks } }: Account, stage: number, step: number, context: number): number {
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
  const { graph, tally: { messages } } = account, { segmentRoutes, routes, chip } = graph, segment = graph.segmentOf[context], activity = account.activities[stage], local = context - graph.first[stage];
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
      account.tally.latest = Math.max(account.tally.latest, arrival);
      for (let e = routes.edges.start[destination]; e < routes.edges.start[destination + 1]; e++) arriveAt(account, routes.edges.items[e], position, arrival);
    }
  }
  return emitted;
}

function arriveAt({ graph, ready, base }: Account, edge: number, position: number, cycle: number): void {
  const { readers } = graph, list = graph.edgeBase[edge] + position - graph.edgeFirst[edge];
  for (let i = readers.start[list]; i < readers.start[list + 1]; i++) if (cycle > ready[base + readers.items[i]]) ready[base + readers.items[i]] = cycle;
}
