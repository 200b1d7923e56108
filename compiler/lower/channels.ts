// Runs of channels: concat writes its parts side by side on one plane, slice is an address.
import type { NodeOf } from '../ir/define-op.ts';
import type { concat, slice } from '../ops/index.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';
import { severalPlanes } from './faults.ts';

export function lowerConcat(node: NodeOf<typeof concat>, cx: Lowering): Lowered {
  const out = cx.region(cx.plane(node.name, node.type));
  let at = 0;
  for (const input of node.inputs) {
    const { channels, kind } = cx.type(input), lowered = cx.lowered(input);
    if (kind === 'current') cx.needs(node, 'currents', 'choose a target with currents over the network');
    if (lowered.as === 'planes' && lowered.regions.length > 1) cx.report(severalPlanes(node.name, cx.graph.nodes[input].name, lowered.regions.length));
    else cx.copy(node.name, cx.materialise(input), { ...out, channels: { from: at, to: at + channels } });
    at += channels;
  }
  return single(out);
}

export function lowerSlice(node: NodeOf<typeof slice>, cx: Lowering): Lowered {
  const [value] = node.inputs, lowered = cx.lowered(value), { from, count } = node.attrs;
  if (lowered.as === 'pending') cx.needs(node, 'currents', 'choose a target with currents over the network');
  const narrow = (region: ReturnType<Lowering['materialise']>) => ({ ...region, channels: { from: region.channels.from + from, to: region.channels.from + from + count } });
  if (lowered.as === 'pending') return single(narrow(cx.materialise(value)));
  return { as: 'planes', regions: lowered.regions.map(narrow), shifts: lowered.shifts, unary: lowered.unary.map(narrow) };
}
