// Neurons that weigh their inputs of all steps so far.
import type { Currents } from './lif.ts';

/** thresholds [steps, columns]; weights [steps, steps] lower-triangular, absent: the input itself; bias [columns], joins every input. */
export type Mix = Readonly<{ columns: number; thresholds: Int32Array; weights?: Int32Array; bias: Int32Array }>;

/** Spikes [steps, contexts, columns] of h[t] = sum over s <= t of weights[t, s] * I[s]: 1 where h reaches the step's threshold. Sums are exact doubles: they are proved to fit 32 bits. */
export function mix({ columns, thresholds, weights, bias }: Mix, { values, at, stepStride, contextStride }: Currents, steps: number, contexts: number, into: Int32Array): void {
  for (let step = 0, out = 0; step < steps; step++) for (let context = 0; context < contexts; context++) {
    const from = at + context * contextStride;
    for (let column = 0; column < columns; column++, out++) {
      let sum = 0;
      if (weights) for (let past = 0; past <= step; past++) sum += weights[step * steps + past] * (values[from + past * stepStride + column] + bias[column]);
      else sum = values[from + step * stepStride + column] + bias[column];
      into[out] = Number(sum >= thresholds[step * columns + column]);
    }
  }
}
