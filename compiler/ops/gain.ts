// gain: a factor and an offset per channel that cannot move into a threshold: a normalisation behind attention, some factors negative.
import { pickColumns, scaledBounds } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const gain = defineOp({
  kind: 'gain', form: 'chip', barrier: 'none',
  doc: 'y = factor * x + bias per channel; a factor may change with the step. In integer graphs all three are whole numbers, and y = floor(factor * x / 2^shift + 1/2) + bias.',
  source: 'operators.md theorem 12 and N7',
  takes: [['count', 'current']],
  attrs: { shift: { as: 'whole', from: 0, absent: 0, doc: 'bits that a product is rounded by, integer graphs: what would be too wide otherwise' } },
  params: { factor: { shape: '[channels] or [steps, channels]', optional: false, doc: 'one weight per channel, or per step and channel' }, bias: { shape: '[channels]', optional: false, doc: 'added every step' },
    scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of the result, in integer graphs' } },
  infer([x], { shift = 0 }, { factor, bias, scale }, steps) {
    const wrong = shapeWrong('factor', factor, [x.channels], [steps, x.channels]) ?? (factor.shape.length > 1 && x.time === 'once' ? 'has a factor per step, but reads a value without steps' : undefined) ?? shapeWrong('bias', bias, [x.channels]) ?? shapeWrong('scale', scale, [x.channels]);
    if (wrong !== undefined) return wrong;
    if (shift > mostShift) return `is rounded by ${shift} bits; at most ${mostShift} are`;
    if (x.domain === 'real') return shift > 0 ? 'shift belongs to integer graphs' : { ...x, kind: 'current', range: [-Infinity, Infinity] };
    let low = Infinity, high = -Infinity;
    factor.data.forEach((f, i) => { for (const end of x.range) { const y = shifted(f * end, shift) + bias.data[i % x.channels]; low = Math.min(low, y); high = Math.max(high, y); } });
    return { ...x, kind: 'current', range: [low, high] };
  },
  evaluate: { real: apply, integer: apply },
  bounds([x], { attrs: { shift = 0 }, params: { factor, bias: { data } } }) {
    const { low, high } = scaledBounds(x, factor.data, undefined), whole = (end: number, c: number): number => shifted(end, shift) + data[c];
    return { low: low.map(whole), high: high.map(whole) };
  },
  pick: (kept, { params }) => Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, pickColumns(tensor, kept)])),
});

/** Keeps products and their halves exact doubles. */
export const mostShift = 24;
const shifted = (product: number, shift: number): number => (shift === 0 ? product : Math.floor(product / 2 ** shift + 0.5));

function apply([x]: readonly Tensor[], { attrs: { shift = 0 }, params: { factor, bias }, type: { channels } }: Node<string, Readonly<{ shift?: number }>>, { steps }: Readonly<{ steps: number }>): Tensor {
  const { data } = factor, stride = factor.shape.length > 1 ? channels : 0, each = x.data.length / (stride > 0 ? steps : 1);
  return { shape: x.shape, data: x.data.map((value, i) => shifted(value * data[Math.floor(i / each) * stride + (i % channels)], shift) + bias.data[i % channels]) };
}
