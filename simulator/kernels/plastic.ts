// A plastic matrix, plainly: what it adds to the columns of a soma, and how one step changes it.

/** Entries [rows, columns] row-major; sums [columns] of entries times inputs, written. @returns rows whose input is not 0: the others are not read */
export function sumEntries(entries: Int16Array, inputs: Int32Array, columns: number, sums: Float64Array): number {
  let active = 0;
  sums.fill(0);
  for (let row = 0, at = 0; row < inputs.length; row++, at += columns) {
    const input = inputs[row];
    if (input === 0) continue;
    active++;
    for (let column = 0; column < columns; column++) sums[column] += input * entries[at + column];
  }
  return active;
}

/** write [rows]; fade: that of this step; keep over 2^16. */
export type Change = Readonly<{ write: Int32Array; fade: number; writeBits: number; keep: number; bound: number }>;

/** Changes every entry: what stays of it, and input x write x fade x taught. @param taught [columns] tanh of each membrane */
export function changeEntries(entries: Int16Array, inputs: Int32Array, taught: Int32Array, { write, fade, writeBits, keep, bound }: Change): void {
  const columns = taught.length, unit = 2 ** writeBits;
  for (let row = 0, at = 0; row < inputs.length; row++) {
    const drive = inputs[row] * write[row] * fade;
    for (let column = 0; column < columns; column++, at++) {
      const entry = Math.floor(entries[at] * keep / 0x10000 + 0.5) + (drive === 0 ? 0 : Math.floor(drive * taught[column] / unit + 0.5));
      entries[at] = entry > bound ? bound : entry < -bound ? -bound : entry;
    }
  }
}
