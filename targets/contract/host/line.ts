// line: a factor and an offset per channel.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y = factor * x + shift: a scale or a normalisation that folds into nothing on the chip, between functions on the host. */
export const line = hostFunction({
  operands: ['position'], constants: ['factor', 'shift'],
  channels: ([{ channels }], constants) => lengthWrong('factor', constants, channels) ?? lengthWrong('shift', constants, channels) ?? channels,
  bounds: ([{ low, high }], { factor, shift }) => perChannel(low.length, (c) => {
    // A factor of 0 makes an unbounded value the offset.
    const ends = factor[c] === 0 ? [0, 0] : [factor[c] * low[c], factor[c] * high[c]];
    return [Math.min(...ends) + shift[c], Math.max(...ends) + shift[c]];
  }),
  operations: ([{ channels }]) => 2 * channels,
  run([x], { factor, shift }, result) { for (let c = 0; c < x.length; c++) result[c] = factor[c] * x[c] + shift[c]; },
});
