// The distribution function of the standard normal, to the last bits of a double.

/** Above the first the continued fraction would take hundreds of terms, and 1/2 minus the series loses nothing yet; from the second on it takes fewer than the series. */
const near = 0.7, middle = 2;
/** From here on the density is below half of the last bit of 1. */
const far = 9;

/**
 * Share of a standard normal below x: (1 + erf(x / sqrt 2)) / 2, without its cancellation at negative x.
 * Relative error below 1e-15 for all x > -37 (beyond, the result is subnormal).
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11 (series) and 26.2.14 (continued fraction).
 */
export function normalBelow(x: number): number {
  if (x >= far) return 1;
  if (x >= middle) return 1 - density(x) * fraction(x);
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

/** 1 / (x + 1 / (x + 2 / (x + 3 / ...))) in its even part, x / (x^2 + 1 - 1 2 / (x^2 + 5 - 3 4 / (x^2 + 9 - ...))), from a depth at which more terms change nothing: half as many divisions. */
function fraction(x: number): number {
  const square = x * x, depth = 10 + Math.ceil(200 / square);
  let tail = square + 4 * depth + 1;
  for (let k = depth; k > 0; k--) tail = square + 4 * k - 3 - ((2 * k - 1) * 2 * k) / tail;
  return x / tail;
}
