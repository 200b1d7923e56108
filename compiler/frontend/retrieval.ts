// Place recognition: the output of a network is a descriptor, compared with a database of rows on the host; the answer is the nearest row. Source: models.md section 11 (VL2Spike), operators.md section 4.
import type { z } from 'zod';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { metrics } from '../../targets/contract/program.ts';
import type { Nearest } from '../../targets/contract/program.ts';
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Tensor } from '../ir/types.ts';
import { ops, readout } from '../ops/index.ts';
import { notOneDescriptor, rowWithoutDirection, sideFileWrong } from './faults.ts';
import { most } from './limits.ts';
import { fileName, group, ignored, list, oneOf, whole } from './schema.ts';

export const retrievalKeys = group({
  reads: oneOf(['features', 'scores'], 'features: what the classifier would read (its layer is not taken from the checkpoint), its mean over tokens and steps; scores: what the network gives, a head without classes'),
  database: fileName('file of the rows [places, width] that descriptors are compared with, in the folder of the descriptor'),
  metric: oneOf(metrics, 'cosine: angle between descriptor and row; l2: their distance'),
  recall: list(whole(1, most.classes, 'a number of nearest rows'), 16, 'recall@N: share of queries whose row is among the N nearest; ascending'), ...ignored('text'),
}, 'the output is a descriptor, compared with a database of rows');
export type Retrieval = z.infer<typeof retrievalKeys>;

/** Name of the database among the tensors of a network. */
export const databasePart = 'retrieval.database';

export type ComparedRows = Readonly<{ rows: Tensor; offset?: Tensor }>;

/**
 * Rows such that rows . descriptor + offset orders them as the metric does: of unit length (cosine), or less half of their squared length (l2: d.r - |r|^2 / 2 = (|d|^2 - |d - r|^2) / 2).
 * Faults: C2041 a row of zeros has no direction.
 */
export function comparedRows({ shape: [count, width], data }: Tensor, metric: Nearest['metric'], file: string): Outcome<ComparedRows> {
  const squares = Float64Array.from({ length: count }, (_, row) => { let sum = 0; for (let i = row * width; i < (row + 1) * width; i++) sum += data[i] * data[i]; return sum; });
  if (metric === 'l2') return succeed({ rows: { shape: [count, width], data }, offset: { shape: [count], data: squares.map((square) => -square / 2) } });
  const empty = squares.findIndex((square) => !(square > 0 && Number.isFinite(square)));
  return empty >= 0 ? fail(rowWithoutDirection(file, empty)) : succeed({ rows: { shape: [count, width], data: data.map((value, i) => value / Math.sqrt(squares[Math.floor(i / width)])) } });
}

/** The graph whose scores are those of the rows. Faults: C2027 rows of another width, C2040 results that are no single descriptor, C2041. */
export function withDatabase(graph: Graph, database: Tensor, metric: Nearest['metric'], file: string, descriptorFile: string): Outcome<Graph> {
  const [output] = graph.outputs, node = graph.nodes[output.value];
  if (!is(node, readout) || node.params.rows || node.attrs.keepSteps || node.attrs.keepPositions) return fail(notOneDescriptor({ file: descriptorFile, path: ['retrieval'] }));
  const { channels } = node.type, [count, width] = database.shape;
  if (database.shape.length !== 2 || width !== channels || count < 1) return fail(sideFileWrong(file, [database.shape.length === 2 && count > 0 ? count : 1, channels], database.shape));
  const compared = comparedRows(database, metric, file);
  if (!compared.ok) return compared;
  return succeed(rewriteGraph(graph, ops, (one, inputs, builder, old) => (old === output.value && is(one, readout) ? builder.add(readout, one.name, inputs, one.attrs, { ...one.params, ...compared.value }, one.loc) : keep(one, inputs, builder, old))));
}
