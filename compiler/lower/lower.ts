// Integer graph -> plan: whole layers as stages, uncut.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Outcome } from '../../targets/contract/fault.ts';
import { fail, succeed } from '../../targets/contract/fault.ts';
import type { Plan } from '../../targets/contract/program.ts';
import type { Graph, Node } from '../ir/types.ts';
import type { Lowered, Residual } from './lowering.ts';
import { Lowering } from './lowering.ts';
import { rules } from './index.ts';

/**
 * Lowers every node in order. All offending nodes are reported at once.
 * @param graph at level integer, verified
 * Faults: C4001 to C4007, each on its node.
 */
export function lower(graph: Graph, arch: Arch, residual: Residual): Outcome<Plan> {
  const cx = new Lowering(graph, arch, residual), table = rules as Readonly<Record<string, (node: Node, cx: Lowering) => Lowered>>;
  graph.nodes.forEach((node, id) => cx.become(id, table[node.kind](node, cx)));
  return cx.faults.length ? fail(...cx.faults) : succeed(cx.plan());
}
