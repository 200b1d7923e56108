// A conformance case: one folder of the zoo as a typed value, with its network imported.
import { basename, dirname, join, resolve } from 'node:path';
import { readCheckpoint } from '../../compiler/files/checkpoint.ts';
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import { readNpz } from '../../compiler/files/npz.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { learningOf, readDescriptor, withValue } from '../../compiler/frontend/read-descriptor.ts';
import { is } from '../../compiler/ir/define-op.ts';
import { elementsOf, positionsOf } from '../../compiler/ir/types.ts';
import type { ValueType } from '../../compiler/ir/types.ts';
import { ladder, lif } from '../../compiler/ops/index.ts';
import type { Samples } from '../datasets/samples.ts';
import { openDrawn } from '../encode/open-samples.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { axesUnknown, goldenMissing, goldenShape, layerSize, layerUncovered, layerUnknown, membraneIncomparable, tableWrong } from './faults.ts';
import { checkpointFile } from './checkpoint-file.ts';
import { bitAt, fromGolden, orderOf } from './golden.ts';
import { tolerance } from './compare.ts';
import type { GoldenExtra } from './extras.ts';
import { readExtras } from './extras.ts';
import type { GoldenLayer, GoldenLogits, GoldenMembrane, Held } from './held.ts';
import { countBefore } from './observe.ts';
import { readOperations } from './operations.ts';
import { readTables } from './tables.ts';
import { wholeOutputs } from './units.ts';
import type { Tables } from './tables.ts';

/** `name`: the last two folder names. `inputs` holds a file open: close it. */
export type ConformanceCase = Held & Readonly<{ folder: string; model: Imported; inputs: Samples;
  /** The same samples as one sequence, where the network learns from each for the next; its inputs are those of the case. */
  sequence?: ConformanceCase }>;

/**
 * Loads a folder with arch.json, its checkpoint (model.pth, or what `checkpoint.file` names), input.npy, golden.npz and, if it is there, sops.json.
 * @param modelArch another descriptor to import the network with; golden data and side files stay those of the case
 * Faults: those of the readers and the importer, all files at once; R2001 to R2007 golden data that does not fit. Warnings: R2008, R2009.
 */
export function loadCase(folder: string, modelArch?: string): Outcome<ConformanceCase> {
  const path = resolve(folder), archFile = join(path, 'arch.json'), goldenFile = join(path, 'golden.npz');
  const descriptor = readDescriptor(archFile), name = checkpointFile(descriptor.ok ? descriptor.value : undefined, archFile), checkpoint = name.ok ? readCheckpoint(join(path, name.value)) : name, golden = readNpz(goldenFile);
  const other = modelArch === undefined ? descriptor : readDescriptor(modelArch), unread = [descriptor, checkpoint, golden, ...(modelArch === undefined ? [] : [other])].flatMap(faultsOf);
  if (!descriptor.ok || !checkpoint.ok || !golden.ok || !other.ok) return fail(...unread);

  const learning = learningOf(descriptor.value), tables = readTables(descriptor.value, archFile), importAs = (learns: string | undefined) => importModel(checkpoint.value, learning && learns !== undefined ? withValue(other.value, learning.path, learns) : other.value, modelArch ?? archFile, path);
  const imported = importAs(learning?.golden.alone);
  if (!imported.ok || !tables.ok) return fail(...faultsOf(imported), ...faultsOf(tables));
  const inputs = openDrawn(join(path, 'input.npy'), imported.value.input);
  if (!inputs.ok) return inputs;

  const all: Parts = { archFile, goldenFile, arrays: golden.value, tables: tables.value, model: imported.value, samples: inputs.value.count }, parts = learning ? apartOf(all) : all;
  const logits = readLogits(parts), layers = readLayers(parts), membranes = readMembranes(parts), operations = readOperations(join(path, 'sops.json'), inputs.value.count);
  const learnt = learning && golden.value.has(ofSequence('logits')) ? importAs(learning.golden.sequence) : undefined, sequence = learnt?.ok ? readSequence({ ...all, model: learnt.value }) : undefined;
  const rows = nodeOfOutput(parts.model).params.rows, found = rows ? readExtras(golden.value, goldenFile, rows.shape, parts.samples, tables.value.denominators) : { extras: [], faults: [] };
  const others = readOthers(parts);
  if (!logits.ok || !layers.ok || !membranes.ok || !operations.ok || !others.ok || (sequence && !sequence.ok) || found.faults.length > 0) {
    inputs.value.close();
    return fail(...[logits, layers, membranes, operations, others, ...(sequence ? [sequence] : [])].flatMap(faultsOf), ...found.faults);
  }
  const alone: ConformanceCase = { folder: path, name: `${basename(dirname(path))}/${basename(path)}`, exact: tables.value.exact, samples: inputs.value.count, model: imported.value, inputs: inputs.value,
    given: (sample) => new Map([['input', inputs.value.values(sample)]]), tolerance, potentials: [], constants: [], logits: logits.value, layers: layers.value, membranes: membranes.value, operations: operations.value, extras: [...found.extras, ...others.value] };
  return succeed(sequence && learnt?.ok ? { ...alone, sequence: { ...alone, name: `${alone.name} as a sequence`, model: learnt.value, ...sequence.value, membranes: [], operations: [], extras: [] } } : alone,
  [...checkpoint.warnings, ...imported.warnings, ...inputs.warnings, ...layers.warnings, ...membranes.warnings, ...operations.warnings]);
}

/** Golden arrays of the samples as one sequence: "sequence:" before the name of a layer, "_sequence" behind that of the scores. */
const sequencePrefix = 'sequence:', ofSequence = (name: string): string => `${name}_sequence`;

/** The tables of golden data that samples gave one by one. */
const apartOf = (parts: Parts): Parts => ({ ...parts, tables: { ...parts.tables, spikes: parts.tables.spikes.filter(({ name }) => !name.startsWith(sequencePrefix)) } });

function readSequence({ arrays, tables, ...parts }: Parts): Outcome<Pick<ConformanceCase, 'logits' | 'layers'>> {
  const bare = (name: string): string => name.slice(sequencePrefix.length), ofLayers = [...arrays].flatMap(([name, array]) => (name.startsWith(sequencePrefix) ? [[bare(name), array] as const] : []));
  const own: Parts = { ...parts, arrays: new Map([...ofLayers, ['logits', arrays.get(ofSequence('logits'))!]]), tables: { ...tables, spikes: tables.spikes.flatMap(({ name, ...table }) => (name.startsWith(sequencePrefix) ? [{ name: bare(name), ...table }] : [])) } };
  const logits = readLogits(own), layers = readLayers(own);
  return logits.ok && layers.ok ? succeed({ logits: logits.value, layers: layers.value }) : fail(...faultsOf(logits), ...faultsOf(layers));
}

type Parts = Readonly<{ archFile: string; goldenFile: string; arrays: ReadonlyMap<string, NumpyArray>; tables: Tables; model: Imported; samples: number }>;

const faultsOf = (outcome: Outcome<unknown>): readonly Fault[] => (outcome.ok ? [] : outcome.faults);
const gather = <T>(results: readonly Outcome<T>[]): Outcome<readonly T[]> => {
  const faults = results.flatMap(faultsOf);
  return faults.length > 0 ? fail(...faults) : succeed(results.flatMap((result) => (result.ok ? [result.value] : [])));
};
const sameShape = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

const nodeOfOutput = ({ graph }: Imported) => graph.nodes[graph.outputs[0].value];

function readLogits({ archFile, arrays, goldenFile, tables: { exact, integers }, model, samples }: Parts): Outcome<GoldenLogits> {
  const { graph } = model, { type } = nodeOfOutput(model), read = (name: string) => outputArray(arrays.get(name), name, goldenFile, type, samples, graph.steps), real = read('logits');
  if (!exact || !integers) return real.ok ? succeed({ real: real.value }) : real;
  if ('exponent' in integers) {
    const whole = real.ok ? wholeOutputs(real.value, integers.exponent) : undefined;
    return !real.ok ? real : whole ? succeed({ real: real.value, integer: whole }) : fail(tableWrong(archFile, 'units', 'powers of two of which all golden logits are whole multiples', integers.exponent));
  }
  const integer = read(integers.array);
  return real.ok && integer.ok ? succeed({ real: real.value, integer: { values: integer.value, denominator: integers.denominator } }) : fail(...faultsOf(real), ...faultsOf(integer));
}

/** Further outputs of the network of which the archive has an array: in exact cases whole numbers like the first. */
function readOthers({ arrays, goldenFile, tables: { exact, integers }, model: { graph }, samples }: Parts): Outcome<readonly GoldenExtra[]> {
  return gather(graph.outputs.slice(1).filter(({ name }) => arrays.has(name)).map(({ name, value }): Outcome<GoldenExtra> => {
    const { type } = graph.nodes[value], real = outputArray(arrays.get(name), name, goldenFile, type, samples, graph.steps);
    if (!real.ok) return real;
    const integer = exact && integers && 'exponent' in integers ? wholeOutputs(real.value, integers.exponent) : undefined;
    return succeed({ name, size: elementsOf(type, graph.steps), real: real.value, ...(integer ? { integer } : {}) });
  }));
}

/** An output of all samples in our layout; its axes follow from what the network keeps apart and from how many there are. */
function outputArray(array: NumpyArray | undefined, name: string, file: string, type: ValueType, samples: number, graphSteps: number): Outcome<Float64Array> {
  const timed = type.time === 'step', steps = timed ? graphSteps : 1, each = elementsOf(type, graphSteps);
  if (!array) return fail(goldenMissing(file, name));
  const inner = ['C', 'N C', 'C H W'][array.shape.length - (timed ? 3 : 2)], order = inner === undefined ? undefined : orderOf(`S ${timed ? 'T ' : ''}${inner}`, array.shape);
  if (!order || array.shape[0] !== samples || order.steps !== steps || order.channels !== type.channels || order.positions !== positionsOf(type)) {
    const wanted = [samples, ...(timed ? [steps] : []), type.channels, ...(positionsOf(type) > 1 ? type.grid : [])];
    return fail(goldenShape(file, name, `shape [${wanted.join(', ')}]`, array.shape));
  }
  const values = new Float64Array(samples * each);
  for (let sample = 0; sample < samples; sample++) values.set(fromGolden((i) => array.data[sample * each + i], order, steps), sample * each);
  return succeed(values);
}

function readLayers(parts: Parts): Outcome<readonly GoldenLayer[]> {
  const { archFile, tables, model } = parts;
  const layers = gather(tables.spikes.map(({ name, axes, shape, packed }) => {
    const array = parts.arrays.get(name);
    if (!array) return fail(goldenMissing(parts.goldenFile, name));
    const count = shape.reduce((product, size) => product * size, 1), wanted = packed ? [Math.ceil(count / 8)] : shape;
    if (!sameShape(array.shape, wanted)) return fail(goldenShape(parts.goldenFile, name, `${packed ? `${count} packed bits, shape` : 'shape'} [${wanted.join(', ')}]`, array.shape));
    return goldenLayer(parts, name, axes, shape, packed ? (i) => bitAt(array.data, i) : (i) => array.data[i]);
  }));
  if (!layers.ok) return layers;
  const covered = new Set(tables.spikes.map(({ name }) => name));
  return succeed(layers.value, model.graph.probes.filter(({ name }) => !covered.has(name)).map(({ name }) => layerUncovered(archFile, name)));
}

function readMembranes(parts: Parts): Outcome<readonly GoldenMembrane[]> {
  const { graph } = parts.model, nodeOf = (layer: string) => { const probe = graph.probes.find(({ name }) => name === layer); return probe && graph.nodes[probe.value]; };
  // Without a threshold only counts have a unit that everybody shares.
  const known = (layer: string): boolean => { const node = nodeOf(layer); return node === undefined || ((is(node, lif) || is(node, ladder)) && countBefore(graph, node) !== undefined); };
  const [compared, others] = [true, false].map((wanted) => parts.tables.membranes.filter(({ layer, threshold }) => (threshold !== undefined || known(layer)) === wanted));
  const found = gather(compared.map(({ array: arrayName, layer, threshold }) => {
    const array = parts.arrays.get(arrayName), axes = parts.tables.spikes.find(({ name }) => name === layer)?.axes;
    if (!array) return fail(goldenMissing(parts.goldenFile, arrayName));
    if (axes === undefined) return fail(layerUnknown(parts.archFile, `membrane_inputs["${arrayName}"]`, layer));
    const golden = goldenLayer(parts, layer, axes, array.shape, (i) => array.data[i]);
    return golden.ok ? succeed({ ...golden.value, threshold }) : golden;
  }));
  return found.ok ? succeed(found.value, others.map(({ array }) => membraneIncomparable(parts.archFile, array))) : found;
}

/** `at(i)`: element i of the array over all samples. */
function goldenLayer({ archFile, model: { graph }, samples }: Parts, name: string, axes: string, shape: readonly number[], at: (i: number) => number): Outcome<GoldenLayer> {
  const path = `spikes["${name}"]`, order = orderOf(axes, shape), probe = graph.probes.find((one) => one.name === name);
  if (!order) return fail(axesUnknown(archFile, path, axes));
  if (!probe) return fail(layerUnknown(archFile, path, name));
  const { type } = graph.nodes[probe.value], each = elementsOf(type, graph.steps);
  if (shape[0] !== samples || order.steps !== graph.steps || order.channels !== type.channels || order.indices.length * graph.steps !== each) {
    return fail(layerSize(archFile, path, `${samples} samples x ${graph.steps} steps x ${each / graph.steps / type.channels} positions x ${type.channels} channels`, shape));
  }
  return succeed({ name, channels: type.channels, sample: (index) => fromGolden((i) => at(index * each + i), order, graph.steps) });
}
