// Soma stages: sums, currents and biases become spikes by the neuron rule, and currents where a residual stream passes.
import { spanLength } from '../../targets/contract/units.ts';
import type { Soma } from '../../targets/contract/program.ts';
import type { Limits } from '../kernels/crossbar-plain.ts';
import type { Currents, Masks, Neurons } from '../kernels/lif.ts';
import { fire } from '../kernels/lif.ts';
import type { PlaneStore } from './planes.ts';
import { writeValues } from './planes.ts';
import type { SumStore } from './sums.ts';
import { sumsOf } from './synapse.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf, tally } from './workspace.ts';
import { spikePayloads } from './count.ts';

/** Currents of one source by (step, context, column of the soma): sums of a chain, or a plane. */
type Incoming = Readonly<{ values: Int32Array; at: number; stepStride: number; contextStride: number }>;

export function prepareSoma(stage: Soma, workspace: Workspace): Runner {
  const { program, planes, limits } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), columns = spanLength(stage.columns);
  const sums = stage.sums.map((id) => incomingSums(sumsOf(workspace, id), stage));
  const incoming = [...sums, ...stage.adds.map((region) => incomingPlane(planes[region.plane], region.channels.from, stage))];
  const current = stage.current && planes[stage.current.plane], activity = workspace.activities[stage.id], counts = new Int32Array(steps * contexts);
  // One exact source that only fires reads its sums in place; anything else is summed, bias included, first.
  const inPlace = incoming.length === 1 && !current && !limits && stage.rule.kind === 'lif';
  const totals = inPlace ? new Int32Array(0) : new Int32Array(steps * contexts * columns);
  const source: Incoming = inPlace ? incoming[0] : { values: totals, at: 0, stepStride: contexts * columns, contextStride: columns };
  const payloads = stage.spikes && spikePayloads(stage.spikes), spike = prepareSpikes(stage, source, inPlace ? stage.bias : new Int32Array(columns), counts, workspace);
  return () => {
    if (!inPlace) addUp(incoming, stage.bias, steps, contexts, columns, totals, limits);
    if (current && stage.current) {
      for (let step = 0; step < steps; step++) {
        writeValues(current, step, stage.current, totals.subarray(step * contexts * columns), stage.contexts.from, contexts, counts, step * contexts);
      }
    }
    if (!spike) return;
    spike();
    if (payloads) recordSpikes(activity, steps, 0, payloads, counts);
    for (let step = 0; step < steps; step++) {
      let spikes = 0;
      for (let m = step * contexts; m < (step + 1) * contexts; m++) spikes += counts[m];
      tally(workspace, step, stage.id, 'crossing', spikes);
      if (stage.spikes) tally(workspace, step, stage.id, 'spike', spikes);
    }
  };
}

function incomingSums(sums: SumStore, stage: Soma): Incoming {
  const columns = spanLength(sums.columns);
  return { values: sums.values, at: (stage.contexts.from - sums.contexts.from) * columns + stage.columns.from - sums.columns.from,
    stepStride: sums.steps === 1 ? 0 : spanLength(sums.contexts) * columns, contextStride: columns };
}

const incomingPlane = (store: PlaneStore, channel: number, stage: Soma): Incoming => ({ values: store.values, at: stage.contexts.from * store.channels + channel,
  stepStride: store.steps === 1 ? 0 : store.positions * store.channels, contextStride: store.channels });

/** Sums of tiles in order, then currents in block order, then the bias; clamped after each addition where the target saturates. */
function addUp(incoming: readonly Incoming[], bias: Int32Array, steps: number, contexts: number, columns: number, totals: Int32Array, limits: Limits | undefined): void {
  totals.fill(0);
  const biases: Incoming = { values: bias, at: 0, stepStride: 0, contextStride: 0 };
  for (const { values, at, stepStride, contextStride } of [...incoming, biases]) {
    for (let step = 0, out = 0; step < steps; step++) for (let context = 0; context < contexts; context++) {
      const from = at + step * stepStride + context * contextStride;
      if (limits) for (let column = 0; column < columns; column++, out++) totals[out] = Math.min(limits.highest, Math.max(limits.lowest, totals[out] + values[from + column]));
      else for (let column = 0; column < columns; column++, out++) totals[out] += values[from + column];
    }
  }
}

function prepareSpikes(stage: Soma, currents: Currents, bias: Int32Array, counts: Int32Array, workspace: Workspace): (() => void) | undefined {
  if (stage.rule.kind === 'pass') return undefined;
  const { program, planes } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), columns = spanLength(stage.columns);
  const neurons: Neurons = { columns, thresholds: stage.rule.thresholds, bias, keep: stage.rule.keep, reset: stage.rule.reset }, membranes = new Int32Array(columns);
  const unheard: Masks = { words: new Int32Array(columns), at: 0, stepStride: 0, contextStride: 0, firstBit: 0 };
  const masks = stage.spikes ? masksOf(planes[stage.spikes.plane], stage.spikes.channels.from, stage) : unheard;
  return () => fire(neurons, currents, masks, steps, contexts, membranes, counts);
}

const masksOf = (store: PlaneStore, channel: number, stage: Soma): Masks => ({ words: store.masks, at: stage.contexts.from * store.stride + (channel >>> 5),
  stepStride: store.steps === 1 ? 0 : store.positions * store.stride, contextStride: store.stride, firstBit: channel & 31 });
