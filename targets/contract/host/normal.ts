// The distribution function of the standard normal, to the last bits of a double.

/** Below this the continued fraction would take a thousand terms, and 1/2 minus the series loses nothing yet. */
const near = 0.7;
/** From here on the density is below half of the last bit of 1. */
const far = 9;

/**
 * Share of a standard normal below x: (1 + erf(x / sqrt 2)) / 2, without its cancellation at negative x.
 * Relative error below 1e-15 for all x > -37 (beyond, the result is subnormal).
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11 (series) and 26.2.14 (continued fraction).
 */
export function normalBelow(x: number): number {
  if (x >= far) return 1;
  return x > -near ? 0.5 + density(x) * series(x) : density(x) * fraction(-x);
}

const rootTwoPi = Math.sqrt(2 * Math.PI);

/** exp(-x^2 / 2) / sqrt(2 pi). x is split so that the square of its first part is exact: the rounding of x^2 would grow with x^2. */
function density(x: number): number {
  const first = Math.trunc(x * 1024) / 1024;
  return (Math.exp((-first * first) / 2) * Math.exp((-(x - first) * (x + first)) / 2)) / rootTwoPi;
}

/** x + x^3 / 3 + x^5 / (3 5) + ...: all terms have one sign. */
function series(x: number): number {
  let term = x, sum = x;
  for (let n = 3; ; n += 2) {
    term *= (x * x) / n;
    if (sum + term === sum) return sum;
    sum += term;
  }
}

/** 1 / (x + 1 / (x + 2 / (x + 3 / ...))), from a depth at which more terms change nothing. */
function fraction(x: number): number {
  let tail = x;
  for (let n = 20 + Math.ceil(700 / (x * x)); n > 0; n--) tail = x + n / tail;
  return 1 / tail;
}
