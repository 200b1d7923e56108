// Break-even: below how many spikes per synapse and inference a spiking layer costs less than an int8 layer on the same memories.
import type { Target } from '../../targets/contract/arch.ts';
import { rowsOfTap, tapPosition } from '../../targets/contract/geometry.ts';
import type { Ledger } from '../../targets/contract/ledger.ts';
import type { Program, Stage, Synapse } from '../../targets/contract/program.ts';
import { spanLength } from '../../targets/contract/units.ts';
import { countOf, countsByLayer, perSample } from './counts.ts';

/** Picojoules per event: additions, an int8 MAC, one weight read, one membrane read and written. */
export type EventCosts = Readonly<{ accumulate: number; multiplyAccumulate: number; weight: number; membrane: number }>;

/** k* = (E_MAC + E_w) / (E_AC + E_w + E_V); nothing where spikes are free. Source: energy.md section 7. */
export function breakEvenPoint(costs: EventCosts): number | undefined {
  const spike = costs.accumulate + costs.weight + costs.membrane;
  return spike > 0 ? (costs.multiplyAccumulate + costs.weight) / spike : undefined;
}

/** k = SOPs / dense synapses, per sample, of layers that spikes reach (pixels and attention products apart); k* with membranes in memory and with accumulators in registers. */
export type BreakEven = Readonly<{
  sops: number;
  synapses: number;
  spikesPerSynapse?: number;
  inMemory?: number;
  inRegisters?: number;
  costs: EventCosts;
  membraneBits: number;
  formula: string;
  literature: readonly [low: number, high: number];
  layers: readonly Readonly<{ layer: string; sops: number; synapses: number; spikesPerSynapse: number }>[];
}>;

/** Synapses that a dense network would compute in a tile: rows of taps inside the map x columns, each once whatever T and however many planes carry the input. */
function denseSynapses(stage: Synapse, program: Pick<Program, 'planes'>): number {
  const { gather } = stage,
    [region] = gather.from,
    grid = program.planes[region.plane].grid;
  let rows = 0;
  for (let context = stage.contexts.from; context < stage.contexts.to; context++)
    for (let tap = gather.taps.from; tap < gather.taps.to; tap++) {
      if (tapPosition(gather, grid, gather.outGrid, context, tap) >= 0) rows += rowsOfTap(gather, tap);
    }
  return rows * spanLength(stage.columns);
}

const seesSpikes = (stage: Stage, program: Program): stage is Synapse =>
  stage.kind === 'synapse' && program.planes[stage.gather.from[0].plane].carrier.as !== 'pixel';

/** Mean stored width of a membrane, over contexts x columns of every firing soma; the target's widest where nothing fires. */
function storedMembraneBits(program: Program, widest: number): number {
  let cells = 0,
    bits = 0;
  for (const stage of program.stages)
    if (stage.kind === 'soma' && stage.rule.kind === 'lif') {
      const here = spanLength(stage.contexts) * spanLength(stage.columns);
      cells += here;
      bits += here * stage.membraneBits;
    }
  return cells > 0 ? bits / cells : widest;
}

/** Break-even panel of one run. Costs are the target's, memory costs per weight or membrane as a share of a word. */
export function breakEven(ledger: Ledger, program: Program, target: Target): BreakEven {
  const { arch, costs } = target,
    table = countsByLayer(ledger, program),
    membraneBits = storedMembraneBits(program, arch.core.membraneBits);
  const synapses = new Float64Array(program.layers.length);
  for (const stage of program.stages) if (seesSpikes(stage, program)) synapses[stage.layer] += denseSynapses(stage, program);
  const layers = program.layers.flatMap((layer, i) => {
    const sops = perSample(countOf(table, 'sopBinary', i) + countOf(table, 'sopGraded', i), ledger.samples);
    return synapses[i] > 0 ? [{ layer, sops, synapses: synapses[i], spikesPerSynapse: sops / synapses[i] }] : [];
  });
  const sops = layers.reduce((sum, layer) => sum + layer.sops, 0),
    dense = layers.reduce((sum, layer) => sum + layer.synapses, 0);
  const each: EventCosts = {
    accumulate: costs.sopBinary.each,
    multiplyAccumulate: costs.mac.each,
    weight: (costs.weightRead.each * arch.core.weightBits) / arch.memories.weight.wordBits,
    membrane: ((costs.stateRead.each + costs.stateWrite.each) * membraneBits) / arch.memories.state.wordBits,
  };
  const inMemory = breakEvenPoint(each),
    inRegisters = breakEvenPoint({ ...each, membrane: 0 });
  return {
    sops,
    synapses: dense,
    ...(dense > 0 && { spikesPerSynapse: sops / dense }),
    ...(inMemory !== undefined && { inMemory }),
    ...(inRegisters !== undefined && { inRegisters }),
    costs: each,
    membraneBits,
    layers,
    literature: [0.15, 1.38],
    formula:
      'k = SOPs / dense synapses per inference (pixel layer and attention products apart); k* = (E_MAC + E_w) / (E_AC + E_w + E_V): ' +
      'an int8 layer does one MAC and one weight read per synapse, ' +
      'a spike one addition, one weight read and, in memory, one membrane read and write; in registers E_V = 0',
  };
}
