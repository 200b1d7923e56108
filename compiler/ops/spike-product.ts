// spike-product: a run-time matrix of currents times spikes (dual spike self attention).
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { headsAttr } from './heads.ts';

type ProductAttrs = Readonly<{ heads: number; store: 'rows' | 'columns' }>;

export const spikeProduct = defineOp({
  kind: 'spike-product', form: 'chip', barrier: 'tokens',
  doc: 'Per head, the rows of a run-time matrix that the query spikes select, summed. The first value holds the matrix, one position per row (rows: query channel l selects position l) '
    + 'or per column (columns: query channel c selects channel c, the result has one channel per position).',
  source: 'operators.md section 5, dyn.matvec; models.md section 8 (DSSA)',
  takes: [['current'], ['spike']],
  attrs: { heads: headsAttr, store: { as: 'word', of: ['rows', 'columns'], doc: 'whether a position is a row or a column of the matrix' } },
  params: {},
  infer([matrix, query], { heads, store }) {
    const length = positionsOf(matrix), wanted = store === 'rows' ? heads * length : matrix.channels;
    if (matrix.channels % heads !== 0) return `${heads} heads do not divide ${matrix.channels} channels`;
    if (query.channels !== wanted) return `the query has ${query.channels} channels; ${wanted} select the rows of the matrix`;
    if (matrix.time !== query.time) return 'multiplies values of different time';
    const terms = store === 'rows' ? length : matrix.channels / heads, ends = matrix.range.map((end) => (end === 0 ? 0 : end * terms));
    return { ...query, kind: 'current', channels: store === 'rows' ? matrix.channels : heads * length, range: [Math.min(0, ends[0]), Math.max(0, ends[1])] };
  },
  evaluate: { real: multiply, integer: multiply },
  /** One addition per selected row and channel of the result's head. */
  sops: ([, query], { attrs: { heads }, type }) => query.data.reduce((sum, spike) => sum + spike, 0) * (type.channels / heads),
});

function multiply([matrix, query]: readonly Tensor[], { attrs: { heads, store }, type }: Node<string, ProductAttrs>, { steps, types: [m, q] }: Readonly<{ steps: number; types: readonly ValueType[] }>): Tensor {
  const length = positionsOf(m), tokens = positionsOf(type), width = m.channels / heads, select = q.channels / heads, out = type.channels / heads, data = new Float64Array(steps * tokens * type.channels);
  for (let step = 0; step < steps; step++) {
    for (let token = 0; token < tokens; token++) {
      const from = (step * tokens + token) * q.channels, to = (step * tokens + token) * type.channels;
      for (let c = 0; c < q.channels; c++) {
        if (!query.data[from + c]) continue;
        const head = Math.floor(c / select), row = c % select;
        for (let e = 0; e < out; e++) {
          const [position, channel] = store === 'rows' ? [row, e] : [e, row];
          data[to + head * out + e] += matrix.data[(step * length + position) * m.channels + head * width + channel];
        }
      }
    }
  }
  return { shape: [steps, tokens, type.channels], data };
}
