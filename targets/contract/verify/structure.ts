// Structure of a program: every number that something later uses as an index, a length or a size. What passes can be walked without a crash, a hang or unbounded memory.
import type { Fault } from '../fault.ts';
import type { Plane, Program } from '../program.ts';
import type { Check } from './numbers.ts';
import { choiceWrong, idWrong, nameUnprintable } from '../faults.ts';
import { positionsOf } from '../geometry.ts';
import { always } from '../probes.ts';
import { inputsOf, outputsOf } from '../program.ts';
import { openFindings } from './findings.ts';
import { limits } from './limits.ts';
import { checksOf } from './numbers.ts';
import { checkStage, visitsOf } from './structure-stages.ts';

function checkPlane(plane: Plane, part: string, check: Check): boolean {
  const [height, width] = plane.grid;
  const sizes = [check.whole(`${part}.grid[0]`, height, 1, limits.planeElements), check.whole(`${part}.grid[1]`, width, 1, limits.planeElements),
    check.whole(`${part}.channels`, plane.channels, 1, limits.planeElements)];
  if (plane.carrier.as === 'count') sizes.push(check.whole(`${part}.carrier.max`, plane.carrier.max, 1, 2 ** 16));
  if (plane.carrier.as === 'current') sizes.push(check.whole(`${part}.carrier.bits`, plane.carrier.bits, 1, limits.sumBits));
  return sizes.every(Boolean) && check.size(part, 'elements', height * width * plane.channels, limits.planeElements);
}

function checkTables(program: Program, check: Check): boolean {
  const counts = [check.whole('steps', program.steps, 1, limits.steps), check.size('target.text', 'characters', program.target.text.length, limits.textLength),
    check.size('target.hash', 'characters', program.target.hash.length, limits.nameLength)];
  for (const name of ['planes', 'blocks', 'stages', 'layers', 'edges', 'routes', 'cores'] as const) counts.push(check.size(name, 'rows', program[name].length, limits[name]));
  for (const name of ['classes', 'inputs', 'probes', 'readouts'] as const) counts.push(check.size(name, 'rows', program[name].length, limits.names));
  for (const name of ['planes', 'stages', 'inputs', 'readouts', 'cores'] as const) counts.push(check.some(name, 'rows', program[name].length));
  return counts.every(Boolean);
}

function checkNames(program: Program, check: Check, report: (fault: Fault) => void): void {
  const short = (part: string, name: string) => { if (check.size(part, 'characters', name.length, limits.nameLength) && /\p{Cc}/u.test(name)) report(nameUnprintable(part)); };
  short('model', program.model);
  program.planes.forEach(({ name }, i) => short(`planes[${i}].name`, name));
  program.classes.forEach((name, i) => short(`classes[${i}]`, name));
  program.layers.forEach((name, i) => short(`layers[${i}]`, name));
  for (const table of ['inputs', 'probes'] as const) program[table].forEach((row, i) => {
    check.reference(`${table}[${i}].plane`, 'plane', row.plane, program.planes.length);
    short(`${table}[${i}].name`, row.name);
  });
  program.probes.forEach((probe, i) => {
    short(`probes[${i}].axes`, probe.axes);
    if (probe.places) checkPlaces(probe.places, program.planes[probe.plane]?.channels ?? 0, `probes[${i}].places`, check);
  });
  program.readouts.forEach((readout, i) => short(`readouts[${i}].output`, readout.output));
}

/** Every channel of the plane stands for one published channel; the others are unread or always have a small value. */
function checkPlaces(places: Int32Array, channels: number, part: string, check: Check): void {
  if (!check.size(part, 'channels', places.length, limits.planeElements)) return;
  if (!places.every((place, c) => check.whole(`${part}[${c}]`, place, always(2 ** 16), channels - 1))) return;
  check.length(part, 'channels of its plane, each once', channels, new Set(places.filter((place) => place >= 0)).size);
  check.length(part, 'channels of its plane, each once', channels, places.filter((place) => place >= 0).length);
}

function checkEdges(program: Program, check: Check, report: (fault: Fault) => void): void {
  const count = program.stages.length;
  program.edges.forEach((edge, i) => {
    const part = `edges[${i}]`;
    if (edge.id !== i) report(idWrong(`${part}.id`, i, edge.id));
    const from = check.reference(`${part}.from`, 'stage', edge.from, count);
    check.reference(`${part}.to`, 'stage', edge.to, count);
    if (from) check.reference(`${part}.output`, 'output', edge.output, outputsOf(program.stages[edge.from]).length);
    if (from) check.span(`${part}.positions`, edge.positions, program.stages[edge.from].contexts.to);
    check.whole(`${part}.messages`, edge.messages, 0, limits.planeElements);
    if (edge.window.kind === 'region') check.whole(`${part}.window.banks`, edge.window.banks, 1, Math.max(2, program.steps));
    if (edge.window.kind === 'slots') check.whole(`${part}.window.contexts`, edge.window.contexts, 1, limits.planeElements);
  });
}

function checkRoutes(program: Program, check: Check): void {
  program.routes.forEach((route, i) => {
    const part = `routes[${i}]`;
    if (check.reference(`${part}.from`, 'stage', route.from, program.stages.length)) {
      check.reference(`${part}.output`, 'output', route.output, outputsOf(program.stages[route.from]).length);
      check.span(`${part}.contexts`, route.contexts, program.stages[route.from].contexts.to);
    }
    route.edges.forEach((edge, j) => check.reference(`${part}.edges[${j}]`, 'edge', edge, program.edges.length));
  });
}

function checkCores(program: Program, check: Check): void {
  program.cores.forEach((image, i) => {
    const part = `cores[${i}]`;
    check.whole(`${part}.core`, image.core, 0, 2 ** 20);
    image.stages.forEach((stage, j) => check.reference(`${part}.stages[${j}]`, 'stage', stage, program.stages.length));
    for (const [name, bytes] of Object.entries(image.footprint)) check.whole(`${part}.footprint.${name}`, bytes, 0, limits.bytes);
  });
}

/** Pairs of an input and an output on one plane. */
function pairsOf({ planes, stages }: Program): number {
  const writers = new Int32Array(planes.length);
  for (const stage of stages) for (const region of outputsOf(stage)) if (region !== 'sums') writers[region.plane]++;
  return stages.reduce((sum, stage) => sum + inputsOf(stage).reduce((pairs, region) => pairs + writers[region.plane], 0), 0);
}

/**
 * Structure of a program, without a target: T2010 .. T2019.
 * A program that passes has every id in range, every span inside what it is a part of, every array at its length and every size below `limits`.
 */
export function verifyStructure(program: Program): readonly Fault[] {
  const findings = openFindings(), check = checksOf(findings), { report } = findings;
  if (program.version !== 1) report(choiceWrong('version', '1', String(program.version)));
  if (!checkTables(program, check)) return findings.all();
  program.planes.forEach((plane, i) => checkPlane(plane, `planes[${i}]`, check));
  if (findings.count() > 0) return findings.all();  // all that follows measures itself by the planes
  check.size('planes', 'elements over all steps', program.planes.reduce((sum, plane) => sum + positionsOf(plane.grid) * plane.channels, 0) * program.steps, limits.elementSteps);
  program.blocks.forEach((block, i) => {
    const rows = check.whole(`blocks[${i}].rows`, block.rows, 1, limits.planeElements), columns = check.whole(`blocks[${i}].columns`, block.columns, 1, limits.planeElements);
    if (rows && columns) check.length(`blocks[${i}].data`, 'weights', block.rows * block.columns, block.data.length);
  });
  checkNames(program, check, report);
  program.stages.forEach((stage, i) => checkStage(stage, i, program, check, report));
  if (findings.count() > 0) return findings.all();
  check.size('stages', 'contexts over all steps', program.stages.reduce((sum, stage) => sum + stage.contexts.to - stage.contexts.from, 0) * program.steps, limits.contextSteps);
  check.size('stages', 'positions to look at', program.stages.reduce((sum, stage) => sum + visitsOf(stage, program), 0), limits.visits);
  check.size('stages', 'pairs of an input and an output', pairsOf(program), limits.pairs);
  checkEdges(program, check, report);
  checkRoutes(program, check);
  checkCores(program, check);
  return findings.all();
}
