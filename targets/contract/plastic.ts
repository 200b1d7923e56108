// What a plastic matrix needs of a core, and how far its sums and products can reach: one account for mapper, verifier and function half.
import type { Chip } from './arch.ts';
import type { Plastic, Region, Soma } from './program.ts';
import { spanLength } from './units.ts';

/** Bits of an entry, signed; of the fraction of a matrix that stays. */
export const plasticBits = 16, decayBits = 16;
/** Products and sums of the learning engine stay below 2^51, so that a half more is an exact double, too. */
export const plasticReachBits = 51;
/** Bits of a table: of a factor of the sums or of an input, of a slope, of an offset, and of an entry of tanh. */
const factorBits = 24, offsetBits = 32, levelBits = 8;

/** Rows of a matrix: the elements that it reads, position by position. */
export const plasticRows = ({ positions, channels }: Region): number => spanLength(positions) * spanLength(channels);

/** Bytes of the matrix of a soma, in weight memory. */
export const plasticBytes = ({ plastic, columns }: Pick<Soma, 'plastic' | 'columns'>): number => (plastic ? Math.ceil((plasticRows(plastic.from) * spanLength(columns) * plasticBits) / 8) : 0);

/** Bits of its tables: per column `read`, `slope` and `offset`, per input `write`, per step `fade`, and the table of tanh. */
export const plasticTableBits = ({ read, slope, offset, write, fade, table }: Plastic): number => factorBits * (read.length + slope.length + write.length + fade.length) + offsetBits * offset.length + levelBits * table.length;

/** Bits of tables that one step reads: all but the factors of other steps, and an entry of tanh per column. */
export const plasticTableReads = ({ slope, offset, write }: Plastic): number => factorBits * (2 * slope.length + write.length + 1) + offsetBits * offset.length + levelBits * slope.length;

/** Accesses of a row: as many as the bits of a full row of weights go into it. */
export const plasticPasses = (columns: number, { core }: Pick<Chip, 'core'>): number => Math.ceil((columns * plasticBits) / (core.neurons * core.weightBits));

/** No sum, product or index of a step is larger. @param most largest input @param potential largest membrane before its reset */
export function plasticReach({ from, read, write, fade, table, slope, offset, bound, keep }: Plastic, most: number, potential: number): number {
  const largest = (values: Int32Array): number => values.reduce((greatest, value) => Math.max(greatest, Math.abs(value)), 0);
  return Math.max(plasticRows(from) * most * bound * Math.max(1, largest(read)), potential * largest(slope) + largest(offset), most * largest(write) * largest(fade) * largest(table), bound * keep);
}
