// Operators that touch every element alone: scaling, normalisation, residual additions, masks, repetition.
import type { NodeOf } from '../../../compiler/ir/define-op.ts';
import type { Node } from '../../../compiler/ir/types.ts';
import type { addCurrents, addSpikes, affine, and, norm, repeat } from '../../../compiler/ops/index.ts';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Tf } from '../engine.ts';
import type { Batched, Kernel } from './kernel.ts';
import { expand } from './kernel.ts';
import { scaleOf } from '../fold-norm.ts';

const scaled = (scale: ArrayLike<number>, shift: ArrayLike<number> | undefined): Kernel => (_, { tf, constant }) => {
  const factor = constant([scale.length], scale), offset = shift && constant([shift.length], shift);
  return ([{ tensor, copies }]) => {
    const product: Tensor4D = tf.mul(tensor, factor);
    return { tensor: offset ? tf.add(product, offset) : product, copies };
  };
};

export const runAffine: Kernel<NodeOf<typeof affine>> = (node, setting) => scaled(node.params.scale.data, node.params.shift?.data)(node, setting);

/** A norm that stands behind something else than a convolution; the others are folded. */
export const runNorm: Kernel<NodeOf<typeof norm>> = (node, setting) => {
  const scale = scaleOf(node), { mean, beta } = node.params;
  return scaled(scale, scale.map((factor, c) => beta.data[c] - mean.data[c] * factor))(node, setting);
};

/** The value stays where it is: what reads it computes one step and stands for all. */
export const runRepeat: Kernel<NodeOf<typeof repeat>> = (_, { tf }) => ([{ tensor, copies }]) => ({ tensor: tf.clone(tensor), copies });

const paired = (join: (tf: Tf, a: Tensor4D, b: Tensor4D) => Tensor4D): Kernel<Node> => (_, { tf }) => ([a, b]: readonly Batched[]) => {
  const copies = Math.max(a.copies, b.copies);
  return { tensor: join(tf, expand(tf, a, copies), expand(tf, b, copies)), copies };
};

export const runAdd: Kernel<NodeOf<typeof addSpikes> | NodeOf<typeof addCurrents>> = paired((tf, a, b) => tf.add(a, b));
/** Spikes are 0 and 1; a mask of one position spreads over the grid, one of fewer channels over runs of channels. */
export const runAnd: Kernel<NodeOf<typeof and>> = (node, setting) => paired((tf, a, b) => tf.mul(a, spread(tf, b, node.type.channels)))(node, setting);

function spread(tf: Tf, mask: Tensor4D, channels: number): Tensor4D {
  const [copies, height, width, fewer] = mask.shape;
  return fewer === channels ? mask : tf.reshape(tf.tile(tf.reshape(mask, [copies, height, width, fewer, 1]), [1, 1, 1, 1, channels / fewer]), [copies, height, width, channels]);
}
