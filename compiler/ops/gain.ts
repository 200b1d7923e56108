// gain: a factor and an offset per channel that cannot move into a threshold: a normalisation behind attention, some factors negative.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const gain = defineOp({
  kind: 'gain', form: 'chip', barrier: 'none',
  doc: 'y = factor * x + bias per channel; in integer graphs all three are whole numbers.',
  source: 'operators.md theorem 12',
  takes: [['count', 'current']],
  attrs: {},
  params: { factor: { shape: '[channels]', optional: false, doc: 'one weight per channel' }, bias: { shape: '[channels]', optional: false, doc: 'added every step' },
    scale: { shape: '[channels]', optional: true, doc: 'real value of one unit of the result, in integer graphs' } },
  infer([x], _, { factor, bias, scale }) {
    const wrong = shapeWrong('factor', factor, [x.channels]) ?? shapeWrong('bias', bias, [x.channels]) ?? shapeWrong('scale', scale, [x.channels]);
    if (wrong !== undefined) return wrong;
    if (x.domain === 'real') return { ...x, kind: 'current', range: [-Infinity, Infinity] };
    let low = Infinity, high = -Infinity;
    factor.data.forEach((f, c) => { for (const end of x.range) { low = Math.min(low, f * end + bias.data[c]); high = Math.max(high, f * end + bias.data[c]); } });
    return { ...x, kind: 'current', range: [low, high] };
  },
  evaluate: { real: apply, integer: apply },
});

function apply([x]: readonly Tensor[], { params: { factor, bias }, type: { channels } }: Node<string, object>): Tensor {
  return { shape: x.shape, data: x.data.map((value, i) => value * factor.data[i % channels] + bias.data[i % channels]) };
}
