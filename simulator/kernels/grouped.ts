// Rows of grouped layers: a row is as wide as one group, and its weights go to the columns of its own group.

/** Where the columns of each row of a grouped tile start, [rows]: row = tap * channels + channel, groups of equal runs of channels and of columns. */
export function groupStarts(rows: number, channels: number, groups: number, width: number): Int32Array {
  const run = channels / groups;
  return Int32Array.from({ length: rows }, (_, row) => Math.floor((row % channels) / run) * width);
}

/**
 * Adds to the accumulators of many contexts the rows that each one lists, at the columns of their groups.
 * @param weights [rows, width] row-major
 * @param starts  [rows] (`groupStarts`)
 * @param into accumulators; column c of context m at m * stride + c
 */
export function addGroupedRows(weights: Int8Array, width: number, starts: Int32Array, lists: Int32Array, offsets: Int32Array, contexts: number, into: Int32Array,
  stride: number): void {
  for (let context = 0; context < contexts; context++) {
    const at = context * stride, end = offsets[context + 1];
    if (width === 1) for (let i = offsets[context]; i < end; i++) into[at + starts[lists[i]]] += weights[lists[i]];  // depthwise
    else for (let i = offsets[context]; i < end; i++) {
      const row = lists[i], out = at + starts[row];
      for (let column = 0, weight = row * width; column < width; column++, weight++) into[out + column] += weights[weight];
    }
  }
}

/** As `addGroupedRows`, each row times the factor of the same index. */
export function multiplyGroupedRows(weights: Int8Array, width: number, starts: Int32Array, rows: Int32Array, factors: Int32Array, offsets: Int32Array, contexts: number,
  into: Int32Array, stride: number): void {
  for (let context = 0; context < contexts; context++) {
    const at = context * stride;
    for (let i = offsets[context]; i < offsets[context + 1]; i++) {
      const out = at + starts[rows[i]];
      for (let column = 0, weight = rows[i] * width; column < width; column++, weight++) into[out + column] += Math.imul(factors[i], weights[weight]);
    }
  }
}
