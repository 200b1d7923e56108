// Checkpoint and descriptor -> real graph.
import { dirname, join } from 'node:path';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Checkpoint } from '../files/checkpoint.ts';
import { elementsOf } from '../ir/types.ts';
import type { Graph } from '../ir/types.ts';
import { checkpointDiffers, networkTooLarge } from './faults.ts';
import type { Nearest } from '../../targets/contract/program.ts';
import type { InputLayout } from './input.ts';
import type { Keys, Named } from './keys.ts';
import { takeParts } from './keys.ts';
import { most } from './limits.ts';
import { parseDescriptor } from './read-descriptor.ts';
import { databasePart, withDatabase } from './retrieval.ts';
import { readSideFiles } from './side-files.ts';

/** `named`: constants of the graph that stand in the checkpoint, with their keys. `input`: what one sample is. `classes`: names, or their numbers. `parameters`: trainable values that the network reads. `nearest`: the output is a descriptor, and the classes are rows of a database. */
export type Imported = Readonly<{ graph: Graph; family: string; input: InputLayout; classes: readonly string[]; parameters: number; keys: Keys; named: Named; nearest?: Nearest }>;

/**
 * Builds the real graph of a trained network. Every key of the checkpoint is used, ignored with a reason, or a fault.
 * @param descriptor what `readDescriptor` gives: not yet judged
 * @param descriptorFile its name, for faults
 * @param folder where the files lie that it names
 * Faults: C2001 to C2041, all of one stage (descriptor, then keys, statistics and side files, then size) at once; warnings C2013, C2014, C2025.
 */
export function importModel(checkpoint: Checkpoint, descriptor: unknown, descriptorFile: string, folder = dirname(descriptorFile)): Outcome<Imported> {
  const parsed = parseDescriptor(descriptor, descriptorFile);
  if (!parsed.ok) return parsed;
  const { family, input, wrapper, parts, keys: rules, build, retrieval } = parsed.value;
  const beside = readSideFiles(parts, folder), taken = takeParts(checkpoint, parts, rules, beside.ok ? beside.value : undefined);
  if (!taken.ok || !beside.ok) return fail(...(taken.ok ? [] : taken.faults), ...(beside.ok ? [] : beside.faults), ...parsed.warnings);
  const { weights, parameters, keys, named } = taken.value, built = build(weights);
  const compared = retrieval ? withDatabase(built, weights.tensor(databasePart), retrieval.metric, join(folder, retrieval.database), descriptorFile) : succeed(built);
  if (!compared.ok) return fail(...compared.faults, ...parsed.warnings);
  const graph = compared.value, size = neuronSteps(graph), classes = retrieval ? Array.from({ length: weights.tensor(databasePart).shape[0] }, (_, row) => String(row)) : parsed.value.classes;
  if (size > most.neuronSteps) return fail(networkTooLarge(descriptorFile, size, most.neuronSteps), ...parsed.warnings);
  const differs = wrapper !== undefined && wrapper !== checkpoint.wrapper ? [checkpointDiffers({ file: descriptorFile, path: ['checkpoint', 'wrapper'] }, wrapper,
    checkpoint.wrapper)] : [];
  return succeed({ graph, family, input, classes, parameters, keys, named, ...(retrieval ? { nearest: { metric: retrieval.metric, recall: retrieval.recall } } : {}) }, [...parsed.warnings, ...taken.warnings, ...differs]);
}

/** Spikes that one sample may have: every neuron is a recorded layer. */
const neuronSteps = ({ nodes, probes, steps }: Graph): number => probes.reduce((sum, { value }) => sum + elementsOf(nodes[value].type, steps), 0);
