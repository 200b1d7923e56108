// Products of run-time operands: column tiles aligned to heads, or parts of one head; a read needs every fill, so contexts are never cut.
import type { Attend, Region, Soma } from '../../targets/contract/program.ts';
import { carrierBits, storedValues } from '../../targets/contract/program.ts';
import { gateCounterBits, gateTableBits } from '../../targets/contract/gate.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { Cutting } from './cutting.ts';
import { memoryTooSmall, tooWideForCore } from './faults.ts';
import { somaPart, tableBits } from './soma-part.ts';
import { length, pieces, split } from './spans.ts';

const slack = 64;

const resources = ['axons', 'neurons', 'state', 'counter', 'table', 'axon'] as const;
type Needs = Readonly<Record<(typeof resources)[number], number>>;

/** What one head, or some columns of one, and its soma take of a core. */
function needsOf(soma: Soma, attend: Attend, wide: number, { plan, steps, banks }: Cutting): Needs {
  const heads = length(attend.heads), [rows, columns] = attend.width, reads = length(attend.contexts) - attend.fills, share = wide / columns;
  const buffer = (region: Region) => (length(region.positions) * length(region.channels) * carrierBits(plan.planes[region.plane].carrier) * banks(attend.id, region.plane)) / heads;
  return { axons: rows, neurons: wide, state: Math.ceil((reads * wide * soma.membraneBits * storedValues(soma.rule, steps)) / 8),
    counter: Math.ceil((attend.gate ? gateCounterBits(attend, steps) : attend.form === 'qk' ? attend.fills * attend.counterBits : (rows + (attend.form === 'hamming' ? 2 : 0)) * wide * attend.counterBits) / 8), table: Math.ceil(((attend.gate ? gateTableBits(attend.gate) : 0) + tableBits(soma, wide)) / 8),
    axon: Math.ceil((buffer(attend.query) + (attend.gate ? 0 : buffer(attend.key) * (attend.form === 'matrix' ? share : 1)) + (attend.value ? buffer(attend.value) * share : 0)) / 8) };
}

export function cutAttention(soma: Soma, attend: Attend, cutting: Cutting): void {
  const { arch, plan } = cutting, layer = plan.layers[attend.layer], heads = length(attend.heads), [, columns] = attend.width, need = needsOf(soma, attend, columns, cutting);
  const room: Needs = { axons: arch.core.axons, neurons: arch.core.neurons, state: arch.memories.state.bytes, counter: arch.memories.counter.bytes, axon: arch.memories.axon.bytes - slack, table: arch.memories.table.bytes - slack };
  const fits = (one: Needs): number => Math.min(...resources.map((resource) => (one[resource] === 0 ? heads : Math.floor(room[resource] / one[resource]))));
  const fitting = fits(need);
  if (fitting < 1) {
    // A head that is too wide by itself is cut along its columns: every tile has all of its query and, but for a matrix, of its key. Query first, every tile would work the scores out again.
    const isWhole = attend.gate !== undefined || attend.form === 'qk';
    let parts = isWhole ? columns + 1 : 2;
    while (parts <= columns && fits(needsOf(soma, attend, Math.ceil(columns / parts), cutting)) < 1) parts++;
    if (parts <= columns) { cutHeads(soma, attend, parts, cutting); return; }
    const least = isWhole ? need : needsOf(soma, attend, 1, cutting);
    for (const resource of ['axons', 'neurons'] as const) if (least[resource] > room[resource]) cutting.report(tooWideForCore(layer, `${resource} for one head`, least[resource], room[resource], 'more heads of smaller width, or a larger core, would fit'));
    for (const memory of ['state', 'counter', 'axon', 'table'] as const) if (least[memory] > room[memory]) cutting.report(memoryTooSmall(layer, memory, least[memory], room[memory], 'fewer tokens, smaller heads or a larger memory would fit'));
    return;
  }
  const perHead = (region: Region) => length(region.channels) / heads;
  for (const span of split(attend.heads, pieces(heads, fitting))) {
    const wide: Span = { from: span.from * columns, to: span.to * columns }, { id: _, value, ...rest } = attend;
    const part = (region: Region): Region => ({ ...region, channels: { from: region.channels.from + span.from * perHead(region), to: region.channels.from + span.to * perHead(region) } });
    const id = cutting.stage({ ...rest, heads: span, columns: wide, query: part(attend.query), key: part(attend.key), ...(value ? { value: part(value) } : {}) });
    cutting.unit([id, cutting.stage(somaPart(soma, wide, soma.contexts, [id]))]);
  }
}

/** Every head in `parts` tiles of columns. A matrix stored by columns has positions as columns, and a tile of it those of its own; elsewhere columns are channels of what is stored or added. */
function cutHeads(soma: Soma, attend: Attend, parts: number, cutting: Cutting): void {
  const { id: _, value, ...rest } = attend, [rows, columns] = attend.width, reads = length(attend.contexts) - attend.fills, heads = length(attend.heads);
  for (let head = 0; head < heads; head++) for (const span of split({ from: 0, to: columns }, parts)) {
    const wide = length(span), own: Span = { from: head * columns + span.from, to: head * columns + span.to }, byPosition = attend.store === 'columns', fills = byPosition ? wide : attend.fills;
    const whole = (region: Region): Region => { const each = length(region.channels) / heads; return { ...region, channels: { from: region.channels.from + head * each, to: region.channels.from + (head + 1) * each } }; };
    const some = (region: Region): Region => ({ ...region, channels: { from: region.channels.from + own.from, to: region.channels.from + own.to } });
    const key = byPosition ? { ...whole(attend.key), positions: { from: attend.key.positions.from + span.from, to: attend.key.positions.from + span.to } } : attend.form === 'matrix' ? some(attend.key) : whole(attend.key);
    const id = cutting.stage({ ...rest, heads: { from: attend.heads.from + head, to: attend.heads.from + head + 1 }, width: [rows, wide], fills, contexts: { from: 0, to: fills + reads }, columns: own, query: whole(attend.query), key, ...(value ? { value: some(value) } : {}) });
    cutting.unit([id, cutting.stage(somaPart(soma, own, soma.contexts, [id]))]);
  }
}
