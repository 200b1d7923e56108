// The module a worker thread runs: one prepared program per thread, batches come and go.
import type { Batch, BatchResult } from './execute/executor.ts';
import type { Prepared } from './simulate-batch.ts';
import { prepareProgram, simulateBatch } from './simulate-batch.ts';

let last: { bytes: ArrayBufferLike; prepared: Prepared } | undefined;

export default function runBatch(batch: Batch): BatchResult {
  // The program's shared memory is its identity within a run; another run brings another.
  if (last?.bytes !== batch.program.buffer) last = { bytes: batch.program.buffer, prepared: prepareProgram(batch.program) };
  return simulateBatch(last.prepared, batch);
}
