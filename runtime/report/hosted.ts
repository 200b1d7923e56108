// What the host does in one sample: functions in the middle of the network, and rows behind its results. In no energy of the chip.
import { hostWork } from '../../targets/contract/host-work.ts';
import type { Program } from '../../targets/contract/program.ts';
import { resultsKept } from '../../targets/contract/results.ts';
import type { Report } from './schema.ts';

export function hostedOf(program: Program): Report['hosted'] {
  const functions = program.stages.flatMap((stage) => {
    if (stage.kind !== 'host') return [];
    const { read, made, operations } = hostWork(stage, program), { steps } = program;
    return [{ layer: program.layers[stage.layer], does: stage.compute, read: steps * read, made: steps * made, operations: steps * operations }];
  });
  const rows = program.readouts.flatMap(({ output, rows: weights }) => {
    if (!weights) return [];
    const results = resultsKept(program, output), features = weights.weights.length / weights.scores;
    return [{ layer: output, does: `${weights.scores} rows of ${features} features`, read: results * features, made: results * weights.scores, operations: 2 * results * weights.weights.length }];
  });
  return [...functions, ...rows];
}
