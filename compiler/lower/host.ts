// Operators of form host -> a stage on the host: one rule for all of them, for the function comes by its name.
import type { Node, ValueId } from '../ir/types.ts';
import { positionsOf } from '../ir/types.ts';
import { constantsOf, unitsOf } from '../ops/host-op.ts';
import type { HostName } from '../../targets/contract/host/index.ts';
import { hostFunctionOf } from '../../targets/contract/host/index.ts';
import type { Region } from '../../targets/contract/program.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';

/** Operands are put on planes, from which they leave the chip; the result comes back as a plane of currents. */
export function lowerHost(node: Node, cx: Lowering): Lowered {
  cx.needs(node, 'host', `no crossbar computes ${node.kind}: choose a target whose abilities.host is yes, such as mesh45, or a network without it`);
  cx.needs(node, 'currents', 'what the host makes comes back as currents: choose a target with currents over the network');
  const from = node.inputs.map((input) => operandOf(input, node, cx));
  const constants = constantsOf(node.attrs, node.params), { units, scale, range } = unitsOf(node.params), out = cx.region(cx.plane(node.name, node.type));
  cx.stage(node.name, positionsOf(node.type), { kind: 'host', compute: node.kind, constants: hostFunctionOf(node.kind).constants.map((name) => ({ name, values: constants[name] })), from, units, scale, range: Int32Array.from(range), out });
  return single(out);
}

/** One region; a count that travels as several planes is added up on the host, plane by plane, each at its worth. */
function operandOf(input: ValueId, node: Node, cx: Lowering): Region {
  const lowered = cx.lowered(input), type = cx.type(input), ones = (value: number): readonly number[] => Array<number>(type.channels).fill(value);
  if (lowered.as === 'pending' || lowered.regions.length === 1) return cx.materialise(input);
  const worth = lowered.shifts.map((shift) => 2 ** shift), [, most] = type.range;
  return lowered.regions.slice(1).reduce((sum, region, i) => {
    const out = cx.region(cx.plane(`${cx.graph.nodes[input].name}.count${i === lowered.regions.length - 2 ? '' : i}`, { ...type, kind: 'current', range: [0, most] }));
    cx.stage(node.name, positionsOf(type), { kind: 'host', compute: 'sum' satisfies HostName, constants: [], from: [sum, region], units: Float64Array.from([...ones(i === 0 ? worth[0] : 1), ...ones(worth[i + 1])]), scale: Float64Array.from(ones(1)),
      range: Int32Array.from([...ones(0), ...ones(most)]), out });
    return out;
  }, lowered.regions[0]);
}
