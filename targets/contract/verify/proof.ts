// What the range proofs share: what is proved so far, and how a stage reads and writes it.
import type { Region } from '../program.ts';
import type { PlaneId, StageId } from '../units.ts';
import type { Findings } from './findings.ts';
import type { Interval } from './intervals.ts';
import type { Survey } from './survey.ts';
import { accumulatorTooWide, currentTooWide, sumTooWide } from '../faults.ts';
import { spanLength } from '../units.ts';
import { carrierBounds } from './inputs.ts';
import { filled, holds, hullOf, part as columnsOf, zeros } from './intervals.ts';

/**
 * Stages are visited in order, so that a reader finds its producers. blocks: sums over the rows of a block, by what they depend on. planes: bounds of currents by channel;
 * written: how often a plane's were joined, for a later writer may widen them.
 */
export type Proof = Readonly<{ survey: Survey; findings: Findings; blocks: Map<string, Interval>; sums: Map<StageId, Interval>; planes: Map<PlaneId, Interval>; written: Map<PlaneId, number>;
  results: Map<string, number> }>;

/** Bounds of each channel of a region: proved ones of currents, those of the carrier elsewhere. */
export function readOf(region: Region, { survey: { program }, planes }: Proof): Interval {
  const { carrier } = program.planes[region.plane], channels = spanLength(region.channels);
  return carrier.as === 'current' ? columnsOf(planes.get(region.plane) ?? zeros(region.channels.to), region.channels.from, channels) : filled(channels, ...carrierBounds(carrier));
}

/** Joins the bounds of what a stage writes into those of its plane, and holds them against the carrier. */
export function writeCurrent(region: Region, bounds: Interval, at: string, { survey, findings, planes, written }: Proof): void {
  const { channels, carrier } = survey.program.planes[region.plane], [low, high] = hullOf(bounds);
  if (carrier.as !== 'current') return;
  if (!holds(carrier.bits, low, high)) findings.report(currentTooWide(at, carrier.bits, low, high));
  const plane = planes.get(region.plane) ?? filled(channels, Infinity, -Infinity);
  for (let i = 0; i < bounds.low.length; i++) {
    const channel = region.channels.from + i;
    plane.low[channel] = Math.min(plane.low[channel], bounds.low[i]);
    plane.high[channel] = Math.max(plane.high[channel], bounds.high[i]);
  }
  planes.set(region.plane, plane);
  written.set(region.plane, (written.get(region.plane) ?? 0) + 1);
}

/** Sums that leave a stage in `bits`, signed, and what the accumulator holds on the way. */
export function proveSums(part: string, bits: number, leaving: Interval, onTheWay: Interval, { survey, findings }: Proof): void {
  const [low, high] = hullOf(leaving), [least, greatest] = hullOf(onTheWay), { accumulatorBits } = survey.arch.core;
  if (!holds(bits, low, high)) findings.report(sumTooWide(`${part}.sumBits`, bits, low, high));
  if (!holds(accumulatorBits, least, greatest)) findings.report(accumulatorTooWide(part, accumulatorBits, least, greatest));
}
