// Whether an engine computes rightly: an engine may load and yet answer wrongly, and only numbers show it.
import type { Tf } from './engine.ts';

/** Whole numbers small enough that every float32 sum is exact, without symmetry that would hide a transposed or flipped operand. */
const wave = (length: number, factor: number): Float32Array => Float32Array.from({ length }, (_, i) => ((i * factor) % 11) - 4);

/** One sentence that says what is wrong, or undefined. */
export function selfCheck(tf: Tf): string | undefined {
  const results = tf.tidy(() => [tf.add(tf.scalar(1), tf.scalar(2)), product(tf), convolution(tf)].map((tensor) => tensor.dataSync()));
  const wanted = [Float32Array.of(3), plainProduct(), plainConvolution()], names = ['1 + 2', 'a matrix product', 'a convolution'];
  const at = results.findIndex((result, i) => result.length !== wanted[i].length || wanted[i].some((value, k) => result[k] !== value));
  if (at < 0) return undefined;
  const k = wanted[at].findIndex((value, i) => results[at][i] !== value);
  return `computes wrongly: ${names[at]} gives ${results[at][k]} where ${wanted[at][k]} is right`;
}

const rows = 5, inner = 7, columns = 6;
const product = (tf: Tf) => tf.matMul(tf.tensor2d(wave(rows * inner, 3), [rows, inner]), tf.tensor2d(wave(inner * columns, 5), [inner, columns]));

function plainProduct(): Float32Array {
  const a = wave(rows * inner, 3), b = wave(inner * columns, 5), sums = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < inner; k++) for (let j = 0; j < columns; j++) sums[i * columns + j] += a[i * inner + k] * b[k * columns + j];
  return sums;
}

const side = 5, from = 3, to = 4, window = 3;
const convolution = (tf: Tf) => tf.conv2d(tf.tensor4d(wave(side * side * from, 3), [1, side, side, from]), tf.tensor4d(wave(window * window * from * to, 7), [window, window, from, to]), 1, 'same');

function plainConvolution(): Float32Array {
  const x = wave(side * side * from, 3), filter = wave(window * window * from * to, 7), sums = new Float32Array(side * side * to);
  for (let at = 0; at < side * side; at++) {
    for (let tap = 0; tap < window * window; tap++) {
      const row = Math.floor(at / side) + Math.floor(tap / window) - 1, column = (at % side) + (tap % window) - 1;
      if (row < 0 || row >= side || column < 0 || column >= side) continue;
      for (let c = 0; c < from; c++) for (let o = 0; o < to; o++) sums[at * to + o] += x[(row * side + column) * from + c] * filter[(tap * from + c) * to + o];
    }
  }
  return sums;
}
