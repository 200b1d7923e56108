// Constants that no integer of the chip holds are refused before anything is rounded, with the node's name.
import { is } from '../ir/define-op.ts';
import type { Graph, Node } from '../ir/types.ts';
import { conv, lif, readout } from '../ops/index.ts';
import { termsOf } from '../ops/readout.ts';
import { parameterBeyondReach } from './faults.ts';
import type { PassContext } from './pass.ts';

export function checkReach(node: Node, graph: Graph, units: Float64Array | undefined, { report }: PassContext): void {
  if (!is(node, conv) && !is(node, lif) && !is(node, readout)) return;
  const terms = is(node, readout) ? termsOf(graph.nodes[node.inputs[0]].type, node, graph.steps) : 1;
  for (const name of ['bias', 'border', 'threshold']) {
    const tensor = node.params[name];
    if (tensor?.data.some((v, i) => !(Math.abs((v * terms) / (units?.[i % units.length] ?? 1)) < 2 ** 31))) report(parameterBeyondReach(node.name, name));
  }
}
