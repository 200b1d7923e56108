// The neuron of several thresholds: each raised to the next whole number that reaches it.
import type { NodeOf } from '../../ir/define-op.ts';
import type { Tensor } from '../../ir/types.ts';
import type { ladder } from '../../ops/index.ts';
import type { Making, Neuron, Params } from './neuron.ts';

export const ladderNeuron: Neuron<NodeOf<typeof ladder>> = {
  toUnits: (node, making) => [node.attrs, toUnits(node, making)], takesFactors: true, readsApart: true, counted: true,
  unscaled: (node) => (scale) => ({ threshold: overScale(node.params.threshold, scale) }),
};

/** Every level of a channel without its factor. */
function overScale({ shape, data }: Tensor, scale: Float64Array): Tensor {
  const channels = scale.length, levels = shape.at(-1)!, own = data.length > levels;
  return { shape: [channels, levels], data: Float64Array.from({ length: channels * levels }, (_, i) => data[own ? i : i % levels] / scale[Math.floor(i / levels)]) };
}

/**
 * x reaches t exactly when the whole number X reaches the next whole number at or above t / unit: no threshold is rounded away. One that no X reaches lies just above them.
 */
function toUnits({ name, attrs: { levels }, params: { threshold, strict }, type: { channels } }: NodeOf<typeof ladder>, { read, types: [{ range: [, high] }], roundings }: Making): Params {
  const own = threshold.data.length > levels, scaled = Float64Array.from({ length: channels * levels }, (_, i) => threshold.data[own ? i : i % levels] / (read ? read[Math.floor(i / levels)] : 1));
  roundings.say(name, 'levels', true, '');
  if (!roundings.rounds(name, 'levels')) return { threshold: { shape: [channels, levels], data: scaled }, strict };
  const data = scaled.map((real, i) => {
    const near = Math.round(real);
    // A quotient that is whole but for float64 rounding is that whole number.
    const tie = Math.abs(real - near) <= 1e-9 * Math.max(1, Math.abs(real)), reached = !tie ? Math.ceil(real) : strict.data[i % levels] ? near + 1 : near;
    return Math.min(reached, Math.max(1, high + 1));
  });
  return { threshold: { shape: [channels, levels], data }, strict: { shape: [levels], data: new Float64Array(levels) } };
}
