// softmax: exponentials of a row of scores, divided by their sum.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y = exp(factor * (x - greatest)) / sum, over the channels of each head: the scores of one query, one channel per key. Source: Vaswani et al. (arXiv 1706.03762), equation 1; SpikeLM keeps it. */
export const softmax = hostFunction({
  operands: ['position'], constants: ['heads', 'factor'],
  channels([{ channels }], constants) {
    const { heads: [heads], factor: [factor] } = constants, wrong = lengthWrong('heads', constants, 1) ?? lengthWrong('factor', constants, 1);
    if (wrong !== undefined) return wrong;
    if (!(Number.isInteger(heads) && heads > 0 && channels % heads === 0)) return `${heads} heads do not divide ${channels} channels`;
    return factor > 0 ? channels : `the factor must be above 0, is ${factor}`;
  },
  bounds: ([{ low }]) => perChannel(low.length, () => [0, 1]),
  operations: ([{ channels }]) => 6 * channels,
  run([x], { heads, factor }, result) {
    const width = x.length / heads[0];
    for (let from = 0; from < x.length; from += width) {
      let greatest = -Infinity, sum = 0;
      for (let c = from; c < from + width; c++) greatest = Math.max(greatest, x[c]);
      for (let c = from; c < from + width; c++) sum += result[c] = Math.exp(factor[0] * (x[c] - greatest));
      for (let c = from; c < from + width; c++) result[c] /= sum;
    }
  },
});
