// A neuron that mixes steps, from real constants to whole numbers.
import type { NodeOf } from '../../ir/define-op.ts';
import { signedBits } from '../../ir/ranges.ts';
import { keepsInputs, mixBounds } from '../../ops/mix-steps.ts';
import type { mixSteps } from '../../ops/index.ts';
import { finestCode, powersOf } from '../choose-scale.ts';
import { mixBits } from '../../../targets/contract/program.ts';
import type { Making, Neuron, Params } from './neuron.ts';
import { stepsOver } from './per-step.ts';

export const mixStepsNeuron: Neuron<NodeOf<typeof mixSteps>> = {
  toUnits: (node, making) => [{}, toUnits(node, making)],
  unscaled: ({ params: { least } }) => (scale) => ({ least: stepsOver(least, scale) }),
  // What waits for its last step lies in the memory of the potentials.
  widths: ({ name, inputs, params: { weight } }, { nodes, steps }) => (keepsInputs(weight, steps) ? [{ node: name, holds: 'membrane', bits: signedBits(...nodes[inputs[0]].type.range), accumulated: false }] : []),
  sum: ({ inputs, params: { weight } }, { nodes, steps }) => ({ bits: signedBits(...mixBounds(nodes[inputs[0]].type, weight, steps)), limit: mixBits, narrows: true }),
};

/**
 * Weights are codes of one unit, exact where they are dyadic; h reaches a threshold exactly when it reaches the next whole number, and one beyond all that h can be lies just outside it.
 */
function toUnits({ name, params: { weight, least }, type: { channels } }: NodeOf<typeof mixSteps>, { read, types: [{ range }], steps, codes, roundings }: Making): Params {
  const largest = weight ? weight.data.reduce((most, w) => Math.max(most, Math.abs(w)), 0) : 0, power = weight && largest > 0 ? powersOf(weight.data) : 0;
  const unit = largest === 0 ? 1 : power <= finestCode(weight!.data, codes) ? 2 ** -power : largest / codes;
  const mixing = weight ? { shape: weight.shape, data: roundings.apply(name, 'weights', weight.data.map((w) => w / unit)) } : undefined, own = least.data.length > steps;
  const scaled = Float64Array.from({ length: steps * channels }, (_, i) => least.data[own ? i : Math.floor(i / channels)] / (unit * (read ? read[i % channels] : 1)));
  roundings.say(name, 'levels', true, '');
  const made = mixing ? { weight: mixing } : {};
  if (!roundings.rounds(name, 'levels')) return { ...made, least: { shape: [steps, channels], data: scaled } };
  const [low, high] = mixBounds({ range }, mixing, steps);
  const data = scaled.map((real) => { const near = Math.round(real), reached = Math.abs(real - near) <= 1e-9 * Math.max(1, Math.abs(real)) ? near : Math.ceil(real); return Math.max(low, Math.min(reached, high + 1)) + 0; });
  return { ...made, least: { shape: [steps, channels], data } };
}
