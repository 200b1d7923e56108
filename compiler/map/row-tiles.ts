// Which columns, taps and channels form each tile of a layer: columns over the neurons, rows over the axons.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Carrier, Plan, Synapse, WeightBlock } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import { length, pieces, split } from './spans.ts';

/** groups: runs of channels and columns within the tile that do not see each other. held: the rows of taps x channels that the tile holds, where it does not hold all (`Gather.rows`). */
export type RowTile = Readonly<{ taps: Span; channels: Span; rows: number; groups: number; held?: Uint32Array }>;
/** Columns of one soma and the row tiles of its chain. */
export type ColumnTile = Readonly<{ columns: Span; rows: readonly RowTile[] }>;

/** Columns cut to the neurons; where a layer has groups, whole groups together while they fit, else each group by itself. Source: machine.md section 3, fan-in and fan-out. */
export function columnTiles(synapse: Synapse, arch: Arch): ColumnTile[] {
  const { gather: { groups, taps }, columns } = synapse, channels = synapse.gather.from[0].channels, run = length(channels) / groups, width = length(columns) / groups, { axons, neurons } = arch.core;
  if (groups === 1) return split(columns, pieces(length(columns), neurons)).map((span) => ({ columns: span, rows: rowTiles(synapse, taps, channels, span, arch) }));
  const bytes = Math.ceil((length(taps) * run * width * arch.core.weightBits) / 8);
  const together = Math.min(Math.floor(axons / (length(taps) * run)), Math.floor(neurons / width), Math.floor(arch.memories.weight.bytes / bytes));
  const part = (whole: Span, each: number, span: Span): Span => ({ from: whole.from + span.from * each, to: whole.from + span.to * each });
  if (together >= 1) {
    return split({ from: 0, to: groups }, pieces(groups, together)).map((span) => ({ columns: part(columns, width, span),
      rows: [{ taps, channels: part(channels, run, span), rows: length(taps) * run * length(span), groups: length(span) }] }));
  }
  return split({ from: 0, to: groups }, groups).flatMap((group) => split(part(columns, width, group), pieces(width, neurons)).map((span) => ({ columns: span, rows: rowTiles(synapse, taps, part(channels, run, group), span, arch) })));
}

/**
 * All taps of a channel stay on one tile, so that a spike reaches one row core; where there are more taps than axons, the taps of one channel are cut in order. A layer of a single context meets every
 * position once: there the rows may be cut anywhere, and whole taps keep the message of a position to one tile.
 * Source: machine.md section 3, fan-in above A.
 */
function rowTiles({ gather: { rows: held, outGrid, from: [{ channels: every }] } }: Synapse, taps: Span, channels: Span, columns: Span, arch: Arch): RowTile[] {
  const room = Math.max(1, Math.min(arch.core.axons, Math.floor((arch.memories.weight.bytes * 8) / (arch.core.weightBits * length(columns))))), isSingle = outGrid[0] * outGrid[1] === 1;
  if (held) return isSingle ? chunks(held, room).map((rows) => tileOf(rows, length(every), taps, channels)) : wholeChannels(held, length(every), room).map((rows) => tileOf(rows, length(every), taps, channels));
  const tile = (tapSpan: Span, channelSpan: Span): RowTile => ({ taps: tapSpan, channels: channelSpan, rows: length(tapSpan) * length(channelSpan), groups: 1 });
  const perTap = Math.floor(room / length(channels)), perChannel = Math.floor(room / length(taps));
  if (isSingle && perTap >= 1 && (perChannel < 1 || pieces(length(taps), perTap) <= pieces(length(channels), perChannel))) return split(taps, pieces(length(taps), perTap)).map((span) => tile(span, channels));
  if (perChannel >= 1) return split(channels, pieces(length(channels), perChannel)).map((span) => tile(taps, span));
  return split(channels, length(channels)).flatMap((channel) => split(taps, pieces(length(taps), room)).map((span) => tile(span, channel)));
}

/** In order, as full as they come. */
const chunks = (rows: Uint32Array, room: number): Uint32Array[] => Array.from({ length: pieces(rows.length, room) }, (_, i) => rows.slice(i * room, (i + 1) * room));

/** Rows of whole channels together while they fit; those of a channel with more rows than a tile are cut in order. @param width channels of the layer */
function wholeChannels(held: Uint32Array, width: number, room: number): Uint32Array[] {
  const byChannel = new Map<number, number[]>(), tiles: number[][] = [[]];
  for (const row of held) {
    const found = byChannel.get(row % width);
    if (found) found.push(row); else byChannel.set(row % width, [row]);
  }
  for (const channel of [...byChannel.keys()].sort((a, b) => a - b)) {
    const rows = byChannel.get(channel)!;
    if (tiles.at(-1)!.length > 0 && tiles.at(-1)!.length + rows.length > room) tiles.push([]);
    for (const row of rows) { if (tiles.at(-1)!.length === room) tiles.push([]); tiles.at(-1)!.push(row); }
  }
  return tiles.map((rows) => Uint32Array.from(rows).sort());
}

/** The taps and channels that a tile reaches over, and its rows among them. @param rows of the whole layer, `width` channels a tap */
function tileOf(rows: Uint32Array, width: number, all: Span, every: Span): RowTile {
  const taps = hull(rows.map((row) => Math.floor(row / width)), all.from), channels = hull(rows.map((row) => row % width), every.from);
  const held = rows.map((row) => (all.from + Math.floor(row / width) - taps.from) * length(channels) + every.from + (row % width) - channels.from);
  return { taps, channels, rows: rows.length, groups: 1, ...(rows.length < length(taps) * length(channels) ? { held } : {}) };
}

const hull = (values: Uint32Array, first: number): Span => values.reduce((span, value) => ({ from: Math.min(span.from, first + value), to: Math.max(span.to, first + value + 1) }), { from: Infinity, to: 0 });

/** Rows and columns of a tile out of the whole layer's matrix, whose rows are one group wide. */
export function tileBlock({ gather, block, columns: all }: Synapse, { taps, channels, rows, groups, held }: RowTile, columns: Span, plan: Plan): WeightBlock {
  const whole = plan.blocks[block], every = gather.from[0].channels, width = whole.columns, wide = length(columns) / groups, data = new Int8Array(rows * wide);
  // Of several whole groups all columns are kept; of one group, the columns of this tile.
  const first = groups > 1 ? 0 : (columns.from - all.from) % width;
  const kept = gather.rows && new Map([...gather.rows].map((row, i) => [row, i]));
  for (let i = 0, at = 0; i < rows; i++, at += wide) {
    const own = held ? held[i] : i, dense = (taps.from + Math.floor(own / length(channels))) * length(every) + channels.from + (own % length(channels)) - every.from, row = (kept ? kept.get(dense)! : dense) * width;
    data.set(whole.data.subarray(row + first, row + first + wide), at);
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
