// sum: two values added, channel by channel.
import { perChannel } from './elementwise.ts';
import { hostFunction } from './host-function.ts';

export const sum = hostFunction({
  operands: ['position', 'position'], constants: [],
  channels: ([a, b]) => (a.channels === b.channels ? a.channels : `adds ${b.channels} channels to ${a.channels}`),
  operations: ([{ channels }]) => channels,
  bounds: ([a, b]) => perChannel(a.low.length, (c) => [a.low[c] + b.low[c], a.high[c] + b.high[c]]),
  run([a, b], _, result) { for (let c = 0; c < a.length; c++) result[c] = a[c] + b[c]; },
});
