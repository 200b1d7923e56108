// How a reader gives up deep inside a file: thrown within this room only, an `Outcome` at its face.
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

class Refusal extends Error {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super(faults.map((fault) => `${fault.code} ${fault.message}`).join('; '));
    this.faults = faults;
  }
}

export function refuse(...faults: readonly Fault[]): never {
  throw new Refusal(faults);
}

/** Faults of something caught; our own mistakes are thrown on. */
export function faultsOf(caught: unknown): readonly Fault[] {
  if (caught instanceof Refusal) return caught.faults;
  throw caught;
}

/** Runs a reader; what it refuses becomes faults, what it warns of rides along. */
export function attempt<T>(read: (warn: (fault: Fault) => void) => T): Outcome<T> {
  const warnings: Fault[] = [];
  try {
    return succeed(read((fault) => warnings.push(fault)), warnings);
  } catch (caught) {
    return fail(...faultsOf(caught));
  }
}
