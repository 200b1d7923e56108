// What was done: synaptic operations per layer and step, firing rates, network traffic.
import { eventKinds } from '../../targets/contract/ledger.ts';
import type { EventKind } from '../../targets/contract/ledger.ts';
import { countOf, countsByLayer, perSample, sopKinds } from '../energy/counts.ts';
import type { ReportInput } from './input.ts';
import type { Report } from './schema.ts';

const everyKind = <T>(value: (kind: EventKind) => T): Record<EventKind, T> =>
  Object.fromEntries(eventKinds.map((kind) => [kind, value(kind)])) as Record<EventKind, T>;

/** Cores that hold a stage of each layer. */
function coresPerLayer({ program }: ReportInput): readonly number[] {
  const held = program.layers.map(() => new Set<number>());
  for (const image of program.cores) for (const stage of image.stages) held[program.stages[stage].layer].add(image.core);
  return held.map((cores) => cores.size);
}

export function operationsOf(input: ReportInput): Report['operations'] {
  const { program, ledger } = input,
    table = countsByLayer(ledger, program),
    cores = coresPerLayer(input);
  const at = (kind: EventKind, layer?: number, step?: number): number => perSample(countOf(table, kind, layer, step), ledger.samples);
  const sops = (layer?: number, step?: number): number => sopKinds.reduce((sum, kind) => sum + at(kind, layer, step), 0);
  return {
    sops: sops(),
    perSample: everyKind((kind) => at(kind)),
    totals: everyKind((kind) => countOf(table, kind)),
    layers: program.layers.map((layer, i) => ({
      layer,
      cores: cores[i],
      sops: sops(i),
      steps: Array.from({ length: ledger.steps }, (_, step) => sops(i, step)),
      binary: at('sopBinary', i),
      graded: at('sopGraded', i),
      kv: at('sopKv', i),
      q: at('sopQ', i),
      mac: at('mac', i),
      updates: at('update', i),
      weightReads: at('weightRead', i),
    })),
  };
}

/** Rates per neuron and step. NASFR is the rate over all neurons of all spiking layers. */
export function firingOf({ layers, program, samples }: ReportInput): Report['firing'] {
  const steps = program.steps,
    rateOf = (spikes: number, neurons: number): number => (neurons > 0 && samples.function > 0 ? spikes / (neurons * steps * samples.function) : 0);
  const spikes = layers.reduce((sum, layer) => sum + layer.spikes, 0),
    neurons = layers.reduce((sum, layer) => sum + layer.neurons, 0);
  return {
    ...(neurons > 0 && samples.function > 0 && { nasfr: rateOf(spikes, neurons) }),
    spikes: perSample(spikes, samples.function),
    neurons,
    layers: layers.map((layer) => ({
      name: layer.name,
      neurons: layer.neurons,
      spikes: perSample(layer.spikes, samples.function),
      rate: rateOf(layer.spikes, layer.neurons),
    })),
  };
}

export function networkOf(operations: Report['operations'], { timing }: ReportInput): Report['network'] {
  const { message, packet, flit, linkX, linkY } = operations.perSample,
    linkFlits = linkX + linkY;
  const common = { messages: message, packets: packet, flits: flit, linkFlits, ...(flit > 0 && { linksPerFlit: linkFlits / flit }) };
  if (!timing || timing.samples === 0) return common;
  const links = [...timing.links].map((flits) => flits / timing.samples);
  let busiest = 0;
  links.forEach((flits, link) => {
    if (flits > links[busiest]) busiest = link;
  });
  return {
    ...common,
    links,
    ...(links[busiest] > 0 && { busiest: { core: busiest >> 2, direction: (['E', 'W', 'N', 'S'] as const)[busiest & 3], flits: links[busiest] } }),
  };
}
