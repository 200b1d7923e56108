// RepConv: 1x1, normalisation whose border has the value it gives to 0, depthwise 3x3, 1x1, normalisation: folded exactly to one dense, zero-padded 3x3 convolution with bias.
import type { Tensor, ValueId } from '../ir/types.ts';
import type { Layer, Norm, Weights } from './keys.ts';
import type { Part } from './layers.ts';
import { conv2d, normOnly } from './layers.ts';
import type { Network } from './network.ts';

/** What the RepConv `name` takes (keys `<name>.body.*`), and the normalisation `norm` behind it. */
export const repConv = (name: string, norm: string, from: number, to: number): readonly Part[] => [
  conv2d(`${name}.body.0`, from, from, { bias: false, norm: `${name}.body.1.bn` }),
  conv2d(`${name}.body.2.0`, from, from, { window: 3, padding: 0, groups: from, bias: false }),
  conv2d(`${name}.body.2.1`, from, to, { bias: false, norm: `${name}.body.2.2` }),
  normOnly(norm, to),
];

/**
 * The dense layer of a RepConv, its outer normalisation behind it, for `Network.place`.
 * W[tap, i, o] = g2[o] sum_m P2[m, o] D[tap, m] g1[m] P1[i, m]. A map that is padded with norm1(0) after norm1 is a map padded with zeros before it: its offset reaches every position alike,
 * so there is one bias and no border. Source: operators.md theorem 11.
 */
export function foldRepConv(weights: Weights, name: string, norm: string): Layer {
  const first = weights.layer(`${name}.body.0`), depthwise = weights.layer(`${name}.body.2.0`).weight.data, second = weights.layer(`${name}.body.2.1`), outer = weights.norm(norm);
  const [from, middle] = first.weight.shape, to = second.weight.shape[1], taps = depthwise.length / middle, [one, two] = [lineOf(first.norm!), lineOf(second.norm!)];
  const weight = new Float64Array(taps * from * to), bias = new Float64Array(to);
  for (let m = 0; m < middle; m++) {
    let all = 0;
    for (let tap = 0; tap < taps; tap++) {
      const through = depthwise[tap * middle + m];
      all += through;
      for (let i = 0; i < from; i++) {
        const into = through * one.gain[m] * first.weight.data[i * middle + m], row = (tap * from + i) * to;
        for (let o = 0; o < to; o++) weight[row + o] += into * second.weight.data[m * to + o];
      }
    }
    for (let o = 0; o < to; o++) bias[o] += all * one.shift[m] * second.weight.data[m * to + o];
  }
  const dense: Tensor = { shape: [taps * from, to], data: weight.map((w, i) => w * two.gain[i % to]) };
  return { weight: dense, bias: { shape: [to], data: bias.map((b, o) => b * two.gain[o] + two.shift[o]) }, norm: outer, groups: 1, slide: { window: [3, 3], stride: [1, 1], padding: [1, 1] } };
}

/** y = gain * x + shift, per channel. */
function lineOf({ epsilon, params: { gamma, beta, mean, variance } }: Norm): Readonly<{ gain: Float64Array; shift: Float64Array }> {
  const gain = variance.data.map((v, c) => gamma.data[c] / Math.sqrt(v + epsilon));
  return { gain, shift: beta.data.map((b, c) => b - mean.data[c] * gain[c]) };
}

/** The published projection `Sequential(RepConv, BatchNorm)`, keys `<name>.0.body.*` and `<name>.1.*`, as one layer `name`. */
export const addRepConv = (network: Network, name: string, input: ValueId): ValueId => network.place(name, input, foldRepConv(network.weights, `${name}.0`, `${name}.1`));
