// Proved widths of the sums that travel along a chain.
import type { WeightBlock } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { RowTile } from './row-tiles.ts';
import { length } from './spans.ts';

type Border = Readonly<{ sums: Int32Array; all: number; columns: Span }>;

/**
 * Bits of the sum that leaves each tile: the widest column of the prefix, inputs anywhere between their bounds (and absent), the border corrections joining at the last tile.
 * Source: machine.md section 3 (sums travel at the range-proved width of their prefix).
 */
export function prefixBits(blocks: readonly WeightBlock[], tiles: readonly RowTile[], [least, most]: readonly [number, number], border: Border | undefined): number[] {
  const columns = blocks[0].columns * tiles[0].groups, low = new Float64Array(columns), high = new Float64Array(columns);
  return blocks.map((block, i) => {
    const width = block.columns, channels = length(tiles[i].channels), run = channels / tiles[i].groups, negative = Math.min(0, least), positive = Math.max(0, most);
    for (let row = 0, at = 0; row < block.rows; row++) {
      const first = Math.floor((row % channels) / run) * width;
      for (let column = first; column < first + width; column++, at++) {
        const w = block.data[at], sign = w >> 31;  // no branch for random signs to miss
        low[column] += (w & sign) * positive + (w & ~sign) * negative;
        high[column] += (w & ~sign) * positive + (w & sign) * negative;
      }
    }
    if (border && i === blocks.length - 1) joinBorder(border, low, high);
    let bits = 1;
    while (low.some((value) => value < -(2 ** (bits - 1))) || high.some((value) => value > 2 ** (bits - 1) - 1)) bits++;
    return bits;
  });
}

function joinBorder({ sums, all, columns }: Border, low: Float64Array, high: Float64Array): void {
  for (let c = columns.from; c < columns.to; c++) {
    let least = Infinity, most = -Infinity;
    for (let at = c; at < sums.length; at += all) { least = Math.min(least, sums[at]); most = Math.max(most, sums[at]); }
    low[c - columns.from] += least;
    high[c - columns.from] += most;
  }
}
