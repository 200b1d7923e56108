// Host functions of one value each: what they share.
import type { Bounds, HostFunction } from './host-function.ts';
import { hostFunction } from './host-function.ts';

/**
 * A function of one real number, channel by channel.
 * @param operations arithmetic of one value
 * @param range its least and greatest value for numbers from low to high, both possibly infinite
 */
export const ofEach = (apply: (x: number) => number, operations: number, range: (low: number, high: number) => readonly [number, number]): HostFunction => hostFunction({
  operands: ['position'], constants: [],
  channels: ([{ channels }]) => channels,
  bounds: ([{ low, high }]) => perChannel(low.length, (c) => range(low[c], high[c])),
  operations: ([{ channels }]) => operations * channels,
  run([x], _, result) { for (let c = 0; c < x.length; c++) result[c] = apply(x[c]); },
});

export function perChannel(channels: number, boundsOf: (channel: number) => readonly [number, number]): Bounds {
  const low = new Float64Array(channels), high = new Float64Array(channels);
  for (let c = 0; c < channels; c++) [low[c], high[c]] = boundsOf(c);
  return { low, high };
}

/** Least and greatest product of two numbers within bounds; 0 times an unbounded number is 0. */
export function productBounds(a: Bounds, b: Bounds, first: number, second: number): readonly [number, number] {
  const corners = [a.low[first], a.high[first]].flatMap((x) => [b.low[second], b.high[second]].map((y) => (x === 0 || y === 0 ? 0 : x * y)));
  return [Math.min(...corners), Math.max(...corners)];
}
