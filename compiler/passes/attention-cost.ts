// What an attention is expected to cost in either order of its products.
import { assumedRate, indexBits, wordsFor } from '../../targets/contract/work.ts';
import type { NodeOf } from '../ir/define-op.ts';
import { positionsOf } from '../ir/types.ts';
import type { Graph } from '../ir/types.ts';
import type { ssa } from '../ops/index.ts';

export type Order = 'kv' | 'qk';
/** Per sample: expected synaptic operations and words of counter memory. bits: of memory, all heads. */
export type AttentionCost = Readonly<{ sops: number; words: number; bits: number }>;

/** Counter memory is told in words of 64 bits, so that the order is that of the network and not of a chip. */
const wordBits = 64;

/** Of one attention, all steps and heads, at the assumed rate. Source: the counting rules of the attend stage (targets/contract/program.ts, simulator/function/count.ts). */
export function costOf({ inputs, type, attrs: { heads } }: NodeOf<typeof ssa>, { nodes, steps }: Graph, order: Order): AttentionCost {
  const [key, value] = [nodes[inputs[1]].type, nodes[inputs[2]].type], tokens = positionsOf(type), keys = key.channels / heads, values = value.channels / heads, each = steps * heads, rate = assumedRate;
  const levelBits = ({ range }: typeof key): number => indexBits(range[1] + 1), silent = (1 - rate) ** values;
  if (order === 'qk') {
    const row = keys * levelBits(key) + values * levelBits(value), met = tokens * tokens * rate * rate * keys;
    return { sops: each * met * (1 + rate * values), words: each * (tokens + tokens * tokens) * wordsFor(row, wordBits), bits: heads * tokens * row };
  }
  const counterBits = indexBits(tokens * key.range[1] * value.range[1] + 1), row = wordsFor(values * counterBits, wordBits), filled = tokens * rate * keys * (1 - silent);
  return { sops: each * tokens * rate * keys * values * (rate + 1), words: each * row * (keys + 2 * filled + tokens * rate * keys), bits: heads * keys * values * counterBits };
}
