// conv -> a synapse stage; its sums stay pending until a soma reads them, which adds the bias.
import type { NodeOf } from '../ir/define-op.ts';
import { conv } from '../ops/index.ts';
import { positionsOf } from '../ir/types.ts';
import { columnRanges } from '../ops/conv.ts';
import { extremes } from '../ir/numbers.ts';
import type { Synapse } from '../../targets/contract/program.ts';
import { signedBits } from '../ir/ranges.ts';
import type { Lowered, Lowering } from './lowering.ts';
import { slideOf } from './lowering.ts';
import { abilityMissing, currentIntoCrossbar, weightsTooWide } from './faults.ts';

export function lowerConv(node: NodeOf<typeof conv>, cx: Lowering): Lowered {
  const [value] = node.inputs, input = cx.type(value), lowered = cx.lowered(value), { arch } = cx;
  const columns = node.type.channels, { weight, bias, border } = node.params, rows = weight.shape[0];
  if (lowered.as === 'pending' || input.kind === 'current') cx.report(currentIntoCrossbar(node.name, cx.graph.nodes[value].name));
  if (input.kind === 'pixel' && input.time === 'once' && !arch.abilities.pixelMac) cx.report(abilityMissing(node.name, 'pixelMac', arch.name,
    'feed event frames or encoded spikes instead of pixels'));
  const [least, greatest] = extremes(weight.data), wide = signedBits(Math.min(0, least), Math.max(0, greatest));
  if (wide > arch.core.weightBits) cx.report(weightsTooWide(node.name, wide, arch.core.weightBits, arch.name));
  if (lowered.as === 'pending') return { as: 'pending', sums: [], adds: [], bias: new Int32Array(columns) };

  const slide = slideOf(node.attrs), ranges = columnRanges(input, { weight, border });
  const stage: Omit<Synapse, 'id' | 'layer' | 'contexts'> = { kind: 'synapse', columns: { from: 0, to: columns },
    block: cx.block({ rows, columns, data: Int8Array.from(weight.data) }),
    gather: { ...slide, outGrid: node.type.grid, taps: { from: 0, to: slide.window[0] * slide.window[1] }, from: lowered.planes.map((plane) => cx.region(plane)),
      shifts: lowered.shifts },
    evaluate: input.time === 'once' ? 'sample' : 'step', sumBits: signedBits(extremes(ranges.low)[0], extremes(ranges.high)[1]),
    ...(border ? { border: borderClasses(border.data, columns) } : {}) };
  return { as: 'pending', sums: [cx.stage(node.name, positionsOf(node.type), stage)], adds: [], bias: bias ? Int32Array.from(bias.data) : new Int32Array(columns) };
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
