// Spikes as bits, most significant first, as the conformance zoo packs them.

/** @param values 0 or 1 */
export function packBits(values: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) packed[i >> 3] |= 0x80 >> (i & 7);
  return packed;
}

/** The first `length` bits of packed spikes, one byte each. */
export const unpackBits = (packed: Uint8Array, length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (packed[i >> 3] >> (7 - (i & 7))) & 1);
