// What cores do, event by event: take a context, work, free windows, emit. machine.md section 4.
import { workCycles } from '../../targets/contract/work.ts';
import { passOf, windows } from './context-graph.ts';
import type { Cores } from './cores.ts';
import { doing, enterStep, freeWindow, openMessage, openNext, packetsOf, post, receiveMessage } from './cores.ts';
import { schedule, takeEvent } from './events.ts';
import { hasRoom, offer } from './network.ts';

/*
 * Why nothing can wait in a circle (rule 3): by induction on the step and, within it, along the acyclic stage graph, the earliest unfinished context has its inputs, and its output
 * banks were freed by contexts of earlier steps; a chain's window is freed by the next tile of the same chain, in the same order, whose last tile writes banks only; the local slot
 * of a synapse is freed by its soma, whose other inputs come from earlier stages. Emission waits for the queue only, which the network always drains. What clip-wide attention holds up
 * has a bank for every step, so that nothing before it waits (windows.ts of the contract): the induction runs once for each lag.
 */

/** Tails that the network has just ejected: acknowledgements free windows, the last packet of a message completes it. */
export function takeDeliveries(cores: Cores, now: number): void {
  const { network, graph } = cores, { routes } = graph;
  for (let i = 0; i < network.delivered; i++) {
    const tag = network.deliveredTag[i], at = network.deliveredCore[i];
    if (tag < 0) {
      freeWindow(cores, -1 - tag);
      continue;
    }
    const route = cores.messageRoute[tag];
    let destination = routes.destinationsOf.start[route];
    while (routes.core[routes.destinationsOf.items[destination]] !== at) destination++;
    const number = routes.destinationsOf.items[destination];
    if (--cores.messageLeft[tag * routes.mostDestinations + destination - routes.destinationsOf.start[route]] > 0) continue;
    const step = cores.messageStep[tag];
    for (let e = routes.edges.start[number]; e < routes.edges.start[number + 1]; e++) receiveMessage(cores, routes.edges.items[e], cores.messagePosition[tag], step);
    if (now > cores.stepEnd[step]) cores.stepEnd[step] = now;
    if (--cores.messageOpen[tag] === 0) cores.messageFree[cores.messagesFree++] = tag;
  }
  if (network.delivered > 0) cores.lastMove = now;
}

/** All that cores do in this cycle, events of no duration included. */
export function runCores(cores: Cores, now: number): void {
  const { events, network } = cores;
  if (cores.blocked > 0) for (let core = 0; core < network.routers; core++) if (cores.doing[core] === doing.blocked && hasRoom(network, core)) unblock(cores, core, now);
  for (;;) {
    while (events.size > 0 && events.time[events.heap[0]] <= now) {
      const core = takeEvent(events);
      cores.lastMove = now;
      if (cores.doing[core] === doing.working) finish(cores, core, now);
      else emit(cores, core, now);
    }
    if (cores.dirtyCount === 0) return;
    // Cores do not see each other within a cycle, so their order does not matter.
    while (cores.dirtyCount > 0) {
      const core = cores.dirty[--cores.dirtyCount];
      cores.isDirty[core] = 0;
      if (cores.doing[core] === doing.idle) dispatch(cores, core, now);
    }
  }
}

/** An idle core takes the least (step, stage, context) that has its inputs and a slot on every output edge. */
function dispatch(cores: Cores, core: number, now: number): void {
  const { graph } = cores, { stagesOf } = graph;
  if (cores.isBlocked[core] !== 0) cores.stalled[core] += now - cores.since[core];
  cores.since[core] = now;
  cores.isBlocked[core] = 0;
  let best = -1, bestStage = -1, bestStep = cores.lastStep + 1;
  for (let i = stagesOf.start[core]; i < stagesOf.start[core + 1]; i++) {
    const stage = stagesOf.items[i], step = cores.step[stage];
    if (cores.readyCount[stage] === 0 || step >= bestStep) continue;
    const context = candidate(cores, stage);
    if (context < 0) continue;
    best = context;
    bestStage = stage;
    bestStep = step;
  }
  if (best >= 0) start(cores, core, bestStage, best, now);
}

/** The first context of a stage's current step that may start, or -1. Marks the core where only a window is missing. */
function candidate(cores: Cores, stage: number): number {
  const { graph } = cores, { segmentsOf, segmentTo } = graph, reads = graph.first[stage] + graph.fills[stage];
  for (let i = segmentsOf.start[stage]; i < segmentsOf.start[stage + 1]; i++) {
    const segment = segmentsOf.items[i];
    let context = cores.hint[segment];
    while (context < segmentTo[segment] && cores.ready[context] === 0) context++;
    cores.hint[segment] = context;
    if (context === segmentTo[segment]) continue;
    if (graph.fills[stage] > 0 && context >= reads && cores.filled[stage] < graph.fills[stage]) return -1;
    if (graph.isOrdered[stage] !== 0 && context !== cores.nextInOrder[stage]) return -1;
    if (hasSlots(cores, segment, cores.step[stage])) return context;
    cores.isBlocked[graph.coreOf[stage]] = 1;
    if (graph.isOrdered[stage] !== 0) return -1;
  }
  return -1;
}

function hasSlots(cores: Cores, segment: number, step: number): boolean {
  const { segmentEdges, window, limit } = cores.graph;
  for (let i = segmentEdges.start[segment]; i < segmentEdges.start[segment + 1]; i++) {
    const edge = segmentEdges.items[i];
    if (window[edge] === windows.slots ? cores.taken[edge] >= limit[edge] : window[edge] === windows.banks && step >= cores.freed[edge] + limit[edge]) return false;
  }
  return true;
}

function start(cores: Cores, core: number, stage: number, context: number, now: number): void {
  const { graph } = cores, { segmentEdges } = graph, segment = graph.segmentOf[context], step = cores.step[stage], activity = cores.activities[stage], local = context - graph.first[stage];
  for (let i = segmentEdges.start[segment]; i < segmentEdges.start[segment + 1]; i++) if (graph.window[segmentEdges.items[i]] === windows.slots) cores.taken[segmentEdges.items[i]]++;
  cores.ready[context] = 0;
  cores.readyCount[stage]--;
  if (graph.isOrdered[stage] !== 0) cores.nextInOrder[stage] = context + 1;
  cores.doing[core] = doing.working;
  cores.isBlocked[core] = 0;
  cores.context[core] = context;
  cores.stage[core] = stage;
  cores.running[core] = step;
  const rows = activity.rows[step * activity.contexts + local];
  const work = workCycles(graph.program.stages[stage], rows, graph.scanned[context], graph.chip, graph.multiplies[stage] !== 0, local < graph.fills[stage]);
  cores.busy[core] += work;
  schedule(cores.events, core, now + work);
}

/** The work of a context ends: it frees what it read, local readers have their message at once, the rest goes to the outbox, acknowledgements first: others wait for them. */
function finish(cores: Cores, core: number, now: number): void {
  const { graph } = cores, stage = cores.stage[core], step = cores.running[core], context = cores.context[core], outbox = cores.outbox[core];
  outbox.count = 0;
  outbox.at = 0;
  outbox.flitsLeft = 0;
  if (context - graph.first[stage] < graph.fills[stage]) cores.filled[stage]++;
  const fillsOnly = graph.isClip[stage] !== 0 && cores.answers[stage] === 0, { from, to } = passOf(graph, stage, !fillsOnly), isLast = ++cores.done[stage] === to - from;
  freeInputs(cores, core, stage, step, isLast && !fillsOnly);
  if (isLast) {
    const isEnd = step + 1 === graph.stepsOf[stage];
    if (fillsOnly && isEnd) cores.answers[stage] = 1;
    cores.step[stage] = fillsOnly && isEnd ? 0 : step + 1;
    if (isEnd && !fillsOnly) cores.stagesLeft--;
    else enterStep(cores, stage);
  }
  fillOutbox(cores, core, stage, step, context);
  cores.doing[core] = doing.emitting;
  advanceOutbox(cores, core, now);
}

/** One context consumed its slots; the last of a step frees the banks. */
function freeInputs(cores: Cores, core: number, stage: number, step: number, isLast: boolean): void {
  const { graph } = cores, { incoming } = graph, position = graph.program.stages[stage].contexts.from + cores.context[core] - graph.first[stage];
  for (let i = incoming.start[stage]; i < incoming.start[stage + 1]; i++) {
    const edge = incoming.items[i];
    if (graph.isOnce[edge] !== 0 && step > 0) continue;
    if (graph.perContext[edge] !== 0) {
      if (position < graph.edgeFirst[edge] || position >= graph.edgeFirst[edge] + graph.edgeBase[edge + 1] - graph.edgeBase[edge]) continue;
      cores.waiting[core]--;
    } else if (!isLast) continue;
    else if (graph.isOnce[edge] === 0 || graph.stepsOf[stage] === 1) cores.waiting[core] -= cores.edgeGot[edge * graph.steps + step];
    if (graph.window[edge] === windows.open) continue;
    if (graph.acks[edge] !== 0) post(cores.outbox[core], 1, -1 - graph.coreOf[graph.from[edge]], 1, -1 - edge);
    else freeWindow(cores, edge);
  }
}

function fillOutbox(cores: Cores, core: number, stage: number, step: number, context: number): void {
  const { graph } = cores, { segmentRoutes, routes } = graph, segment = graph.segmentOf[context], activity = cores.activities[stage], local = context - graph.first[stage];
  const position = graph.program.stages[stage].contexts.from + local - graph.fills[stage];
  for (let i = segmentRoutes.start[segment]; i < segmentRoutes.start[segment + 1]; i++) {
    const route = segmentRoutes.items[i], copies = routes.copiesOf;
    for (let e = routes.local.start[route]; e < routes.local.start[route + 1]; e++) receiveMessage(cores, routes.local.items[e], position, step);
    if (copies.start[route] === copies.start[route + 1]) continue;
    const sizes = packetsOf(cores, activity.bits[(step * activity.contexts + local) * activity.outputs + routes.output[route]]);
    const message = openMessage(cores, route, position, step, sizes.length);
    for (let c = copies.start[route]; c < copies.start[route + 1]; c++) {
      const copy = copies.items[c];
      for (let p = 0; p < sizes.length; p++) post(cores.outbox[core], sizes[p], copy, routes.ejections[copy], message);
    }
  }
}

/** Goes on to the next flit, `emit` cycles away, or ends the context. */
function advanceOutbox(cores: Cores, core: number, now: number): void {
  const outbox = cores.outbox[core], { timing } = cores.graph.chip;
  if (outbox.flitsLeft === 0 && outbox.at === outbox.count) {
    const step = cores.running[core];
    if (now > cores.stepEnd[step]) cores.stepEnd[step] = now;
    cores.doing[core] = doing.idle;
    dispatch(cores, core, now);
    return;
  }
  cores.busy[core] += timing.emit;
  schedule(cores.events, core, now + timing.emit);
}

/** A flit is due: it enters the queue, or the core stalls before it. */
function emit(cores: Cores, core: number, now: number): void {
  const outbox = cores.outbox[core];
  if (!hasRoom(cores.network, core)) {
    cores.doing[core] = doing.blocked;
    cores.since[core] = now;
    cores.blocked++;
    return;
  }
  if (outbox.flitsLeft === 0) openNext(cores, outbox);
  offer(cores.network, core, outbox.packet);
  if (--outbox.flitsLeft === 0) outbox.at++;
  advanceOutbox(cores, core, now);
}

function unblock(cores: Cores, core: number, now: number): void {
  cores.stalled[core] += now - cores.since[core];
  cores.doing[core] = doing.emitting;
  cores.blocked--;
  cores.lastMove = now;
  emit(cores, core, now);
}
