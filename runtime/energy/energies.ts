// Energy of a run in every dialect.
import type { Energy, EnergyInput } from './dialect.ts';
import { dialects } from './index.ts';

/**
 * One account per dialect, per sample (mean over the ledger's samples), in picojoules.
 * Pure: the same ledger, timing, target and program give the same numbers. Warnings: R6001..R6003, inside each account.
 */
export const energies = (input: EnergyInput): readonly Energy[] => dialects.map((dialect) => dialect.account(input));
