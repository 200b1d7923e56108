// What stages occupy on a core: weights, state, buffers, counters, tables, in bytes.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Attend, Edge, Footprint, Plan, Region, Soma, Stage } from '../../targets/contract/program.ts';
import { carrierBits, inputsOf, mixBits, outputsOf, storedValues } from '../../targets/contract/program.ts';
import type { BlockId, Bytes, StageId } from '../../targets/contract/units.ts';
import { gateCounterBits, gateTableBits } from '../../targets/contract/gate.ts';
import { plasticBytes, plasticTableBits } from '../../targets/contract/plastic.ts';
import { overlap, unionLength } from '../../targets/contract/units.ts';
import { indexBits } from '../../targets/contract/work.ts';
import { length } from './spans.ts';
import type { Segment } from './segments.ts';

/** A core's contents that add up stage by stage (plastic: bytes of plastic matrices, in weight memory); only weight blocks are shared by stages that carry the same one. */
export type Load = { readonly blocks: Map<BlockId, number>; plastic: number; state: number; buffers: number; counters: number; tables: number };
export const emptyLoad = (): Load => ({ blocks: new Map(), plastic: 0, state: 0, buffers: 0, counters: 0, tables: 0 });
export const weightsOf = (load: Load): number => [...load.blocks.values()].reduce((sum, bytes) => sum + bytes, load.plastic);

/** Loads of every stage by itself. Source: machine.md sections 2 to 4; biases and thresholds stand in tables of 24 bits each. */
export function stageLoads(plan: Plan, edges: readonly Edge[], segments: readonly Segment[], steps: number, arch: Arch): Load[] {
  const loads = plan.stages.map((stage) => ownLoad(stage, plan, steps, arch));
  for (const edge of edges) loads[edge.to].buffers += bufferBytes(edge, plan);
  for (const { from } of segments) loads[from].tables += 4;  // one route word
  return loads;
}

function ownLoad(stage: Stage, plan: Plan, steps: number, arch: Arch): Load {
  const load = emptyLoad();
  if (stage.kind === 'synapse') {
    const { rows, columns } = plan.blocks[stage.block];
    load.blocks.set(stage.block, Math.ceil((rows * columns * arch.core.weightBits) / 8));
    if (stage.border) load.tables += Math.ceil((stage.border.sums.length * 24) / 8) + stage.border.classes.length;
  } else if (stage.kind === 'soma') {
    const elements = length(stage.contexts) * length(stage.columns);
    load.state += Math.ceil((elements * stage.membraneBits * storedValues(stage.rule, steps)) / 8);
    for (const id of stage.sums) {
      const feeder = plan.stages[id];
      if (feeder.kind === 'synapse' && feeder.evaluate === 'sample') load.state += elements * Math.ceil(feeder.sumBits / 8);
    }
    load.plastic += plasticBytes(stage);
    load.tables += Math.ceil(somaTableBits(stage) / 8) + (stage.plastic ? Math.ceil(plasticTableBits(stage.plastic) / 8) : 0);
  } else if (stage.kind === 'attend') {
    load.counters += Math.ceil(counterMemoryBits(stage, steps) / 8);
    if (stage.gate) load.tables += Math.ceil(gateTableBits(stage.gate) / 8);
  }
  else if (stage.kind === 'readout') load.tables += 4 * (stage.bias.length + (stage.stepWeights?.length ?? 0));
  return load;
}

/** Bits of a soma's tables: 24 for each bias, gain, threshold and kept fraction, one for each comparator of a ladder. */
export function somaTableBits({ columns, gain, rule }: Soma): number {
  const wide = length(columns), own = 24 * (wide + (gain ? gain.length : 0));
  switch (rule.kind) {
    case 'pass': return own;
    case 'lif': return own + 24 * wide;
    case 'ladder': return own + 24 * wide * rule.levels + 8 * Math.ceil(rule.levels / 8);
    case 'mix': return own + mixBits * rule.thresholds.length + 24 * (rule.weights?.length ?? 0);
    case 'elastic': return own + 24 * (rule.thresholds.length + rule.keeps.length);
  }
}

/** Bits of counter memory. Hamming attention also keeps the sum of the values, which is no greater than a counter, and the sum of all rows, which is as wide as it must be. */
export function counterMemoryBits(attend: Attend, steps: number): number {
  const { form, heads, width: [rows, width], fills, clear, counterBits, gate } = attend;
  if (gate) return gateCounterBits(attend, steps);
  if (form === 'qk') return length(heads) * fills * counterBits;
  const deepest = rows * fills * (clear === 'sample' ? steps : 1), sums = form === 'hamming' ? counterBits + indexBits(deepest + 1) : 0;
  return length(heads) * width * (rows * counterBits + sums);
}

function bufferBytes(edge: Edge, plan: Plan): number {
  const producer = plan.stages[edge.from], consumer = plan.stages[edge.to];
  if (edge.window.kind === 'local' || consumer.kind === 'host') return 0;
  if (edge.window.kind === 'slots') return Math.ceil((edge.window.contexts * length((producer as Extract<Stage, { kind: 'synapse' }>).columns) * (producer as Extract<Stage, { kind: 'synapse' }>).sumBits) / 8);
  const written = outputsOf(producer)[edge.output] as Region, { carrier } = plan.planes[written.plane];
  // Inputs that read the same plane share the buffer: a channel that several read is held once.
  const channels = unionLength(inputsOf(consumer).filter(({ plane }) => plane === written.plane).map((region) => overlap(region.channels, written.channels)));
  return Math.ceil((edge.window.banks * length(edge.positions) * channels * carrierBits(carrier)) / 8);
}

/** Adds a stage's load to a core's. */
export function join(into: Load, load: Load): void {
  load.blocks.forEach((bytes, block) => into.blocks.set(block, bytes));
  into.plastic += load.plastic; into.state += load.state; into.buffers += load.buffers; into.counters += load.counters; into.tables += load.tables;
}

export function footprintOf(stages: readonly StageId[], loads: readonly Load[]): Footprint {
  const total = emptyLoad();
  for (const stage of stages) join(total, loads[stage]);
  return { weights: weightsOf(total) as Bytes, state: total.state as Bytes, buffers: total.buffers as Bytes, counters: total.counters as Bytes, tables: total.tables as Bytes };
}

/** What two loads take together; blocks that both carry count once. */
export function footprintWith(a: Load, b: Load): Footprint {
  let weights = weightsOf(a) + b.plastic;
  b.blocks.forEach((bytes, block) => { if (!a.blocks.has(block)) weights += bytes; });
  return { weights: weights as Bytes, state: a.state + b.state as Bytes, buffers: a.buffers + b.buffers as Bytes, counters: a.counters + b.counters as Bytes, tables: a.tables + b.tables as Bytes };
}

/** Whether a footprint fits the memories of a core. */
export const fits = ({ weights, state, buffers, counters, tables }: Footprint, { memories }: Arch): boolean =>
  weights <= memories.weight.bytes && state <= memories.state.bytes && buffers <= memories.axon.bytes && counters <= memories.counter.bytes && tables <= memories.table.bytes;
