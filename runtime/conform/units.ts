// Units of exact outputs where a case gives no denominator: weights and biases are multiples of powers of two, and so are all sums of them.

const mostExponent = 40;
const isFields = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isExponent = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(value as number) <= mostExponent;

/** Largest exponent of the table `units`: no layer has a finer unit than 2^-exponent (`output_unit_exponent`, where it differs from the largest `p`). Undefined without such a table. */
export function finestExponent(units: unknown): number | undefined {
  const each = isFields(units) ? Object.values(units).flatMap((entry) => (isFields(entry) ? [entry.output_unit_exponent, entry.p].flat() : [])).filter(isExponent) : [];
  return each.length > 0 ? Math.max(...each) : undefined;
}

/**
 * outputs * 2^exponent as whole numbers, in the unit of the layers or in a finer one where an amplitude below 1 made it so. Undefined where they are whole in none: then they are no sums of dyadic numbers.
 */
export function wholeOutputs(outputs: Float64Array, exponent: number): Readonly<{ values: Float64Array; denominator: number }> | undefined {
  for (let finer = Math.max(0, exponent); finer <= mostExponent; finer++) {
    const denominator = 2 ** finer, values = outputs.map((output) => output * denominator);
    if (values.every(Number.isSafeInteger)) return { values, denominator };
  }
  return undefined;
}
