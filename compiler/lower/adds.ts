// Residuals: add-spikes by the chosen transport, add-currents into the soma that reads the stream.
import type { NodeOf } from '../ir/define-op.ts';
import type { addCurrents, addSpikes } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import { carrierBits } from '../../targets/contract/program.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { carrierOf, single } from './lowering.ts';
import { payloadTooNarrow } from './faults.ts';

/** unary: the planes side by side; payload: a count on one plane; planes: one binary plane per bit of the count. Source: operators.md theorem 15. */
export function lowerAddSpikes(node: NodeOf<typeof addSpikes>, cx: Lowering): Lowered {
  const [a, b] = node.inputs.map((input): Extract<Lowered, { as: 'planes' }> => {
    const lowered = cx.lowered(input);
    return lowered.as === 'planes' ? lowered : single(cx.operand(input, node));
  });
  const unary = [...a.unary, ...b.unary], bits = carrierBits(carrierOf(node.type));
  if (cx.residual === 'unary') return { as: 'planes', regions: unary, shifts: unary.map(() => 0), unary };
  if (cx.residual === 'payload') {
    if (bits > cx.arch.core.payloadBits) cx.report(payloadTooNarrow(node.name, 'residual', bits, cx.arch.core.payloadBits, cx.arch.name));
    const out = cx.region(cx.plane(node.name, node.type));
    cx.stage(node.name, positionsOf(node.type), { kind: 'add', from: [...a.regions, ...b.regions], out: [out] });
    return { as: 'planes', regions: [out], shifts: [0], unary };
  }
  const out = Array.from({ length: bits }, (_, bit) => cx.region(cx.plane(`${node.name}.bit${bit}`, { ...node.type, kind: 'spike', range: [0, 1] })));
  cx.stage(node.name, positionsOf(node.type), { kind: 'add', from: unary, out });
  return { as: 'planes', regions: out, shifts: out.map((_, bit) => bit), unary };
}

/** A soma sums one chain and any number of currents; of two chains the second is put on a plane first. Source: machine.md section 3, residual of currents. */
export function lowerAddCurrents(node: NodeOf<typeof addCurrents>, cx: Lowering): Lowered {
  cx.needs(node, 'currents', 'use a family whose residual adds spikes, or a target with currents over the network');
  // A chain that something else reads as well is put on a plane, so that it is computed once.
  const [a, b] = node.inputs;
  if (cx.isRead(a, node)) cx.materialise(a);
  if (a !== b && cx.isRead(b, node)) cx.materialise(b);
  const isChain = (value: number) => { const lowered = cx.lowered(value); return lowered.as === 'pending' && lowered.sums.length > 0; };
  if (isChain(a) && isChain(b)) cx.materialise(a);
  const parts = [a, b].map((value) => cx.lowered(value)), bias = new Int32Array(node.type.channels);
  for (const part of parts) if (part.as === 'pending') part.bias.forEach((add, c) => { bias[c] += add; });
  const multiplied = parts.flatMap((part) => (part.as === 'pending' && part.gain ? [{ gain: part.gain, ...(part.gainShift ? { gainShift: part.gainShift } : {}) }] : []))[0];
  return { as: 'pending', bias, sums: parts.flatMap((part) => (part.as === 'pending' ? part.sums : [])), adds: parts.flatMap((part) => (part.as === 'pending' ? part.adds : part.regions)), ...multiplied };
}
