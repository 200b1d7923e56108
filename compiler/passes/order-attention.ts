// order-attention: which of the two products of an attention without softmax comes first: results are equal, what they cost is not.
import { keep, rewriteGraph } from '../ir/build.ts';
import { is } from '../ir/define-op.ts';
import { ops, ssa } from '../ops/index.ts';
import type { AttentionCost, Order } from './attention-cost.ts';
import { costOf } from './attention-cost.ts';
import type { Pass } from './pass.ts';
import { integerLevel } from './pass.ts';

/**
 * q (k^T v) = (q k^T) v without a softmax. Chosen is the order that touches fewer words: an access costs as much as hundreds of additions; of equal ones the one with fewer operations.
 * Source: operators.md theorem 6; energy.md (Horowitz: 20 pJ a word, 0.1 pJ an addition).
 */
export const orderAttention: Pass = {
  name: 'order-attention', doc: 'chooses which product of an attention comes first', lossless: 'exact', leaves: integerLevel,
  run(graph, { attention, orders }, { note }) {
    let found = 0;
    const result = rewriteGraph(graph, ops, (node, inputs, builder, old) => {
      if (!is(node, ssa)) return keep(node, inputs, builder, old);
      found++;
      const costs = { kv: costOf(node, graph, 'kv'), qk: costOf(node, graph, 'qk') }, other = (order: Order): Order => (order === 'kv' ? 'qk' : 'kv');
      const cheaper: Order = (costs.qk.words - costs.kv.words || costs.qk.sops - costs.kv.sops) < 0 ? 'qk' : 'kv';
      const order: Order = attention === 'published' ? node.attrs.published : attention === 'auto' ? (orders.includes(other(cheaper)) && !orders.includes(cheaper) ? other(cheaper) : cheaper) : attention;
      note(`${node.name}: ${expressions[order]}, ${costText(costs[order])}, against ${costText(costs[other(order)])} of ${expressions[other(order)]}`);
      return order === (node.attrs.executed ?? 'kv') ? keep(node, inputs, builder, old) : builder.add(ssa, node.name, inputs, { ...node.attrs, executed: order }, node.params, node.loc);
    });
    if (found === 0) note('no attention of two products');
    return found === 0 ? graph : result;
  },
};

export const expressions: Readonly<Record<Order, string>> = { kv: 'q (k^T v)', qk: '(q k^T) v' };
const costText = ({ sops, words, bits }: AttentionCost): string => `${Math.round(sops)} SOPs and ${Math.round(words)} counter words expected a sample, ${Math.ceil(bits / 8)} bytes`;
