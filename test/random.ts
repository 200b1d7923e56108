// A small seeded source of numbers for generators of test data.

export type Random = Readonly<{
  /** In [0, 1). */
  unit(): number;
  /** Whole, both ends included. */
  whole(least: number, most: number): number;
  pick<T>(of: readonly T[]): T;
  chance(probability: number): boolean;
}>;

/** mulberry32: the same numbers for the same seed, on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const unit = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number): number => least + Math.floor(unit() * (most - least + 1));
  return { unit, whole, pick: (of) => of[whole(0, of.length - 1)], chance: (probability) => unit() < probability };
}
