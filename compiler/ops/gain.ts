// gain: a factor and an offset per channel that cannot move into a threshold: a normalisation behind attention, some factors negative.
import { pickColumns, scaledBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const gain = defineOp({
  kind: 'gain', form: 'chip', barrier: 'none',
  doc: 'y = factor * x + bias per channel; a factor may change with the step. In integer graphs all three are whole numbers.',
  source: 'operators.md theorem 12 and N7',
  takes: [['count', 'current']],
  attrs: {},
  params: { factor: { shape: '[channels] or [steps, channels]', optional: false, doc: 'one weight per channel, or per step and channel' }, bias: { shape: '[channels]', optional: false, doc: 'added every step' },
    scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of the result, in integer graphs' } },
  infer([x], _, { factor, bias, scale }, steps) {
    const wrong = shapeWrong('factor', factor, [x.channels], [steps, x.channels]) ?? (factor.shape.length > 1 && x.time === 'once' ? 'has a factor per step, but reads a value without steps' : undefined) ?? shapeWrong('bias', bias, [x.channels]) ?? shapeWrong('scale', scale, [x.channels]);
    if (wrong !== undefined) return wrong;
    if (x.domain === 'real') return { ...x, kind: 'current', range: [-Infinity, Infinity] };
    let low = Infinity, high = -Infinity;
    factor.data.forEach((f, i) => { for (const end of x.range) { const y = f * end + bias.data[i % x.channels]; low = Math.min(low, y); high = Math.max(high, y); } });
    return { ...x, kind: 'current', range: [low, high] };
  },
  evaluate: { real: apply, integer: apply },
  bounds: ([x], { params: { factor, bias } }) => scaledBounds(x, factor.data, bias.data),
  pick: (kept, { params }) => Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, pickColumns(tensor, kept)])),
});

function apply([x]: readonly Tensor[], { params: { factor, bias }, type: { channels } }: Node<string, object>, { steps }: Readonly<{ steps: number }>): Tensor {
  const { data } = factor, stride = factor.shape.length > 1 ? channels : 0, each = x.data.length / (stride > 0 ? steps : 1);
  return { shape: x.shape, data: x.data.map((value, i) => value * data[Math.floor(i / each) * stride + (i % channels)] + bias.data[i % channels]) };
}
