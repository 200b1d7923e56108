// ssa: spiking self attention without softmax: the product of three spike matrices.
import { defineOp } from '../ir/define-op.ts';
import type { Node, Tensor, ValueType } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';

export type SsaAttrs = Readonly<{ heads: number; published: 'qk' | 'kv'; executed?: 'qk' | 'kv' }>;

export const ssa = defineOp({
  kind: 'ssa', form: 'chip', barrier: 'tokens',
  doc: 'n = q (k^T v) per head and step, an integer count; levels multiply. The heads of v may be wider than those of q and k. Without a softmax both orders of multiplication are equal; '
    + '`published` names that of the source, `executed` that of the chip.',
  source: 'operators.md theorems 4, 6 and 8',
  takes: [['spike', 'count'], ['spike', 'count'], ['spike', 'count']],
  attrs: { heads: { as: 'whole', from: 1, doc: 'heads that share the channels' }, published: { as: 'word', of: ['qk', 'kv'], doc: 'order of multiplication in the published code' },
    executed: { as: 'word', of: ['kv', 'qk'], absent: 'kv', doc: 'order of multiplication on the chip' } },
  params: {},
  infer([q, k, v], { heads }) {
    if (q.channels % heads !== 0 || v.channels % heads !== 0) return `${heads} heads do not divide ${q.channels} and ${v.channels} channels`;
    if (k.channels !== q.channels || [k, v].some((x) => positionsOf(x) !== positionsOf(q) || x.time !== q.time)) return 'q, k and v differ in shape or time';
    return { ...q, kind: 'count', channels: v.channels, range: [0, positionsOf(q) * (q.channels / heads) * q.range[1] * k.range[1] * v.range[1]] };
  },
  evaluate: { real: attend, integer: attend },
  /**
   * Key-value first: coincidences |k||v| per token and head (levels multiply), then |q| times the width of the head of v (zeros of the counters included).
   * Query first: coincidences q k of every pair of tokens, each of them adding |v|.
   */
  sops([q, k, v], { attrs: { heads, executed } }, { types, steps }) {
    if (executed === 'qk') return scoreSops([q, k, v], heads, types, steps);
    const keyWidth = types[1].channels / heads, valueWidth = types[2].channels / heads, sumOf = (data: Float64Array, from: number, to: number) => { let sum = 0; for (let i = from; i < to; i++) sum += data[i]; return sum; };
    let total = 0;
    for (let row = 0; row < q.data.length / keyWidth; row++) {
      const key = row * keyWidth, value = row * valueWidth;
      total += sumOf(k.data, key, key + keyWidth) * sumOf(v.data, value, value + valueWidth) + sumOf(q.data, key, key + keyWidth) * valueWidth;
    }
    return total;
  },
});

function scoreSops([q, k, v]: readonly Tensor[], heads: number, types: readonly ValueType[], steps: number): number {
  const tokens = positionsOf(types[0]), keys = types[0].channels, channels = types[2].channels, keyWidth = keys / heads, width = channels / heads;
  let total = 0;
  for (let step = 0; step < steps; step++) for (let head = 0; head < heads; head++) for (let m = 0; m < tokens; m++) {
    const key = (step * tokens + m) * keys + head * keyWidth, value = (step * tokens + m) * channels + head * width;
    let active = 0, met = 0;
    for (let e = 0; e < width; e++) active += v.data[value + e];
    for (let n = 0; n < tokens; n++) for (let c = 0, query = (step * tokens + n) * keys + head * keyWidth; c < keyWidth; c++) met += q.data[query + c] * k.data[key + c];
    total += met * (1 + active);
  }
  return total;
}

function attend([q, k, v]: readonly Tensor[], { attrs: { heads }, type }: Node<string, SsaAttrs>, { steps, types }: Readonly<{ steps: number; types: readonly ValueType[] }>): Tensor {
  const keys = types[0].channels, { channels } = type, tokens = positionsOf(type), keyWidth = keys / heads, width = channels / heads, data = new Float64Array(v.data.length), counters = new Float64Array(keyWidth * width);
  for (let step = 0; step < steps; step++) {
    for (let head = 0; head < heads; head++) {
      counters.fill(0);
      for (let token = 0; token < tokens; token++) {
        const key = (step * tokens + token) * keys + head * keyWidth, value = (step * tokens + token) * channels + head * width;
        for (let c = 0; c < keyWidth; c++) { const level = k.data[key + c]; if (level) for (let e = 0; e < width; e++) counters[c * width + e] += level * v.data[value + e]; }
      }
      for (let token = 0; token < tokens; token++) {
        const query = (step * tokens + token) * keys + head * keyWidth, to = (step * tokens + token) * channels + head * width;
        for (let c = 0; c < keyWidth; c++) { const level = q.data[query + c]; if (level) for (let e = 0; e < width; e++) data[to + e] += level * counters[c * width + e]; }
      }
    }
  }
  return { shape: v.shape, data };
}
