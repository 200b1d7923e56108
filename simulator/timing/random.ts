// Counter-based random numbers: the same (seed, stream, counter) gives the same number on every machine, in any order.

/** Finaliser of MurmurHash3 (public domain, A. Appleby): every input bit moves every output bit. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A whole number from 0 to 2^32 - 1. */
export const draw = (seed: number, stream: number, counter: number): number => mix(mix(mix(seed ^ 0x9e3779b9) + Math.imul(stream, 0x9e3779b1) | 0) + Math.imul(counter, 0x85ebca77) | 0) >>> 0;

/** A whole number from 0 to bound - 1; its bias is below bound / 2^32. */
export const drawBelow = (bound: number, seed: number, stream: number, counter: number): number => Math.floor(draw(seed, stream, counter) / 4294967296 * bound);
