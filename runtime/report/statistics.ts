// The few statistics a report needs, each with its definition.

/** Two-sided 95 % quantile of the normal distribution. */
const z95 = 1.959963984540054;

/** Wilson score interval of a proportion at 95 %; nothing for no trials. Source: Wilson, JASA 22 (1927), 209. */
export function wilson(successes: number, trials: number): readonly [low: number, high: number] | undefined {
  if (trials === 0) return undefined;
  const p = successes / trials,
    z2 = z95 * z95,
    middle = p + z2 / (2 * trials),
    half = z95 * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials)),
    whole = 1 + z2 / trials;
  return [Math.max(0, (middle - half) / whole), Math.min(1, (middle + half) / whole)];
}

/** Nearest-rank percentile: the smallest value that at least `fraction` of the values do not exceed. */
export function percentile(values: ArrayLike<number>, fraction: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)];
}

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length > 0 ? sum / values.length : 0;
};

/** Largest value, at least 0; a mesh has more links than a call may have arguments. */
export const largestOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);

/** How many of the first `count` entries are equal. */
export function equalCount(a: Int32Array, b: Int32Array, count: number): number {
  let equal = 0;
  for (let i = 0; i < count; i++) if (a[i] === b[i]) equal++;
  return equal;
}
