// Rectangles of a plane: do any two overlap, and how many elements do they cover?
import type { Region } from '../program.ts';
import { spanLength } from '../units.ts';

export const areaOf = (region: Region): number => spanLength(region.positions) * spanLength(region.channels);

/**
 * Indices of two regions of one plane that overlap, or undefined.
 * A line sweeps along the positions; the regions under it are kept by channel, so that a new one is held against its two neighbours only. Nothing grows with the plane.
 */
export function overlapping(regions: readonly Region[]): readonly [number, number] | undefined {
  const events = regions.flatMap((region, i) => [{ at: region.positions.from, opens: true, i }, { at: region.positions.to, opens: false, i }])
    .sort((a, b) => a.at - b.at || Number(a.opens) - Number(b.opens));  // what ends here is gone before what begins here
  const open: number[] = [];
  const slotOf = (from: number): number => {
    let low = 0, high = open.length;
    while (low < high) { const middle = (low + high) >> 1; if (regions[open[middle]].channels.from < from) low = middle + 1; else high = middle; }
    return low;
  };
  for (const { opens, i } of events) {
    const { channels } = regions[i], slot = slotOf(channels.from);
    if (!opens) { open.splice(slot, 1); continue; }
    if (slot > 0 && regions[open[slot - 1]].channels.to > channels.from) return [open[slot - 1], i];
    if (slot < open.length && regions[open[slot]].channels.from < channels.to) return [open[slot], i];
    open.splice(slot, 0, i);
  }
  return undefined;
}
