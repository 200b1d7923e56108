// The value of an outcome, or a readable failure of the test.
import type { Fault, Outcome } from '../../targets/contract/fault.ts';

export const faultText = (faults: readonly Fault[]): string => faults.map(({ code, message, at, hint }) => `${code} ${JSON.stringify(at)} ${message} | ${hint ?? ''}`).join('\n');
export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(faultText(outcome.faults));
  return outcome.value;
}
