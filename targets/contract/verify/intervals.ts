// Intervals per column, and what a two's complement width holds.

/** Bounds of one value per column; whole numbers, exact as doubles. */
export type Interval = Readonly<{ low: Float64Array; high: Float64Array }>;

export const filled = (columns: number, low: number, high: number): Interval => ({ low: new Float64Array(columns).fill(low), high: new Float64Array(columns).fill(high) });
export const zeros = (columns: number): Interval => ({ low: new Float64Array(columns), high: new Float64Array(columns) });

export function plus(a: Interval, b: Interval): Interval {
  return { low: a.low.map((each, i) => each + b.low[i]), high: a.high.map((each, i) => each + b.high[i]) };
}

/** Each column times its own factor of either sign; of several factors [steps, columns] whichever takes it furthest. */
export function times({ low, high }: Interval, factors: Int32Array): Interval {
  const columns = low.length, made = filled(columns, Infinity, -Infinity);
  factors.forEach((factor, i) => {
    const column = i % columns, a = low[column] * factor, b = high[column] * factor;
    made.low[column] = Math.min(made.low[column], a, b);
    made.high[column] = Math.max(made.high[column], a, b);
  });
  return made;
}

/** What may also be absent: 0 included. */
export const reach = ({ low, high }: Interval): Interval => ({ low: low.map((each) => Math.min(0, each)), high: high.map((each) => Math.max(0, each)) });

/** Bounds of the whole interval: the least and the greatest of all columns. */
export function hullOf({ low, high }: Interval): readonly [low: number, high: number] {
  let least = Infinity, greatest = -Infinity;
  for (let i = 0; i < low.length; i++) { if (low[i] < least) least = low[i]; if (high[i] > greatest) greatest = high[i]; }
  return [least, greatest];
}

/** Whether a signed width holds all values between two bounds. */
export const holds = (bits: number, low: number, high: number): boolean => low >= -(2 ** (bits - 1)) && high <= 2 ** (bits - 1) - 1;

/** Interval of columns `from .. from + count` of another. */
export const part = ({ low, high }: Interval, from: number, count: number): Interval => ({ low: low.subarray(from, from + count), high: high.subarray(from, from + count) });
