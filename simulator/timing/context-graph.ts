// The part of a program that timing needs, flat: which messages each context waits for, which windows it fills, where its messages go. Made once, read by every fidelity.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Edge, Program, Route, Stage } from '../../targets/contract/program.ts';
import { inputsOf, outputsOf } from '../../targets/contract/program.ts';
import { visitNeeded } from '../../targets/contract/geometry.ts';
import { headerFlits, multipliesOf, scanWords } from '../../targets/contract/work.ts';
import { lagsOf } from '../../targets/contract/windows.ts';
import { overlap } from '../../targets/contract/units.ts';
import { layRoutes } from './routes.ts';
import type { Routes } from './routes.ts';
import { joinLists } from './lists.ts';
import type { Lists } from './lists.ts';

/** Windows of machine.md section 4, rule 3. `open`: no limit (a plane that is written once, sums kept in state memory). */
export const windows = { open: 0, slots: 1, banks: 2 } as const;

/**
 * Contexts are numbered through: those of stage s are first[s] .. first[s + 1] - 1. A segment is a run of contexts of one stage that send on the same routes; it has one list of routes and edges.
 * stepsOf: steps in which a stage runs (1: a direct source, a synapse evaluated per sample). isOrdered: contexts start strictly in order. fills: fill contexts of an attend stage.
 * isClip: clip-wide attention, which fills in all steps before it answers the first; lag: how many such stages lie on the longest way to a stage, itself included. multiplies: its rows are MACs.
 * needFirst, needLater: messages that a context waits for at step 0, later. scanned: words of axon buffer it scans.
 * Edges: window, its size, whether freeing costs a flit, whether it carries messages at step 0 only; readers of (edge, position): list number edgeBase + position - edgeFirst.
 */
export type ContextGraph = Readonly<{
  program: Program; chip: Chip; steps: number; header: number; stages: number; contexts: number;
  first: Int32Array; coreOf: Int32Array; stepsOf: Int32Array; isOrdered: Uint8Array; fills: Int32Array; stagesOf: Lists;
  isClip: Uint8Array; lag: Int32Array; mostLag: number; multiplies: Uint8Array;
  needFirst: Int32Array; needLater: Int32Array; scanned: Float64Array;
  segmentOf: Int32Array; segmentFrom: Int32Array; segmentTo: Int32Array; segmentsOf: Lists; segmentRoutes: Lists; segmentEdges: Lists;
  from: Int32Array; to: Int32Array; window: Uint8Array; limit: Int32Array; acks: Uint8Array; isOnce: Uint8Array; perContext: Uint8Array; edgeBase: Int32Array; edgeFirst: Int32Array;
  readers: Lists; incoming: Lists; routes: Routes }>;

/** True for stages that run at step 0 only. */
const runsOnce = (stage: Stage, program: Program): boolean => (stage.kind === 'synapse' ? stage.evaluate === 'sample'
  : outputsOf(stage).length > 0 && outputsOf(stage).every((output) => output !== 'sums' && program.planes[output.plane].per === 'sample'));

/** A local edge is neither message nor words, so a program need not route it: here it gets a route without copies. */
function withLocalRoutes(program: Program): Program {
  const routed = new Set(program.routes.flatMap(({ edges }) => edges));
  const routes = program.edges.filter(({ id, window }) => window.kind === 'local' && !routed.has(id))
    .map(({ id, from, output, positions }): Route => ({ from, output, contexts: positions, edges: [id], copies: [] }));
  return { ...program, routes: [...program.routes, ...routes] };
}

/** Contexts that a stage runs before it goes on: all of a step, but clip-wide attention only fills until it `answers`. */
export function passOf(graph: ContextGraph, stage: number, answers: boolean): { from: number; to: number } {
  const from = graph.first[stage], to = graph.first[stage + 1], reads = from + graph.fills[stage];
  return graph.isClip[stage] === 0 ? { from, to } : answers ? { from: reads, to } : { from, to: reads };
}

/** Lays out a program that the verifier has accepted. */
export function layContextGraph(given: Program, chip: Chip): ContextGraph {
  const program = withLocalRoutes(given);
  const { stages, edges } = program, first = new Int32Array(stages.length + 1), coreOf = new Int32Array(stages.length);
  stages.forEach(({ contexts }, s) => { first[s + 1] = first[s] + contexts.to - contexts.from; });
  program.cores.forEach(({ core, stages: held }) => held.forEach((s) => { coreOf[s] = core; }));
  const once = stages.map((stage) => runsOnce(stage, program)), contexts = first[stages.length], cores = chip.mesh.width * chip.mesh.height;
  const scanned = new Float64Array(contexts), lag = lagsOf(program).stages;
  stages.forEach((stage, s) => { for (let i = first[s]; i < first[s + 1]; i++) scanned[i] = scanWords(stage, stage.contexts.from + i - first[s], program, chip); });
  const readers = layReaders(program, first, once), lists: number[][] = Array.from({ length: cores }, () => []), incoming: number[][] = stages.map(() => []);
  stages.forEach((_, s) => lists[coreOf[s]].push(s));
  edges.forEach(({ id, to }) => incoming[to].push(id));
  const windowOf = ({ from, window }: Edge): number => (once[from] && window.kind !== 'slots' ? windows.open : window.kind === 'region' ? windows.banks : windows.slots);
  return {
    program, chip, steps: program.steps, header: headerFlits(given, chip), stages: stages.length, contexts, first, coreOf, scanned,
    stepsOf: Int32Array.from(once, (isOnce) => (isOnce ? Math.min(1, program.steps) : program.steps)), isOrdered: orderedStages(stages),
    fills: Int32Array.from(stages, (stage) => (stage.kind === 'attend' ? stage.fills : 0)), stagesOf: joinLists(lists),
    isClip: Uint8Array.from(stages, (stage) => Number(stage.kind === 'attend' && stage.clear === 'sample')), lag, mostLag: lag.reduce((most, each) => Math.max(most, each), 0),
    multiplies: Uint8Array.from(stages, (stage) => Number(multipliesOf(stage, program))),
    from: Int32Array.from(edges, ({ from }) => from), to: Int32Array.from(edges, ({ to }) => to), window: Uint8Array.from(edges, windowOf),
    limit: Int32Array.from(edges, ({ window }) => (window.kind === 'region' ? window.banks : window.kind === 'slots' ? window.contexts : 1)),
    acks: Uint8Array.from(edges, ({ from, to, window }) => Number(coreOf[from] !== coreOf[to] && (window.kind === 'slots' || (window.kind === 'region' && window.ack === 'step' && !once[from])))),
    isOnce: Uint8Array.from(edges, ({ from }) => Number(once[from])), perContext: Uint8Array.from(edges, ({ window }) => Number(window.kind !== 'region')),
    ...readers, incoming: joinLists(incoming), ...laySegments(program, first), routes: layRoutes(program, coreOf, chip.mesh),
  };
}

/**
 * Chained synapses run strictly in order (machine.md section 4, rule 4). So do stages whose sums meet in one soma: each holds one context for it, and two that hold different ones
 * would wait for each other.
 */
function orderedStages(stages: readonly Stage[]): Uint8Array {
  const ordered = new Uint8Array(stages.length);
  stages.forEach((stage, s) => {
    if (stage.kind === 'synapse' && stage.after !== undefined) { ordered[s] = 1; ordered[stage.after] = 1; }
    if (stage.kind === 'soma' && stage.sums.length > 1) for (const from of stage.sums) ordered[from] = 1;
  });
  return ordered;
}

/** Who needs which message: per edge and position the contexts of the consumer, and per context how many messages. One message serves all inputs that read its plane. */
function layReaders(program: Program, first: Int32Array, once: readonly boolean[]): Pick<ContextGraph, 'readers' | 'edgeBase' | 'edgeFirst' | 'needFirst' | 'needLater'> {
  const { stages, edges, planes } = program, edgeBase = new Int32Array(edges.length + 1), needFirst = new Int32Array(first[stages.length]), needLater = new Int32Array(first[stages.length]);
  edges.forEach(({ positions }, e) => { edgeBase[e + 1] = edgeBase[e] + positions.to - positions.from; });
  const start = new Int32Array(edgeBase[edges.length] + 1);
  let pairs = new Int32Array(1 << 12), used = 0;
  for (const { id, from, to, output, positions } of edges) {
    const region = outputsOf(stages[from])[output], stage = stages[to], seen = new Int32Array(positions.to - positions.from).fill(-1);
    const inputs = region === 'sums' ? [] : inputsOf(stage).flatMap((input, k) => {
      const channels = overlap(input.channels, region.channels);
      return input.plane === region.plane && channels.to > channels.from ? [k] : [];
    });
    for (let context = stage.contexts.from; context < stage.contexts.to; context++) {
      const number = first[to] + context - stage.contexts.from;
      const need = (position: number): void => {
        const at = position - positions.from;
        if (position < positions.from || position >= positions.to || seen[at] === number) return;
        seen[at] = number;
        if (used === pairs.length) { const more = new Int32Array(2 * used); more.set(pairs); pairs = more; }
        pairs[used++] = edgeBase[id] + at;
        pairs[used++] = number;
        start[edgeBase[id] + at + 1]++;
        needFirst[number]++;
        if (!once[from]) needLater[number]++;
      };
      if (region === 'sums') need(context);
      for (const k of inputs) visitNeeded(stage, k, context, planes, need);
    }
  }
  for (let i = 1; i < start.length; i++) start[i] += start[i - 1];
  const items = new Int32Array(used / 2), at = start.slice();
  for (let i = 0; i < used; i += 2) items[at[pairs[i]]++] = pairs[i + 1];
  return { readers: { start, items }, edgeBase, edgeFirst: Int32Array.from(edges, ({ positions }) => positions.from), needFirst, needLater };
}

/** Cuts every stage where its routes begin or end. A read context N + n of an attend stage sends position n; its fill contexts send nothing. */
function laySegments(program: Program, first: Int32Array): Pick<ContextGraph, 'segmentOf' | 'segmentFrom' | 'segmentTo' | 'segmentsOf' | 'segmentRoutes' | 'segmentEdges'> {
  const segmentOf = new Int32Array(first[program.stages.length]), froms: number[] = [], tos: number[] = [], ofStage: number[][] = [], routesOf: number[][] = [], edgesOf: number[][] = [];
  const leaving: number[][] = program.stages.map(() => []);
  program.routes.forEach(({ from }, route) => leaving[from].push(route));
  program.stages.forEach((stage, s) => {
    const count = first[s + 1] - first[s], shift = stage.kind === 'attend' ? stage.fills : -stage.contexts.from, spans = leaving[s].map((route) => {
      const { contexts } = program.routes[route];
      return { route, from: contexts.from + shift, to: contexts.to + shift };
    });
    const cuts = [...new Set([0, count, ...(stage.kind === 'attend' ? [shift] : []), ...spans.flatMap(({ from, to }) => [from, to])])].filter((cut) => cut >= 0 && cut <= count).sort((a, b) => a - b);
    const own: number[] = [];
    for (let i = 0; i + 1 < cuts.length; i++) {
      const routes = spans.filter(({ from, to }) => from <= cuts[i] && to >= cuts[i + 1]).map(({ route }) => route).sort((a, b) => program.routes[a].output - program.routes[b].output || a - b);
      own.push(froms.length);
      segmentOf.fill(froms.length, first[s] + cuts[i], first[s] + cuts[i + 1]);
      froms.push(first[s] + cuts[i]);
      tos.push(first[s] + cuts[i + 1]);
      routesOf.push(routes);
      edgesOf.push([...new Set(routes.flatMap((route) => program.routes[route].edges))]);
    }
    ofStage.push(own);
  });
  return { segmentOf, segmentFrom: Int32Array.from(froms), segmentTo: Int32Array.from(tos), segmentsOf: joinLists(ofStage), segmentRoutes: joinLists(routesOf), segmentEdges: joinLists(edgesOf) };
}
