// Operators with a window over positions: convolution (and every linear layer), maximum, maximum within a head.
import type { NodeOf } from '../../../compiler/ir/define-op.ts';
import type { Pair, Tensor } from '../../../compiler/ir/types.ts';
import { positionsOf } from '../../../compiler/ir/types.ts';
import type { conv, headPool, maxPool } from '../../../compiler/ops/index.ts';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Apply, Kernel, Setting } from './kernel.ts';

type Slide = Readonly<{ window: Pair; stride: Pair; padding: Pair }>;
type Sides = [[number, number], [number, number], [number, number], [number, number]];

/** A window that is no more than a product per position. */
const isPoint = ({ window, stride, padding }: Slide): boolean => [...window, ...stride].every((n) => n === 1) && padding.every((n) => n === 0);
/** Stride 1 and a window that keeps the grid: what TensorFlow calls "same". Its "same" at larger strides pads otherwise than PyTorch. */
const keepsGrid = ({ window, stride, padding }: Slide): boolean => [0, 1].every((axis) => stride[axis] === 1 && window[axis] === 2 * padding[axis] + 1);

/** Input and padding as the engine takes them: TensorFlow's C library knows only "same" and "valid". */
function padded({ tf, engine }: Setting, slide: Slide, outside: number): (x: Tensor4D) => [Tensor4D, 'same' | 'valid' | Sides] {
  const [rows, columns] = slide.padding, sides: Sides = [[0, 0], [rows, rows], [columns, columns], [0, 0]];
  if (keepsGrid(slide)) return (x) => [x, 'same'];
  if (rows === 0 && columns === 0) return (x) => [x, 'valid'];
  return engine === 'node' ? (x) => [tf.pad(x, sides, outside), 'valid'] : (x) => [x, sides];
}

export const runConv: Kernel<NodeOf<typeof conv>> = (node, setting) => {
  const { tf, constant } = setting, { attrs, params, type: { grid: [height, width], channels } } = node, from = setting.types[0].channels, weight = denseRows(params.weight, from, attrs.groups ?? 1);
  const bias = params.bias && (constant([channels], params.bias.data) as Tensor1D), border = params.border && (constant([1, height, width, channels], params.border.data) as Tensor4D);
  const apply = isPoint(attrs) ? product() : convolution();
  return (inputs) => {
    const { tensor, copies } = apply(inputs);
    return { tensor: border ? tf.add(tensor, border) : tensor, copies };
  };

  function product(): Apply {
    const b = constant([from, channels], weight) as Tensor2D;
    return ([{ tensor, copies }]) => {
      const a = tf.reshape(tensor, [-1, from]) as Tensor2D;
      return { tensor: tf.reshape(bias ? tf.fused.matMul({ a, b, bias }) : tf.matMul(a, b), [-1, height, width, channels]), copies };
    };
  }

  /** Rows of a crossbar are tap by tap, channel by channel: a filter of [height, width, in, out] as it lies. */
  function convolution(): Apply {
    const filter = constant([...attrs.window, from, channels], weight) as Tensor4D, strides: [number, number] = [...attrs.stride], pad = padded(setting, attrs, 0);
    return ([{ tensor, copies }]) => {
      const [x, padding] = pad(tensor);
      return { tensor: bias ? tf.fused.conv2d({ x, filter, strides, pad: padding, bias }) : tf.conv2d(x, filter, strides, padding), copies };
    };
  }
};

/** Rows of groups, each as wide as its group, as rows of all outputs with zeros elsewhere. */
function denseRows({ shape: [rows, width], data }: Tensor, from: number, groups: number): Float64Array {
  if (groups === 1) return data;
  const dense = new Float64Array(rows * width * groups), run = from / groups;
  for (let row = 0; row < rows; row++) dense.set(data.subarray(row * width, (row + 1) * width), row * width * groups + Math.floor((row % from) / run) * width);
  return dense;
}

export const runMaxPool: Kernel<NodeOf<typeof maxPool>> = ({ attrs }, setting) => {
  const { tf } = setting, strides: [number, number] = [...attrs.stride], pad = padded(setting, attrs, -Infinity);
  // No window: XNNPACK has no pooling of one element.
  if (attrs.window.every((n) => n === 1)) return ([{ tensor, copies }]) => ({ tensor: tf.stridedSlice(tensor, [0, 0, 0, 0], tensor.shape, [1, ...strides, 1]) as Tensor4D, copies });
  return ([{ tensor, copies }]) => {
    const [x, padding] = pad(tensor);
    return { tensor: tf.maxPool(x, [...attrs.window], strides, padding), copies };
  };
};

/** Tokens and the channels of one head are the two axes of a map; a head is a map of its own. */
export const runHeadPool: Kernel<NodeOf<typeof headPool>> = ({ attrs: { heads, window }, type }, { tf }) => {
  const tokens = positionsOf(type), [height, width] = type.grid, { channels } = type, each = channels / heads;
  if (window.every((n) => n === 1)) return ([{ tensor, copies }]) => ({ tensor: tf.clone(tensor), copies });
  return ([{ tensor, copies }]) => {
    const maps: Tensor4D = tf.reshape(tf.transpose(tf.reshape(tensor, [-1, tokens, heads, each]), [0, 2, 1, 3]), [-1, tokens, each, 1]);
    const pooled = tf.transpose(tf.reshape(tf.maxPool(maps, [...window], 1, 'same'), [-1, heads, tokens, each]), [0, 2, 1, 3]);
    return { tensor: tf.reshape(pooled, [-1, height, width, channels]), copies };
  };
};
