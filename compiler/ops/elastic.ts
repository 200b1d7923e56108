// elastic: the elastic bi-spiking neuron, whose spikes are -1, 0 and +1; without a membrane a ternary quantiser.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor } from '../ir/types.ts';
import { shapeWrong } from '../ir/check-node.ts';
import { odd } from '../ir/elastic-range.ts';

export type ElasticAttrs = Readonly<{ keepBits?: number; fractionBits?: number }>;

export const elastic = defineOp({
  kind: 'elastic', form: 'chip', barrier: 'none',
  doc: 'u[t] = keep[t, s[t-1]] * u[t-1] + x[t], s[t] = +1 above bound[t], -1 below its negative, 0 between them and on them: half-even rounding of u / amplitude to -1, 0, 1 has its ties at half the amplitude, and they give 0. '
    + 'u starts at 0 in every sample. In integers keep counts 2^-keepBits, what is kept and no whole number becomes the odd one of its neighbours (a lost bit still tells a potential from the bound beside it), and x counts 2^fractionBits units of u, in which the bounds are given. All keep 0: no state.',
  source: 'operators.md N7 (SpikeLM: bound a[t] / 2, keep 0.25 * (a[t-1] - o[t-1]): 0 after +, all of it doubled after -)',
  takes: [['current', 'count', 'spike']],
  attrs: {
    keepBits: { as: 'whole', from: 0, absent: 0, doc: 'keep is given in 2^-keepBits, integer graphs' },
    fractionBits: { as: 'whole', from: 0, absent: 0, doc: 'bits of the potential below one unit of the current, integer graphs' },
  },
  params: {
    bound: { shape: '[steps] or [steps, channels]', optional: false, doc: '0 or more, in units of the current (integer graphs: of the potential)' },
    keep: { shape: '[steps, 3]', optional: false, doc: 'what stays of the potential of the step before, by its spike: -1, 0, +1' },
  },
  infer([x], { keepBits = 0, fractionBits = 0 }, { bound, keep }, steps) {
    if (x.time === 'once') return 'reads a value without steps; repeat it first';
    if (keepBits > 16 || fractionBits > 20) return `${keepBits} bits of kept fractions and ${fractionBits} of the potential; at most 16 and 20`;
    const wrong = shapeWrong('bound', bound, [steps], [steps, x.channels]) ?? shapeWrong('keep', keep, [steps, 3]);
    if (wrong !== undefined) return wrong;
    if (bound.data.some((value) => !(value >= 0))) return 'parameter "bound" holds a number below 0';
    return { ...x, kind: 'ternary', range: [-1, 1] };
  },
  evaluate: {
    real: ([x], node, { steps }) => stretch(x, node, steps, (u) => u),
    integer: ([x], node, { steps }) => stretch(x, node, steps, odd),
  },
});

/** Potentials before the spike test, in the unit of the bounds; shaped like its spikes. */
export function elasticPotentialsOf(x: Tensor, node: Node<string, ElasticAttrs>, steps: number): Float64Array {
  const potentials = new Float64Array(x.data.length);
  stretch(x, node, steps, node.type.domain === 'real' ? (u) => u : Math.floor, potentials);
  return potentials;
}

function stretch(x: Tensor, { attrs: { keepBits = 0, fractionBits = 0 }, params: { bound, keep }, type: { channels } }: Node<string, ElasticAttrs>, steps: number, leak: (u: number) => number, potentials?: Float64Array): Tensor {
  const size = x.data.length / steps, data = new Float64Array(x.data.length), one = 2 ** keepBits, unit = 2 ** fractionBits, stride = bound.shape.length > 1 ? channels : 1;
  for (let i = 0; i < size; i++) {
    for (let step = 0, at = i, u = 0, spike = 0; step < steps; step++, at += size) {
      u = leak(u * keep.data[step * 3 + 1 + spike] / one) + x.data[at] * unit;
      if (potentials) potentials[at] = u;
      const edge = bound.data[step * stride + (stride > 1 ? i % channels : 0)];
      data[at] = spike = u > edge ? 1 : u < -edge ? -1 : 0;
    }
  }
  return { shape: x.shape, data };
}

/** Whether a membrane is kept from one step to the next. */
export const remembers = ({ params: { keep } }: Pick<Node, 'params'>): boolean => keep.data.some((kept) => kept !== 0);
