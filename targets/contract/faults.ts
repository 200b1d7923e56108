// Faults of programs, T2001 and up: one builder per code, sorted by code. Decoding T20.., meaning T21.. and up; codes are never reused.
import type { Fault } from './fault.ts';
import type { Span } from './units.ts';

const recompile = 'the file is damaged or was not written by this compiler: compile it again';
const inFile = (code: string, file: string, byte: number | undefined, message: string, hint: string): Fault =>
  ({ code, severity: 'error', message, at: { in: 'file', file, ...(byte === undefined ? {} : { byte }) }, hint });
const inPart = (code: string, part: string, message: string, hint = recompile): Fault => ({ code, severity: 'error', message, at: { in: 'program', part }, hint });
const shown = (span: Span): string => `${span.from}..${span.to}`;

// Bytes.
export const notAProgram = (file: string): Fault =>
  inFile('T2001', file, 0, 'a program begins with the letters SYNF; this file does not', 'give a layout that `synfire compile -o` wrote');
export const programVersion = (file: string, version: number): Fault =>
  inFile('T2002', file, 5, `this version reads program format 1; the file says ${version}`, 'compile it again with this version, or use the version that wrote it');
export const programBroken = (file: string, byte: number | undefined, why: string): Fault => inFile('T2003', file, byte, `the program cannot be read: ${why}`, recompile);
export const fieldUnexpected = (file: string, byte: number, part: string, why: string): Fault => inFile('T2004', file, byte, `${part}: ${why}`, recompile);
export const programTooLarge = (file: string, what: string, count: number, limit: number): Fault =>
  inFile('T2005', file, undefined, `a program may have at most ${limit} ${what}; this one has ${count}`, 'this limit keeps a hostile file from using up the machine; no trained network comes near it');
export const fieldMissing = (part: string): Fault => inPart('T2006', part, 'is required and is missing', recompile);
export const nameUnknown = (part: string, allowed: readonly string[], came: number): Fault =>
  inPart('T2007', part, `must be one of ${allowed.map((name, i) => `${i} (${name})`).join(', ')}; it is ${came}`, recompile);
export const bytesUneven = (part: string, each: number, came: number): Fault => inPart('T2008', part, `holds values of ${each} bytes; it has ${came} bytes`, recompile);

// Structure: every number that a later check or a simulator uses as an index, a length or a size.
export const idWrong = (part: string, index: number, came: number): Fault => inPart('T2010', part, `must be its own index, ${index}; it is ${came}`);
export const referenceWrong = (part: string, what: string, came: number, count: number): Fault => inPart('T2011', part, `names ${what} ${came}; there are ${count}`);
export const spanWrong = (part: string, came: Span, inside: Span): Fault => inPart('T2012', part, `must be a span of at least one inside ${shown(inside)}; it is ${shown(came)}`);
export const numberWrong = (part: string, low: number, high: number, came: number | string): Fault => inPart('T2013', part, `must be a whole number from ${low} to ${high}; it is ${came}`);
export const sizeTooLarge = (part: string, what: string, came: number, limit: number): Fault =>
  inPart('T2014', part, `has ${came} ${what}; a program may have at most ${limit}`, 'this limit keeps a hostile file from using up the machine; no trained network comes near it');
export const lengthWrong = (part: string, what: string, wanted: number | string, came: number): Fault => inPart('T2015', part, `must have ${wanted} ${what}; it has ${came}`);
export const choiceWrong = (part: string, wanted: string, came: string): Fault => inPart('T2016', part, `must be ${wanted}; it is ${came}`);
export const nameUnprintable = (part: string): Fault => inPart('T2017', part, 'has control characters, which could steer a terminal');
export const moreFaults = (count: number): Fault => inPart('T2019', 'program', `${count} more faults are not listed`, 'mend the first ones and try again');

// Order, planes, ports.
export const stageOrder = (stage: number, producer: number): Fault =>
  inPart('T2101', `stages[${stage}]`, `reads what stage ${producer} writes, which comes after it`, 'number the stages so that every producer comes before its readers');
export const stageCycle = (cycle: readonly number[]): Fault =>
  inPart('T2102', `stages[${cycle[0]}]`, `the stage graph must be acyclic within a step; these stages wait for each other: ${cycle.join(' -> ')}`);
export const planeGap = (plane: number, name: string, missing: number, size: number): Fault =>
  inPart('T2103', `planes[${plane}]`, `every element of plane "${name}" must be written by a stage; nothing writes ${missing} of ${size}`);
export const planeOverlap = (plane: number, name: string, a: number, b: number): Fault =>
  inPart('T2104', `planes[${plane}]`, `every element of plane "${name}" must be written once; stages ${a} and ${b} write the same elements`);
export const portWrong = (part: string, why: string): Fault => inPart('T2105', part, why);
export const regionTooSmall = (part: string, needed: Span, came: Span): Fault =>
  inPart('T2106', part, `the contexts of this stage need positions ${shown(needed)}; the region has ${shown(came)}`);
export const outputWrong = (part: string, what: string, wanted: Span, came: Span): Fault => inPart('T2107', part, `must have the ${what} of its stage, ${shown(wanted)}; it has ${shown(came)}`);

// Stages.
export const shapeWrong = (part: string, what: string, wanted: number | string, came: number | string): Fault => inPart('T2108', part, `${what} must be ${wanted}; it is ${came}`);
export const tooManyRows = (part: string, what: 'axons' | 'neurons', came: number, limit: number): Fault =>
  inPart('T2109', part, `needs ${came} ${what} on one core; this target has ${limit}`, 'cut the stage into smaller tiles, or choose a target with larger cores');
export const carrierWrong = (part: string, kind: string, wanted: string, came: string): Fault => inPart('T2110', part, `a ${kind} stage takes ${wanted} here; the plane carries ${came}`);
export const abilityMissing = (part: string, ability: string): Fault => inPart('T2111', part, `needs ${ability}, which this target cannot do`, 'compile for this target again, or choose another');
export const payloadTooWide = (part: string, came: number, limit: number): Fault => inPart('T2112', part, `carries ${came} bits a value; this target's payload has ${limit}`);
export const periodWrong = (part: string, wanted: string, came: string): Fault => inPart('T2113', part, `must be per ${wanted}; it is per ${came}`);

// Chains.
export const chainWrong = (part: string, what: string, before: string, here: string): Fault =>
  inPart('T2120', part, `the tiles of a chain and its soma must have equal ${what}: ${before} before, ${here} here`);
export const chainForked = (part: string, readers: readonly number[]): Fault =>
  inPart('T2121', part, readers.length === 0 ? 'its sums go nowhere' : `its sums must go to one stage; they go to stages ${readers.join(', ')}`);
export const chainApart = (part: string, sumCore: number, somaCore: number): Fault =>
  inPart('T2122', part, `the last tile of a chain must be on its soma's core; it is on core ${sumCore}, the soma on core ${somaCore}`);
export const sumKind = (part: string, kind: string): Fault => inPart('T2123', part, `must name a stage that emits sums; it names a ${kind} stage`);

// Range proofs.
export const weightTooWide = (part: string, bits: number, came: number): Fault => inPart('T2130', part, `a weight of this target has ${bits} bits; a weight is ${came}`);
export const sumTooWide = (part: string, bits: number, low: number, high: number): Fault => inPart('T2131', part, `${bits} bits are declared for sums that can reach ${low} .. ${high}`);
export const accumulatorTooWide = (part: string, bits: number, low: number, high: number): Fault =>
  inPart('T2132', part, `the accumulator of this target has ${bits} bits; the sums can reach ${low} .. ${high} on the way`);
export const membraneTooWide = (part: string, bits: number, low: number, high: number): Fault => inPart('T2133', part, `the membrane is stored in ${bits} bits; it can reach ${low} .. ${high}`);
export const currentTooWide = (part: string, bits: number, low: number, high: number): Fault => inPart('T2134', part, `the plane carries currents of ${bits} bits; they can reach ${low} .. ${high}`);
export const counterTooWide = (part: string, bits: number, low: number, high: number): Fault => inPart('T2135', part, `${bits} bits are declared for entries of counter memory that can reach ${low} .. ${high}`);
export const countTooLarge = (part: string, max: number, high: number): Fault => inPart('T2136', part, `the plane carries counts up to ${max}; they can reach ${high}`);
export const thresholdWrong = (part: string, least: number, came: number): Fault => inPart('T2137', part, `a threshold must be at least ${least}; it is ${came}`);
export const tableTooWide = (part: string, bits: number, came: number): Fault => inPart('T2138', part, `a table holds ${bits} bits a value; a value is ${came}`);

// Edges.
export const edgeMissing = (from: number, output: number, to: number): Fault => inPart('T2140', `stages[${to}]`, `reads output ${output} of stage ${from}; no edge says so`);
export const edgeNeedless = (part: string, from: number, output: number, to: number): Fault => inPart('T2141', part, `stage ${to} needs nothing of output ${output} of stage ${from}`);
export const edgePositions = (part: string, wanted: Span, came: Span): Fault => inPart('T2142', part, `its consumer needs positions ${shown(wanted)}; the edge says ${shown(came)}`);
export const edgeMessages = (part: string, wanted: number, came: number): Fault => inPart('T2143', part, `${wanted} messages arrive; the edge expects ${came}`);
export const edgeWindow = (part: string, wanted: string, came: string): Fault => inPart('T2144', part, `must be ${wanted}; it is ${came}`);
export const edgeTwice = (part: string, other: number): Fault => inPart('T2145', part, `joins the same stages and output as edge ${other}`);

// Routes.
export const routeOffMesh = (part: string, link: number, why: string): Fault => inPart('T2150', part, `link ${link} ${why}`);
export const routeDeadLink = (part: string, from: number, to: number): Fault => inPart('T2151', part, `goes from core ${from} to core ${to} over a dead link`);
export const routeBroken = (part: string, why: string): Fault => inPart('T2152', part, why);
export const routeEnds = (part: string, wanted: readonly number[], came: readonly number[]): Fault =>
  inPart('T2153', part, `must end on cores ${wanted.join(', ') || 'none'}; it ends on ${came.join(', ') || 'none'}`);
export const routeContexts = (part: string, position: number, why: string): Fault => inPart('T2154', part, `position ${position} ${why}`);
export const routeEdges = (part: string, wanted: readonly number[], came: readonly number[]): Fault =>
  inPart('T2155', part, `its readers are edges ${wanted.join(', ') || 'none'}; the route names ${came.join(', ') || 'none'}`);
export const routesDeadlock = (links: readonly number[]): Fault =>
  inPart('T2156', 'routes', `these links wait for each other in a circle: ${links.join(' -> ')}`, 'go along x first, then along y');
export const headerTooLong = (flits: number, buffer: number): Fault =>
  inPart('T2157', 'routes', `a header takes ${flits} flits; a router buffer of ${buffer} has no room for a payload beside it`);

// Cores.
export const coreDead = (part: string, core: number, why: string): Fault => inPart('T2160', part, `core ${core} ${why}`);
export const coreTwice = (part: string, core: number): Fault => inPart('T2161', part, `core ${core} has an image already`);
export const stagePlacement = (stage: number, cores: readonly number[]): Fault =>
  inPart('T2162', `stages[${stage}]`, `must be on one core; it is on ${cores.length === 0 ? 'none' : `cores ${cores.join(', ')}`}`);
export const footprintWrong = (part: string, wanted: number, came: number): Fault => inPart('T2163', part, `its stages need ${wanted} bytes; the image says ${came}`);
export const memoryFull = (part: string, memory: string, needed: number, limit: number): Fault =>
  inPart('T2164', part, `needs ${needed} bytes of ${memory} memory; a core of this target has ${limit}`, 'choose a target with larger memories, or let the mapper use more cores');

export const hostElsewhere = (stage: number, io: number, came: number): Fault => inPart('T2165', `stages[${stage}]`, `runs on the host, so it must be on the io tile ${io}; it is on core ${came}`);

// Results.
export const readoutWrong = (part: string, why: string): Fault => inPart('T2170', part, why);
