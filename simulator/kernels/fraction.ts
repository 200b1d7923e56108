// Products of an integer with a fraction, rounded down, without loss for any 32-bit operands.

/** Numerators up to here may multiply any int32 in a double: the product stays below 2^53, where the floor of a division is exact. */
const narrowNumerator = 2 ** 21;

/** floor(value * numerator / denominator). value, numerator: magnitudes up to 2^31; denominator: 1 .. 2^31. */
export function scaledDown(value: number, numerator: number, denominator: number): number {
  if (numerator <= narrowNumerator && numerator >= -narrowNumerator) return Math.floor(value * numerator / denominator);
  // 16 bits at a time: value = high * 2^16 + low, and the rest of the first division joins the second.
  const high = Math.floor(value / 0x10000), low = value - high * 0x10000, upper = high * numerator, quotient = Math.floor(upper / denominator);
  return quotient * 0x10000 + Math.floor(((upper - quotient * denominator) * 0x10000 + low * numerator) / denominator);
}
