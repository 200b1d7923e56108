// source -> a plane of pixels.
import type { NodeOf } from '../ir/define-op.ts';
import type { source } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';

export function lowerSource(node: NodeOf<typeof source>, cx: Lowering): Lowered {
  const plane = cx.plane(node.name, node.type), out = cx.region(plane);
  const { coding, channels } = node.attrs, units = node.params.scale?.data ?? new Float64Array(channels).fill(1);
  cx.inputs.push({ name: node.name, plane, ...(coding === 'currents' ? { units } : {}) });
  cx.stage(node.name, positionsOf(node.type), { kind: 'source', coding, out });
  return single(out);
}
