// lif: the canonical leaky integrate-and-fire neuron.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Pair, Tensor } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { perChannel } from './affine.ts';

type LifAttrs = Readonly<{ keep: Pair; reset: 'zero' | 'subtract'; fires: 'at-least' }>;

export const lif = defineOp({
  kind: 'lif', form: 'chip', barrier: 'none',
  doc: 'u = keep * R(u) + x, spike = [u >= threshold]; R sets u to 0 (zero) or lowers it by the threshold (subtract) after a spike; u starts at 0 in every sample. '
    + 'In integers keep = 1/m is an arithmetic floor, which changes no spike.',
  source: 'operators.md section 2 and theorem 1 (SpikingJelly MultiStepLIFNode in the form u = tau * v)',
  takes: [['current', 'count', 'spike']],
  attrs: {
    keep: { as: 'pair', from: 0, doc: 'fraction of the potential that stays, numerator x denominator' },
    reset: { as: 'word', of: ['zero', 'subtract'], doc: 'what a spike does to the potential' },
    fires: { as: 'word', of: ['at-least'], doc: 'comparator: at or above the threshold' },
  },
  params: { threshold: { shape: '[channels] or [1]', optional: false, doc: 'in units of the current' } },
  infer([x], { keep }, { threshold }) {
    const [kept, of] = keep;
    if (of < 1 || kept > of) return `keeps ${kept}/${of} of its potential; a fraction between 0 and 1 is wanted`;
    if (x.domain === 'integer' && kept > 1) return `keeps ${kept}/${of}: only 0 and 1/m are exact in integers (operators.md theorem 2)`;
    if (x.time === 'once') return 'reads a value without steps; repeat it first';
    return shapeWrong('threshold', threshold, [x.channels], [1]) ?? { ...x, kind: 'spike', range: [0, 1] };
  },
  evaluate: { real: (inputs, node, { steps }) => fire(inputs[0], node, steps, (u) => u), integer: (inputs, node, { steps }) => fire(inputs[0], node, steps, Math.floor) },
});

function fire(x: Tensor, { attrs: { keep: [kept, of], reset }, params: { threshold }, type: { channels } }: Node<string, LifAttrs>, steps: number, leak: (u: number) => number): Tensor {
  const thresholds = perChannel(threshold.data, channels), size = x.data.length / steps, data = new Float64Array(x.data.length);
  for (let i = 0; i < size; i++) {
    const theta = thresholds[i % channels];
    for (let step = 0, at = i, u = 0; step < steps; step++, at += size) {
      // Divided, not multiplied by the fraction: 49 * (1 / 49) lies below 1 in float64, and a floor would lose it.
      u = leak(u * kept / of) + x.data[at];
      if (u >= theta) { data[at] = 1; u = reset === 'zero' ? 0 : u - theta; }
    }
  }
  return { shape: x.shape, data };
}
