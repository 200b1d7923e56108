// A soma with the chain that feeds it: columns x contexts tiles, each with its own chain of row tiles.
import type { Plan, Region, Soma, Synapse } from '../../targets/contract/program.ts';
import { carrierBits, storedValues } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { Cutting } from './cutting.ts';
import type { RowTile } from './row-tiles.ts';
import { columnTiles, inputBounds, tileBlock } from './row-tiles.ts';
import { length, narrowed, pieces, rowOf, split } from './spans.ts';
import { memoryTooSmall } from './faults.ts';
import { cutAttention } from './cut-attention.ts';
import { somaPart, tableBits } from './soma-part.ts';
import { prefixBits } from './prefix.ts';
import { plasticBits, plasticBytes, plasticRows, plasticTableBits } from '../../targets/contract/plastic.ts';

/** Bytes left for the rounding of single edges when a tile is sized. */
const slack = 64;

export function cutSoma(soma: Soma, cutting: Cutting): void {
  const chain = soma.sums.map((id) => cutting.plan.stages[id]), [feeder] = chain;
  if (chain.length > 1) throw new Error(`soma of layer ${cutting.plan.layers[soma.layer]} has ${chain.length} chains`);
  if (feeder?.kind === 'attend') cutAttention(soma, feeder, cutting);
  else cutColumns(soma, feeder?.kind === 'synapse' ? feeder : undefined, cutting);
}

function cutColumns(soma: Soma, synapse: Synapse | undefined, cutting: Cutting): void {
  const { arch, plan } = cutting, layer = plan.layers[synapse?.layer ?? soma.layer], neurons = columnsBeside(soma, synapse, cutting);
  const tiles = synapse ? columnTiles(synapse, { ...arch, core: { ...arch.core, neurons } }) : split(soma.columns, pieces(length(soma.columns), neurons)).map((columns) => ({ columns, rows: [] }));
  // Tiles of one layer lack the same memories; each is told once, for the neediest.
  const lacking: Overfull[] = [];
  for (const { columns, rows } of tiles) {
    const blocks = synapse ? rows.map((tile) => tileBlock(synapse, tile, columns, plan)) : [];
    const proved = synapse ? prefixBits(blocks, rows, inputBounds(synapse, plan), synapse.border && { sums: synapse.border.sums, all: length(soma.columns), columns }) : [];
    // A current never reaches all that its bits could hold: the range of the whole layer bounds every prefix of it, but for corrections of the border.
    const widths = synapse && !synapse.border ? proved.map((bits) => Math.min(bits, synapse.sumBits)) : proved;
    const chain = synapse && { synapse, rows, widths };
    const spans = contextSpans(soma, columns, chain, cutting);
    if (!spans) { neediest(soma, columns, chain, cutting).forEach((lack) => note(lacking, lack)); continue; }
    const ids = blocks.map((block) => cutting.block(block));
    for (const contexts of spans) emitTile(soma, columns, contexts, chain, ids, cutting);
  }
  for (const { memory, needed, available } of lacking) {
    cutting.report(memoryTooSmall(layer, memory, needed, available, `a target with a larger ${memory} memory (memories.${memory}), or a narrower layer, would fit`));
  }
}

/** Columns that a core takes: as many as its tables hold; a plastic matrix stands whole, all its rows, beside the soma that teaches it and the last tile of its chain. */
function columnsBeside(soma: Soma, synapse: Synapse | undefined, { arch: { core, memories }, plan }: Cutting): number {
  const { plastic, columns } = soma, all = length(columns), room = (memories.table.bytes - slack) * 8;
  if (!plastic) return Math.max(1, Math.min(core.neurons, Math.floor((room * all) / tableBits(soma, all))));
  const shared = plasticTableBits({ ...plastic, read: none, slope: none, offset: none }), own = tableBits(soma, all) + plasticTableBits(plastic) - shared;
  const rows = synapse ? Math.min(core.axons, plan.blocks[synapse.block].rows) : 0, column = (rows * core.weightBits + plasticRows(plastic.from) * plasticBits) / 8;
  return Math.max(1, Math.min(core.neurons, Math.floor((memories.weight.bytes - slack) / column), Math.floor(((room - shared) * all) / own)));
}

const none = new Int32Array(0);

type Chain = Readonly<{ synapse: Synapse; rows: readonly RowTile[]; widths: readonly number[] }>;

/** The fewest context spans with which every tile fits its memories, or undefined where single contexts do not. */
function contextSpans(soma: Soma, columns: Span, chain: Chain | undefined, cutting: Cutting): Span[] | undefined {
  const grid = chain ? chain.synapse.gather.outGrid : cutting.plan.planes[(soma.spikes ?? soma.current)!.plane].grid, count = length(soma.contexts);
  for (let parts = 1; parts <= count; parts = parts < 8 ? parts + 1 : Math.ceil(parts * 1.25)) {
    const spans = split(soma.contexts, Math.min(parts, count), rowOf(grid));
    if (spans.every((contexts) => overfull(soma, columns, contexts, chain, cutting).length === 0)) return spans;
  }
  const single = split(soma.contexts, count);
  return single.every((contexts) => overfull(soma, columns, contexts, chain, cutting).length === 0) ? single : undefined;
}

type Overfull = Readonly<{ memory: 'weight' | 'state' | 'axon' | 'table'; needed: number; available: number }>;

/** What a columns x contexts tile overfills. */
function overfull(soma: Soma, columns: Span, contexts: Span, chain: Chain | undefined, { arch, plan, steps, banks }: Cutting): readonly Overfull[] {
  const wide = length(columns), many = length(contexts), live = chain ? liveTiles(chain, columns, contexts, plan.planes) : [],
    last = live.at(-1)?.index ?? -1;
  const bufferBits = (region: Region, positions: number) =>
    positions * length(region.channels) * carrierBits(plan.planes[region.plane].carrier) * banks(soma.id, region.plane);
  const adds = soma.adds.reduce((bits, region) => bits + bufferBits({ ...region, channels: columns }, many), 0) + (soma.plastic ? bufferBits(soma.plastic.from, length(soma.plastic.from.positions)) : 0);
  const hoisted = chain?.synapse.evaluate === 'sample' && last >= 0 ? many * wide * 8 * Math.ceil(chain.widths[last] / 8) : 0;
  const narrow = somaPart(soma, columns, contexts, []), learnt = soma.plastic ? Math.ceil(plasticTableBits(narrow.plastic!) / 8) : 0, matrix = plasticBytes(narrow);
  const border = chain?.synapse.border ? many * 8 + (chain.synapse.border.sums.length / length(chain.synapse.columns)) * wide * 24 : 0;
  const checks: Overfull[] = [
    { memory: 'state', needed: Math.ceil((many * wide * soma.membraneBits * storedValues(soma.rule, steps) + hoisted) / 8), available: arch.memories.state.bytes },
    { memory: 'table', needed: Math.ceil((tableBits(soma, wide) + border) / 8) + learnt + slack, available: arch.memories.table.bytes }];
  if (!chain && matrix > 0) checks.push({ memory: 'weight', needed: matrix, available: arch.memories.weight.bytes });
  if (!chain) checks.push({ memory: 'axon', needed: Math.ceil(adds / 8) + slack, available: arch.memories.axon.bytes });
  live.forEach(({ stage, index }, i) => {
    const weight = Math.ceil((chain!.rows[index].rows * (wide / chain!.rows[index].groups) * arch.core.weightBits) / 8);
    const inputs = stage.gather.from.reduce((bits, region) => bits + bufferBits(region, length(region.positions)), 0);
    const slots = i > 0 ? Math.min(arch.core.partialSlots, many) * wide * chain!.widths[live[i - 1].index] : 0;
    checks.push({ memory: 'weight', needed: weight + (index === last ? matrix : 0), available: arch.memories.weight.bytes },
      { memory: 'axon', needed: Math.ceil((inputs + slots + (index === last ? adds : 0)) / 8) + slack, available: arch.memories.axon.bytes });
  });
  return checks.filter(({ needed, available }) => needed > available);
}

/** The tiles of a chain that some context of a span can reach, in order; where every tap of a tile falls off the map nothing is ever added. */
function liveTiles({ synapse, rows }: Chain, columns: Span, contexts: Span, planes: Plan['planes']): { stage: Synapse; index: number }[] {
  return rows.flatMap(({ taps, channels, groups, held }, index) => {
    const { rows: _, ...gather } = synapse.gather;
    const whole: Synapse = { ...synapse, contexts, columns, gather: { ...gather, taps, groups, ...(held ? { rows: held } : {}), from: synapse.gather.from.map((region) => ({ ...region, channels })) } };
    const from = whole.gather.from.map((region, input) => narrowed(whole, input, region, planes));
    return from.every(({ positions }) => length(positions) > 0) ? [{ stage: { ...whole, gather: { ...whole.gather, from } }, index }] : [];
  });
}

/** Per memory the most that a single context needs: those inside the map need more than those at its border. */
function neediest(soma: Soma, columns: Span, chain: Chain | undefined, cutting: Cutting): readonly Overfull[] {
  const lacking: Overfull[] = [];
  for (const one of split(soma.contexts, length(soma.contexts))) overfull(soma, columns, one, chain, cutting).forEach((lack) => note(lacking, lack));
  return lacking;
}

function note(lacking: Overfull[], lack: Overfull): void {
  const at = lacking.findIndex(({ memory }) => memory === lack.memory);
  if (at < 0) lacking.push(lack);
  else if (lack.needed > lacking[at].needed) lacking[at] = lack;
}

function emitTile(soma: Soma, columns: Span, contexts: Span, chain: Chain | undefined, blocks: readonly number[], cutting: Cutting): void {
  const live = chain ? liveTiles(chain, columns, contexts, cutting.plan.planes) : [];
  let after: number | undefined;
  live.forEach(({ stage, index }, i) => {
    const isLast = i === live.length - 1, { border, after: _, id: __, ...rest } = stage;
    const id = cutting.stage({ ...rest, block: blocks[index], sumBits: chain!.widths[isLast ? chain!.rows.length - 1 : index], ...(after === undefined ? {} : { after }),
      ...(border && isLast ? { border: cutBorder(border, columns, contexts, length(chain!.synapse.columns)) } : {}) });
    if (!isLast) cutting.unit([id]);
    after = id;
  });
  const id = cutting.stage(somaPart(soma, columns, contexts, after === undefined ? [] : [after]));
  cutting.unit(after === undefined ? [id] : [after, id]);
}

function cutBorder({ classes, sums }: NonNullable<Synapse['border']>, columns: Span, contexts: Span, all: number): NonNullable<Synapse['border']> {
  const wide = length(columns);
  return { classes: classes.slice(contexts.from, contexts.to), sums: Int32Array.from({ length: (sums.length / all) * wide },
    (_, i) => sums[Math.floor(i / wide) * all + columns.from + (i % wide)]) };
}
