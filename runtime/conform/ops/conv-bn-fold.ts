// conv-bn-fold: a zero-padded convolution and its batch normalisation fold into weights and one bias.
import type { LayerPart } from '../../../compiler/frontend/layers.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import type { Tensor } from '../../../compiler/ir/types.ts';
import { conv, norm } from '../../../compiler/ops/index.ts';
import { kernelRows } from '../../../compiler/ops/stored-forms.ts';
import { goldenShape } from '../faults.ts';
import { defineCase } from './define-case.ts';
import { finenessOf, laid } from './op-array.ts';
import { arrayOf, numberAt, wanted } from './op-file.ts';
import type { OpFile } from './op-file.ts';
import { startPart } from './part.ts';

/** Of the largest: folding multiplies in another order than the source did. */
const rounding = 1e-12;

export const convBnFold = defineCase({
  op: 'conv-bn-fold', doc: 'conv and norm: the result, and the folded weights and bias',
  parts(file) {
    const x = laid(file, 'x', 'S C H W'), y = laid(file, 'y', 'S C H W'), layer = layerOf(file, x.channels, [x.grid, y.grid]), part = startPart(file, '', x), { builder } = part;
    const bias = file.arrays.has('conv_bias') ? { bias: vector(file, 'conv_bias') } : {}, epsilon = wanted(file, 'bn_eps', numberAt(file, 'bn_eps')), { groups, slide } = layer;
    const sums = builder.add(conv, 'conv', [part.enter('x', x)], groups === 1 ? slide : { ...slide, groups }, { weight: rowsOf(file, 'weight', layer), ...bias });
    const result = builder.add(norm, 'bn', [sums], { epsilon }, { gamma: vector(file, 'bn_weight'), beta: vector(file, 'bn_bias'), mean: vector(file, 'running_mean'), variance: vector(file, 'running_var') });
    const weight = rowsOf(file, 'folded_weight', layer).data, folded = { after: 'fold-norm', node: 'conv', tolerance: rounding };
    return [part.ends(result, y, { exact: finenessOf(weight) !== undefined, constants: [{ name: 'folded_weight', param: 'weight', values: weight, ...folded }, { name: 'folded_bias', param: 'bias', values: vector(file, 'folded_bias').data, ...folded }] })];
  },
});

const vector = (file: OpFile, name: string): Tensor => ({ shape: arrayOf(file, name).shape, data: Float64Array.from(arrayOf(file, name).data) });

export const rowsOf = (file: OpFile, name: string, layer: LayerPart): Tensor => kernelRows(Float64Array.from(arrayOf(file, name).data), { ...layer, window: layer.slide.window });

/** Stride 1; the padding follows from the sizes. Refuses: R2004. */
function layerOf(file: OpFile, from: number, [[height, width], [outHeight, outWidth]]: readonly [readonly [number, number], readonly [number, number]]): LayerPart {
  const { shape: [to, reads, tall, wide, ...more] } = arrayOf(file, 'weight'), padding = [(outHeight - height + tall - 1) / 2, (outWidth - width + wide - 1) / 2] as const;
  if (wide === undefined || more.length > 0 || from % reads !== 0 || to % (from / reads) !== 0 || !padding.every((rows) => Number.isInteger(rows) && rows >= 0)) {
    refuse(goldenShape(file.dataFile, 'weight', `[channels of y, channels of x / groups, height, width] of a window with stride 1 between the maps of x and y`, arrayOf(file, 'weight').shape));
  }
  return { take: 'layer', name: 'conv', file: 'conv2d', from, to, groups: from / reads, bias: true, slide: { window: [tall, wide], stride: [1, 1], padding } };
}
