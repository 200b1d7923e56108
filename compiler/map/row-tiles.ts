// Fan-in above the axons: which taps and channels form the rows of each tile of a chain.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Plan, Synapse, WeightBlock } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import { length, pieces, split } from './spans.ts';

export type RowTile = Readonly<{ taps: Span; channels: Span; rows: number }>;

/**
 * All taps of a channel stay on one tile, so that a spike reaches one row core; where there are more taps than axons, the taps of one channel are cut in order.
 * Source: machine.md section 3, fan-in above A.
 */
export function rowTiles({ gather }: Synapse, plan: Plan, arch: Arch): RowTile[] {
  const taps = length(gather.taps), channels = gather.from[0].channels, { axons } = arch.core;
  // A one-channel tile must also fit the weight memory whatever its columns; columns are cut to the neurons, so this bound is enough.
  const room = Math.max(1, Math.min(axons, Math.floor((arch.memories.weight.bytes * 8) / (arch.core.weightBits * Math.min(arch.core.neurons, plan.blocks.reduce((most, block) => Math.max(most, block.columns), 1))))));
  const tile = (tapSpan: Span, channelSpan: Span): RowTile => ({ taps: tapSpan, channels: channelSpan, rows: length(tapSpan) * length(channelSpan) });
  if (taps <= room) return split(channels, pieces(length(channels), Math.floor(room / taps))).map((span) => tile(gather.taps, span));
  return split(channels, length(channels)).flatMap((channel) => split(gather.taps, pieces(taps, room)).map((span) => tile(span, channel)));
}

/** Rows and columns of a tile out of the whole layer's matrix. */
export function tileBlock({ gather, block }: Synapse, { taps, channels, rows }: RowTile, columns: Span, plan: Plan): WeightBlock {
  const whole = plan.blocks[block], all = length(gather.from[0].channels), wide = length(columns), data = new Int8Array(rows * wide);
  let at = 0;
  for (let tap = taps.from; tap < taps.to; tap++) {
    for (let channel = channels.from; channel < channels.to; channel++, at += wide) {
      const row = (tap * all + channel) * whole.columns;
      data.set(whole.data.subarray(row + columns.from, row + columns.to), at);
    }
  }
  return { rows, columns: wide, data };
}

/** The most that one row can be worth: all regions active, every bit-plane set. */
export function inputMaximum({ gather }: Synapse, plan: Plan): number {
  return gather.from.reduce((sum, region, i) => {
    const { carrier } = plan.planes[region.plane];
    return sum + (carrier.as === 'count' ? carrier.max : carrier.as === 'pixel' ? 255 : 1) * 2 ** gather.shifts[i];
  }, 0);
}
