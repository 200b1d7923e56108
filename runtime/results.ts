// What the host makes of the integers that leave a chip: real results, and their scores where the output has rows.
import { scored } from '../compiler/ops/readout.ts';
import type { Result } from '../targets/contract/program.ts';

/** results: real values of the channels, in the order of `integers`. scores: what is compared, the results themselves where the output has no rows. */
export type HostResults = Readonly<{ results: Float64Array; scores: Float64Array }>;

/** @param integers of one output, [..., channels] */
export function resultsOf({ scale, divisor, most = Infinity, rows }: Omit<Result, 'output'>, integers: ArrayLike<number>): HostResults {
  const results = Float64Array.from(integers, (integer) => Math.min(most, (integer * scale) / divisor));
  if (!rows) return { results, scores: results };
  const channels = rows.weights.length / rows.scores;
  return { results, scores: scored({ shape: [results.length / channels, channels], data: results }, { shape: [rows.scores, channels], data: rows.weights }, rows.offset && { shape: [rows.scores], data: rows.offset }).data };
}
