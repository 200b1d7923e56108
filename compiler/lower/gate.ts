// gate -> an attend stage that waits for all steps, whose answers a soma reads.
import type { NodeOf } from '../ir/define-op.ts';
import type { gate } from '../ops/index.ts';
import { gateReach } from '../ops/gate.ts';
import { positionsOf } from '../ir/types.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';

/** The currents of all steps wait in its buffer: steps x positions x channels values at their proved width. Source: operators.md section 5, T-barrier. */
export function lowerGate(node: NodeOf<typeof gate>, cx: Lowering): Lowered {
  const [value] = node.inputs, input = cx.type(value), positions = positionsOf(input), { channels } = input, { first, firstBias, second, secondBias, share, level } = node.params, { sum } = gateReach(input, node.params);
  cx.needs(node, 'currents', 'a gate waits for the currents of all steps: choose a target that carries them');
  cx.needsAttend(node, 'gate');
  const region = cx.materialise(value);
  const stage = cx.stage(node.name, 2 * positions, { kind: 'attend', form: 'gate', heads: { from: 0, to: 1 }, width: [1, channels], fills: positions, columns: { from: 0, to: channels }, query: region, key: region,
    gate: { share: Int32Array.from(share!.data), first: Int32Array.from(first.data), firstBias: firstBias.data, second: Int32Array.from(second.data), secondBias: secondBias.data, thresholds: level!.data },
    counterBits: signedBits(-sum, sum), sumBits: signedBits(...node.type.range), clear: 'sample' });
  return { as: 'pending', sums: [stage], adds: [], bias: new Int32Array(channels) };
}
