// Operators of form host -> a stage on the host: one rule for all of them, for the function comes by its name.
import type { OpTable } from '../ir/define-op.ts';
import type { Node } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { constantsOf, unitsOf } from '../ops/host-op.ts';
import { ops } from '../ops/index.ts';
import { hostFunctionOf } from '../../targets/contract/host/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';
import { severalPlanes } from './faults.ts';

export const isHosted = (node: Node): boolean => (ops as OpTable)[node.kind].form === 'host';

/** Operands are put on planes, from which they leave the chip; the result comes back as a plane of currents. */
export function lowerHost(node: Node, cx: Lowering): Lowered {
  cx.needs(node, 'host', `no crossbar computes ${node.kind}: choose a target whose abilities.host is yes, such as mesh45, or a network without it`);
  cx.needs(node, 'currents', 'what the host makes comes back as currents: choose a target with currents over the network');
  const from = node.inputs.map((input) => {
    const lowered = cx.lowered(input);
    if (lowered.as === 'planes' && lowered.regions.length > 1) { cx.report(severalPlanes(node.name, cx.graph.nodes[input].name, lowered.regions.length)); return lowered.regions[0]; }
    return cx.materialise(input);
  });
  const constants = constantsOf(node.attrs, node.params), { units, scale, range } = unitsOf(node.params), out = cx.region(cx.plane(node.name, node.type));
  cx.stage(node.name, positionsOf(node.type), { kind: 'host', compute: node.kind, constants: hostFunctionOf(node.kind).constants.map((name) => ({ name, values: constants[name] })), from, units, scale, range: Int32Array.from(range), out });
  return single(out);
}
