// How much one input element can be worth: maxima of carriers, and of counts that arrive as bit-planes.
import type { Add, Carrier, Gather, Program, Region } from '../program.ts';
import type { Interval } from './intervals.ts';
import type { PlaneId } from '../units.ts';
import type { Survey } from './survey.ts';

/** Greatest value of one element of a plane that is not proved: spikes, counts, pixels. */
export const carrierMaximum = (carrier: Carrier): number => (carrier.as === 'count' ? carrier.max : carrier.as === 'pixel' ? 255 : carrier.as === 'current' ? 0 : 1);
export const carrierBounds = (carrier: Carrier): readonly [low: number, high: number] => [carrier.as === 'ternary' ? -1 : 0, carrierMaximum(carrier)];

/** Greatest count that an add stage can make. */
export const addMaximum = (stage: Add, planes: Program['planes']): number => stage.from.reduce((sum, region) => sum + carrierMaximum(planes[region.plane].carrier), 0);

/** Bit-planes that the same add stages write, in order, and the greatest count they stand for together. */
type BitPlanes = Readonly<{ planes: readonly PlaneId[]; max: number }>;

/** The bit-planes that plane `plane` belongs to, where it carries bits and every stage that writes it is an add with the same list of outputs. */
function bitPlanesOf(plane: PlaneId, { program, writers }: Survey): BitPlanes | undefined {
  if (program.planes[plane].carrier.as !== 'spike') return undefined;
  let planes: readonly PlaneId[] | undefined, max = 0;
  for (const { stage: id } of writers.get(plane) ?? []) {
    const stage = program.stages[id];
    if (stage.kind !== 'add') return undefined;
    const outs = stage.out.map((region) => region.plane);
    if (planes && (planes.length !== outs.length || planes.some((each, i) => each !== outs[i]))) return undefined;
    planes = outs;
    max = Math.max(max, addMaximum(stage, program.planes));
  }
  return planes && { planes, max };
}

/**
 * Greatest worth of one row of a gather: the sum over its regions of carrier maximum x 2^shift.
 * Regions that are all the bit-planes of one count, each at its own weight times a common one, are worth that count at most (binary digits of 4 never all stand).
 */
export function rowMaximum(gather: Gather, survey: Survey): number {
  const { planes } = survey.program, taken = new Set<number>();
  let total = 0;
  gather.from.forEach((region, i) => {
    if (taken.has(i)) return;
    const bits = bitPlanesOf(region.plane, survey), members = bits?.planes.map((plane) => gather.from.findIndex((each, j) => each.plane === plane && !taken.has(j)));
    const base = members?.[0] === undefined ? -1 : gather.shifts[members[0]];
    if (bits && members && base >= 0 && members.every((member, digit) => member >= 0 && gather.shifts[member] === base + digit)) {
      members.forEach((member) => taken.add(member));
      total += Math.min(bits.max, 2 ** members.length - 1) * 2 ** base;
    } else total += carrierMaximum(planes[region.plane].carrier) * 2 ** gather.shifts[i];
  });
  return total;
}

/**
 * What one row of a gather can be worth, 0 included: one pair for all channels, or, where currents are read, one per channel (`boundsOf`: proved bounds of a region's channels).
 * Regions of spikes and counts as rowMaximum says; a ternary spike is worth its weight or the negative of it.
 */
export function rowBounds(gather: Gather, survey: Survey, boundsOf: (region: Region) => Interval): Interval {
  const { planes } = survey.program, kinds = new Set(gather.from.map(({ plane }) => planes[plane].carrier.as));
  if (!kinds.has('current')) {
    const ternary = gather.from.reduce((sum, { plane }, i) => sum + (planes[plane].carrier.as === 'ternary' ? 2 ** gather.shifts[i] : 0), 0);
    return { low: Float64Array.of(-ternary), high: Float64Array.of(rowMaximum(gather, survey)) };
  }
  const channels = gather.from[0].channels.to - gather.from[0].channels.from, low = new Float64Array(channels), high = new Float64Array(channels);
  gather.from.forEach((region, i) => {
    const bounds = boundsOf(region), worth = 2 ** gather.shifts[i];
    for (let channel = 0; channel < channels; channel++) {
      low[channel] += Math.min(0, bounds.low[channel]) * worth;
      high[channel] += Math.max(0, bounds.high[channel]) * worth;
    }
  });
  return { low, high };
}
