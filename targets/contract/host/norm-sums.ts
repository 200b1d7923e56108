// norm-sums: what a layer makes of normalised values, from what it makes of the values as they are.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/**
 * y = (sums - mean(x) * slope) / sqrt(variance(x) + epsilon) + offset: with sums = (W diag g) x, slope = W g and offset = W b that is W LayerNorm(x).
 * reach bounds the first term: |W diag g z| for values z of mean 0 and variance at most 1.
 * Source: operators.md theorem 19.
 */
export const normSums = hostFunction({
  operands: ['position', 'position'], constants: ['slope', 'offset', 'reach', 'epsilon'],
  channels([{ channels }], constants) {
    const wrong = ['slope', 'offset', 'reach'].map((name) => lengthWrong(name, constants, channels)).find((said) => said !== undefined) ?? lengthWrong('epsilon', constants, 1);
    return wrong ?? (!constants.reach.every((each) => each >= 0) ? 'constant "reach" holds a number below 0' : constants.epsilon[0] > 0 ? channels : `epsilon must be above 0, is ${constants.epsilon[0]}`);
  },
  operations: ([{ channels }, x]) => 5 * x.channels + 4 + 4 * channels,
  bounds: (_, { offset, reach }) => perChannel(offset.length, (c) => [offset[c] - reach[c], offset[c] + reach[c]]),
  run([sums, x], { slope, offset, reach, epsilon }, result) {
    let sum = 0, squares = 0;
    for (let c = 0; c < x.length; c++) sum += x[c];
    const mean = sum / x.length;
    for (let c = 0; c < x.length; c++) squares += (x[c] - mean) * (x[c] - mean);
    const deviation = Math.sqrt(squares / x.length + epsilon[0]);
    // Sums of other values than x itself (rounded weights) may lie beyond.
    for (let c = 0; c < result.length; c++) result[c] = Math.max(-reach[c], Math.min(reach[c], (sums[c] - mean * slope[c]) / deviation)) + offset[c];
  },
});
