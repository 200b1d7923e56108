// Warnings of a report, R7###: one builder per code, sorted by code.
import type { Fault } from '../../targets/contract/fault.ts';
import type { ReportInput } from './input.ts';

/** R7001: the run was interrupted. */
export const interrupted = (done: number, requested: number): Fault => ({
  code: 'R7001',
  severity: 'warning',
  at: { in: 'option', option: '--samples' },
  message: `the run was interrupted: ${done} of ${requested} samples are in this report`,
  hint: 'let it finish to compare digests with a full run',
});

/** R7002: the chip differs from the integer evaluation. */
export const unfaithful = (differences: number, spikes: number, samples: number): Fault => ({
  code: 'R7002',
  severity: 'error',
  message: `chip and integer evaluation differ in ${differences} of ${spikes} spikes over ${samples} samples; 0 was wanted`,
  hint: 'this is a defect of the compiler or the simulator: please report it with the program file',
});

/** R7003: nothing was verified. */
export const unverified = (): Fault => ({
  code: 'R7003',
  severity: 'warning',
  message: 'the integer evaluation was not run beside the chip, so no spike of this run was checked',
});

/** R7004: argmax is decided by index. */
export const tied = (ties: number, samples: number): Fault => ({
  code: 'R7004',
  severity: 'warning',
  message: `${ties} of ${samples} samples have two or more equal largest logits; the lowest index was taken`,
});

/** The warnings that the input itself calls for. */
export const gateFaults = ({ partial, samples, verification, ties }: ReportInput): readonly Fault[] => [
  ...(partial ? [interrupted(samples.function, samples.requested)] : []),
  ...(verification.differences > 0 ? [unfaithful(verification.differences, verification.spikes, verification.samples)] : []),
  ...(verification.samples === 0 ? [unverified()] : []),
  ...(ties > 0 ? [tied(ties, samples.function)] : []),
];
