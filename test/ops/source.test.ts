import { expect, it } from 'vitest';
import { source } from '../../compiler/ops/index.ts';
import { inferred, refusal } from './run.ts';

const attrs = { coding: 'direct', grid: [3, 5], channels: 2, domain: 'integer' } as const;

it('is a pixel map in bytes, once per sample when direct', () => {
  expect(inferred(source, { inputs: [], attrs }, 'integer')).toEqual({ kind: 'pixel', domain: 'integer', range: [0, 255], grid: [3, 5], channels: 2, time: 'once' });
});
it('has a frame at every step when it is made of frames', () => {
  expect(inferred(source, { inputs: [], attrs: { ...attrs, coding: 'frames', domain: 'real' } }, 'real')).toMatchObject({ time: 'step', domain: 'real' });
});
it('refuses a map without pixels and a coding it does not know', () => {
  expect(refusal(source, { inputs: [], attrs: { ...attrs, grid: [0, 5] } })).toBe('attribute "grid" must be a pair of whole numbers >= 1, is [0,5]');
  expect(refusal(source, { inputs: [], attrs: { ...attrs, channels: 0 } })).toContain('attribute "channels" must be a whole number >= 1');
  expect(refusal(source, { inputs: [], attrs: { ...attrs, coding: 'poisson' as 'direct' } })).toContain('must be direct or frames or spikes or currents, is "poisson"');
});
