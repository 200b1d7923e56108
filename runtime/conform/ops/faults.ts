// Faults of single-operator cases, one builder per code, sorted by code (R2021 to R2029).
import { shown } from '../../../compiler/frontend/faults.ts';
import type { Fault } from '../../../targets/contract/fault.ts';
import { nearest } from '../../../targets/contract/nearest.ts';

const inCase = (file: string, path: string, code: string, message: string, hint: string): Fault => ({ code, severity: 'error', at: { in: 'descriptor', file, path }, message, hint });

export const parameterUnsaid = (file: string, parameter: string): Fault =>
  inCase(file, parameter, 'R2021', `the case does not say ${parameter}`, 'a parameter stands in the table of the neuron, in the facts, or in the text of the case or of the array it belongs to');
export const opUnknown = (file: string, op: string, known: readonly string[]): Fault => {
  const near = nearest(op, known);
  return inCase(file, 'op', 'R2022', `no operator case is called ${shown(op)}${near === undefined ? '' : `; did you mean "${near}"?`}`, `there are ${known.join(', ')}`);
};
