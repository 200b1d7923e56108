// A plan with functions on the host in its middle: spikes and currents go out, currents come back, a neuron and a result read them.
import type { Arch } from '../../targets/contract/arch.ts';
import type { Carrier, Plan, Program, Region, Stage } from '../../targets/contract/program.ts';
import type { Span } from '../../targets/contract/units.ts';
import type { Draft } from './draft.ts';
import { copied, tinyArch } from './tiny-program.ts';
import { assemble } from './zoo-program.ts';

export const hostArch: Arch = tinyArch;
export const hostSteps = 3;

const span = (from: number, to: number): Span => ({ from, to });
const all = span(0, 4);
const region = (plane: number, channels = all): Region => ({ plane, positions: all, channels });
const current: Carrier = { as: 'current', bits: 8 }, numbers = (...values: readonly number[]): Float64Array => Float64Array.from(values);
const bounds = (low: number, high: number): Int32Array => Int32Array.from({ length: 8 }, (_, i) => (i < 4 ? low : high));
type Body<S> = S extends Stage ? Omit<S, 'id' | 'layer' | 'contexts'> : never;
const stages: readonly Body<Stage>[] = [
  { kind: 'source', coding: 'currents', out: region(0) },
  { kind: 'source', coding: 'spikes', out: region(1) },
  { kind: 'host', compute: 'layer-norm', constants: [{ name: 'gamma', values: numbers(1, -1, 2, 0.5) }, { name: 'beta', values: numbers(0, 1, 0, -1) }, { name: 'epsilon', values: numbers(0.25) }], from: [region(0)],
    units: numbers(0.5, 0.5, 0.25, 0.25), scale: numbers(0.125, 0.125, 0.125, 0.125), range: bounds(-100, 120), out: region(2) },
  { kind: 'host', compute: 'product', constants: [], from: [region(1), region(2)], units: numbers(1, 1, 1, 1, 0.125, 0.125, 0.125, 0.125), scale: numbers(0.25, 0.25, 0.25, 0.25), range: bounds(-60, 60), out: region(3) },
  { kind: 'soma', columns: all, sums: [], adds: [region(3)], bias: new Int32Array(4), rule: { kind: 'lif', thresholds: Int32Array.of(1, 2, 3, 4), keep: [1, 2], reset: 'zero', fires: '>=', rounding: 'floor', fractionBits: 0 }, membraneBits: 8, spikes: region(4) },
  { kind: 'readout', from: region(3), bias: new Int32Array(4), output: 'logits', keeps: { steps: true, positions: true } },
];

/** Stages by number. */
export const hostStage = { norm: 2, product: 3, neuron: 4, readout: 5 } as const;

const names = ['currents', 'spikes', 'norm', 'product', 'fires'];
export const hostPlan: Plan = { layers: [...names, 'logits'], blocks: [], stages: stages.map((stage, id) => ({ ...stage, contexts: all, id, layer: id }) as Stage),
  planes: names.map((name, i) => ({ name, grid: [2, 2], channels: 4, carrier: i === 1 || i === 4 ? { as: 'spike' } : current, per: 'step' })),
  inputs: [{ name: 'stream', plane: 0, units: numbers(0.5, 0.5, 0.25, 0.25) }, { name: 'events', plane: 1 }], probes: [], readouts: [{ output: 'logits', scale: 0.25, divisor: 1 }] };

/** On the io tile all but the neuron. A fresh value each time. */
export const hostProgram = (arch: Arch = hostArch, coreOf = (stage: number): number => (stage === hostStage.neuron ? 5 : 0)): Program => copied(assemble(hostPlan, hostSteps, arch, coreOf));

export function changedHost(change: (draft: Draft<Program>) => void): Program {
  const draft = hostProgram() as Draft<Program>;
  change(draft);
  return draft as Program;
}
