// What sum-tokens and or-tokens share: one result per channel and step, joined over all positions.
import type { Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';

/** `join` starts from 0. */
export function overTokens(join: (a: number, b: number) => number) {
  return ([x]: readonly Tensor[], { type: { channels } }: Readonly<{ type: ValueType }>, { types: [input], steps }: Readonly<{ types: readonly ValueType[]; steps: number }>): Tensor => {
    const tokens = positionsOf(input), copies = input.time === 'step' ? steps : 1, data = new Float64Array(copies * channels);
    for (let copy = 0; copy < copies; copy++) {
      for (let at = copy * tokens * channels, end = at + tokens * channels, c = 0; at < end; at++, c = (c + 1) % channels) data[copy * channels + c] = join(data[copy * channels + c], x.data[at]);
    }
    return { shape: input.time === 'step' ? [steps, 1, channels] : [1, channels], data };
  };
}
