// Checks of single numbers, spans and regions, each naming the part it is about.
import type { Plane, Region } from '../program.ts';
import type { Span } from '../units.ts';
import type { Findings } from './findings.ts';
import { lengthWrong, numberWrong, referenceWrong, sizeTooLarge, spanWrong } from '../faults.ts';
import { positionsOf } from '../geometry.ts';

export type Check = Readonly<{
  whole(part: string, value: number, low: number, high: number): boolean;
  reference(part: string, what: string, id: number, count: number): boolean;
  /** A non-empty span of whole numbers inside 0 .. end. */
  span(part: string, value: Span, end: number): boolean;
  size(part: string, what: string, value: number, limit: number): boolean;
  length(part: string, what: string, wanted: number, came: number): boolean;
  some(part: string, what: string, came: number): boolean;
  region(part: string, value: Region, planes: readonly Plane[]): boolean;
}>;

const isWhole = (value: number, low: number, high: number): boolean => Number.isInteger(value) && value >= low && value <= high;

/** Checks that report to `findings` and say whether all was well, so that what depends on it can be left out. */
export function checksOf(findings: Findings): Check {
  const { report } = findings;
  const span: Check['span'] = (part, value, end) => {
    const fine = isWhole(value.from, 0, end - 1) && isWhole(value.to, value.from + 1, end);
    if (!fine) report(spanWrong(part, value, { from: 0, to: end }));
    return fine;
  };
  const reference: Check['reference'] = (part, what, id, count) => {
    const fine = isWhole(id, 0, count - 1);
    if (!fine) report(referenceWrong(part, what, id, count));
    return fine;
  };
  return {
    span, reference,
    whole(part, value, low, high) {
      const fine = isWhole(value, low, high);
      if (!fine) report(numberWrong(part, low, high, value));
      return fine;
    },
    size(part, what, value, limit) {
      const fine = value <= limit;
      if (!fine) report(sizeTooLarge(part, what, value, limit));
      return fine;
    },
    length(part, what, wanted, came) {
      const fine = wanted === came;
      if (!fine) report(lengthWrong(part, what, wanted, came));
      return fine;
    },
    some(part, what, came) {
      if (came === 0) report(lengthWrong(part, what, 'one or more', came));
      return came > 0;
    },
    region(part, value, planes) {
      if (!reference(`${part}.plane`, 'plane', value.plane, planes.length)) return false;
      const plane = planes[value.plane], positions = span(`${part}.positions`, value.positions, positionsOf(plane.grid));
      return span(`${part}.channels`, value.channels, plane.channels) && positions;
    },
  };
}
