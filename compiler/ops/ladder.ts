// ladder: a stateless neuron with several thresholds: MultiSpike, I-LIF, NI-LIF.
import { pickRows } from './bounds.ts';
import { defineOp } from '../ir/define-op.ts';
import { shapeWrong } from '../ir/check-node.ts';

export const ladder = defineOp({
  kind: 'ladder', form: 'chip', barrier: 'none',
  doc: 'level = number of thresholds that the input reaches (at or above; strictly above where `strict` is 1). No state.',
  source: 'operators.md theorems 7 and 8 (half-to-even rounding alternates the comparator)',
  takes: [['current', 'count', 'spike']],
  attrs: { levels: { as: 'whole', from: 1, doc: 'highest level' } },
  params: { threshold: { shape: '[levels] or [channels, levels]', optional: false, doc: 'ascending, in units of the input' }, strict: { shape: '[levels]', optional: false, doc: '0: at or above, 1: above' } },
  infer([x], { levels }, { threshold, strict }) {
    const { data } = threshold, falls = data.findIndex((value, i) => i % levels > 0 && value < data[i - 1]);
    if (x.time === 'once') return 'reads a value without steps; repeat it first';
    if (strict.data.some((s) => s !== 0 && s !== 1)) return 'parameter "strict" holds something else than 0 and 1';
    return shapeWrong('threshold', threshold, [levels], [x.channels, levels]) ?? shapeWrong('strict', strict, [levels]) ?? (falls >= 0 ? `threshold ${falls} is below the one before it` : undefined)
      ?? { ...x, kind: 'count', range: [0, levels] };
  },
  evaluate: { real: climb, integer: climb },
  bounds: ([x], node) => ({ low: climb([{ shape: [1, x.low.length], data: x.low }], node).data, high: climb([{ shape: [1, x.high.length], data: x.high }], node).data }),
  pick: (kept, { params: { threshold, strict } }) => ({ threshold: threshold.shape.length > 1 ? pickRows(threshold, kept) : threshold, strict }),
});

function climb([x]: readonly { shape: readonly number[]; data: Float64Array }[], { params: { threshold, strict }, attrs: { levels }, type: { channels } }: Readonly<{ params: Readonly<Record<string, { data: Float64Array }>>;
  attrs: Readonly<{ levels: number }>; type: Readonly<{ channels: number }> }>) {
  const { data } = threshold, own = data.length > levels;
  return { shape: x.shape, data: x.data.map((value, i) => {
    const from = own ? (i % channels) * levels : 0;
    let level = 0;
    while (level < levels && (strict.data[level] ? value > data[from + level] : value >= data[from + level])) level++;
    return level;
  }) };
}
