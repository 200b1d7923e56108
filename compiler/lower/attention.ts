// Products of run-time operands -> attend stages whose sums a soma reads.
import type { NodeOf } from '../ir/define-op.ts';
import type { hamming, spikeProduct, ssa } from '../ops/index.ts';
import type { Node } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { carrierBits } from '../../targets/contract/program.ts';
import { indexBits } from '../../targets/contract/work.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';

const pending = (stage: number, node: Node): Lowered => ({ as: 'pending', sums: [stage], adds: [], bias: new Int32Array(node.type.channels) });

/** One region per operand; a count that travels as several planes cannot be one. */
function operands(node: Node, cx: Lowering) {
  return node.inputs.map((input) => cx.operand(input, node));
}

/** Key-value first, a counter holds at most the number of tokens, times the levels; query first, keys and values are stored as they travel. Source: operators.md theorems 6 and 17. */
export function lowerSsa(node: NodeOf<typeof ssa>, cx: Lowering): Lowered {
  const tokens = positionsOf(node.type), { channels } = node.type, { heads } = node.attrs, types = node.inputs.map((input) => cx.type(input)), levels = types.map(({ range }) => range[1]);
  const form = node.attrs.executed ?? 'kv', isGraded = levels.some((level) => level > 1), width = [types[0].channels / heads, channels / heads] as const;
  if (isGraded) cx.needsAttend(node, 'graded');
  if (!isGraded || form === 'qk') cx.needsAttend(node, form);
  const [query, key, value] = operands(node, cx), rowBits = [key, value].reduce((bits, { plane }, i) => bits + width[i] * carrierBits(cx.planes[plane].carrier), 0);
  return pending(cx.stage(node.name, 2 * tokens, { kind: 'attend', form, heads: { from: 0, to: heads }, width, fills: tokens, columns: { from: 0, to: channels },
    query, key, value, counterBits: form === 'qk' ? rowBits : indexBits(tokens * levels[1] * levels[2] + 1), sumBits: signedBits(0, node.type.range[1]), clear: 'step' }), node);
}

/** Clip-wide: the counters hold all tokens of all steps. Source: operators.md theorem 9. */
export function lowerHamming(node: NodeOf<typeof hamming>, cx: Lowering): Lowered {
  const tokens = positionsOf(node.type), { channels } = node.type, { heads } = node.attrs, width = channels / heads;
  cx.needsAttend(node, 'hamming');
  const [query, key, value] = operands(node, cx);
  return pending(cx.stage(node.name, 2 * tokens, { kind: 'attend', form: 'hamming', heads: { from: 0, to: heads }, width: [width, width], fills: tokens, columns: { from: 0, to: channels },
    query, key, value, counterBits: indexBits(cx.graph.steps * tokens * width + 1), sumBits: signedBits(...node.type.range), clear: 'sample' }), node);
}

/** The matrix is a current; its memory holds it as wide as it travels. Source: models.md section 8. */
export function lowerSpikeProduct(node: NodeOf<typeof spikeProduct>, cx: Lowering): Lowered {
  const [matrix] = node.inputs.map((input) => cx.type(input)), { heads, store } = node.attrs, length = positionsOf(matrix), width = matrix.channels / heads, tokens = positionsOf(node.type);
  cx.needsAttend(node, 'matrix');
  const [key, query] = operands(node, cx);
  return pending(cx.stage(node.name, length + tokens, { kind: 'attend', form: 'matrix', store, heads: { from: 0, to: heads }, width: store === 'rows' ? [length, width] : [width, length], fills: length,
    columns: { from: 0, to: node.type.channels }, query, key, counterBits: signedBits(...matrix.range), sumBits: signedBits(...node.type.range), clear: 'step' }), node);
}
