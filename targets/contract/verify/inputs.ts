// How much one input element can be worth: maxima of carriers, and of counts that arrive as bit-planes.
import type { Add, Carrier, Gather, Program } from '../program.ts';
import type { PlaneId } from '../units.ts';
import type { Survey } from './survey.ts';

/** Greatest value of one element of a spike, count or pixel plane. */
export const carrierMaximum = (carrier: Carrier): number => (carrier.as === 'count' ? carrier.max : carrier.as === 'pixel' ? 255 : carrier.as === 'spike' ? 1 : 0);

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
