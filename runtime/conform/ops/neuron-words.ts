// The neuron that case.json states in its table `neuron`, as the neuron of descriptors.
import { lifOf } from '../../../compiler/frontend/neurons.ts';
import type { Neuron } from '../../../compiler/frontend/neurons.ts';
import type { OpFile } from './op-file.ts';
import { isFields, numberAt, saidIn, wanted } from './op-file.ts';

/** Whether the potential falls to zero after a spike. */
export const resetsToZero = ({ stated: { neuron } }: OpFile): boolean => !isFields(neuron) || !/^(soft|subtract)/.test(String(neuron['reset'] ?? 'hard'));

export const thresholdOf = (file: OpFile): number => wanted(file, 'neuron.v_threshold', numberAt(file, 'neuron', 'v_threshold'), saidIn(file.texts.what, 'v_threshold'));

/** tau, decay_input: the input decays, too. Currents and v_threshold in one unit. */
export function neuronOf(file: OpFile, { v_threshold = thresholdOf(file) }: Readonly<{ v_threshold?: number }> = {}): Neuron {
  const tau = wanted(file, 'neuron.tau', numberAt(file, 'neuron', 'tau'), saidIn(file.texts.what, 'tau'));
  return lifOf({ tau, decay_input: true, v_reset: resetsToZero(file) ? 0 : null, v_threshold });
}

/** Real value of one unit of an array of currents, said in its text: 'in unit 1/64'. */
export const unitOf = (file: OpFile, array: string): number => saidIn(file.texts.of.get(array) ?? '', 'unit') ?? 1;
