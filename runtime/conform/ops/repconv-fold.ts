// repconv-fold: RepConv with its outer normalisation is one dense, zero-padded 3x3 convolution.
import { takeParts } from '../../../compiler/frontend/keys.ts';
import { conv2d } from '../../../compiler/frontend/layers.ts';
import { foldRepConv, repConv } from '../../../compiler/frontend/rep-conv.ts';
import { refuse } from '../../../compiler/files/refusal.ts';
import { conv, norm } from '../../../compiler/ops/index.ts';
import { rowsOf } from './conv-bn-fold.ts';
import { defineCase } from './define-case.ts';
import { finenessOf, laid } from './op-array.ts';
import { arrayOf, numberAt, wanted } from './op-file.ts';
import type { OpFile } from './op-file.ts';
import { startPart } from './part.ts';

const keyPrefix = 'param:', rounding = 1e-12;

/** State dict entries of the case, taken as a family takes them. */
function layerOf(file: OpFile, from: number, to: number) {
  const tensors = new Map([...file.arrays].flatMap(([name, { shape, dtype, data }]) => (name.startsWith(keyPrefix) ? [[name.slice(keyPrefix.length), { shape, dtype, data: Float64Array.from(data) }] as const] : [])));
  const taken = takeParts({ file: file.dataFile, sha256: '', wrapper: 'none', prefix: '', tensors, ignored: [] }, repConv('0', '1', from, to),
    { prefix: '', ignored: [], epsilon: wanted(file, 'bn_eps', numberAt(file, 'bn_eps')), sizes: `x ${from} channels, y ${to}` });
  return taken.ok ? foldRepConv(taken.value.weights, '0', '1') : refuse(...taken.faults);
}

const foldCase = (op: string, doc: string) => defineCase({
  op, doc,
  parts(file) {
    const x = laid(file, 'x', 'S C H W'), y = laid(file, 'y', 'S C H W'), { weight, bias, slide, norm: outer } = layerOf(file, x.channels, y.channels), part = startPart(file, '', x), { builder } = part;
    const sums = builder.add(conv, 'repconv', [part.enter('x', x)], slide, { weight, bias: bias! }), result = builder.add(norm, 'norm', [sums], { epsilon: outer!.epsilon }, outer!.params);
    const kernel = rowsOf(file, 'kernel', conv2d('kernel', x.channels, y.channels, { window: slide.window[0], bias: false })).data, isDyadic = finenessOf(kernel) !== undefined;
    const folded = { after: 'fold-norm', node: 'repconv', tolerance: isDyadic ? 0 : rounding };
    return [part.ends(result, y, { exact: isDyadic, constants: [{ name: 'kernel', param: 'weight', values: kernel, ...folded }, { name: 'bias', param: 'bias', values: Float64Array.from(arrayOf(file, 'bias').data), ...folded }] })];
  },
});

export const repconvFoldDyadic = foldCase('repconv-fold-dyadic', 'RepConv of dyadic numbers: the result, and the folded kernel and bias, exactly');
export const repconvFoldReal = foldCase('repconv-fold-real', 'RepConv of real numbers: the result, and the folded kernel and bias');
