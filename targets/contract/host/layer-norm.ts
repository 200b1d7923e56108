// layer-norm: the channels of a position, brought to mean 0 and variance 1, then scaled and shifted.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, the variance that of the population. Source: Ba et al., Layer Normalization (arXiv 1607.06450); PyTorch's LayerNorm. */
export const layerNorm = hostFunction({
  operands: ['position'], constants: ['gamma', 'beta', 'epsilon'],
  channels: ([{ channels }], constants) => lengthWrong('gamma', constants, channels) ?? lengthWrong('beta', constants, channels) ?? lengthWrong('epsilon', constants, 1)
    ?? (constants.epsilon[0] > 0 ? channels : `epsilon must be above 0, is ${constants.epsilon[0]}`),
  // One value that stands out from n - 1 equal ones lies sqrt(n - 1) deviations from the mean, and none can lie further out.
  bounds(_, { gamma, beta }) {
    const reach = Math.sqrt(gamma.length - 1);
    return perChannel(gamma.length, (c) => [beta[c] - reach * Math.abs(gamma[c]), beta[c] + reach * Math.abs(gamma[c])]);
  },
  // Sum, squares, and what is made of them.
  operations: ([{ channels }]) => 8 * channels + 4,
  run([x], { gamma, beta, epsilon }, result) {
    let sum = 0, squares = 0;
    for (let c = 0; c < x.length; c++) sum += x[c];
    const mean = sum / x.length;
    for (let c = 0; c < x.length; c++) squares += (x[c] - mean) * (x[c] - mean);
    const deviation = Math.sqrt(squares / x.length + epsilon[0]);
    for (let c = 0; c < x.length; c++) result[c] = ((x[c] - mean) / deviation) * gamma[c] + beta[c];
  },
});
