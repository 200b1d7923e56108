// Integer graph -> plan: whole layers as stages, uncut.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import type { Plan } from '../../targets/contract/program.ts';
import type { Graph, Node } from '../ir/types.ts';
import type { Lowered, Residual } from './lowering.ts';
import { Lowering } from './lowering.ts';
import { isHost } from '../ops/is-host.ts';
import { lowerHost } from './host.ts';
import { rules } from './index.ts';

/**
 * Lowers every node in order. All offending nodes are reported at once, beside a plan that is good enough for cutting to tell what it refuses, too.
 * @param graph at level integer, verified
 * Faults: C4001 to C4007, each on its node.
 */
export function lower(graph: Graph, arch: Arch, residual: Residual): Readonly<{ plan: Plan; faults: readonly Fault[] }> {
  const cx = new Lowering(graph, arch, residual), table = rules as Readonly<Record<string, (node: Node, cx: Lowering) => Lowered>>;
  graph.nodes.forEach((node, id) => cx.become(id, isHost(node) ? lowerHost(node, cx) : table[node.kind](node, cx)));
  return { plan: cx.plan(), faults: cx.faults };
}
