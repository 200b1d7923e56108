// Warnings about energy, R6###: one builder per code, sorted by code.
import type { Fault } from '../../targets/contract/fault.ts';

/** R6001: a cost is copied from another or an unknown node. */
export const doubtfulCost = (terms: readonly string[], doubt: string, source: string): Fault => ({
  code: 'R6001',
  severity: 'warning',
  at: { in: 'program', part: 'target' },
  message: `${terms.length === 1 ? 'the cost of' : 'the costs of'} ${terms.join(', ')} ${terms.length === 1 ? 'is' : 'are'} ${doubt} (${source}); the band runs from x1/2 to x2`,
  hint: 'give your chip its own figure: chip mine from ... { ... }',
});

/** R6002: no timed sample, so there is no time over which to integrate leakage. */
export const leakageAbsent = (): Fault => ({
  code: 'R6002',
  severity: 'warning',
  at: { in: 'option', option: '--timing-samples' },
  message: 'leakage, latency and power are absent: no sample was timed',
  hint: 'time at least one sample: --timing-samples 1',
});

/** R6003: nothing was counted. */
export const nothingCounted = (): Fault => ({
  code: 'R6003',
  severity: 'warning',
  at: { in: 'option', option: '--samples' },
  message: 'the ledger holds no sample: every count and every energy is 0',
  hint: 'run at least one sample: --samples 1',
});
