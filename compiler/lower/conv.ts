// conv -> a synapse stage; its sums stay pending until a soma reads them, which multiplies by the gain and adds the bias.
import type { NodeOf } from '../ir/define-op.ts';
import { conv } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import { columnRanges } from '../ops/conv.ts';
import { extremes } from '../ir/numbers.ts';
import type { Region, Synapse } from '../../targets/contract/program.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { slideOf } from './lowering.ts';
import { weightsTooWide } from './faults.ts';

export function lowerConv(node: NodeOf<typeof conv>, cx: Lowering): Lowered {
  const [value] = node.inputs, input = cx.type(value), { arch } = cx, groups = node.attrs.groups ?? 1;
  const columns = node.type.channels, { weight, rows, bias, gain, border } = node.params;
  if (input.kind === 'current' || (input.kind === 'pixel' && input.time === 'once')) cx.needs(node, 'pixelMac', 'feed spikes to this layer: put a neuron before it, or give event frames instead of pixels');
  else if (gain) cx.needs(node, 'pixelMac', 'its stream is finer than its weights, so that its sums are multiplied: choose a target that does');
  if (input.kind === 'current') cx.needs(node, 'currents', 'put a neuron between the two layers');
  const [least, greatest] = extremes(weight.data), wide = signedBits(Math.min(0, least), Math.max(0, greatest));
  if (wide > arch.core.weightBits) cx.report(weightsTooWide(node.name, wide, arch.core.weightBits, arch.name));
  const { regions, shifts } = rowsOf(node, cx);

  const slide = slideOf(node.attrs), ranges = columnRanges(input, groups, { weight, border });
  const stage: Omit<Synapse, 'id' | 'layer' | 'contexts'> = { kind: 'synapse', columns: { from: 0, to: columns }, block: cx.block({ rows: weight.shape[0], columns: weight.shape[1], data: Int8Array.from(weight.data) }),
    gather: { ...slide, outGrid: node.type.grid, taps: { from: 0, to: slide.window[0] * slide.window[1] }, from: regions, shifts, groups, ...(rows ? { rows: Uint32Array.from(rows.data) } : {}) },
    evaluate: input.time === 'once' ? 'sample' : 'step', sumBits: signedBits(extremes(ranges.low)[0], extremes(ranges.high)[1]),
    ...(border ? { border: borderClasses(border.data, columns) } : {}) };
  return { as: 'pending', sums: [cx.stage(node.name, positionsOf(node.type), stage)], adds: [], bias: bias ? Int32Array.from(bias.data) : new Int32Array(columns), ...(gain ? { gain: Int32Array.from(gain.data) } : {}) };
}

/** What the rows carry: planes of spikes and counts as they are, a pending current put on a plane first. */
function rowsOf(node: NodeOf<typeof conv>, cx: Lowering): Readonly<{ regions: readonly Region[]; shifts: readonly number[] }> {
  const lowered = cx.lowered(node.inputs[0]);
  return lowered.as === 'planes' ? lowered : { regions: [cx.materialise(node.inputs[0])], shifts: [0] };
}

/** Positions with equal corrections share a class: nine for a 3 x 3 window. */
function borderClasses(data: Float64Array, columns: number): NonNullable<Synapse['border']> {
  const classOf = new Map<string, number>(), sums: number[] = [];
  const classes = Uint8Array.from({ length: data.length / columns }, (_, position) => {
    const row = data.subarray(position * columns, (position + 1) * columns), key = row.join();
    if (!classOf.has(key)) { classOf.set(key, classOf.size); sums.push(...row); }
    return classOf.get(key)!;
  });
  if (classOf.size > 256) throw new Error(`${classOf.size} border classes`);
  return { classes, sums: Int32Array.from(sums) };
}
