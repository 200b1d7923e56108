// Descriptors compared with a database of rows: in how many queries the right row is among the nearest N.
import type { ReportInput } from './input.ts';
import type { Report } from './schema.ts';
import { wilson } from './statistics.ts';

/** Rows before the right one: those with a greater score, and those with an equal one and a lower index. equal: whether there is another with its score. @param scores of one query, [rows] */
function placeOf(scores: Float64Array, right: number): Readonly<{ before: number; equal: boolean }> {
  let before = 0, equal = false;
  for (let row = 0; row < scores.length; row++) {
    if (row === right || !(scores[row] >= scores[right])) continue;
    if (scores[row] > scores[right] || row < right) before++;
    equal ||= scores[row] === scores[right];
  }
  return { before, equal };
}

/** Undefined where the network is no descriptor; without labels nobody knows the right rows, and there is no recall. Source: models.md section 11 (VPR head), operators.md section 4. */
export function retrievalOf({ program, samples, labels, chipLogits, float }: ReportInput): Report['retrieval'] {
  const nearest = program.readouts[0].rows?.nearest, rows = program.classes.length, queries = samples.function;
  if (!nearest) return undefined;
  if (!labels || queries === 0) return { metric: nearest.metric, rows, queries, recall: [] };
  const places = (scores: Float64Array) => Array.from({ length: queries }, (_, i) => placeOf(scores.subarray(i * rows, (i + 1) * rows), labels[i])), chip = places(chipLogits), reference = float && places(float.logits);
  const found = (of: readonly Readonly<{ before: number }>[], at: number): number => of.filter(({ before }) => before < at).length;
  return { metric: nearest.metric, rows, queries, ties: chip.filter(({ equal }) => equal).length,
    recall: nearest.recall.map((at) => ({ at, chip: found(chip, at) / queries, interval: wilson(found(chip, at), queries)!, ...(reference ? { float: found(reference, at) / queries } : {}) })) };
}
