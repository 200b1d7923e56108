// Products of run-time operands: column tiles aligned to heads; a read needs every fill, so contexts are never cut.
import type { Attend, Region, Soma } from '../../targets/contract/program.ts';
import { carrierBits, storedValues } from '../../targets/contract/program.ts';
import { gateCounterBits, gateTableBits } from '../../targets/contract/gate.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { Cutting } from './cutting.ts';
import { memoryTooSmall, tooWideForCore } from './faults.ts';
import { somaPart, tableBits } from './soma-part.ts';
import { length, pieces, split } from './spans.ts';

const slack = 64;

export function cutAttention(soma: Soma, attend: Attend, cutting: Cutting): void {
  const { arch, plan } = cutting, layer = plan.layers[attend.layer], heads = length(attend.heads), [rows, columns] = attend.width, reads = length(attend.contexts) - attend.fills;
  // Per head, what the attend stage and its soma take of a core.
  const perHead = (region: Region) => length(region.channels) / heads, banks = attend.clear === 'sample' ? cutting.steps : arch.mesh.sync === 'dataflow' ? 2 : 1;
  const buffer = (region: Region) => length(region.positions) * perHead(region) * carrierBits(plan.planes[region.plane].carrier) * banks;
  const need = { axons: rows, neurons: columns, state: Math.ceil((reads * columns * soma.membraneBits * storedValues(soma.rule, cutting.steps)) / 8), counter: Math.ceil((attend.gate ? gateCounterBits(attend, cutting.steps) : (rows + (attend.form === 'hamming' ? 2 : 0)) * columns * attend.counterBits) / 8), table: Math.ceil(((attend.gate ? gateTableBits(attend.gate) : 0) + tableBits(soma, columns)) / 8),
    axon: Math.ceil((buffer(attend.query) + (attend.gate ? 0 : buffer(attend.key)) + (attend.value ? buffer(attend.value) : 0)) / 8) };
  const room = { axons: arch.core.axons, neurons: arch.core.neurons, state: arch.memories.state.bytes, counter: arch.memories.counter.bytes, axon: arch.memories.axon.bytes - slack, table: arch.memories.table.bytes - slack };
  const resources = Object.keys(need) as (keyof typeof need)[], fitting = Math.min(...resources.map((resource) => (need[resource] === 0 ? heads : Math.floor(room[resource] / need[resource]))));
  if (fitting < 1) {
    for (const resource of ['axons', 'neurons'] as const) if (need[resource] > room[resource]) cutting.report(tooWideForCore(layer, `${resource} for one head`, need[resource], room[resource], 'more heads of smaller width, or a larger core, would fit'));
    for (const memory of ['state', 'counter', 'axon', 'table'] as const) if (need[memory] > room[memory]) cutting.report(memoryTooSmall(layer, memory, need[memory], room[memory], 'fewer tokens, smaller heads or a larger memory would fit'));
    return;
  }
  for (const span of split(attend.heads, pieces(heads, fitting))) {
    const wide: Span = { from: span.from * columns, to: span.to * columns }, { id: _, value, ...rest } = attend;
    const part = (region: Region): Region => ({ ...region, channels: { from: region.channels.from + span.from * perHead(region), to: region.channels.from + span.to * perHead(region) } });
    const id = cutting.stage({ ...rest, heads: span, columns: wide, query: part(attend.query), key: part(attend.key), ...(value ? { value: part(value) } : {}) });
    cutting.unit([id, cutting.stage(somaPart(soma, wide, soma.contexts, [id]))]);
  }
}
