// Philox 4x32-10: random numbers that are a function of a counter and a key, so that any of them can be drawn at any time, in any thread. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).

export type Counter = readonly [number, number, number, number];

const multipliers = [0xd2511f53, 0xcd9e8d57] as const, weyl = [0x9e3779b9, 0xbb67ae85] as const, rounds = 10;

/** Four whole numbers below 2^32. Counter and key are whole numbers below 2^32. */
export function philox(counter: Counter, key: readonly [number, number]): Counter {
  let [a, b, c, d] = counter, [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const high0 = highWord(multipliers[0], a), low0 = Math.imul(multipliers[0], a) >>> 0, high1 = highWord(multipliers[1], c), low1 = Math.imul(multipliers[1], c) >>> 0;
    [a, b, c, d] = [(high1 ^ b ^ k0) >>> 0, low1, (high0 ^ d ^ k1) >>> 0, low0];
    k0 = (k0 + weyl[0]) >>> 0;
    k1 = (k1 + weyl[1]) >>> 0;
  }
  return [a, b, c, d];
}

/** Upper half of the 64-bit product of two 32-bit numbers, by halves: each partial sum is exact in float64. */
function highWord(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(((middle % 0x10000) + aLow * bHigh) / 0x10000)) >>> 0;
}
