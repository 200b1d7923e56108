// Spikes as bit masks: positions x words of 32 channels, little end first.

export const wordsOfChannels = (channels: number): number => (channels + 31) >>> 5;

export function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555), nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits first .. first + count - 1 (count <= 32) of the mask that starts at word `at`, as the low bits of one word. */
export function bitsAt(words: Int32Array, at: number, first: number, count: number): number {
  const word = at + (first >>> 5), shift = first & 31;
  const low = words[word] >>> shift, bits = shift + count > 32 ? low | (words[word + 1] << (32 - shift)) : low;
  return count < 32 ? bits & ((1 << count) - 1) : bits | 0;
}

/** Adds `count` low bits of `bits` (the others are 0) to the mask that starts at word `at`, from bit `first` on. */
export function orBits(words: Int32Array, at: number, first: number, count: number, bits: number): void {
  const word = at + (first >>> 5), shift = first & 31;
  words[word] |= bits << shift;
  if (shift + count > 32) words[word + 1] |= bits >>> (32 - shift);
}

/** Spikes among channels first .. first + channels - 1 of the mask at word `at`. */
export function countBits(words: Int32Array, at: number, first: number, channels: number): number {
  let total = 0;
  for (let done = 0; done < channels; done += 32) total += popcount(bitsAt(words, at, first + done, Math.min(32, channels - done)));
  return total;
}

/** Bits set in the first `length` words. */
export function countWords(words: Int32Array, length: number): number {
  let total = 0;
  for (let i = 0; i < length; i++) total += popcount(words[i]);
  return total;
}

/**
 * Elements of the sum of mask << shift over some masks of equal length, 32 at a time: a sum is more than one where two masks meet or where a shifted one is set.
 * @returns how many sums are one, and how many are more
 */
export function censusWords(masks: readonly Int32Array[], shifts: readonly number[]): readonly [one: number, more: number] {
  let one = 0, larger = 0;
  for (let i = 0; i < masks[0].length; i++) {
    let some = 0, more = 0;
    for (let m = 0; m < masks.length; m++) {
      const word = masks[m][i];
      more |= shifts[m] > 0 ? word : some & word;
      some |= word;
    }
    const many = popcount(more);
    one += popcount(some) - many;
    larger += many;
  }
  return [one, larger];
}

/** A plane's masks at one step; position p starts at word at + p * stride, channel 0 of the region is bit `firstBit`. */
export type MaskView = Readonly<{ words: Int32Array; at: number; stride: number; firstBit: number }>;

/** Adds the bits of positions first .. first + contexts - 1 of a plane to sums [contexts, channels]. */
export function addMasks({ words, at, stride, firstBit }: MaskView, first: number, contexts: number, channels: number, sums: Int32Array): void {
  for (let context = 0, base = 0; context < contexts; context++, base += channels) {
    const word = at + (first + context) * stride;
    for (let done = 0; done < channels; done += 32) {
      for (let bits = bitsAt(words, word, firstBit + done, Math.min(32, channels - done)); bits !== 0; bits &= bits - 1) sums[base + done + 31 - Math.clz32(bits & -bits)]++;
    }
  }
}

/**
 * Writes one bit of every sum [contexts, channels] as a mask; positions and region as in `addMasks`.
 * @param counts [contexts] bits that are set, written from index `countAt` on
 */
export function writeBit(sums: Int32Array, bit: number, contexts: number, channels: number, out: MaskView, first: number, counts: Int32Array, countAt: number): void {
  for (let context = 0, from = 0; context < contexts; context++) {
    let active = 0;
    for (let done = 0; done < channels; done += 32) {
      const width = Math.min(32, channels - done);
      let bits = 0;
      for (let i = 0; i < width; i++, from++) bits |= ((sums[from] >>> bit) & 1) << i;
      active += popcount(bits);
      orBits(out.words, out.at + (first + context) * out.stride, out.firstBit + done, width, bits);
    }
    counts[countAt + context] = active;
  }
}

/**
 * Pools masks: output position m joins, for every source, the positions listed for it.
 * @param positions [contexts, sources, taps] input positions, -1 takes no part
 * @param counts [contexts] spikes of each output, written from index `countAt` on
 */
export function poolMasks(op: 'or' | 'and' | 'xor', sources: readonly MaskView[], positions: Int32Array, taps: number, contexts: number, channels: number,
  out: MaskView, outFrom: number, counts: Int32Array, countAt: number): void {
  for (let context = 0; context < contexts; context++) {
    let active = 0;
    for (let done = 0; done < channels; done += 32) {
      const width = Math.min(32, channels - done), full = width < 32 ? (1 << width) - 1 : -1;
      let bits = op === 'and' ? full : 0, tap = context * sources.length * taps;
      for (const source of sources) for (let i = 0; i < taps; i++, tap++) {
        const position = positions[tap];
        if (position < 0) continue;
        const part = bitsAt(source.words, source.at + position * source.stride, source.firstBit + done, width);
        bits = op === 'or' ? bits | part : op === 'and' ? bits & part : bits ^ part;
      }
      active += popcount(bits);
      orBits(out.words, out.at + (outFrom + context) * out.stride, out.firstBit + done, width, bits);
    }
    counts[countAt + context] = active;
  }
}

/** Spikes per head of `width` channels, [contexts, heads]. @param positions [contexts] */
export function countHeads(source: MaskView, positions: Int32Array, contexts: number, heads: number, width: number, into: Int32Array): void {
  for (let context = 0, out = 0; context < contexts; context++) {
    const at = source.at + positions[context] * source.stride;
    for (let head = 0; head < heads; head++) into[out++] = countBits(source.words, at, source.firstBit + head * width, width);
  }
}
