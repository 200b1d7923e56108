// Faults of the float reference, R3001 and on: one builder per code, sorted by code.
import type { Fault } from '../../targets/contract/fault.ts';

/** Why an engine is not used: one short line. */
export type EngineReason = Readonly<{ engine: string; reason: string }>;

const listed = (reasons: readonly EngineReason[]): string => reasons.map(({ engine, reason }) => `${engine}: ${reason}`).join('; ');

/** R3001: the engine that was asked for, or every engine, fails. */
export const noEngine = (wanted: string, reasons: readonly EngineReason[]): Fault => ({
  code: 'R3001', severity: 'error', at: { in: 'option', option: '--reference' },
  message: `wanted the float engine "${wanted}"; it cannot be used (${listed(reasons)})`,
  hint: wanted === 'auto' ? '--reference none runs without the float network' : '--reference auto takes the first engine that works; `npm run setup:tfjs-node` builds the engine "node"',
});

/** R3002: a worker thread could not do its part. */
export const floatRunFailed = (engine: string, reason: string): Fault => ({
  code: 'R3002', severity: 'error', at: { in: 'option', option: '--reference' },
  message: `the float network stopped on ${engine}: ${reason}`,
  hint: 'try another engine, or fewer workers: --reference wasm --workers 1',
});

/** R3003: logits are computed, but not kept. */
export const cacheUnwritable = (folder: string, reason: string): Fault => ({
  code: 'R3003', severity: 'warning', at: { in: 'file', file: folder },
  message: `the float logits could not be kept for the next run: ${reason}`,
  hint: 'name a folder that can be written in SYNFIRE_CACHE',
});
