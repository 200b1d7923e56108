// sdha-identity: attention by Hamming similarity as counts of coincidences.
import { hamming, ssa } from '../../../compiler/ops/index.ts';
import { defineCase } from './define-case.ts';
import type { Laid } from './op-array.ts';
import { laid, remade } from './op-array.ts';
import type { Part } from './part.ts';
import { startPart } from './part.ts';

const axes = 'heads N head_dim';

export const sdhaIdentity = defineCase({
  op: 'sdha-identity', doc: '(2q-1)((2k-1)^T v); k^T v, read back by attention with one query per channel; the sum of v over tokens',
  parts(file) {
    const [q, k, v, n] = ['q', 'k', 'v', 'n'].map((name) => laid(file, name, axes)), { heads } = q, width = q.channels / heads, [similarity, product, sum] = ['n', 'A', 's'].map((name) => startPart(file, name, q));
    const found = similarity.builder.add(hamming, 'hamming', [q, k, v].map((operand, i) => similarity.enter('qkv'[i], operand)), { heads });
    similarity.holds('n', found, n);
    // Counters are read back by the attention that has them: one query per channel; s is that of a key which is always on.
    const tokens = Math.max(q.grid[1], width), one = filled(q, tokens, (token, c) => token === c % width), always = filled(q, tokens, (_, c) => c % width === 0);
    const read = (part: Part, queries: Laid, keys: Laid) => part.builder.add(ssa, 'ssa', [queries, keys, longer(v, tokens)].map((operand, i) => part.enter('qkv'[i], operand)), { heads, published: 'kv' });
    const counters = read(product, one, longer(k, tokens)), matrix = longer(laid(file, 'A', axes), tokens), total = read(sum, filled(q, tokens, (token, c) => token === 0 && c % width === 0), always), sums = longer(laid(file, 's', 'heads N head_dim'), tokens);
    product.holds('A', counters, matrix);
    sum.holds('s', total, sums);
    return [similarity.ends(found, n), product.ends(counters, matrix), sum.ends(total, sums)];
  },
});

const filled = (like: Laid, tokens: number, on: (token: number, channel: number) => boolean): Laid =>
  remade(like, () => Float64Array.from({ length: tokens * like.channels }, (_, i) => Number(on(Math.floor(i / like.channels), i % like.channels))), { grid: [1, tokens] });

/** Silent tokens behind the others. */
const longer = (array: Laid, tokens: number): Laid => remade(array, (index) => {
  const all = new Float64Array(tokens * array.channels);
  all.set(array.sample(index));
  return all;
}, { grid: [1, tokens] });
