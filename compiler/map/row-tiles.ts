// Which columns, taps and channels form each tile of a layer: columns over the neurons, rows over the axons.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Carrier, Plan, Synapse, WeightBlock } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import { length, pieces, split } from './spans.ts';

/** groups: runs of channels and columns within the tile that do not see each other. */
export type RowTile = Readonly<{ taps: Span; channels: Span; rows: number; groups: number }>;
/** Columns of one soma and the row tiles of its chain. */
export type ColumnTile = Readonly<{ columns: Span; rows: readonly RowTile[] }>;

/** Columns cut to the neurons; where a layer has groups, whole groups together while they fit, else each group by itself. Source: machine.md section 3, fan-in and fan-out. */
export function columnTiles(synapse: Synapse, arch: Arch): ColumnTile[] {
  const { gather: { groups, taps }, columns } = synapse, channels = synapse.gather.from[0].channels, run = length(channels) / groups, width = length(columns) / groups, { axons, neurons } = arch.core;
  if (groups === 1) return split(columns, pieces(length(columns), neurons)).map((span) => ({ columns: span, rows: rowTiles(taps, channels, span, arch) }));
  const bytes = Math.ceil((length(taps) * run * width * arch.core.weightBits) / 8);
  const together = Math.min(Math.floor(axons / (length(taps) * run)), Math.floor(neurons / width), Math.floor(arch.memories.weight.bytes / bytes));
  const part = (whole: Span, each: number, span: Span): Span => ({ from: whole.from + span.from * each, to: whole.from + span.to * each });
  if (together >= 1) {
    return split({ from: 0, to: groups }, pieces(groups, together)).map((span) => ({ columns: part(columns, width, span),
      rows: [{ taps, channels: part(channels, run, span), rows: length(taps) * run * length(span), groups: length(span) }] }));
  }
  return split({ from: 0, to: groups }, groups).flatMap((group) => split(part(columns, width, group), pieces(width, neurons)).map((span) => ({ columns: span, rows: rowTiles(taps, part(channels, run, group), span, arch) })));
}

/**
 * All taps of a channel stay on one tile, so that a spike reaches one row core; where there are more taps than axons, the taps of one channel are cut in order.
 * Source: machine.md section 3, fan-in above A.
 */
function rowTiles(taps: Span, channels: Span, columns: Span, arch: Arch): RowTile[] {
  const room = Math.max(1, Math.min(arch.core.axons, Math.floor((arch.memories.weight.bytes * 8) / (arch.core.weightBits * length(columns)))));
  const tile = (tapSpan: Span, channelSpan: Span): RowTile => ({ taps: tapSpan, channels: channelSpan, rows: length(tapSpan) * length(channelSpan), groups: 1 });
  if (length(taps) <= room) return split(channels, pieces(length(channels), Math.floor(room / length(taps)))).map((span) => tile(taps, span));
  return split(channels, length(channels)).flatMap((channel) => split(taps, pieces(length(taps), room)).map((span) => tile(span, channel)));
}

/** Rows and columns of a tile out of the whole layer's matrix, whose rows are one group wide. */
export function tileBlock({ gather, block, columns: all }: Synapse, { taps, channels, rows, groups }: RowTile, columns: Span, plan: Plan): WeightBlock {
  const whole = plan.blocks[block], every = gather.from[0].channels, width = whole.columns, wide = length(columns) / groups, data = new Int8Array(rows * wide);
  // Of several whole groups all columns are kept; of one group, the columns of this tile.
  const first = groups > 1 ? 0 : (columns.from - all.from) % width;
  let at = 0;
  for (let tap = taps.from; tap < taps.to; tap++) {
    for (let channel = channels.from; channel < channels.to; channel++, at += wide) {
      const row = (tap * length(every) + channel - every.from) * width;
      data.set(whole.data.subarray(row + first, row + first + wide), at);
    }
  }
  return { rows, columns: wide, data };
}

/** Bounds of what one row can be worth: all regions active, every bit-plane set. */
export function inputBounds({ gather }: Synapse, plan: Plan): readonly [number, number] {
  let low = 0, high = 0;
  gather.from.forEach((region, i) => {
    const [least, most] = boundsOf(plan.planes[region.plane].carrier);
    low += least * 2 ** gather.shifts[i];
    high += most * 2 ** gather.shifts[i];
  });
  return [low, high];
}

function boundsOf(carrier: Carrier): readonly [number, number] {
  switch (carrier.as) {
    case 'spike': return [0, 1];
    case 'ternary': return [-1, 1];
    case 'count': return [0, carrier.max];
    case 'pixel': return [0, 255];
    case 'current': return [-(2 ** (carrier.bits - 1)), 2 ** (carrier.bits - 1) - 1];
  }
}
