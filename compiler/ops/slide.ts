// The window rule that convolution and pooling share: attributes, output grid, and the valid taps of an output position.
import type { AttrSpec } from '../ir/define-op.ts';
import type { Pair } from '../ir/types.ts';

export const slideAttrs = {
  window: { as: 'pair', from: 1, doc: 'height and width of the window' },
  stride: { as: 'pair', from: 1, doc: 'step of the window' },
  padding: { as: 'pair', from: 0, doc: 'rows and columns added on each side' },
} as const satisfies Readonly<Record<string, AttrSpec>>;

export type SlideAttrs = Readonly<{ window: Pair; stride: Pair; padding: Pair }>;

/** Taps of a whole map: what a table of them may hold (1 GiB), far above any real layer. */
const mostTaps = 2 ** 28;

/** Output grid, or one sentence that says why there is none. PyTorch's floor formula. */
export function slidGrid(grid: Pair, { window, stride, padding }: SlideAttrs): Pair | string {
  const side = (axis: 0 | 1) => Math.floor((grid[axis] + 2 * padding[axis] - window[axis]) / stride[axis]) + 1;
  const out: Pair = [side(0), side(1)];
  if (padding[0] >= window[0] || padding[1] >= window[1]) return `padding ${padding.join('x')} must be smaller than the window ${window.join('x')}`;
  if (!(out[0] > 0 && out[1] > 0)) return `a ${window.join('x')} window does not fit a ${grid.join('x')} map`;
  const taps = out[0] * out[1] * window[0] * window[1];
  return taps <= mostTaps ? out : `a ${window.join('x')} window at ${out.join('x')} places makes ${taps} taps, more than ${mostTaps}`;
}

/** Input position that each tap of each output position reads, [positions out, taps], -1 outside the map. */
export function tapTable(grid: Pair, out: Pair, { window, stride, padding }: SlideAttrs): Int32Array {
  const taps = window[0] * window[1], table = new Int32Array(out[0] * out[1] * taps);
  for (let position = 0, at = 0; position < out[0] * out[1]; position++) {
    for (let tap = 0; tap < taps; tap++, at++) {
      const y = Math.floor(position / out[1]) * stride[0] - padding[0] + Math.floor(tap / window[1]);
      const x = (position % out[1]) * stride[1] - padding[1] + (tap % window[1]);
      table[at] = y >= 0 && y < grid[0] && x >= 0 && x < grid[1] ? y * grid[1] + x : -1;
    }
  }
  return table;
}
