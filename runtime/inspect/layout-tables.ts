// Tables of a layout: stages, cores, memory, ranges, edges, links.
import type { Target } from '../../targets/contract/arch.ts';
import type { Program, Stage } from '../../targets/contract/program.ts';
import { carrierBits, inputsOf, outputsOf } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';

import type { Table } from '../console/table.ts';

const span = ({ from, to }: Span): string => `${from}..${to - 1}`;

export const layoutHead = (program: Program, target: Target): Readonly<Record<string, string | number>> => ({ model: program.model, target: target.arch.name, mesh: `${target.arch.mesh.width}x${target.arch.mesh.height}`, steps: program.steps,
  layers: program.layers.length, stages: program.stages.length, cores: program.cores.length, weights: program.blocks.reduce((sum, { data }) => sum + data.length, 0), classes: program.classes.join(', ') || '-' });

const coreOf = (program: Program): Map<number, number> => new Map(program.cores.flatMap(({ core, stages }) => stages.map((stage) => [stage, core] as const)));

function columnsOf(stage: Stage): Span {
  switch (stage.kind) {
    case 'synapse': case 'soma': case 'attend': return stage.columns;
    case 'pool': case 'source': case 'host': return stage.out.channels;
    case 'add': return stage.out[0].channels;
    case 'readout': return stage.from.channels;
  }
}

export function stageTable(program: Program): Table {
  const cores = coreOf(program);
  return { title: 'stages', columns: ['stage', 'kind', 'layer', 'core', 'rows', 'columns', 'contexts', 'reads', 'writes'], rows: program.stages.map((stage) => [stage.id, stage.kind, program.layers[stage.layer], cores.get(stage.id) ?? -1,
    stage.kind === 'synapse' ? program.blocks[stage.block].rows : 0, span(columnsOf(stage)), span(stage.contexts), inputsOf(stage).length,
    outputsOf(stage).map((out) => (out === 'sums' ? 'sums' : program.planes[out.plane].carrier.as)).join(' ') || '-']) };
}

export function coreTable(program: Program, { arch }: Target): Table {
  const stageText = (ids: readonly number[]) => [...new Set(ids.map((id) => program.layers[program.stages[id].layer]))].join(' ');
  return { title: 'cores', columns: ['core', 'x', 'y', 'stages', 'weights', 'state', 'buffers', 'counters', 'tables', 'layers'], rows: program.cores.map(({ core, stages, footprint: f }) =>
    [core, core % arch.mesh.width, Math.floor(core / arch.mesh.width), stages.length, f.weights, f.state, f.buffers, f.counters, f.tables, stageText(stages)]) };
}

export function memoryTable(program: Program, { arch: { memories } }: Target): Table {
  const rows = ([['weights', 'weight'], ['state', 'state'], ['buffers', 'axon'], ['counters', 'counter'], ['tables', 'table']] as const).map(([part, memory]) => {
    const used = program.cores.map(({ footprint }) => footprint[part]), total = used.reduce<number>((a, b) => a + b, 0), most = Math.max(...used), size = memories[memory].bytes;
    return [part, total, most, size, `${((100 * most) / size).toFixed(1)} %`];
  });
  return { title: 'memory', columns: ['memory', 'bytes', 'fullest core', 'bytes per core', 'fullest'], rows };
}

/** Proved widths: sums of synapses, membranes, currents on the network. */
export const rangeTable = (program: Program): Table => ({ title: 'ranges', columns: ['layer', 'stage', 'proved', 'bits'], rows: program.stages.flatMap((stage) => {
  const layer = program.layers[stage.layer];
  if (stage.kind === 'synapse' || stage.kind === 'attend') return [[layer, stage.id, 'sum', stage.sumBits]];
  if (stage.kind !== 'soma') return [];
  return [...(stage.membraneBits ? [[layer, stage.id, 'membrane', stage.membraneBits]] : []), ...(stage.current ? [[layer, stage.id, 'current', carrierBits(program.planes[stage.current.plane].carrier)]] : [])];
}) });

export function edgeTable(program: Program): Table {
  const cores = coreOf(program);
  return { title: 'edges', columns: ['edge', 'from', 'to', 'output', 'positions', 'messages', 'window', 'from core', 'to core'], rows: program.edges.map(({ id, from, to, output, positions, messages, window }) =>
    [id, from, to, output, span(positions), messages, window.kind === 'region' ? `${window.banks} banks, ack ${window.ack}` : window.kind === 'slots' ? `${window.contexts} slots` : 'local', cores.get(from) ?? -1, cores.get(to) ?? -1]) };
}

/** Links that carry a route, with the messages per step that cross them. */
export function linkTable(program: Program, { arch }: Target): Table {
  const messages = new Map<number, number>(), routes = new Map<number, number>(), { width } = arch.mesh;
  for (const { contexts, copies } of program.routes) for (const copy of copies) for (const link of copy) {
    messages.set(link, (messages.get(link) ?? 0) + contexts.to - contexts.from);
    routes.set(link, (routes.get(link) ?? 0) + 1);
  }
  return { title: 'links', columns: ['link', 'core', 'direction', 'to core', 'routes', 'messages per step'], rows: [...messages.keys()].sort((a, b) => a - b).map((link) =>
    [link, link >> 2, 'EWNS'[link & 3], (link >> 2) + [1, -1, -width, width][link & 3], routes.get(link)!, messages.get(link)!]) };
}

