// One spoilt program per rule: each is refused with its own code at the guilty part, and every code of the catalogue has its program here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Program } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import type { Draft } from '../contract/draft.ts';
import { changedArch, changedProgram, exchange, stage } from '../contract/draft.ts';
import { appended, message, number } from '../contract/protobuf-bytes.ts';
import { tinyArch, tinyProgram } from '../contract/tiny-program.ts';

type Spoil = (draft: Draft<Program>) => void;
/** Code, what is wrong, the part named, how to spoil the tiny program, other codes that the same mistake must bring. */
type Row = readonly [code: string, title: string, part: string, spoil: Spoil, besides?: readonly string[]];
type ArchRow = readonly [code: string, title: string, part: string, spoil: (draft: Draft<Arch>) => void, besides?: readonly string[]];

const partOf = (fault: Fault): string | undefined => (fault.at?.in === 'program' ? fault.at.part : undefined);
const codesOf = (faults: readonly Fault[]): readonly string[] => [...new Set(faults.map((fault) => fault.code))].sort();
const links = (...each: readonly number[]) => Uint32Array.from(each);

function expectFaults(faults: readonly Fault[], [code, , part, , besides = []]: Row | ArchRow): void {
  expect(codesOf(faults)).toEqual([code, ...besides].sort());
  expect(faults.filter((fault) => fault.code === code).map(partOf)).toContain(part);
  for (const fault of faults) expect(fault.message).not.toMatch(/undefined|NaN|\[object/);
}

const structure: readonly Row[] = [
  ['T2010', 'a stage that is not its own index', 'stages[3].id', (p) => { p.stages[3].id = 4; }],
  ['T2010', 'an edge that is not its own index', 'edges[3].id', (p) => { p.edges[3].id = 2; }],
  ['T2011', 'a block that is not there', 'stages[1].block', (p) => { stage(p, 1, 'synapse').block = 5; }],
  ['T2011', 'a plane that is not there', 'stages[12].gather.from[1].plane', (p) => { stage(p, 12, 'synapse').gather.from[1].plane = 9; }],
  ['T2011', 'a border class that is not there', 'stages[2].border.classes[0]', (p) => { stage(p, 2, 'synapse').border!.classes[0] = 9; }],
  ['T2011', 'a core image with a stage that is not there', 'cores[0].stages[1]', (p) => { p.cores[0].stages[1] = 18; }],
  ['T2011', 'an edge out of an output that is not there', 'edges[0].output', (p) => { p.edges[0].output = 1; }],
  ['T2012', 'an empty span of contexts', 'stages[7].contexts', (p) => { p.stages[7].contexts = { from: 2, to: 2 }; }],
  ['T2012', 'a span of 10^9 contexts', 'stages[7].contexts', (p) => { p.stages[7].contexts.to = 1e9; }],
  ['T2012', 'positions outside the plane', 'stages[1].gather.from[0].positions', (p) => { stage(p, 1, 'synapse').gather.from[0].positions.to = 17; }],
  ['T2012', 'taps outside the window', 'stages[1].gather.taps', (p) => { stage(p, 1, 'synapse').gather.taps.to = 10; }],
  ['T2013', 'no step', 'steps', (p) => { p.steps = 0; }],
  ['T2013', '10^9 steps', 'steps', (p) => { p.steps = 1e9; }],
  ['T2013', 'half a grid', 'planes[0].grid[0]', (p) => { p.planes[0].grid = [0.5, 4]; }],
  ['T2013', 'padding as wide as the window', 'stages[7].over.padding[0]', (p) => { Object.assign(stage(p, 7, 'pool').over, { padding: [2, 0] }); }],
  ['T2013', 'more kept than there was', 'stages[3].rule.keep.numerator', (p) => { Object.assign(stage(p, 3, 'soma').rule, { keep: [3, 2] }); }],
  ['T2014', 'a plane of 10^9 elements', 'planes[2]', (p) => { p.planes[2].grid = [32768, 32768]; }],
  ['T2014', 'more planes of the largest size than a machine can hold', 'planes', (p) => { for (let i = 0; i < 40; i++) p.planes.push({ ...p.planes[1], grid: [4096, 4096], channels: 1 }); }],
  ['T2014', 'a pool whose windows look at more than anyone waits for', 'stages', (p) => {
    const size = 2000, positions = { from: 0, to: size * size }, channels = { from: 0, to: 1 }, slide = { window: [5, 5] as [number, number], stride: [1, 1] as [number, number], padding: [2, 2] as [number, number] };
    for (const plane of [9, 10]) p.planes[plane] = { ...p.planes[2], grid: [size, size], channels: 1 };
    p.stages.push({ ...stage(p, 7, 'pool'), id: 18, contexts: positions, from: [{ plane: 9, positions, channels }], over: { kind: 'window', ...slide, outGrid: [size, size] }, out: { plane: 10, positions, channels } });
  }],
  ['T2014', 'thousands of readers of thousands of writers', 'stages', (p) => {
    p.planes.push({ ...p.planes[2], grid: [1, 1], channels: 9000 });
    for (let i = 0; i < 9000; i++) p.stages.push({ ...stage(p, 7, 'pool'), id: p.stages.length, contexts: { from: 0, to: 1 }, over: { kind: 'tokens' }, from: [{ ...stage(p, 7, 'pool').from[0] }],
      out: { plane: 9, positions: { from: 0, to: 1 }, channels: { from: i, to: i + 1 } } });
    for (let i = 0; i < 9000; i++) p.stages.push({ ...stage(p, 17, 'readout'), id: p.stages.length, contexts: { from: 0, to: 1 }, from: { plane: 9, positions: { from: 0, to: 1 }, channels: { from: 0, to: 3 } } });
  }],
  ['T2013', 'rows of a block that do not ascend', 'stages[1].gather.rows[1]', (p) => { stage(p, 1, 'synapse').gather.rows = Uint32Array.of(3, 3); }],
  ['T2013', 'a row beyond the taps and channels', 'stages[1].gather.rows[0]', (p) => { stage(p, 1, 'synapse').gather.rows = Uint32Array.of(2 ** 31); }],
  ['T2015', 'a block without any of its rows', 'stages[1].gather.rows', (p) => { stage(p, 1, 'synapse').gather.rows = new Uint32Array(0); }],
  ['T2013', 'a published channel that no channel of the plane is', 'probes[0].places[1]', (p) => { p.probes[0].places = Int32Array.of(0, 99); }],
  ['T2015', 'a channel of the plane that no published channel is', 'probes[0].places', (p) => { p.probes[0].places = Int32Array.of(0, -1, -2); }],
  ['T2015', 'a bias too few', 'stages[9].bias', (p) => { stage(p, 9, 'soma').bias = Int32Array.of(1, 2, 3); }],
  ['T2015', 'a weight too few', 'blocks[0].data', (p) => { p.blocks[0].data = new Int8Array(35); }],
  ['T2015', 'no input', 'inputs', (p) => { p.inputs = []; }],
  ['T2016', 'a membrane stored in 12 bits', 'stages[3].membraneBits', (p) => { stage(p, 3, 'soma').membraneBits = 12; }],
  ['T2016', 'a pass soma that emits nothing', 'stages[16].current', (p) => { delete stage(p, 16, 'soma').current; }],
  ['T2017', 'a layer whose name would clear the terminal', 'layers[1]', (p) => { p.layers[1] = '\u001b[2Jconv'; }],
  ['T2017', 'a class whose name ends the line', 'classes[0]', (p) => { p.classes[0] = 'left\n'; }],
  ['T2019', 'more mistakes than anyone reads', 'program', (p) => { for (let i = 0; i < 2000; i++) p.edges.push({ ...p.edges[0], id: -1 }); }, ['T2010']],
];

const meaning: readonly Row[] = [
  ['T2101', 'stages out of order', 'stages[14]', (p) => { exchange(p, 14, 15); }],
  ['T2102', 'stages that wait for each other', 'stages[10]', (p) => { stage(p, 8, 'synapse').gather.from[0].plane = 6; }],
  ['T2102', 'a tile that comes after itself', 'stages[2]', (p) => { stage(p, 2, 'synapse').after = 2; }, ['T2121']],
  ['T2103', 'a plane that nobody writes', 'planes[9]', (p) => { p.planes.push({ name: 'idle', grid: [1, 1], channels: 1, carrier: { as: 'spike' }, per: 'step' }); }],
  ['T2104', 'a plane written twice', 'planes[0]', (p) => { p.stages.push({ ...p.stages[0], id: 18 }); p.cores[0].stages.push(18); }, ['T2101']],
  ['T2105', 'an input port on a plane that no source writes', 'inputs[0].plane', (p) => { p.inputs[0].plane = 1; }],
  ['T2105', 'two probes of one name', 'probes[1].name', (p) => { p.probes[1].name = 'conv_lif'; }],
  ['T2105', 'axes that are none', 'probes[0].axes', (p) => { p.probes[0].axes = '<script>'; }],
  ['T2106', 'a region that leaves out a needed row', 'stages[1].gather.from[0].positions', (p) => { stage(p, 1, 'synapse').gather.from[0].positions.to = 11; }],
  ['T2107', 'an output at other positions than the contexts', 'stages[9], output 1', (p) => { stage(p, 9, 'soma').current!.positions.to = 3; }, ['T2103']],
  ['T2107', 'an output on other channels than the columns', 'stages[16].current.channels', (p) => { stage(p, 16, 'soma').current!.channels = { from: 1, to: 3 }; }, ['T2103']],
  ['T2108', 'a grid that the window does not make', 'stages[8].gather.outGrid', (p) => { stage(p, 8, 'synapse').gather.outGrid = [1, 4]; }],
  ['T2108', 'a block with too few columns', 'stages[8]', (p) => { stage(p, 8, 'synapse').block = 4; }],
  ['T2108', 'a block with too many rows', 'stages[8]', (p) => { stage(p, 8, 'synapse').block = 0; }],
  ['T2108', 'regions with unequal channels', 'stages[12].gather.from[1].channels', (p) => { stage(p, 12, 'synapse').gather.from[1].channels.to = 3; }],
  ['T2108', 'sums wider than the accumulator', 'stages[2].sumBits', (p) => { stage(p, 2, 'synapse').sumBits = 25; }],
  ['T2108', 'a residual current narrower than its soma', 'stages[13].adds[0].channels', (p) => { stage(p, 13, 'soma').adds[0].channels.from = 1; }],
  ['T2110', 'spikes where currents are added', 'stages[13].adds[0]', (p) => { stage(p, 13, 'soma').adds[0].plane = 3; }],
  ['T2113', 'direct pixels every step', 'stages[0], output 0', (p) => { p.planes[0].per = 'step'; }],
  ['T2113', 'a hoisted synapse on spikes', 'stages[8].gather.from[0]', (p) => { stage(p, 8, 'synapse').evaluate = 'sample'; }],
  ['T2120', 'tiles of a chain with other contexts', 'stages[5].after', (p) => { stage(p, 5, 'synapse').after = 1; }, ['T2121']],
  ['T2120', 'a soma with other columns than its chain', 'stages[16].sums[0]', (p) => { stage(p, 15, 'synapse').columns = { from: 1, to: 4 }; }],
  ['T2121', 'sums that go nowhere', 'stages[12]', (p) => { stage(p, 13, 'soma').sums = []; }],
  ['T2121', 'sums that are taken twice', 'stages[2]', (p) => { stage(p, 3, 'soma').sums = [2, 2]; }],
  ['T2122', 'a soma on another core than its sums', 'stages[3].sums[0]', (p) => { p.cores[1].stages.push(3); p.cores[2].stages = [2]; }],
  ['T2123', 'a soma that takes its sums from a stage that has none', 'stages[16].sums[0]', (p) => { stage(p, 16, 'soma').sums = [14]; }, ['T2121']],
  ['T2131', 'sums one bit too narrow', 'stages[2].sumBits', (p) => { stage(p, 2, 'synapse').sumBits = 13; }],
  ['T2131', 'attention sums too narrow', 'stages[10].sumBits', (p) => { stage(p, 10, 'attend').sumBits = 3; }],
  ['T2131', 'a border correction that the width does not hold', 'stages[5].sumBits', (p) => { stage(p, 5, 'synapse').border!.sums[3] = 4000; }],
  ['T2131', 'a bit-plane shifted too far', 'stages[12].sumBits', (p) => { stage(p, 12, 'synapse').gather.shifts = [0, 2]; }],
  ['T2133', 'a membrane too narrow', 'stages[3].membraneBits', (p) => { stage(p, 3, 'soma').membraneBits = 8; }, ['T2163']],
  ['T2133', 'a membrane that grows over the steps because everything is kept', 'stages[9].membraneBits', (p) => { Object.assign(stage(p, 9, 'soma').rule, { keep: [1, 1] }); p.steps = 26; }],
  ['T2134', 'currents too narrow', 'stages[16].current', (p) => { p.planes[8].carrier = { as: 'current', bits: 4 }; }, ['T2163']],
  ['T2135', 'counters too narrow', 'stages[10].counterBits', (p) => { stage(p, 10, 'attend').counterBits = 2; }, ['T2163']],
  ['T2136', 'a count larger than its plane', 'stages[14].out', (p) => { p.planes[7].carrier = { as: 'count', max: 1 }; }, ['T2163']],
  ['T2137', 'a threshold of zero', 'stages[11].rule.thresholds', (p) => { Object.assign(stage(p, 11, 'soma').rule, { thresholds: Int32Array.of(2, 2, 0, 2) }); }],
  ['T2138', 'a threshold beyond 24 bits', 'stages[11].rule.thresholds', (p) => { Object.assign(stage(p, 11, 'soma').rule, { thresholds: Int32Array.of(2, 2, 2 ** 23, 2) }); }],
  ['T2140', 'an edge too few', 'stages[17]', (p) => { p.edges.pop(); p.routes[13].edges = []; }],
  ['T2141', 'an edge too many', 'edges[24]', (p) => { p.edges.push({ ...p.edges[0], id: 24, to: 17 }); }],
  ['T2142', 'an edge that leaves out a needed position', 'edges[0].positions', (p) => { Object.assign(p.edges[0], { positions: { from: 0, to: 11 }, messages: 11 }); }],
  ['T2142', 'an edge that delivers more than is needed', 'edges[0].positions', (p) => { Object.assign(p.edges[0], { positions: { from: 0, to: 13 }, messages: 13 }); }],
  ['T2143', 'a message too few', 'edges[8].messages', (p) => { p.edges[8].messages = 7; }],
  ['T2144', 'two banks where steps do not overlap', 'edges[8].window', (p) => { p.edges[8].window = { kind: 'region', banks: 2, ack: 'none' }; }],
  ['T2144', 'more slots than the chip has', 'edges[4].window', (p) => { p.edges[4].window = { kind: 'slots', contexts: 3 }; }],
  ['T2144', 'a chain that is local', 'edges[4].window', (p) => { p.edges[4].window = { kind: 'local' }; }],
  ['T2145', 'the same edge twice', 'edges[24]', (p) => { p.edges.push({ ...p.edges[0], id: 24 }); }],
  ['T2150', 'a route off the mesh', 'routes[13].copies[0]', (p) => { p.routes[13].copies = [links(12)]; }],
  ['T2150', 'a link of no router', 'routes[13].copies[0]', (p) => { p.routes[13].copies = [links(2 ** 32 - 1)]; }],
  ['T2151', 'a route over a dead link', 'routes[11].copies[0]', (p) => { p.routes[11].copies = [links(40, 47)]; }],
  ['T2152', 'a route that does not begin at its stage', 'routes[3].copies[0]', (p) => { p.routes[3].copies = [links(8)]; }],
  ['T2152', 'a route that comes back', 'routes[3].copies[0]', (p) => { p.routes[3].copies = [links(4, 9)]; }],
  ['T2152', 'a copy without a link', 'routes[6].copies[0]', (p) => { p.routes[6].copies = [links()]; }],
  ['T2153', 'a route that goes on past its reader', 'routes[3]', (p) => { p.routes[3].copies = [links(4, 8)]; }],
  ['T2153', 'a route that stops before its reader', 'routes[13]', (p) => { p.routes[13].copies = [links(13, 9)]; }],
  ['T2153', 'two trees where one must do', 'routes[1].copies', (p) => { p.routes[1].copies = [links(0, 4, 7), links(0, 4, 11)]; }],
  ['T2154', 'a position that no route sends', 'stages[0]', (p) => { p.routes[0].contexts.to = 3; }],
  ['T2154', 'a position sent twice', 'routes[2].contexts', (p) => { p.routes[2].contexts.from = 11; }],
  ['T2154', 'a message that nobody reads', 'routes[14].contexts', (p) => { p.routes.push({ from: 12, output: 0, contexts: { from: 0, to: 4 }, edges: [], copies: [] }); p.cores[7].footprint.tables = (p.cores[7].footprint.tables + 4) as never; }],
  ['T2155', 'a route that forgets a reader', 'routes[7].edges', (p) => { p.routes[7].edges = [10, 11, 12]; p.routes[7].copies = [links(25, 23, 27)]; }],
  ['T2156', 'routes that can wait for each other', 'routes', (p) => { p.routes[7].copies = [links(24, 30, 27, 41)]; p.routes[11].copies = [links(41, 38, 20, 24, 30)]; p.routes[8].copies = [links(38, 20, 27)]; }],
  ['T2160', 'a dead core', 'cores[7].core', (p) => { p.cores[7].core = 15; }],
  ['T2160', 'a core off the mesh', 'cores[7].core', (p) => { p.cores[7].core = 16; }],
  ['T2161', 'two images of one core', 'cores[1].core', (p) => { p.cores[1].core = 0; }],
  ['T2162', 'a stage on no core', 'stages[1]', (p) => { p.cores[1].stages = []; }],
  ['T2162', 'a stage on two cores', 'stages[1]', (p) => { p.cores[0].stages.push(1); }],
  ['T2163', 'a footprint that is made up', 'cores[2].footprint.state', (p) => { p.cores[2].footprint.state = 1 as never; }],
  ['T2170', 'a result that no stage gives', 'readouts[1]', (p) => { p.readouts.push({ output: 'other', scale: 1, divisor: 1 }); }],
  ['T2170', 'a result read in part', 'readouts[0]', (p) => { stage(p, 17, 'readout').from.channels.to = 2; stage(p, 17, 'readout').bias = Int32Array.of(1, 2); }],
  ['T2170', 'a divisor of zero', 'readouts[0].divisor', (p) => { p.readouts[0].divisor = 0; }],
];

const targets: readonly ArchRow[] = [
  ['T2109', 'a core with too few axons', 'stages[1]', (a) => { a.core.axons = 8; }],
  ['T2109', 'a core with too few neurons', 'stages[16]', (a) => { a.core.neurons = 2; }],
  ['T2111', 'a chip without currents', 'planes[4].carrier', (a) => { a.abilities.currents = false; }],
  ['T2111', 'a chip that cannot multiply pixels', 'planes[0].carrier', (a) => { a.abilities.pixelMac = false; }],
  ['T2111', 'a chip without attention', 'stages[10]', (a) => { a.abilities.attend = ['qk']; }],
  ['T2112', 'a chip of binary spikes', 'planes[7].carrier', (a) => { a.core.payloadBits = 1; }],
  ['T2130', 'a chip with two-bit weights', 'blocks[0].data', (a) => { a.core.weightBits = 2; }, ['T2163']],
  ['T2144', 'a chip where steps overlap', 'edges[8].window', (a) => { a.mesh.sync = 'dataflow'; }],
  ['T2152', 'a chip without multicast', 'routes[1].copies[0]', (a) => { a.router.multicast = false; }, ['T2153']],
  ['T2157', 'a router that holds a header and no more', 'routes', (a) => { a.router.bufferFlits = 1; }],
  ['T2164', 'a core with too little weight memory', 'cores[1].footprint.weights', (a) => { a.memories.weight.bytes = 35 as never; }],
];

describe('a spoilt program is refused with its own code', () => {
  it.each([...structure, ...meaning].map((row) => [`${row[0]}: ${row[1]}`, row] as const))('%s', (_, row) => { expectFaults(verifyProgram(changedProgram(row[3]), tinyArch), row); });
  it.each(targets.map((row) => [`${row[0]}: ${row[1]}`, row] as const))('%s', (_, row) => { expectFaults(verifyProgram(tinyProgram(), changedArch(row[3])), row); });

  it('T2132: sums that leave the accumulator on their way, though what they end at fits', () => {
    const program = changedProgram((p) => { stage(p, 3, 'soma').bias[0] = 8000; });
    const faults = verifyProgram(program, changedArch((a) => { a.core.accumulatorBits = 14; }));
    expect(codesOf(faults)).toEqual(['T2132']);
    expect(faults.map(partOf)).toEqual(['stages[3]']);
  });

  it('names the whole circle of stages', () => {
    const [fault] = verifyProgram(changedProgram((p) => { stage(p, 8, 'synapse').gather.from[0].plane = 6; }), tinyArch);
    expect(fault.message).toMatch(/10 -> 11 -> 12 -> 13 -> 8 -> 9 -> 10/);
  });

  it('shows all mistakes at once', () => {
    const faults = verifyProgram(changedProgram((p) => { p.probes[0].axes = '?'; p.readouts[0].divisor = 0; stage(p, 8, 'synapse').block = 4; }), tinyArch);
    expect(codesOf(faults)).toEqual(['T2105', 'T2108', 'T2170']);
  });
});

describe('spoilt bytes are refused with their own code', () => {
  const bytes = encodeProgram(tinyProgram());
  const pair = (id: number, a: number, b: number) => message(id, number(1, a), number(2, b));
  const rows: readonly (readonly [code: string, title: string, bytes: Uint8Array, at: Fault['at']])[] = [
    ['T2001', 'another file', Uint8Array.from(Buffer.from('PK\u0003\u0004 not a program')), { in: 'file', file: 'x', byte: 0 }],
    ['T2001', 'no byte at all', new Uint8Array(0), { in: 'file', file: 'x', byte: 0 }],
    ['T2002', 'a later format', Uint8Array.from([...bytes.subarray(0, 6), 2, ...bytes.subarray(7)]), { in: 'file', file: 'x', byte: 5 }],
    ['T2003', 'a length past the end', appended(bytes, [8 * 8 + 2, 100]), { in: 'file', file: 'x', byte: bytes.length }],
    ['T2004', 'a field that the format does not have', appended(bytes, number(99, 1)), { in: 'file', file: 'x', byte: bytes.length }],
    ['T2004', 'a field of another wire type', appended(bytes, number(8, 1)), { in: 'file', file: 'x', byte: bytes.length }],
    ['T2004', 'a single field twice', appended(bytes, number(5, 7)), { in: 'file', file: 'x', byte: bytes.length }],
    ['T2005', 'millions of empty parts', Uint8Array.from({ length: bytes.length + 2 ** 22 + 2 }, (_, i) => bytes[i] ?? ((i - bytes.length) % 2 === 0 ? 10 * 8 + 2 : 0)), { in: 'file', file: 'x' }],
    ['T2006', 'a stage of no kind', appended(bytes, message(10, number(1, 18), pair(3, 0, 1))), { in: 'program', part: 'stages[18].kind' }],
    ['T2007', 'a carrier that the format does not have', appended(bytes, message(8, pair(2, 1, 1), number(3, 1), message(4, number(1, 9)))), { in: 'program', part: 'planes[9].carrier.as' }],
    ['T2008', 'a link of three bytes', appended(bytes, message(15, pair(3, 0, 1), message(5, [1, 2, 3]))), { in: 'program', part: 'routes[14].copies[0]' }],
    ['T2012', 'a span of 2^32 - 1 contexts', encodeProgram(changedProgram((p) => { p.stages[7].contexts.to = 2 ** 32 - 1; })), { in: 'program', part: 'stages[7].contexts' }],
  ];
  it.each(rows.map((row) => [`${row[0]}: ${row[1]}`, row] as const))('%s', (_, [code, , spoilt, at]) => {
    const outcome = decodeProgram(spoilt, 'x');
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect(outcome.faults.map((fault) => [fault.code, fault.at])).toEqual([[code, at]]);
  });

  it('has a program for every code of the catalogue', () => {
    const catalogue = [...readFileSync(new URL('../../targets/contract/faults.ts', import.meta.url), 'utf8').matchAll(/'(T2\d{3})'/g)].map(([, code]) => code);
    expect(new Set(catalogue).size).toBe(catalogue.length);
    expect([...catalogue].sort()).toEqual(catalogue);
    const tried = new Set([...structure, ...meaning, ...targets, ...rows].map(([code]) => code).concat('T2132', 'T2165'));  // T2165: host-programs.test.ts
    expect(catalogue.filter((code) => !tried.has(code))).toEqual([]);
  });
});
