// ssa: spiking self attention without softmax: the product of three spike matrices.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';

type SsaAttrs = Readonly<{ heads: number; published: 'qk' | 'kv' }>;

export const ssa = defineOp({
  kind: 'ssa', form: 'chip', barrier: 'tokens',
  doc: 'n = q (k^T v) per head and step, an integer count. Without a softmax both orders of multiplication are equal; it is executed key-value first, `published` names the order of the source.',
  source: 'operators.md theorems 4 and 6',
  takes: [['spike'], ['spike'], ['spike']],
  attrs: { heads: { as: 'whole', from: 1, doc: 'heads that share the channels' }, published: { as: 'word', of: ['qk', 'kv'], doc: 'order of multiplication in the published code' } },
  params: {},
  infer([q, k, v], { heads }) {
    if (q.channels % heads !== 0) return `${heads} heads do not divide ${q.channels} channels`;
    if ([k, v].some((x) => x.channels !== q.channels || positionsOf(x) !== positionsOf(q) || x.time !== q.time)) return 'q, k and v differ in shape or time';
    return { ...q, kind: 'count', range: [0, positionsOf(q) * (q.channels / heads)] };
  },
  evaluate: { real: attend, integer: attend },
  /** Coincidences |k||v| per token and head, then |q| times the head's width (zeros of the counters included). */
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

function attend([q, k, v]: readonly Tensor[], { attrs: { heads }, type }: Node<string, SsaAttrs>, { steps }: Readonly<{ steps: number }>): Tensor {
  const { channels } = type as ValueType, tokens = positionsOf(type), width = channels / heads, data = new Float64Array(q.data.length), counters = new Float64Array(width * width);
  for (let step = 0; step < steps; step++) {
    for (let head = 0; head < heads; head++) {
      counters.fill(0);
      const start = step * tokens * channels + head * width;
      for (let token = 0, at = start; token < tokens; token++, at += channels) {
        for (let c = 0; c < width; c++) if (k.data[at + c]) for (let e = 0; e < width; e++) counters[c * width + e] += v.data[at + e];
      }
      for (let token = 0, at = start; token < tokens; token++, at += channels) {
        for (let c = 0; c < width; c++) if (q.data[at + c]) for (let e = 0; e < width; e++) data[at + e] += counters[c * width + e];
      }
    }
  }
  return { shape: q.shape, data };
}
