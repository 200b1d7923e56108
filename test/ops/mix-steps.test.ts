// Neurons that weigh their inputs of all steps so far: by hand, refused, bounded, and in whole numbers exactly as in real ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixSteps } from '../../compiler/ops/index.ts';
import { keepsInputs, mixBounds } from '../../compiler/ops/mix-steps.ts';
import { mixStepsNeuron } from '../../compiler/passes/neurons/mix-steps.ts';
import { Roundings } from '../../compiler/passes/rounding.ts';
import { randomFrom } from '../random.ts';
import type { Given } from './run.ts';
import { applied, inBoth, inferred, refusal, tensor, vector } from './run.ts';

const currents = (channels: number, values: readonly number[]): Given => ({ kind: 'current', grid: [1, 1], channels, values });

describe('a neuron that mixes steps', () => {
  it('weighs its own step and those before it, and resets nothing', () => {
    // 2; -2 + 3 = 1; 4 + 3 - 5 = 2
    expect(inBoth(mixSteps, { inputs: [currents(1, [2, 3, -5])], attrs: {}, params: { weight: tensor([3, 3], [1, 0, 0, -1, 1, 0, 2, 1, 1]), least: vector(2, 2, 2) }, steps: 3 })).toEqual([1, 0, 1]);
  });
  it('without weights has a threshold for every step, of every channel if it says so, that silence may reach', () => {
    const x = [currents(2, [0, 5, 0, 5, 0, 5])];
    expect(inBoth(mixSteps, { inputs: x, attrs: {}, params: { least: vector(5, 0, -1) }, steps: 3 })).toEqual([0, 1, 1, 1, 1, 1]);
    expect(inBoth(mixSteps, { inputs: x, attrs: {}, params: { least: tensor([3, 2], [1, 6, 0, 5, 2, 4]) }, steps: 3 })).toEqual([0, 0, 1, 1, 0, 1]);
  });
  it('is a spike of currents or counts, and knows nothing of what comes after it', () => {
    const x = currents(1, [0, 0]), least = vector(1, 1);
    expect(inferred(mixSteps, { inputs: [x], attrs: {}, params: { least }, steps: 2 }, 'integer')).toMatchObject({ kind: 'spike', range: [0, 1] });
    expect(refusal(mixSteps, { inputs: [x], attrs: {}, params: { least, weight: tensor([2, 2], [1, 1, 1, 1]) }, steps: 2 })).toBe('step 0 weighs step 1, which comes after it');
    expect(refusal(mixSteps, { inputs: [x], attrs: {}, params: { least: vector(1) }, steps: 2 })).toContain('least');
    expect(refusal(mixSteps, { inputs: [x], attrs: {}, params: { least, weight: tensor([1, 1], [1]) }, steps: 2 })).toContain('weight');
    expect(refusal(mixSteps, { inputs: [{ ...x, time: 'once' }], attrs: {}, params: { least }, steps: 2 })).toContain('repeat it first');
    expect(refusal(mixSteps, { inputs: [{ ...x, kind: 'spike' }], attrs: {}, params: { least }, steps: 2 })).toContain('must be current or count');
  });
  it('never leaves the bounds that are proved of it, and keeps inputs only where a later step weighs them', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), (seed, steps) => {
      const random = randomFrom(seed), weight = tensor([steps, steps], Array.from({ length: steps ** 2 }, (_, i) => (i % steps > Math.floor(i / steps) ? 0 : random.whole(-9, 9)))), low = random.whole(-50, 0), high = random.whole(0, 50);
      const [least, most] = mixBounds({ range: [low, high] }, weight, steps), x = Array.from({ length: steps }, () => random.whole(low, high));
      for (let step = 0; step < steps; step++) {
        let sum = 0;
        for (let past = step; past >= 0; past--) { sum += weight.data[step * steps + past] * x[past]; expect(sum >= least && sum <= most).toBe(true); }
      }
    }), { seed: 5, numRuns: 200 });
    expect([keepsInputs(undefined, 3), keepsInputs(tensor([2, 2], [4, 0, 0, 7]), 2), keepsInputs(tensor([2, 2], [4, 0, 1, 7]), 2)]).toEqual([false, false, true]);
  });
});

describe('mixed steps in whole numbers', () => {
  const made = (weight: readonly number[] | undefined, least: readonly number[], unit: number, most: number, codes = 127) => {
    const steps = least.length, roundings = new Roundings(), params = { ...(weight ? { weight: tensor([steps, steps], weight) } : {}), least: vector(...least) };
    const node = { name: 'n', kind: 'mix-steps' as const, attrs: {}, inputs: [0], params, type: inferred(mixSteps, { inputs: [currents(1, Array(steps).fill(0))], attrs: {}, params, steps }, 'real') };
    const context = { report: () => { throw new Error('refused'); }, note: () => undefined, verdict: () => undefined }, types = [{ ...node.type, kind: 'current', domain: 'integer', range: [-most, most] }] as const;
    const [, whole] = mixStepsNeuron.toUnits(node, { read: Float64Array.of(unit), types, steps, membraneBits: 24, fractionBits: undefined, codes, context, roundings });
    return { params, whole, verdicts: roundings.verdicts() };
  };
  it('are exactly the spikes of the real neuron where its weights are dyadic, whatever its thresholds', () => {
    let fired = 0, silent = 0;
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.boolean(), (seed, steps, mixed) => {
      const random = randomFrom(seed), unit = 2 ** -random.whole(0, 4), power = 2 ** -random.whole(0, 6), weight = Array.from({ length: steps ** 2 }, (_, i) => (i % steps > Math.floor(i / steps) ? 0 : random.whole(-127, 127) * power));
      const least = Array.from({ length: steps }, () => random.pick([random.whole(-40, 40) * unit * (mixed ? power : 1), random.unit() * 40 - 20, 1e9, -1e9])), { params, whole, verdicts } = made(mixed ? weight : undefined, least, unit, 30);
      const x = Array.from({ length: steps }, () => random.whole(-30, 30)), real = applied(mixSteps, { inputs: [currents(1, x.map((value) => value * unit))], attrs: {}, params, steps }, 'real');
      expect(applied(mixSteps, { inputs: [{ ...currents(1, x), range: [-30, 30] }], attrs: {}, params: whole, steps }, 'integer')).toEqual(real);
      expect(verdicts.every(({ exact }) => exact)).toBe(true);
      real.forEach((spike) => { if (spike) fired++; else silent++; });
    }), { seed: 6, numRuns: 400 });
    expect(Math.min(fired, silent)).toBeGreaterThan(200);
  });
  it('have codes of as many bits as are allowed where their weights are not dyadic, and say so', () => {
    const { whole, verdicts } = made([0.3, 0, 0.1, -0.7], [1, 1], 1, 30, 7);
    expect([...whole.weight.data]).toEqual([3, 0, 1, -7]);
    expect([...whole.least.data]).toEqual([10, 10]);
    expect(verdicts.map(({ mechanism, exact }) => [mechanism, exact])).toEqual([['weights', false], ['levels', true]]);
  });
});
