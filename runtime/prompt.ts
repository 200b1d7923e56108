// Another class list for a compiled network: the rows that the host compares features with are swapped, and nothing else.
import type { Outcome } from '../targets/contract/fault.ts';
import { fail, succeed } from '../targets/contract/fault.ts';
import type { Program } from '../targets/contract/program.ts';
import { comparedRows } from '../compiler/frontend/retrieval.ts';
import type { ComparedRows } from '../compiler/frontend/retrieval.ts';
import type { Tensor } from '../compiler/ir/types.ts';
import { namesMiscounted, notPromptable, rowsMisshapen } from './faults.ts';

/** What a user hands over: rows [classes, features] and, if there are any, a name per row; with the files they came from. */
export type Prompt = Readonly<{ rows: Tensor; rowsFile: string; names?: readonly string[]; namesFile?: string }>;

/**
 * The same program with another classifier, or another database to compare descriptors with; every stage, route and core stays as it is.
 * Faults: R0115 the program has no rows, R0116 rows of another width, R0117 another number of names; all at once; then C2041 a row without a direction.
 */
export function withRows(program: Program, file: string, { rows: { shape, data }, rowsFile, names, namesFile = rowsFile }: Prompt): Outcome<Program> {
  const [first, ...others] = program.readouts, [classes] = shape;
  const nearest = first.rows?.nearest;
  if (!first.rows || (first.rows.offset && !nearest)) return fail(notPromptable(file));
  const features = first.rows.weights.length / first.rows.scores, fits = shape.length === 2 && shape[1] === features && classes > 0;
  const faults = [...(fits ? [] : [rowsMisshapen(rowsFile, features, shape)]), ...(fits && names && names.length !== classes ? [namesMiscounted(namesFile, classes, names.length)] : [])];
  if (faults.length > 0) return fail(...faults);
  const compared: Outcome<ComparedRows> = nearest ? comparedRows({ shape, data }, nearest.metric, rowsFile) : succeed({ rows: { shape, data } });
  if (!compared.ok) return compared;
  const { rows, offset } = compared.value;
  return succeed({ ...program, classes: names ?? Array.from({ length: classes }, (_, i) => String(i)),
    readouts: [{ ...first, rows: { scores: classes, weights: rows.data, ...(offset ? { offset: offset.data } : {}), ...(nearest ? { nearest } : {}) } }, ...others] });
}
