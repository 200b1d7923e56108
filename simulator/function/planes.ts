// Values of all planes for all steps of one sample: masks where a plane carries spikes, numbers elsewhere.
import type { Chip } from '../../targets/contract/arch.ts';
import type { Pair } from '../../targets/contract/units.ts';
import type { Plane, Program, Region } from '../../targets/contract/program.ts';
import { positionsOf } from '../../targets/contract/geometry.ts';
import type { MaskView } from '../kernels/bitmask.ts';
import { censusWords, countWords, wordsOfChannels } from '../kernels/bitmask.ts';
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

/** Elements of a plane that are not 0, over all steps: spikes, where it carries spikes. */
export function activeElements({ stride, masks, values }: PlaneStore): number {
  if (stride > 0) return countWords(masks, masks.length);
  let active = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) active++;
  return active;
}

/** Elements of the sum of plane << shift over planes of one shape: how many are one, and how many are more. */
export function planeCensus(stores: readonly PlaneStore[], shifts: readonly number[]): readonly [one: number, more: number] {
  const [front] = stores;
  if (stores.every(({ stride, steps }) => stride > 0 && steps === front.steps)) return censusWords(stores.map(({ masks }) => masks), shifts);
  const planes = stores.map((store) => (store.stride === 0 ? store.values : planeValues(store)));
  const steps = Math.max(...stores.map((store) => store.steps)), size = front.positions * front.channels;
  const sums = stores.length === 1 && shifts[0] === 0 ? planes[0] : new Int32Array(steps * size);
  if (sums !== planes[0]) planes.forEach((values, i) => {
    const repeats = stores[i].steps < steps ? size : sums.length;  // a plane per sample is the same at every step
    for (let element = 0; element < sums.length; element++) sums[element] += values[element % repeats] << shifts[i];
  });
  let one = 0, active = 0;
  for (let element = 0; element < sums.length; element++) {
    one += Number(sums[element] === 1);
    active += Number(sums[element] !== 0);
  }
  return [one, active - one];
}

/** A copy of all values of a plane, [steps, positions, channels]. */
export function planeValues(store: PlaneStore): Int32Array {
  if (store.stride === 0) return store.values.slice();
  const values = new Int32Array(store.steps * store.positions * store.channels);
  for (let step = 0; step < store.steps; step++) spreadMasks(store, step, values, step * store.positions * store.channels);
  return values;
}
