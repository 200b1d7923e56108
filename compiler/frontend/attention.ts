// Spiking self attention as nodes.
import type { ValueId } from '../ir/types.ts';
import { ssa } from '../ops/index.ts';
import type { Network } from './network.ts';
import type { Ssa } from './parts.ts';

/** Spikes `<at>.attn_lif` of scale * (q k^T v) per head. */
export function addSsa(network: Network, at: string, [q, k, v]: readonly ValueId[], { heads, attention: { scale, v_threshold, order } }: Readonly<{ heads: number; attention: Ssa }>, axes: string): ValueId {
  const counts = network.builder.add(ssa, `${at}.ssa`, [q, k, v], { heads, published: publishedOrder(order) });
  return network.spikes(`${at}.attn_lif`, network.scale(`${at}.scale`, counts, scale), axes, v_threshold);
}

/** Which product the published code takes first; the order is named, and changes nothing (operators.md theorem 6). */
export const publishedOrder = (order: string | undefined): 'qk' | 'kv' => (order !== undefined && /\(\s*k/i.test(order) ? 'kv' : 'qk');
