// A model from its files: a checkpoint with the descriptor that says what a checkpoint does not, or a network in text form with the checkpoint that its keys mean.
import { createHash } from 'node:crypto';
import { readCheckpoint } from '../compiler/files/checkpoint.ts';
import type { Imported } from '../compiler/frontend/import-model.ts';
import { importModel } from '../compiler/frontend/import-model.ts';
import type { InputLayout } from '../compiler/frontend/input.ts';
import { learningOf, parseDescriptor, readDescriptor, withValue } from '../compiler/frontend/read-descriptor.ts';
import { is } from '../compiler/ir/define-op.ts';
import type { Graph } from '../compiler/ir/types.ts';
import { norm, source } from '../compiler/ops/index.ts';
import { parseNetwork } from '../compiler/text/parse-graph.ts';
import type { Network } from '../compiler/text/parse-graph.ts';
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import { encoders } from './encode/open-samples.ts';
import { nothingLearns, optionMissing, optionUnwanted, optionWrong } from './faults.ts';
import { checkReadable, isNetworkText, readNetworkText } from './files.ts';

export type LoadedModel = Imported & Readonly<{ name: string; sha256: string }>;

/** What stands for the family of a network that is none of a family. */
const ownFamily = 'text form';

/**
 * Loads a model; what kind of file it is, its bytes say.
 * @param archFile descriptor of a checkpoint
 * @param weightsFile checkpoint of a network in text form
 * @param learns how a network that learns is to run, whatever its descriptor says
 * Faults of all files are gathered: a user sees what is wrong with the descriptor and with the checkpoint at once. R0002 a descriptor is missing, R0119 a file that this model does not take, R0128 a network that does not learn.
 */
export function loadModel(modelFile: string, archFile?: string, weightsFile?: string, learns?: string): Outcome<LoadedModel> {
  if (isNetworkText(modelFile)) return learns !== undefined ? fail(nothingLearns()) : archFile === undefined ? loadNetwork(modelFile, weightsFile) : fail(optionUnwanted('--arch', 'a network in text form says everything itself', 'leave it out; --weights names the checkpoint that its keys mean'));
  const unreadable = checkReadable(modelFile);
  if (weightsFile !== undefined) return fail(...(unreadable.length > 0 ? unreadable : [optionUnwanted('--weights', `${modelFile} is no network in text form`, 'a checkpoint is the model itself: synfire run model.pth --arch arch.json')]));
  if (archFile === undefined) return fail(...unreadable, optionMissing('--arch', 'the descriptor says what a checkpoint does not: T, heads, thresholds; synfire describe writes one'));
  const checkpoint = readCheckpoint(modelFile), descriptor = asAsked(readDescriptor(archFile), learns);
  if (!descriptor.ok) return fail(...(checkpoint.ok ? [] : checkpoint.faults), ...descriptor.faults);
  if (!checkpoint.ok) {
    const parsed = parseDescriptor(descriptor.value, archFile);
    return fail(...checkpoint.faults, ...(parsed.ok ? [] : parsed.faults));
  }
  const imported = importModel(checkpoint.value, descriptor.value, archFile);
  if (!imported.ok) return imported;
  return succeed({ ...imported.value, name: imported.value.graph.name, sha256: checkpoint.value.sha256 }, [...checkpoint.warnings, ...imported.warnings]);
}

function loadNetwork(file: string, weightsFile: string | undefined): Outcome<LoadedModel> {
  const text = readNetworkText(file), weights = weightsFile === undefined ? undefined : readCheckpoint(weightsFile);
  if (!text.ok || weights?.ok === false) return fail(...(text.ok ? [] : text.faults), ...(weights?.ok === false ? weights.faults : []));
  const parsed = parseNetwork(text.value, file, { stored: weights?.value.tensors, encoders });
  if (!parsed.ok) return parsed;
  const { graph, classes, named, used, unread } = parsed.value, digest = (content: string): string => createHash('sha256').update(content).digest('hex'), own = digest(text.value);
  return succeed({ graph, classes, named, family: ownFamily, name: graph.name, input: layoutOf(parsed.value), parameters: parametersOf(graph), sha256: weights ? digest(`${own} ${weights.value.sha256}`) : own,
    keys: { used, ignored: unread.map((key) => ({ key, reason: 'the text does not name it' })) } }, [...(weights?.warnings ?? []), ...parsed.warnings]);
}

function layoutOf({ graph, encode }: Network<(typeof encoders)[number]>): InputLayout {
  const { attrs: { coding, grid: [height, width], channels } } = graph.nodes.find((node) => is(node, source))!;
  return { encoding: encode ?? coding, steps: graph.steps, channels, height, width };
}

/** Values of all parameters but statistics. */
const parametersOf = ({ nodes }: Graph): number => nodes.reduce((sum, node) => sum + Object.entries(node.params).reduce((all, [name, { data }]) => all + (is(node, norm) && (name === 'mean' || name === 'variance') ? 0 : data.length), 0), 0);

/** A descriptor with what the command line says of learning. */
function asAsked(descriptor: Outcome<unknown>, learns: string | undefined): Outcome<unknown> {
  const learning = descriptor.ok && learns !== undefined ? learningOf(descriptor.value) : undefined;
  if (!descriptor.ok || learns === undefined) return descriptor;
  if (!learning) return fail(nothingLearns());
  return learning.words.includes(learns) ? succeed(withValue(descriptor.value, learning.path, learns), descriptor.warnings) : fail(optionWrong('--plasticity', `one of ${learning.words.join(', ')}`, learns));
}
