// Messages on their way: packets, flits, routers and links of every route, words written into axon buffers, acknowledgements and barriers.
import type { Chip } from '../../targets/contract/arch.ts';
import type { CoreId, StageId } from '../../targets/contract/units.ts';
import { overlap, spanLength, unionLength } from '../../targets/contract/units.ts';
import type { EventKind, Ledger } from '../../targets/contract/ledger.ts';
import { ledgerIndex } from '../../targets/contract/ledger.ts';
import type { Edge, Program } from '../../targets/contract/program.ts';
import { carrierBits, inputsOf, outputsOf } from '../../targets/contract/program.ts';
import type { Activity } from '../../targets/contract/work.ts';
import { headerFlits, messageSize, wordsFor } from '../../targets/contract/work.ts';
import { stepsOf } from './workspace.ts';

/** What one packet or flit is multiplied by: copies of a message, and the routers and links of all copies. */
type Way = Readonly<{ trees: number; routers: number; linkX: number; linkY: number }>;
/** One route; from .. to are indices into the activity of its stage. */
type Path = Way & Readonly<{ stage: StageId; output: number; from: number; to: number; steps: number }>;

/** Paths that leave their core, and packets and flits of a message by its payload bits. */
export type Traffic = Readonly<{ paths: readonly Path[]; packets: Int32Array; flits: Int32Array }>;

export function prepareTraffic(program: Program, chip: Chip): Traffic {
  const header = headerFlits(program, chip), paths = pathsOf(program).filter((path) => path.trees > 0);
  const most = Math.max(0, ...paths.map((path) => largestPayload(program, path)));
  const sizes = Array.from({ length: most + 1 }, (_, bits) => messageSize(bits, header, chip));
  return { paths, packets: Int32Array.from(sizes, (size) => size.packets), flits: Int32Array.from(sizes, (size) => size.flits) };
}

function pathsOf(program: Program): Path[] {
  return program.routes.filter((route) => route.edges.some((edge) => program.edges[edge].window.kind !== 'local')).map((route) => {
    const stage = program.stages[route.from], links = route.copies.flatMap((copy) => [...copy]), linkY = links.filter((link) => link % 4 >= 2).length;
    return { stage: route.from, output: route.output, from: route.contexts.from - stage.contexts.from, to: route.contexts.to - stage.contexts.from, steps: stepsOf(stage, program),
      trees: route.copies.length, routers: links.length + route.copies.length, linkX: links.length - linkY, linkY };
  });
}

function largestPayload(program: Program, path: Path): number {
  const stage = program.stages[path.stage], output = outputsOf(stage)[path.output];
  if (output === 'sums') return stage.kind === 'synapse' || stage.kind === 'attend' ? spanLength(stage.columns) * stage.sumBits : 0;
  return spanLength(output.channels) * carrierBits(program.planes[output.plane].carrier);
}

/** Counts the packets and flits of a run, once all its activities are known. */
export function countTraffic(traffic: Traffic, activities: readonly Activity[], ledger: Ledger): void {
  for (const path of traffic.paths) {
    const { contexts, outputs, bits } = activities[path.stage];
    for (let step = 0; step < path.steps; step++) {
      let packets = 0, flits = 0;
      for (let context = path.from; context < path.to; context++) {
        const payload = bits[(step * contexts + context) * outputs + path.output];
        packets += traffic.packets[payload];
        flits += traffic.flits[payload];
      }
      countNetwork(ledger, step, path.stage, packets, flits, path);
    }
  }
}

function countNetwork(ledger: Ledger, step: number, row: number, packets: number, flits: number, path: Way): void {
  const add = (kind: EventKind, count: number): void => { ledger.counts[ledgerIndex(ledger, step, row, kind)] += count; };
  add('packet', packets * path.trees);
  add('flit', flits * path.trees);
  add('flitRouter', flits * path.routers);
  add('linkX', flits * path.linkX);
  add('linkY', flits * path.linkY);
  add('tableRead', packets * path.routers);
}

/** Adds what does not depend on the data: messages, words written at the readers, acknowledgements and barriers. */
export function countDeliveries(program: Program, chip: Chip, ledger: Ledger): void {
  const add = (step: number, row: number, kind: EventKind, count: number): void => { ledger.counts[ledgerIndex(ledger, step, row, kind)] += count; };
  const cores = coresOf(program);
  for (const path of pathsOf(program)) for (let step = 0; step < path.steps; step++) add(step, path.stage, 'message', path.to - path.from);
  for (const edge of program.edges) {
    if (edge.window.kind === 'local') continue;
    const steps = stepsOf(program.stages[edge.from], program), words = edge.messages * slotWords(edge, program, chip);
    const acks = cores[edge.from] === cores[edge.to] ? 0 : edge.window.kind === 'slots' ? edge.messages : edge.window.ack === 'step' ? 1 : 0;
    for (let step = 0; step < steps; step++) {
      // What arrives for the host goes on to its memory.
      if (program.stages[edge.to].kind !== 'host') add(step, edge.to, 'axonWrite', words);
      if (acks === 0) continue;
      add(step, edge.to, 'ack', acks);
      countNetwork(ledger, step, edge.to, acks, acks, wayBetween(cores[edge.to], cores[edge.from], chip));
    }
  }
  if (chip.mesh.sync === 'barrier') for (let step = 0; step < program.steps; step++) add(step, program.stages.length, 'barrier', 1);
}

function coresOf(program: Program): CoreId[] {
  const cores: CoreId[] = [];
  for (const image of program.cores) for (const stage of image.stages) cores[stage] = image.core;
  return cores;
}

/** An acknowledgement is one packet of one flit, x first. */
function wayBetween(from: CoreId, to: CoreId, chip: Chip): Way {
  const { width } = chip.mesh, linkX = Math.abs((from % width) - (to % width)), linkY = Math.abs(Math.floor(from / width) - Math.floor(to / width));
  return { trees: 1, routers: linkX + linkY + 1, linkX, linkY };
}

/** Words of the buffer slot of one message: dense, only the channels that this reader takes. */
function slotWords(edge: Edge, program: Program, chip: Chip): number {
  const stage = program.stages[edge.from], output = outputsOf(stage)[edge.output], word = chip.memories.axon.wordBits;
  if (output === 'sums') return stage.kind === 'synapse' || stage.kind === 'attend' ? wordsFor(spanLength(stage.columns) * stage.sumBits, word) : 0;
  const readers = inputsOf(program.stages[edge.to]).filter((input) => input.plane === output.plane);
  // Inputs that read the same plane share the buffer: a channel that several read is held once.
  const channels = unionLength(readers.map((input) => overlap(input.channels, output.channels)));
  return wordsFor(channels * carrierBits(program.planes[output.plane].carrier), word);
}
