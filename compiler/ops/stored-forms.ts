// How checkpoints store what operators take: kernels, which become the rows that `conv` reads, and batch normalisations.
import type { Pair, Tensor } from '../ir/types.ts';

/** from, to: channels of the layer. */
export type Kernel = Readonly<{ from: number; to: number; groups: number; window: Pair }>;

/**
 * [to, from / groups, taps] of a file -> [taps * from, to / groups], tap-major; a row holds the outputs of its own group only. Sixteen outputs at a time, so that the lines of both
 * sides are used whole.
 */
export function kernelRows(data: Float64Array, { from, to, groups, window }: Kernel): Tensor {
  const taps = window[0] * window[1], reads = from / groups, columns = to / groups, rows = new Float64Array(data.length);
  for (let group = 0; group < groups; group++) {
    for (let start = 0; start < columns; start += 16) {
      const end = Math.min(columns, start + 16);
      for (let c = 0, i = 0; c < reads; c++) for (let tap = 0; tap < taps; tap++, i++) {
        const row = (tap * from + group * reads + c) * columns;
        for (let o = start; o < end; o++) rows[row + o] = data[(group * columns + o) * reads * taps + i];
      }
    }
  }
  return { shape: [taps * from, columns], data: rows };
}

/** How a file may hold a kernel, by the name of its PyTorch module: Linear flattens the window channel by channel, Conv1d knows windows of one row. */
export const kernelForms = ['linear', 'conv1d', 'conv2d'] as const;
export type KernelForm = (typeof kernelForms)[number];

/** Shape of the weight in the file. */
export function kernelShape(form: KernelForm, { from, to, groups, window: [height, width] }: Kernel): readonly number[] {
  if (form === 'linear') return [to, (from / groups) * height * width];
  return form === 'conv1d' ? [to, from / groups, width] : [to, from / groups, height, width];
}

/** Parameters of `norm`, by the ends of their keys behind the name of a batch normalisation. */
export const normKeys = { gamma: 'weight', beta: 'bias', mean: 'running_mean', variance: 'running_var' } as const;
