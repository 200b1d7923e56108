// shift-sum: what two layers make of a token and of the one before it, added.
import { perChannel } from './elementwise.ts';
import { hostFunction } from './host-function.ts';

/** y[t] = first half of x[t] + second half of x[t-1], x[-1] = 0: W (m x[t] + (1 - m) x[t-1]) from (W diag m) x and (W diag (1 - m)) x side by side. Source: models-other.md section 7, owned rewrite. */
export const shiftSum = hostFunction({
  operands: ['position'], constants: [],
  channels: ([{ channels }]) => (channels % 2 === 0 ? channels / 2 : `${channels} channels are no two halves`),
  state: ([{ channels }]) => channels / 2,
  operations: ([{ channels }]) => channels / 2,
  bounds: ([{ low, high }]) => perChannel(low.length / 2, (c) => [low[c] + Math.min(0, low[c + low.length / 2]), high[c] + Math.max(0, high[c + high.length / 2])]),
  run([x], _, result, before) {
    for (let c = 0; c < result.length; c++) { result[c] = x[c] + before[c]; before[c] = x[c + result.length]; }
  },
});
