// Operators that join all tokens: sums, OR, attention, readout.
import type { NodeOf } from '../../../compiler/ir/define-op.ts';
import { positionsOf } from '../../../compiler/ir/types.ts';
import { readout } from '../../../compiler/ops/index.ts';
import type { orTokens, ssa, sumTokens } from '../../../compiler/ops/index.ts';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import { evaluateEach } from './evaluate-each.ts';
import type { Kernel } from './kernel.ts';
import { expand } from './kernel.ts';

export const runSumTokens: Kernel<NodeOf<typeof sumTokens>> = (_, { tf }) => ([{ tensor, copies }]) => ({ tensor: tf.sum(tensor, [1, 2], true), copies });
export const runOrTokens: Kernel<NodeOf<typeof orTokens>> = (_, { tf }) => ([{ tensor, copies }]) => ({ tensor: tf.max(tensor, [1, 2], true), copies });

/** Key-value first, as the chip does; without a softmax the order changes no count. Keys are transposed by a copy: a transposing product takes twelve times as long on wasm. */
export const runSsa: Kernel<NodeOf<typeof ssa>> = ({ attrs: { heads }, type }, { tf }) => {
  const tokens = positionsOf(type), [height, width] = type.grid, { channels } = type;
  const perHead = (x: Tensor4D, axes: number[]): Tensor4D => tf.transpose(tf.reshape(x, [-1, tokens, heads, x.shape[3] / heads]), axes);
  return (inputs) => {
    const copies = Math.max(...inputs.map((input) => input.copies)), [q, k, v] = inputs.map((input) => expand(tf, input, copies));
    const counters = tf.matMul(perHead(k, [0, 2, 3, 1]), perHead(v, [0, 2, 1, 3]));
    const counts: Tensor4D = tf.matMul(perHead(q, [0, 2, 1, 3]), counters);
    return { tensor: tf.reshape(tf.transpose(counts, [0, 2, 1, 3]), [-1, height, width, channels]), copies };
  };
};

/** A mean; what is kept apart, weighted by step or turned into scores is little, and runs its own evaluation. */
export const runReadout: Kernel<NodeOf<typeof readout>> = (node, setting) => {
  const { params: { bias, stepWeight, rows }, attrs: { scale, keepSteps, keepPositions }, type: { channels } } = node, { tf, batch, constant } = setting;
  if (stepWeight || rows || keepSteps || keepPositions || scale !== 1) return evaluateEach(readout.evaluate.real)(node, setting);
  const offset = bias && constant([channels], bias.data);
  return ([{ tensor, copies }]) => {
    const perStep = tf.reshape(tf.mean(tensor, [1, 2]), [copies, batch, channels]), mean: Tensor4D = tf.reshape(copies === 1 ? perStep : tf.mean(perStep, 0), [batch, 1, 1, channels]);
    return { tensor: offset ? tf.add(mean, offset) : mean, copies: 1 };
  };
};
