// Soma stages: sums, currents and biases become spikes by the neuron rule, and currents where a residual stream passes.
import { spanLength } from '../../targets/contract/units.ts';
import type { Soma } from '../../targets/contract/program.ts';
import type { Limits } from '../kernels/crossbar-plain.ts';
import type { Currents, Masks } from '../kernels/lif.ts';
import { fire } from '../kernels/lif.ts';
import { climb, stretch } from '../kernels/levels.ts';
import { mix } from '../kernels/mix.ts';
import { prepareMembranes } from './membrane.ts';
import type { PlaneStore } from './planes.ts';
import { valueView, writeValues } from './planes.ts';
import type { SumStore } from './sums.ts';
import { sumsOf } from './synapse.ts';
import type { Runner, Workspace } from './workspace.ts';
import { recordSpikes, stepsOf, tally } from './workspace.ts';
import { payloadsOf } from './count.ts';

/** Currents of one source by (step, context, column of the soma): sums of a chain, or a plane. */
type Incoming = Currents;

export function prepareSoma(stage: Soma, workspace: Workspace): Runner {
  const { program, planes, limits } = workspace, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), columns = spanLength(stage.columns);
  const sums = stage.sums.map((id) => incomingSums(sumsOf(workspace, id), stage));
  const adds = stage.adds.map((region) => incomingPlane(planes[region.plane], region.channels.from, stage));
  const current = stage.current && planes[stage.current.plane], counts = new Int32Array(steps * contexts), incoming = [...sums, ...adds];
  // One exact source that only fires reads its sums in place; anything else is summed, bias included, first.
  const inPlace = incoming.length === 1 && !current && !limits && !stage.gain && stage.rule.kind !== 'pass' && !isWatched(stage);
  const totals = inPlace ? new Int32Array(0) : new Int32Array(steps * contexts * columns);
  const source: Incoming = inPlace ? incoming[0] : { values: totals, at: 0, stepStride: contexts * columns, contextStride: columns };
  const neurons = prepareNeurons(stage, source, inPlace ? stage.bias : new Int32Array(columns), counts, workspace);
  const payloads = stage.spikes ? payloadsOf(stage.spikes, program.planes[stage.spikes.plane]) : new Int32Array(0);
  return () => {
    if (!inPlace) {
      totals.fill(0);
      for (const one of sums) addUp(one, steps, contexts, columns, totals, limits);
      if (stage.gain) multiply(stage.gain, totals, { steps, columns, shift: stage.gainShift ?? 0 }, limits);
      for (const one of [...adds, { values: stage.bias, at: 0, stepStride: 0, contextStride: 0 }]) addUp(one, steps, contexts, columns, totals, limits);
    }
    if (current && stage.current && stage.passes !== 'membrane') {
      for (let step = 0; step < steps; step++) {
        writeValues(current, step, stage.current, totals.subarray(step * contexts * columns), stage.contexts.from, contexts, counts, step * contexts);
      }
    }
    if (!neurons) return;
    const units = neurons();
    recordSpikes(workspace.activities[stage.id], steps, 0, payloads, counts);
    for (let step = 0; step < steps; step++) {
      let crossed = 0;
      for (let m = step * contexts; m < (step + 1) * contexts; m++) crossed += counts[m];
      tally(workspace, step, stage.id, 'crossing', crossed);
      if (stage.spikes) tally(workspace, step, stage.id, 'spike', units ? units[step] : crossed);
    }
  };
}

/** Whether anything looks at the membranes of a soma. */
const isWatched = (stage: Soma): boolean => stage.passes === 'membrane' || stage.plastic !== undefined;

function incomingSums(sums: SumStore, stage: Soma): Incoming {
  const columns = spanLength(sums.columns);
  return { values: sums.values, at: (stage.contexts.from - sums.contexts.from) * columns + stage.columns.from - sums.columns.from,
    stepStride: sums.steps === 1 ? 0 : spanLength(sums.contexts) * columns, contextStride: columns };
}

function incomingPlane(store: PlaneStore, channel: number, stage: Soma): Incoming {
  if (store.stride > 0) throw new Error(`soma ${stage.id} adds plane ${store.plane.name}, which carries spikes`);
  return { values: store.values, at: stage.contexts.from * store.channels + channel, stepStride: store.steps === 1 ? 0 : store.positions * store.channels,
    contextStride: store.channels };
}

/** Adds one source to the totals; clamped where the target saturates. In order: sums of tiles, (gain,) currents in block order, the bias. */
function addUp({ values, at, stepStride, contextStride }: Incoming, steps: number, contexts: number, columns: number, totals: Int32Array, limits: Limits | undefined): void {
  for (let step = 0, out = 0; step < steps; step++) for (let context = 0; context < contexts; context++) {
    const from = at + step * stepStride + context * contextStride;
    if (limits) for (let column = 0; column < columns; column++, out++) totals[out] = Math.min(limits.highest, Math.max(limits.lowest, totals[out] + values[from + column]));
    else for (let column = 0; column < columns; column++, out++) totals[out] += values[from + column];
  }
}

/** @param gain [columns], or [steps, columns] @param totals [steps, contexts, columns], multiplied in place and rounded by `shift` bits */
function multiply(gain: Int32Array, totals: Int32Array, { steps, columns, shift }: Readonly<{ steps: number; columns: number; shift: number }>, limits: Limits | undefined): void {
  const each = totals.length / steps, stride = gain.length === columns ? 0 : columns;
  for (let step = 0, i = 0; step < steps; step++) for (let end = i + each, column = 0; i < end; i++, column++) {
    if (column === columns) column = 0;
    const product = shift === 0 ? totals[i] * gain[step * stride + column] : Math.floor(totals[i] * gain[step * stride + column] / 2 ** shift + 0.5);
    totals[i] = limits ? Math.min(limits.highest, Math.max(limits.lowest, product)) : product;
  }
}

/** Runs all neurons, counts those that emit per step and context, and gives the unit spikes of each step where a neuron may emit more than one. */
function prepareNeurons(stage: Soma, currents: Currents, bias: Int32Array, counts: Int32Array, workspace: Workspace): (() => Float64Array | undefined) | undefined {
  const { planes, program } = workspace, { rule, spikes } = stage, steps = stepsOf(stage, program), contexts = spanLength(stage.contexts), columns = spanLength(stage.columns);
  if (rule.kind === 'pass') return undefined;
  const membranes = new Int32Array(columns);
  if (rule.kind === 'lif' && isWatched(stage)) {
    const run = prepareMembranes(stage, rule, currents, counts, workspace);
    return () => { run(); return undefined; };
  }
  if (rule.kind === 'lif') {
    const unheard: Masks = { words: new Int32Array(columns), at: 0, stepStride: 0, contextStride: 0, firstBit: 0 };
    const masks = spikes ? masksOf(planes[spikes.plane], spikes.channels.from, stage) : unheard;
    return () => { fire({ ...rule, columns, bias }, currents, masks, steps, contexts, membranes, counts); return undefined; };
  }
  if (spikes && planes[spikes.plane].stride > 0 && (rule.kind === 'elastic' || (rule.kind === 'ladder' && rule.levels > 1))) {
    throw new Error(`soma ${stage.id} writes more than spikes into plane ${spikes.plane}`);
  }
  const values = new Int32Array(steps * contexts * columns), units = new Float64Array(steps);
  return () => {
    if (rule.kind === 'mix') mix({ ...rule, columns, bias }, currents, steps, contexts, values);
    else if (rule.kind === 'ladder') climb({ ...rule, columns, bias }, currents, steps, contexts, values);
    else stretch({ ...rule, columns, bias }, currents, steps, contexts, membranes, values);
    for (let step = 0; step < steps; step++) {
      const from = step * contexts * columns;
      units[step] = countEmitting(values, from, contexts, columns, counts, step * contexts);
      if (spikes) writeValues(planes[spikes.plane], step, spikes, values.subarray(from), stage.contexts.from, contexts, counts, step * contexts);
    }
    return units;
  };
}

/** Counts the values that are not 0 per context. @returns sum of all magnitudes */
function countEmitting(values: Int32Array, from: number, contexts: number, columns: number, counts: Int32Array, countAt: number): number {
  let units = 0;
  for (let context = 0, i = from; context < contexts; context++) {
    let emitting = 0;
    for (let column = 0; column < columns; column++, i++) {
      units += Math.abs(values[i]);
      emitting += Number(values[i] !== 0);
    }
    counts[countAt + context] = emitting;
  }
  return units;
}

function masksOf(store: PlaneStore, channel: number, stage: Soma): Masks {
  if (store.stride === 0) throw new Error(`soma ${stage.id} fires into plane ${store.plane.name}, which does not carry spikes`);
  return { words: store.masks, at: stage.contexts.from * store.stride + (channel >>> 5), stepStride: store.steps === 1 ? 0 : store.positions * store.stride,
    contextStride: store.stride, firstBit: channel & 31 };
}
