// Who waits for whom, when nothing moves any more.
import { passOf, windows } from './context-graph.ts';
import type { ContextGraph } from './context-graph.ts';
import type { Cores } from './cores.ts';
import { doing, needed } from './cores.ts';

const mostNamed = 8;

/** One sentence per waiting stage, the least (step, stage) first: by the induction of machine.md section 4 that one is the cause. */
export function waitingChain(cores: Cores): { core: number; step: number; chain: string[] } {
  const { graph } = cores;
  const waiting = Array.from({ length: graph.stages }, (_, stage) => stage).filter((stage) => cores.step[stage] < graph.stepsOf[stage] && cores.step[stage] <= cores.lastStep)
    .sort((a, b) => cores.step[a] - cores.step[b] || a - b);
  const emitting = Array.from(cores.doing).flatMap((does, core) => (does === doing.idle ? []
    : [`core ${core} is still emitting stage ${cores.stage[core]}, its injection queue holds ${cores.network.queueCount[core]} flits`]));
  const inNetwork = cores.network.packetsOpen > 0 ? [`${cores.network.packetsOpen} packets stand in the network`] : [];
  const more = waiting.length > mostNamed ? [`${waiting.length - mostNamed} more stages wait`] : [];
  const chain = [...waiting.slice(0, mostNamed).map((stage) => waitOf(cores, stage)), ...more, ...emitting.slice(0, mostNamed), ...inNetwork];
  const first = waiting.at(0);
  return { core: first === undefined ? 0 : graph.coreOf[first], step: first === undefined ? graph.steps - 1 : cores.step[first], chain };
}

const nameOf = ({ program, coreOf }: ContextGraph, stage: number): string => `stage ${stage} (${program.layers[program.stages[stage].layer]}, ${program.stages[stage].kind}) on core ${coreOf[stage]}`;

/** What the first context of a stage that has not started misses. */
function waitOf(cores: Cores, stage: number): string {
  const { graph } = cores, step = cores.step[stage], pass = passOf(graph, stage, cores.answers[stage] !== 0), count = pass.to - pass.from;
  const contextOf = (at: number): number => graph.program.stages[stage].contexts.from + at - graph.first[stage];
  const ready = cores.readyCount[stage] === 0 ? -1 : cores.ready.indexOf(1, graph.first[stage]);
  const missing = firstIncomplete(cores, stage, pass), head = `${nameOf(graph, stage)}, step ${step}, ${cores.done[stage]} of ${count} contexts done`;
  if (missing >= 0 && (ready < 0 || graph.isOrdered[stage] !== 0 || ready >= graph.first[stage] + graph.fills[stage] && missing < graph.first[stage] + graph.fills[stage])) {
    return `${head}: context ${contextOf(missing)} misses ${missingMessages(cores, stage, missing)}`;
  }
  if (ready < 0) return `${head}: its started contexts have not ended`;
  const full = fullEdges(cores, graph.segmentOf[ready], step);
  return `${head}: context ${contextOf(ready)} has its inputs and misses ${full.length ? full.join(' and ') : 'its turn'}`;
}

function firstIncomplete(cores: Cores, stage: number, { from, to }: ReturnType<typeof passOf>): number {
  const { graph } = cores, step = cores.step[stage];
  for (let context = from; context < to; context++) if (cores.got[step * graph.contexts + context] < needed(graph, context, step)) return context;
  return -1;
}

function missingMessages(cores: Cores, stage: number, context: number): string {
  const { graph } = cores, { incoming, program } = graph, step = cores.step[stage], want = needed(graph, context, step), came = cores.got[step * graph.contexts + context];
  const short = Array.from(incoming.items.subarray(incoming.start[stage], incoming.start[stage + 1])).filter((edge) => {
    const at = graph.isOnce[edge] !== 0 ? 0 : step;
    return cores.edgeGot[edge * graph.steps + at] < program.edges[edge].messages;
  }).map((edge) => `${nameOf(graph, graph.from[edge])}, which has sent ${cores.edgeGot[edge * graph.steps + (graph.isOnce[edge] !== 0 ? 0 : step)]} of ${program.edges[edge].messages}`);
  return `${want - came} of ${want} messages, from ${short.length ? short.join(' and ') : 'nobody: all its edges have brought what they announce'}`;
}

function fullEdges(cores: Cores, segment: number, step: number): string[] {
  const { graph } = cores, { segmentEdges } = graph;
  return Array.from(segmentEdges.items.subarray(segmentEdges.start[segment], segmentEdges.start[segment + 1])).flatMap((edge) => {
    const consumer = nameOf(graph, graph.to[edge]), limit = graph.limit[edge];
    if (graph.window[edge] === windows.slots && cores.taken[edge] >= limit) return [`a slot at ${consumer}: all ${limit} are taken`];
    if (graph.window[edge] === windows.banks && step >= cores.freed[edge] + limit) return [`a bank at ${consumer}: it has freed ${cores.freed[edge]} steps and has ${limit} banks`];
    return [];
  });
}
