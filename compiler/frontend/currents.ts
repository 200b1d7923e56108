// Blocks without a stem: their samples are currents at every step.
import type { z } from 'zod';
import type { ValueId } from '../ir/types.ts';
import { source } from '../ops/index.ts';
import type { InputLayout } from './input.ts';
import type { Network } from './network.ts';
import { group, ignored, one, whole, word } from './schema.ts';

/** What a file of currents is, and how fine and how wide they are on the chip. */
export const currentsKeys = group({
  encoding: one('currents', 'real numbers at every step'), layout: word('axes of a file of samples').optional(), dtype: word('element type of a file of samples').optional(),
  values: word('what the file of samples holds, in words; "multiples of 2^-7" says the exponent, too').optional(),
  exponent: whole(0, 30, 'every value is a multiple of 2^-exponent; otherwise they are real numbers, which the chip takes rounded to the unit of the stream they enter').optional(),
  bits: whole(2, 24, 'width of a value: it stays below 2^(bits - 1 - exponent); 16 bits, and 2^5 of real numbers, unless said otherwise').optional(), ...ignored('text'),
}, 'what one sample is');
export type Currents = z.infer<typeof currentsKeys>;

/** The fineness of the values, as key or in words. */
const exponentOf = ({ exponent, values }: Currents): number | undefined => {
  const [, said] = /\bmultiples of 2\^-(\d{1,2})\b/.exec(values ?? '') ?? [];
  return exponent ?? (said === undefined ? undefined : Number(said));
};

export function addCurrents({ builder }: Network, { height, width, channels }: InputLayout, input: Currents): ValueId {
  const exponent = exponentOf(input), { bits } = input;
  return builder.add(source, 'input', [], { coding: 'currents', grid: [height, width], channels, domain: 'real', ...(exponent === undefined ? {} : { exponent }), ...(bits === undefined ? {} : { bits }) });
}
