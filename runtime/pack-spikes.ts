// Spikes of one plane in few bytes: binary ones as bits, most significant first, as the conformance zoo packs them; levels and ternary spikes one byte each.
import type { Carrier } from '../targets/contract/program.ts';

export function packSpikes(values: ArrayLike<number>, carrier: Carrier): Uint8Array {
  if (carrier.as !== 'spike') return Uint8Array.from({ length: values.length }, (_, i) => values[i] & 0xff);
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) packed[i >> 3] |= 0x80 >> (i & 7);
  return packed;
}

/** The first `length` values, one byte each: signed where spikes are ternary. */
export function unpackSpikes(packed: Uint8Array, length: number, carrier: Carrier): Uint8Array | Int8Array {
  if (carrier.as === 'spike') return Uint8Array.from({ length }, (_, i) => (packed[i >> 3] >> (7 - (i & 7))) & 1);
  return carrier.as === 'ternary' ? Int8Array.from(packed.subarray(0, length)) : packed.slice(0, length);
}
