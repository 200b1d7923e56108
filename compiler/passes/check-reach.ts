// Constants that no integer of the chip holds are refused before anything is rounded, with the node's name.
import type { Fault } from '../../targets/contract/fault.ts';
import { is } from '../ir/define-op.ts';
import type { Graph, Node } from '../ir/types.ts';
import { conv, readout } from '../ops/index.ts';
import { termsOf } from '../ops/readout.ts';
import { parameterBeyondReach } from './faults.ts';
import { neuronOf } from './neurons/neuron-of.ts';

/** @param units of the current that the node makes (a convolution) or reads */
export function reachFaults(node: Node, graph: Graph, units: Float64Array | undefined): Fault[] {
  const terms = is(node, readout) ? termsOf(graph.nodes[node.inputs[0]].type, node, graph.steps) : 1;
  const limited = is(node, conv) || is(node, readout) ? ['bias', 'border'] : neuronOf(node)?.limited ?? [];
  return limited.filter((name) => node.params[name]?.data.some((v, i) => !(Math.abs((v * terms) / (units?.[i % units.length] ?? 1)) < 2 ** 31)))
    .map((name) => parameterBeyondReach(node.name, name));
}
