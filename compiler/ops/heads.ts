// What operators over the channels of a head share.
import type { Tensor, ValueType } from '../ir/types.ts';

export const headsAttr = { as: 'whole', from: 1, doc: 'heads that share the channels' } as const;
export const headsWrong = (x: ValueType, heads: number): string | undefined => (x.channels % heads === 0 ? undefined : `${heads} heads do not divide ${x.channels} channels`);

/** Joins the channels of each head, per token and step. */
export const overHeads = (join: (a: number, b: number) => number) =>
  ([x]: readonly Tensor[], { attrs: { heads } }: Readonly<{ attrs: Readonly<{ heads: number }> }>, { types }: Readonly<{ types: readonly ValueType[] }>): Tensor => {
    const width = types[0].channels / heads, data = new Float64Array(x.data.length / width);
    x.data.forEach((value, i) => { data[Math.floor(i / width)] = join(data[Math.floor(i / width)], value); });
    return { shape: [...x.shape.slice(0, -1), heads], data };
  };
