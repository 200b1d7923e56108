// Pools, adds, source, readout and host: channels over the neurons, contexts over the axon buffer.
import type { Add, HostStage, Pool, Readout, Region, Source } from '../../targets/contract/program.ts';
import { carrierBits, inputsOf } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { Cutting } from './cutting.ts';
import { memoryTooSmall } from './faults.ts';
import { length, narrowed, pieces, rowOf, split } from './spans.ts';

const slack = 64;

export function cutPlain(stage: Pool | Add | Source | Readout | HostStage, cutting: Cutting): void {
  if (stage.kind === 'host') {
    // The host is not cut: all of it lies behind the io tile.
    const { id: _, ...rest } = stage;
    cutting.unit([cutting.stage(rest)], true);
    return;
  }
  if (stage.kind === 'source' || stage.kind === 'readout') {
    const needs = { axon: bufferBytes(stage, cutting), table: stage.kind === 'readout' ? 4 * stage.bias.length + slack : 0 };
    for (const memory of ['axon', 'table'] as const) {
      const available = cutting.arch.memories[memory].bytes;
      if (needs[memory] > available) cutting.report(memoryTooSmall(cutting.plan.layers[stage.layer], memory, needs[memory], available,
        `a larger ${memory === 'axon' ? 'axon buffer' : 'table'} (memories.${memory}) would fit`));
    }
    const { id: _, ...rest } = stage;
    cutting.unit([cutting.stage(rest)], true);
    return;
  }
  const { arch, plan } = cutting, out = stage.kind === 'pool' ? stage.out : stage.out[0], grain = grainOf(stage);
  const grid = plan.planes[out.plane].grid, channels = length(out.channels), count = length(stage.contexts);
  // Fewest tiles first: whole contexts in fewer channels cost less traffic than a cut through the map.
  for (let channelParts = pieces(channels, Math.max(grain, Math.floor(arch.core.neurons / grain) * grain)); channelParts <= channels / grain; channelParts++) {
    const channelSpans = split(out.channels, channelParts, grain);
    if (grain > 1 && channelSpans.some((span) => length(span) % grain !== 0)) continue;
    for (let parts = 1; parts <= count; parts = parts < 8 ? parts + 1 : Math.ceil(parts * 1.25)) {
      const tiles = channelSpans.flatMap((span) => split(stage.contexts, parts, rowOf(grid)).map((contexts) => tile(stage, span, contexts, cutting)));
      if (tiles.some((one) => bufferBytes(one, cutting) > arch.memories.axon.bytes)) continue;
      for (const one of tiles) { const { id: _, ...rest } = one; cutting.unit([cutting.stage(rest)]); }
      return;
    }
  }
  cutting.report(memoryTooSmall(plan.layers[stage.layer], 'axon', bufferBytes(tile(stage, { from: 0, to: grain }, { from: 0, to: 1 }, cutting), cutting), arch.memories.axon.bytes,
    'a larger axon buffer (memories.axon), or fewer tokens, would fit'));
}

/** Channels that must stay together: those of a head, where one channel per head is read beside them or its edges are padded. */
function grainOf(stage: Pool | Add): number {
  if (stage.kind === 'add') return 1;
  return stage.over.kind === 'head' ? stage.over.width : Math.max(...stage.from.map((region) => Math.max(1, length(stage.out.channels) / length(region.channels))));
}

function tile<S extends Pool | Add>(stage: S, channels: Span, contexts: Span, { plan }: Cutting): S {
  const whole = stage.kind === 'pool' ? stage.out.channels : stage.out[0].channels;
  // An input runs along with the output's channels: one to one, a head's width to one, or one to a head's width.
  const along = (region: Region): Region => {
    const ratio = length(region.channels) / length(whole);
    return { ...region, channels: { from: region.channels.from + (channels.from - whole.from) * ratio, to: region.channels.from + (channels.to - whole.from) * ratio } };
  };
  const narrow = { ...stage, contexts, from: stage.from.map(along) } as S;
  const from = narrow.from.map((region, input) => narrowed(narrow, input, region, plan.planes)), part = (region: Region): Region => ({ ...region, channels, positions: contexts });
  return { ...narrow, from, out: stage.kind === 'pool' ? part(stage.out) : stage.out.map(part) } as S;
}

function bufferBytes(stage: Pool | Add | Source | Readout, { plan, banks }: Cutting): number {
  return slack + Math.ceil(inputsOf(stage).reduce((bits, region) =>
    bits + length(region.positions) * length(region.channels) * carrierBits(plan.planes[region.plane].carrier) * banks(stage.id, region.plane), 0) / 8);
}
