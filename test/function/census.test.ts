// What a weight matrix sees: counted on masks and values alike, against one element at a time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlaneStore } from '../../simulator/function/planes.ts';
import { activeElements, planeCensus, planeValues } from '../../simulator/function/planes.ts';

type Part = Readonly<{ spikes: boolean; once: boolean; shift: number; values: readonly number[] }>;
const steps = 3, positions = 2;

const layers = fc.integer({ min: 1, max: 70 }).chain((channels) => fc.record({ channels: fc.constant(channels),
  parts: fc.array(fc.record({ spikes: fc.boolean(), once: fc.boolean(), shift: fc.integer({ min: 0, max: 2 }),
    values: fc.array(fc.nat(3), { minLength: steps * positions * channels, maxLength: steps * positions * channels }) }), { minLength: 1, maxLength: 4 }) }));

function storeOf({ spikes, once, values }: Part, channels: number): PlaneStore {
  const length = (once ? 1 : steps) * positions * channels, stride = spikes ? Math.ceil(channels / 32) : 0, masks = new Int32Array((length / channels) * stride);
  if (spikes) for (let i = 0; i < length; i++) if (values[i] > 1) masks[Math.floor(i / channels) * stride + ((i % channels) >> 5)] |= 1 << (i % channels & 31);
  return { plane: { name: '', grid: [1, positions], channels, carrier: spikes ? { as: 'spike' } : { as: 'count', max: 3 }, per: once ? 'sample' : 'step' }, grid: [1, positions],
    steps: once ? 1 : steps, positions, channels, stride, masks, values: spikes ? new Int32Array(0) : Int32Array.from(values.slice(0, length)) };
}

test('ones and larger sums are counted as element by element, whatever carries the planes', () => {
  fc.assert(fc.property(layers, ({ channels, parts }) => {
    const stores = parts.map((part) => storeOf(part, channels)), size = positions * channels, all = Math.max(...stores.map((store) => store.steps)) * size;
    let one = 0, more = 0;
    for (let at = 0; at < all; at++) {
      const sum = parts.reduce((total, { spikes, once, shift, values }) => {
        const value = values[once ? at % size : at];
        return total + ((spikes ? Number(value > 1) : value) << shift);
      }, 0);
      if (sum === 1) one++;
      else if (sum > 1) more++;
    }
    expect(planeCensus(stores, parts.map(({ shift }) => shift))).toEqual([one, more]);
  }), { seed: 61, numRuns: 300 });
});

test('active elements are those that are not 0', () => {
  fc.assert(fc.property(layers, ({ channels, parts: [part] }) => {
    const store = storeOf(part, channels);
    expect(activeElements(store)).toBe(planeValues(store).filter((value) => value !== 0).length);
  }), { seed: 62, numRuns: 100 });
});
