// ssa -> an attend stage whose sums a soma reads.
import type { NodeOf } from '../ir/define-op.ts';
import type { ssa } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import { indexBits } from '../../targets/contract/work.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { abilityMissing } from './faults.ts';

/** Key-value first; a counter holds at most the number of tokens. Source: operators.md theorems 6 and 17. */
export function lowerSsa(node: NodeOf<typeof ssa>, cx: Lowering): Lowered {
  const tokens = positionsOf(node.type), { channels } = node.type, { heads } = node.attrs, width = channels / heads;
  if (!cx.arch.abilities.attend.includes('kv')) cx.report(abilityMissing(node.name, 'attend kv', cx.arch.name, 'choose a target with attention counters'));
  const [query, key, value] = node.inputs.map((input) => cx.region(cx.materialise(input)));
  const stage = cx.stage(node.name, 2 * tokens, { kind: 'attend', form: 'kv', heads: { from: 0, to: heads }, width: [width, width], columns: { from: 0, to: channels }, query, key, value,
    counterBits: indexBits(tokens + 1), sumBits: signedBits(0, node.type.range[1]) });
  return { as: 'pending', sums: [stage], adds: [], bias: new Int32Array(channels) };
}
