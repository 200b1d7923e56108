// source -> a plane of pixels.
import type { NodeOf } from '../ir/define-op.ts';
import type { source } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { single } from './lowering.ts';

export function lowerSource(node: NodeOf<typeof source>, cx: Lowering): Lowered {
  const plane = cx.plane(node.name, node.type), out = cx.region(plane);
  cx.inputs.push({ name: node.name, plane });
  cx.stage(node.name, positionsOf(node.type), { kind: 'source', coding: node.attrs.coding, out });
  return single(out);
}
