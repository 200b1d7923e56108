// Constants of an elastic neuron from its amplitudes: bound a / 2, keep 0.25 * (a - o) of the step before (operators.md N7).
import type { Tensor } from '../compiler/ir/types.ts';

export const elasticConstants = (alpha: readonly number[]): Record<'bound' | 'keep', Tensor> => ({
  bound: { shape: [alpha.length], data: Float64Array.from(alpha, (a) => a / 2) },
  keep: { shape: [alpha.length, 3], data: Float64Array.from(alpha.flatMap((_, t) => (t === 0 ? [0, 0, 0] : [alpha[t - 1] / 2, alpha[t - 1] / 4, 0]))) },
});
