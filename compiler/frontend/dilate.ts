// Dilated convolutions: a window with holes is a wider window whose other taps have no weight.
import type { Layer } from './keys.ts';

/** The same sums, whatever the input. Weights of 0 are stored and their operations counted like any other. @param dilation distance of two taps */
export function dilated(layer: Layer, dilation: number): Layer {
  const { weight: { shape: [rows, columns], data }, slide: { window, stride } } = layer, taps = window[0] * window[1], channels = rows / taps, wide = window.map((side) => (side - 1) * dilation + 1), spread = new Float64Array(wide[0] * wide[1] * channels * columns);
  for (let tap = 0; tap < taps; tap++) {
    const to = Math.floor(tap / window[1]) * dilation * wide[1] + (tap % window[1]) * dilation;
    spread.set(data.subarray(tap * channels * columns, (tap + 1) * channels * columns), to * channels * columns);
  }
  return { ...layer, weight: { shape: [wide[0] * wide[1] * channels, columns], data: spread }, slide: { window: [wide[0], wide[1]], stride, padding: [(wide[0] - 1) / 2, (wide[1] - 1) / 2] } };
}
