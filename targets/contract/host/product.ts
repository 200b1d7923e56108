// product: two values, channel by channel.
import { perChannel, productBounds } from './elementwise.ts';
import { hostFunction } from './host-function.ts';

export const product = hostFunction({
  operands: ['position', 'position'], constants: [],
  channels: ([a, b]) => (a.channels === b.channels ? a.channels : `multiplies ${a.channels} channels with ${b.channels}`),
  bounds: ([a, b]) => perChannel(a.low.length, (c) => productBounds(a, b, c, c)),
  operations: ([{ channels }]) => channels,
  run([a, b], _, result) { for (let c = 0; c < a.length; c++) result[c] = a[c] * b[c]; },
});
