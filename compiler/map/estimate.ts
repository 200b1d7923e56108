// Work and traffic of stages before a single spike is known: an assumed firing rate, stated, drives packing and placement.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Edge, Plan, Region, Stage } from '../../targets/contract/program.ts';
import { outputsOf, storedValues } from '../../targets/contract/program.ts';
import { assumedRate, messageSize, payloadBits, scanWords, workCycles } from '../../targets/contract/work.ts';
import { plasticRows } from '../../targets/contract/plastic.ts';
import { length } from './spans.ts';

/** Expected busy cycles of a stage per sample. */
export function workOf(stage: Stage, plan: Plan, steps: number, arch: Arch): number {
  const middle = Math.floor((stage.contexts.from + stage.contexts.to) / 2), once = (stage.kind === 'synapse' && stage.evaluate === 'sample') || (stage.kind === 'source' && stage.coding === 'direct');
  const rows = stage.kind === 'synapse' ? plan.blocks[stage.block].rows * (once ? 1 : assumedRate * stage.gather.from.length)
    : stage.kind === 'attend' && stage.gate ? length(stage.columns)
    : stage.kind === 'attend' && stage.form === 'qk' ? (length(stage.heads) * (stage.fills + 1)) / 2
    : stage.kind === 'attend' ? assumedRate * length(stage.heads) * stage.width[0]
    : stage.kind === 'soma' && stage.rule.kind === 'mix' ? storedValues(stage.rule, steps) / 2
    : stage.kind === 'soma' && stage.plastic ? 2 * plasticRows(stage.plastic.from) : 0;
  if (stage.kind === 'host') return 0;  // the tile waits for it and does nothing
  return (once ? 1 : steps) * length(stage.contexts) * workCycles(stage, rows, scanWords(stage, middle, plan, arch), arch);
}

/** Expected flits of an edge per sample, header and payload at the assumed rate. */
export function flitsOf(edge: Edge, plan: Plan, steps: number, arch: Arch): number {
  if (edge.window.kind === 'local') return 0;
  const producer = plan.stages[edge.from], once = (producer.kind === 'synapse' && producer.evaluate === 'sample') || (producer.kind === 'source' && producer.coding === 'direct');
  return (once ? 1 : steps) * edge.messages * messageSize(messageBits(producer, edge.output, plan), 1, arch).flits;
}

/** Expected payload of one message of an output. */
export function messageBits(producer: Stage, output: number, plan: Plan): number {
  const written = outputsOf(producer)[output];
  if (written === 'sums') return length((producer as Extract<Stage, { columns: unknown }>).columns) * (producer as Extract<Stage, { sumBits: number }>).sumBits;
  const channels = length((written as Region).channels);
  return payloadBits(plan.planes[written.plane].carrier, channels, Math.ceil(assumedRate * channels));
}
