// readout -> a pass soma that lets the currents leave, and the readout stage that sums them.
import type { NodeOf } from '../ir/define-op.ts';
import type { readout } from '../ops/index.ts';
import type { Result } from '../../targets/contract/program.ts';
import type { Graph } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { termsOf } from '../ops/readout.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';

export function lowerReadout(node: NodeOf<typeof readout>, cx: Lowering): Lowered {
  cx.needs(cx.graph.nodes[node.inputs[0]], 'currents', 'the sums of a classifier leave the chip as currents: choose a target with currents over the network');
  const [value] = node.inputs, input = cx.type(value), { bias, stepWeight } = node.params, from = cx.whole(cx.lowered(value).as === 'planes' ? cx.operand(value, node) : cx.materialise(value), node.name, value);
  cx.stage(node.name, positionsOf(input), { kind: 'readout', from, bias: bias ? Int32Array.from(bias.data) : new Int32Array(node.type.channels), output: node.name,
    keeps: { steps: node.attrs.keepSteps === 1, positions: node.attrs.keepPositions === 1 }, ...(stepWeight ? { stepWeights: Int32Array.from(stepWeight.data) } : {}) });
  cx.readouts.push(resultOf(node, cx.graph));
  return single(from);
}

/** What the host makes of the integers of a readout. */
export function resultOf({ name, inputs: [value], attrs, params }: NodeOf<typeof readout>, { nodes, steps }: Pick<Graph, 'nodes' | 'steps'>): Result {
  const { rows, offset, most } = params;
  return { output: name, scale: attrs.scale, divisor: termsOf(nodes[value].type, { attrs, params }, steps), ...(rows ? { rows: { scores: rows.shape[0], weights: rows.data, ...(offset ? { offset: offset.data } : {}) } } : {}), ...(most ? { most: most.data[0] } : {}) };
}
