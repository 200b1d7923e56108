// readout -> a pass soma that lets the currents leave, and the readout stage that sums them.
import type { NodeOf } from '../ir/define-op.ts';
import type { readout } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import { termsOf } from '../ops/readout.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';
import { abilityMissing } from './faults.ts';

export function lowerReadout(node: NodeOf<typeof readout>, cx: Lowering): Lowered {
  const [value] = node.inputs, input = cx.type(value), { bias } = node.params;
  if (!cx.arch.abilities.currents) cx.report(abilityMissing(cx.graph.nodes[value].name, 'currents', cx.arch.name,
    'the sums of a classifier leave the chip as currents: choose a target with currents over the network'));
  const plane = cx.materialise(value);
  cx.stage(node.name, positionsOf(input), { kind: 'readout', from: cx.region(plane), bias: bias ? Int32Array.from(bias.data) : new Int32Array(node.type.channels),
    output: node.name });
  cx.readouts.push({ output: node.name, scale: node.attrs.scale, divisor: termsOf(input, cx.graph.steps) });
  return single(plane);
}
