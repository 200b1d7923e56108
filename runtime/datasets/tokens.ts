// Tokens: ids of a vocabulary as spikes, one channel per id, one token per step.
import { basename } from 'node:path';
import { openArray } from '../../compiler/files/array-file.ts';
import { noSamples, samplesShape, samplesType, valueOutside } from './faults.ts';
import type { SampleLayout, Samples } from './samples.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';

const wholeTypes = ['uint8', 'int8', 'int16', 'uint16', 'int32', 'uint32', 'int64'];

/**
 * Opens a file of token ids, [S, steps] of whole numbers below `channels`.
 * @returns samples of spikes [steps, 1, channels]: a single 1 in each step
 * Faults: those of `openArray`; R1001 element type, R1002 shape, R1004 no samples, R1010 an id outside the vocabulary.
 */
export function tokenSamples(path: string, { steps, channels }: Pick<SampleLayout, 'steps' | 'channels'>): Outcome<Samples> {
  const opened = openArray(path);
  if (!opened.ok) return opened;
  const array = opened.value, { file, shape, dtype } = array, [count] = shape, refuse = (fault: Fault): Outcome<Samples> => { array.close(); return fail(fault); };
  if (shape.length !== 2 || shape[1] !== steps) return refuse(samplesShape(file, `[S, ${steps}]`, shape));
  if (!wholeTypes.includes(dtype)) return refuse(samplesType(file, 'token ids, whole numbers', dtype, 'numpy.save(path, array.astype("int32"))'));
  if (count === 0) return refuse(noSamples(file));
  const ids = (sample: number): number[] => Array.from(array.values(sample * steps, steps), Number), outside = (id: number): boolean => !(id >= 0 && id < channels);
  let bad = 0, first: Readonly<{ sample: number; step: number; id: number }> | undefined;
  for (let sample = 0; sample < count; sample++) ids(sample).forEach((id, step) => { if (outside(id)) { bad++; first ??= { sample, step, id }; } });
  if (first) return refuse(valueOutside(file, `a token is 0 .. ${channels - 1}`, first.sample, first.step, first.id, bad, 'give the ids of the vocabulary that the model was trained with'));
  const spikes = (sample: number): Uint8Array => {
    const made = new Uint8Array(steps * channels);
    ids(sample).forEach((id, step) => { made[step * channels + id] = 1; });
    return made;
  };
  return succeed({ name: basename(path), sha256: array.digest(), encoder: `tokens of ${channels}`, count, close: array.close, pixels: spikes, values: spikes });
}
