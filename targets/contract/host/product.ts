// product: two values, channel by channel.
import { perChannel } from './elementwise.ts';
import { hostFunction } from './host-function.ts';

export const product = hostFunction({
  operands: ['position', 'position'], constants: [],
  channels: ([a, b]) => (a.channels === b.channels ? a.channels : `multiplies ${a.channels} channels with ${b.channels}`),
  bounds: ([a, b]) => perChannel(a.low.length, (c) => {
    // 0 times an unbounded value is 0.
    const corners = [a.low[c] * b.low[c], a.low[c] * b.high[c], a.high[c] * b.low[c], a.high[c] * b.high[c]].map((corner) => (Number.isNaN(corner) ? 0 : corner));
    return [Math.min(...corners), Math.max(...corners)];
  }),
  operations: ([{ channels }]) => channels,
  run([a, b], _, result) { for (let c = 0; c < a.length; c++) result[c] = a[c] * b[c]; },
});
