// The chip held against the graphs: every spike against the integer evaluation, and where it first leaves the float network.
import { evaluate } from '../compiler/eval/evaluate.ts';
import type { Graph } from '../compiler/ir/types.ts';
import { ops } from '../compiler/ops/index.ts';
import type { Fault } from '../targets/contract/fault.ts';
import { isKnown, published, publishedChannels } from '../targets/contract/probes.ts';
import type { Program } from '../targets/contract/program.ts';
import type { Samples } from './datasets/samples.ts';
import type { Given, GivenUnits } from './conform/inputs.ts';
import { toUnits } from './conform/inputs.ts';
import { chipDiffers } from './faults.ts';
import { unpackSpikes } from './pack-spikes.ts';
import type { Divergence } from './report/input.ts';
import type { Simulation } from './simulate.ts';

export type Verification = Readonly<{ samples: number; spikes: number; differences: number; faults: readonly Fault[] }>;

/**
 * Runs the integer graph on every observed sample and compares each recorded spike and each output. A difference is a bug, never a tolerance.
 * An aborted signal ends it after the sample under way.
 */
export async function verifyChip(integer: Graph, program: Program, data: Samples, simulation: Simulation, signal: AbortSignal, onProgress?: (done: number) => void): Promise<Verification> {
  let spikes = 0, differences = 0;
  const faults: Fault[] = [];
  let samples = 0;
  const memory = new Map<string, Float64Array>();
  for (const [sample, packed] of simulation.observed.entries()) {
    if (signal.aborted) break;
    const { values, outputs } = evaluate(integer, ops, inputOf(integer, data, sample), memory);
    program.probes.forEach(({ name, plane }, i) => {
      const expected = values[integer.probes.find((probe) => probe.name === name)!.value].data, chip = unpackSpikes(packed[i], expected.length, program.planes[plane].carrier);
      let wrong = 0;
      expected.forEach((value, at) => { if (value !== chip[at]) wrong++; });
      spikes += expected.length;
      differences += wrong;
      if (wrong > 0) faults.push(chipDiffers(name, sample, wrong));
    });
    for (const [name, { data: expected }] of outputs) {
      const chip = simulation.outputs.get(name)!, wrong = expected.reduce((count, value, i) => count + Number(value !== chip[sample * expected.length + i]), 0);
      if (wrong > 0) faults.push(chipDiffers(name, sample, wrong));
      differences += wrong;
    }
    samples++;
    onProgress?.(samples);
    await new Promise(setImmediate);  // Ctrl-C gets its turn
  }
  return { samples, spikes, differences, faults };
}

/** First differing spike of each observed sample in network order: layer by layer, then step, then neuron. Float is the imported graph in float64. */
export async function firstDivergences(real: Graph, program: Program, data: Samples, simulation: Simulation, signal: AbortSignal, onProgress?: (done: number) => void): Promise<readonly Divergence[]> {
  const found: Divergence[] = [], memory = new Map<string, Float64Array>();
  for (const [sample, packed] of simulation.observed.entries()) {
    if (signal.aborted) break;
    const { values } = evaluate(real, ops, inputOf(real, data, sample), memory);
    const first = program.probes.flatMap(({ name, plane, places }, i) => {
      const expected = values[real.probes.find((probe) => probe.name === name)!.value].data, { carrier, channels } = program.planes[plane], wide = publishedChannels(channels, places);
      const chip = published(unpackSpikes(packed[i], (expected.length / wide) * channels, carrier), channels, places), at = expected.findIndex((value, n) => value !== chip[n] && isKnown(places, n % wide));
      return at < 0 ? [] : [{ sample, layer: name, step: Math.floor(at / (expected.length / real.steps)), neuron: at % (expected.length / real.steps) }];
    })[0];
    if (first) found.push(first);
    onProgress?.(sample + 1);
    await new Promise(setImmediate);
  }
  return found;
}

/** One sample for the sources of a graph: of an integer graph in whole units. A sample that the chip has run fits. */
export function inputOf(graph: Graph, data: Samples, sample: number): Given | GivenUnits {
  const given: Given = new Map(graph.nodes.flatMap((node) => (node.inputs.length === 0 ? [[node.name, data.values(sample)] as const] : [])));
  if (graph.nodes[0].type.domain === 'real') return given;
  const units = toUnits(graph, 1, () => given);
  if (!units.ok) throw new Error(units.faults[0].message);
  return units.value[0];
}
