// The state of all cores during one sample: what has arrived, what is free, what each core does, and the messages under way.
import type { ContextGraph } from './context-graph.ts';
import { passOf, windows } from './context-graph.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { packetSizes } from '../../targets/contract/work.ts';
import { createEvents } from './events.ts';
import type { Events } from './events.ts';
import { openPacket } from './network.ts';
import type { Network } from './network.ts';

/** What a core does. `idle` includes stalled by a window (isBlocked), `blocked` is an emission before a full injection queue. */
export const doing = { idle: 0, working: 1, emitting: 2, blocked: 3 } as const;

/** Packets that a core has still to emit, in order; records of [flits, tree, ejections, tag]. */
export type Outbox = { records: Int32Array; count: number; at: number; flitsLeft: number; packet: number };

export type Cores = {
  readonly graph: ContextGraph; readonly network: Network; readonly events: Events;
  activities: readonly Activity[];
  /** Last step that may run: all of them in `dataflow`. */
  lastStep: number;
  /** Per stage: step, whether clip-wide attention is filled and answers, contexts done and ready, fill contexts done, next context of an ordered stage. */
  readonly step: Int32Array; readonly answers: Uint8Array; readonly done: Int32Array; readonly readyCount: Int32Array; readonly filled: Int32Array; readonly nextInOrder: Int32Array;
  /** Messages of each (step, context); contexts that are complete and not started (0, 1); per segment the least context that may be ready. */
  readonly got: Int32Array; readonly ready: Uint8Array; readonly hint: Int32Array;
  /** Per edge: slots taken, as the producer knows; steps freed, as the producer knows; messages of each (edge, step). */
  readonly taken: Int32Array; readonly freed: Int32Array; readonly edgeGot: Int32Array;
  /** Per core: what it does, the context it runs, that context's stage and step; since when it idles and whether a window is why; whether it has to be looked at. */
  readonly doing: Uint8Array; readonly context: Int32Array; readonly stage: Int32Array; readonly running: Int32Array; readonly since: Float64Array; readonly isBlocked: Uint8Array;
  readonly isDirty: Uint8Array; readonly dirty: Int32Array; dirtyCount: number; readonly outbox: readonly Outbox[]; blocked: number;
  /** [cores]: busy and stalled cycles, messages waiting now and at most. */
  readonly busy: Float64Array; readonly stalled: Float64Array; readonly waiting: Int32Array; readonly waitingMost: Int32Array;
  /** [steps]: cycle of the last context's end or message's delivery. */
  readonly stepEnd: Float64Array;
  /** Messages under way: route, position, step, packets to come per destination, destinations to come. Slots are reused. */
  messageRoute: Int32Array; messagePosition: Int32Array; messageStep: Int32Array; messageLeft: Int32Array; messageOpen: Int32Array; messageFree: Int32Array; messagesFree: number;
  /** Packet sizes of a message by its bits. */
  readonly sizes: (readonly number[] | undefined)[];
  /** Stages that have still to run, and the cycle of the last thing that moved. */
  stagesLeft: number; lastMove: number;
};

export function createCores(graph: ContextGraph, network: Network): Cores {
  const { stages, contexts, steps } = graph, cores = network.routers, edges = graph.from.length;
  const made: Cores = {
    graph, network, events: createEvents(cores), activities: [], lastStep: 0,
    step: new Int32Array(stages), answers: new Uint8Array(stages), done: new Int32Array(stages), readyCount: new Int32Array(stages), filled: new Int32Array(stages), nextInOrder: new Int32Array(stages),
    got: new Int32Array(steps * contexts), ready: new Uint8Array(contexts), hint: new Int32Array(graph.segmentFrom.length),
    taken: new Int32Array(edges), freed: new Int32Array(edges), edgeGot: new Int32Array(edges * steps),
    doing: new Uint8Array(cores), context: new Int32Array(cores), stage: new Int32Array(cores), running: new Int32Array(cores), since: new Float64Array(cores), isBlocked: new Uint8Array(cores),
    isDirty: new Uint8Array(cores), dirty: new Int32Array(cores), dirtyCount: 0,
    outbox: Array.from({ length: cores }, () => ({ records: new Int32Array(64), count: 0, at: 0, flitsLeft: 0, packet: 0 })), blocked: 0,
    busy: new Float64Array(cores), stalled: new Float64Array(cores), waiting: new Int32Array(cores), waitingMost: new Int32Array(cores), stepEnd: new Float64Array(steps),
    messageRoute: new Int32Array(0), messagePosition: new Int32Array(0), messageStep: new Int32Array(0), messageLeft: new Int32Array(0), messageOpen: new Int32Array(0),
    messageFree: new Int32Array(0), messagesFree: 0, sizes: [], stagesLeft: 0, lastMove: 0,
  };
  network.trees = graph.routes.trees;
  return made;
}

/** An empty chip before a sample: step 0 of every stage, all windows free. */
export function resetCores(cores: Cores, activities: readonly Activity[]): void {
  const { graph } = cores;
  for (const array of [cores.step, cores.answers, cores.done, cores.readyCount, cores.filled, cores.got, cores.ready, cores.taken, cores.freed, cores.edgeGot, cores.doing, cores.since, cores.isBlocked,
    cores.isDirty, cores.busy, cores.stalled, cores.waiting, cores.waitingMost, cores.stepEnd]) array.fill(0);
  cores.activities = activities;
  cores.lastStep = graph.chip.mesh.sync === 'barrier' ? 0 : graph.steps - 1;
  cores.nextInOrder.set(graph.first.subarray(0, graph.stages));
  cores.hint.set(graph.segmentFrom);
  cores.events.size = 0;
  cores.dirtyCount = 0;
  cores.blocked = 0;
  cores.lastMove = 0;
  for (const outbox of cores.outbox) { outbox.count = 0; outbox.at = 0; outbox.flitsLeft = 0; }
  cores.messagesFree = cores.messageFree.length;
  for (let i = 0; i < cores.messagesFree; i++) cores.messageFree[i] = cores.messagesFree - 1 - i;
  cores.stagesLeft = 0;
  for (let stage = 0; stage < graph.stages; stage++) {
    if (graph.stepsOf[stage] === 0) continue;
    cores.stagesLeft++;
    enterStep(cores, stage);
  }
}

/** Messages that a context waits for at a step. */
export const needed = (graph: ContextGraph, context: number, step: number): number => (step === 0 ? graph.needFirst[context] : graph.needLater[context]);

/** A stage looks at its current step: contexts whose messages came early, or that wait for none, are ready. */
export function enterStep(cores: Cores, stage: number): void {
  const { graph } = cores, step = cores.step[stage], base = step * graph.contexts, { from, to } = passOf(graph, stage, cores.answers[stage] !== 0);
  cores.done[stage] = 0;
  cores.filled[stage] = cores.answers[stage] === 0 ? 0 : graph.fills[stage];
  cores.nextInOrder[stage] = graph.first[stage];
  for (let i = graph.segmentsOf.start[stage]; i < graph.segmentsOf.start[stage + 1]; i++) cores.hint[graph.segmentsOf.items[i]] = graph.segmentFrom[graph.segmentsOf.items[i]];
  for (let context = from; context < to; context++) if (cores.got[base + context] >= needed(graph, context, step)) makeReady(cores, stage, context);
  wake(cores, graph.coreOf[stage]);
}

const isInPass = ({ graph, answers }: Cores, stage: number, context: number): boolean =>
  graph.isClip[stage] === 0 || (context >= graph.first[stage] + graph.fills[stage]) === (answers[stage] !== 0);

export function makeReady(cores: Cores, stage: number, context: number): void {
  const segment = cores.graph.segmentOf[context];
  cores.ready[context] = 1;
  cores.readyCount[stage]++;
  if (context < cores.hint[segment]) cores.hint[segment] = context;
}

/** The core has to be looked at before this cycle ends. */
export function wake(cores: Cores, core: number): void {
  if (cores.isDirty[core] !== 0) return;
  cores.isDirty[core] = 1;
  cores.dirty[cores.dirtyCount++] = core;
}

/** A message stands in the consumer's buffer. */
export function receiveMessage(cores: Cores, edge: number, position: number, step: number): void {
  const { graph } = cores, stage = graph.to[edge], core = graph.coreOf[stage], list = graph.edgeBase[edge] + position - graph.edgeFirst[edge], base = step * graph.contexts;
  cores.edgeGot[edge * graph.steps + step]++;
  if (++cores.waiting[core] > cores.waitingMost[core]) cores.waitingMost[core] = cores.waiting[core];
  for (let i = graph.readers.start[list]; i < graph.readers.start[list + 1]; i++) {
    const context = graph.readers.items[i];
    if (++cores.got[base + context] === needed(graph, context, step) && cores.step[stage] === step && isInPass(cores, stage, context)) makeReady(cores, stage, context);
  }
  wake(cores, core);
}

/** The producer learns that a slot, or a bank, of an edge is free. */
export function freeWindow(cores: Cores, edge: number): void {
  const { graph } = cores;
  if (graph.window[edge] === windows.banks) cores.freed[edge]++;
  else cores.taken[edge]--;
  wake(cores, graph.coreOf[graph.from[edge]]);
}

export const packetsOf = (cores: Cores, bits: number): readonly number[] => (cores.sizes[bits] ??= packetSizes(bits, cores.graph.header, cores.graph.chip));

export function post(outbox: Outbox, flits: number, tree: number, ejections: number, tag: number): void {
  if (outbox.count * 4 === outbox.records.length) {
    const grown = new Int32Array(outbox.records.length * 2);
    grown.set(outbox.records);
    outbox.records = grown;
  }
  const at = outbox.count++ * 4;
  outbox.records[at] = flits;
  outbox.records[at + 1] = tree;
  outbox.records[at + 2] = ejections;
  outbox.records[at + 3] = tag;
}

/** The packet at the head of the outbox becomes one of the network's. */
export function openNext(cores: Cores, outbox: Outbox): void {
  const at = outbox.at * 4;
  outbox.flitsLeft = outbox.records[at];
  outbox.packet = openPacket(cores.network, outbox.records[at], outbox.records[at + 1], outbox.records[at + 2], outbox.records[at + 3]);
}

/** A slot for a message under way to its destinations, each of which gets `packets` packets. */
export function openMessage(cores: Cores, route: number, position: number, step: number, packets: number): number {
  if (cores.messagesFree === 0) growMessages(cores);
  const { destinationsOf, mostDestinations } = cores.graph.routes, message = cores.messageFree[--cores.messagesFree], count = destinationsOf.start[route + 1] - destinationsOf.start[route];
  cores.messageRoute[message] = route;
  cores.messagePosition[message] = position;
  cores.messageStep[message] = step;
  cores.messageOpen[message] = count;
  for (let i = 0; i < count; i++) cores.messageLeft[message * mostDestinations + i] = packets;
  return message;
}

function growMessages(cores: Cores): void {
  const size = cores.messageFree.length, next = Math.max(64, size * 2), each = cores.graph.routes.mostDestinations;
  const grow = (array: Int32Array, length: number): Int32Array => { const grown = new Int32Array(length); grown.set(array); return grown; };
  cores.messageRoute = grow(cores.messageRoute, next);
  cores.messagePosition = grow(cores.messagePosition, next);
  cores.messageStep = grow(cores.messageStep, next);
  cores.messageOpen = grow(cores.messageOpen, next);
  cores.messageLeft = grow(cores.messageLeft, next * each);
  cores.messageFree = grow(cores.messageFree, next);
  cores.messagesFree = next - size;
  for (let i = 0; i < next - size; i++) cores.messageFree[i] = next - 1 - i;
}
