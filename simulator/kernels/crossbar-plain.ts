// Twins of the crossbar that add one weight at a time: the definition in plain loops, and the saturating order of machine.md section 3.

/** What `addRows` means, one weight at a time on weights [rows, columns]: oracle of the packed kernel and base line of the benchmark. */
export function addRowsPlain(weights: Int8Array, columns: number, lists: Int32Array, offsets: Int32Array, contexts: number, into: Int32Array, stride: number): void {
  for (let context = 0; context < contexts; context++) {
    const at = context * stride;
    for (let i = offsets[context]; i < offsets[context + 1]; i++) {
      const row = lists[i] * columns;
      for (let column = 0; column < columns; column++) into[at + column] += weights[row + column];
    }
  }
}

/** Range of a two's complement accumulator. */
export type Limits = Readonly<{ lowest: number; highest: number }>;
export const limitsOf = (bits: number): Limits => ({ lowest: -(2 ** (bits - 1)), highest: 2 ** (bits - 1) - 1 });

/**
 * Adds rows in the order listed, and clamps each accumulator after every addition.
 * A row repeated c times equals one addition of c weights under clamping, since all push one way.
 * @param factors multiplies the row of the same index (multi-bit inputs); empty: all 1
 * @param starts where the columns of a row start (`groupStarts`), `columns` of them; absent: at 0
 */
export function addRowsSaturating(weights: Int8Array, columns: number, lists: Int32Array, factors: Int32Array, offsets: Int32Array, contexts: number,
  into: Int32Array, stride: number, limits: Limits, starts?: Int32Array): void {
  const { lowest, highest } = limits, scaled = factors.length > 0;
  for (let context = 0; context < contexts; context++) {
    for (let i = offsets[context]; i < offsets[context + 1]; i++) {
      const row = lists[i] * columns, factor = scaled ? factors[i] : 1, at = context * stride + (starts ? starts[lists[i]] : 0);
      for (let column = 0; column < columns; column++) {
        into[at + column] = Math.min(highest, Math.max(lowest, into[at + column] + factor * weights[row + column]));
      }
    }
  }
}
