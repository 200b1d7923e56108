// A user's mistake is a value: code, severity, message, place, hint. It is gathered and shown, never thrown across a folder wall.

/** Where a fault lies. */
export type Place = Readonly<
  | { in: 'text'; file: string; line: number; column: number; excerpt?: string }
  | { in: 'file'; file: string; byte?: number; member?: string }
  | { in: 'key'; file: string; key: string }
  | { in: 'descriptor'; file: string; path: string }
  | { in: 'graph'; node: string }
  | { in: 'program'; part: string }
  | { in: 'run'; core: number; step: number }
  | { in: 'option'; option: string }>;

/** C#### compiler, T#### targets and programs, S#### simulator, R#### runtime. Codes are never reused. */
export type Fault = Readonly<{ code: string; severity: 'error' | 'warning'; message: string; at?: Place; hint?: string }>;

/** A result that either is there or says everything that is wrong. `warnings` ride along with a value. */
export type Outcome<T> = Readonly<{ ok: true; value: T; warnings: readonly Fault[] } | { ok: false; faults: readonly Fault[] }>;

export const succeed = <T>(value: T, warnings: readonly Fault[] = []): Outcome<T> => ({ ok: true, value, warnings });
export const fail = (...faults: readonly Fault[]): { readonly ok: false; readonly faults: readonly Fault[] } => ({ ok: false, faults });
