// Values of all planes for all steps of one sample: masks where a plane carries spikes, numbers elsewhere.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Pair } from '../../targets/contract/units.ts';
import type { Plane, Program, Region } from '../../targets/contract/program.ts';
import { positionsOf } from '../../targets/contract/geometry.ts';
import type { MaskView } from '../kernels/bitmask.ts';
import { wordsOfChannels } from '../kernels/bitmask.ts';
import type { ValueView } from '../kernels/pool.ts';

/**
 * steps: 1 where the plane is per sample. masks [steps, positions, stride] for spikes; values [steps, positions, channels] for ternary spikes, counts, currents and pixels.
 * stride: words of one position; 0 where the plane has values.
 */
export type PlaneStore = Readonly<{ plane: Plane; grid: Pair; steps: number; positions: number; channels: number; stride: number; masks: Int32Array; values: Int32Array }>;

export function storePlanes(program: Program): PlaneStore[] {
  return program.planes.map((plane) => {
    const steps = plane.per === 'sample' ? 1 : program.steps, positions = positionsOf(plane.grid), spikes = plane.carrier.as === 'spike';
    const stride = spikes ? wordsOfChannels(plane.channels) : 0;
    return { plane, grid: plane.grid, steps, positions, channels: plane.channels, stride,
      masks: new Int32Array(steps * positions * stride), values: new Int32Array(spikes ? 0 : steps * positions * plane.channels) };
  });
}

/** Whether a value that is not 0 costs a pass per unit of its magnitude, or one. */
export const eachOf = (store: PlaneStore, chip: Chip): 'pass' | 'count' => (store.stride === 0 && chip.abilities.graded === 'repeat' ? 'count' : 'pass');

/** Index of a plane's step: planes per sample hold step 0 only. */
export const stepIn = (store: PlaneStore, step: number): number => (store.steps === 1 ? 0 : step);

export const maskView = (store: PlaneStore, step: number, region: Region): MaskView =>
  ({ words: store.masks, at: stepIn(store, step) * store.positions * store.stride, stride: store.stride, firstBit: region.channels.from });

/** Values of a region at one step; spikes are spread out into `scratch` [positions, channels] of the whole plane first. */
export function valueView(store: PlaneStore, step: number, region: Region, scratch: Int32Array): ValueView {
  const first = region.channels.from, { channels } = store;
  if (store.stride === 0) return { values: store.values, at: stepIn(store, step) * store.positions * channels, channels, first };
  spreadMasks(store, stepIn(store, step), scratch, 0);
  return { values: scratch, at: 0, channels, first };
}

function spreadMasks(store: PlaneStore, step: number, into: Int32Array, at: number): void {
  for (let position = 0, out = at; position < store.positions; position++) {
    const word = (step * store.positions + position) * store.stride;
    for (let channel = 0; channel < store.channels; channel++) into[out++] = (store.masks[word + (channel >>> 5)] >>> (channel & 31)) & 1;
  }
}

/**
 * Writes values [contexts, region channels] of one step: positions from `first` on.
 * @param counts elements that are not 0, per context, written from `countAt` on
 */
export function writeValues(store: PlaneStore, step: number, region: Region, values: Int32Array, first: number, contexts: number, counts: Int32Array, countAt: number): void {
  const channels = region.channels.to - region.channels.from;
  for (let context = 0, from = 0; context < contexts; context++) {
    const cell = stepIn(store, step) * store.positions + first + context;
    let active = 0;
    for (let channel = region.channels.from; channel < region.channels.from + channels; channel++, from++) {
      const value = values[from];
      if (value !== 0) active++;
      if (store.stride === 0) store.values[cell * store.channels + channel] = value;
      else if (value !== 0) store.masks[cell * store.stride + (channel >>> 5)] |= 1 << (channel & 31);
    }
    counts[countAt + context] = active;
  }
}

/** A copy of all values of a plane, [steps, positions, channels]. */
export function planeValues(store: PlaneStore): Int32Array {
  if (store.stride === 0) return store.values.slice();
  const values = new Int32Array(store.steps * store.positions * store.channels);
  for (let step = 0; step < store.steps; step++) spreadMasks(store, step, values, step * store.positions * store.channels);
  return values;
}
