// token-shift: a channel mixed with itself one step ago.
import { perChannel } from './elementwise.ts';
import { hostFunction, lengthWrong } from './host-function.ts';

/** y[t] = mix * x[t] + (1 - mix) * x[t-1], x[-1] = 0. Source: SpikeGPT (arXiv 2302.13939), token shift; RWKV. */
export const tokenShift = hostFunction({
  operands: ['position'], constants: ['mix'],
  channels: ([{ channels }], constants) => lengthWrong('mix', constants, channels) ?? channels,
  state: ([{ channels }]) => channels,
  operations: ([{ channels }]) => 4 * channels,
  bounds: ([{ low, high }], { mix }) => perChannel(low.length, (c) => {
    const rest = 1 - mix[c], before = [Math.min(0, low[c]), Math.max(0, high[c])] as const;
    return [times(mix[c], low[c], high[c])[0] + times(rest, ...before)[0], times(mix[c], low[c], high[c])[1] + times(rest, ...before)[1]];
  }),
  run([x], { mix }, result, before) {
    for (let c = 0; c < x.length; c++) { result[c] = mix[c] * x[c] + (1 - mix[c]) * before[c]; before[c] = x[c]; }
  },
});

/** An interval times a factor of either sign; 0 times an unbounded one is 0. */
const times = (factor: number, low: number, high: number): readonly [number, number] => (factor === 0 ? [0, 0] : factor > 0 ? [factor * low, factor * high] : [factor * high, factor * low]);
