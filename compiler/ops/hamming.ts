// hamming: attention by Hamming similarity over all tokens of all steps (SpikeVideoFormer).
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { headsAttr } from './heads.ts';

export const hamming = defineOp({
  kind: 'hamming', form: 'chip', barrier: 'time',
  doc: 'n = (2q - 1) ((2k - 1)^T v) per head, over the tokens of every step jointly: 4 qA - 2 |q| s - 2 1^T A + width s with A = k^T v and s the sum of v.',
  source: 'operators.md theorem 9',
  takes: [['spike'], ['spike'], ['spike']],
  attrs: { heads: headsAttr }, params: {},
  infer([q, k, v], { heads }, _, steps) {
    if (q.channels % heads !== 0) return `${heads} heads do not divide ${q.channels} channels`;
    if ([k, v].some((x) => x.channels !== q.channels || positionsOf(x) !== positionsOf(q) || x.time !== q.time)) return 'q, k and v differ in shape or time';
    const most = steps * positionsOf(q) * (q.channels / heads);
    return { ...q, kind: 'current', range: [-most, most] };
  },
  evaluate: { real: attend, integer: attend },
  sops([q, k, v], { attrs: { heads }, type: { channels } }) {
    const width = channels / heads;
    let total = 0;
    for (let at = 0; at < q.data.length; at += width) {
      let queries = 0, keys = 0, values = 0;
      for (let c = at; c < at + width; c++) { queries += q.data[c]; keys += k.data[c]; values += v.data[c]; }
      total += keys * values + queries * width;
    }
    return total;
  },
});

function attend([q, k, v]: readonly Tensor[], { attrs: { heads }, type }: Node<string, Readonly<{ heads: number }>>): Tensor {
  const { channels } = type as ValueType, width = channels / heads, data = new Float64Array(q.data.length);
  for (let head = 0; head < heads; head++) {
    const sums = new Float64Array(width * width);
    for (let at = head * width; at < q.data.length; at += channels) {
      for (let c = 0; c < width; c++) for (let e = 0; e < width; e++) sums[c * width + e] += (2 * k.data[at + c] - 1) * v.data[at + e];
    }
    for (let at = head * width; at < q.data.length; at += channels) {
      for (let c = 0; c < width; c++) for (let e = 0; e < width; e++) data[at + e] += (2 * q.data[at + c] - 1) * sums[c * width + e];
    }
  }
  return { shape: q.shape, data };
}
