// readout: what leaves the network: sums over steps, and over tokens where the head reads a mean over tokens.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

type ReadoutAttrs = Readonly<{ scale: number }>;

export const readout = defineOp({
  kind: 'readout', form: 'chip', barrier: 'time',
  doc: 'Sum over steps and positions. Real: divided by their number, plus bias (a mean). Integer: plus the bias, already times that number; logit = scale * integer / number.',
  source: 'operators.md section 4 and theorem 3 (head)',
  takes: [['current']],
  attrs: { scale: { as: 'number', doc: 'real value of one unit of the current (1 in real graphs)' } },
  params: { bias: { shape: '[channels]', optional: true, doc: 'added once per sample' } },
  infer([x], _, { bias }, steps) {
    if (x.time === 'once') return 'reads a value without steps';
    const wrong = shapeWrong('bias', bias, [x.channels]);
    if (wrong) return wrong;
    const terms = steps * positionsOf(x), offsets = bias?.data ?? [0];
    let least = Infinity, most = -Infinity;
    for (const offset of offsets) { least = Math.min(least, offset); most = Math.max(most, offset); }
    return { ...x, grid: [1, 1], time: 'once', range: [terms * x.range[0] + least, terms * x.range[1] + most] };
  },
  evaluate: {
    real: (inputs, node, context) => total(inputs[0], node, (sum, bias) => sum / termsOf(context.types[0], context.steps) + bias),
    integer: (inputs, node) => total(inputs[0], node, (sum, bias) => sum + bias),
  },
});

/** How many currents one result sums. */
export const termsOf = (input: ValueType, steps: number): number => steps * positionsOf(input);

function total(x: Tensor, { params: { bias }, type: { channels } }: Node<string, ReadoutAttrs>, finish: (sum: number, bias: number) => number): Tensor {
  const data = new Float64Array(channels);
  x.data.forEach((value, i) => { data[i % channels] += value; });
  return { shape: [1, channels], data: data.map((sum, c) => finish(sum, bias ? bias.data[c] : 0)) };
}
