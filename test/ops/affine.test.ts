import { expect, it } from 'vitest';
import { affine } from '../../compiler/ops/index.ts';
import { applied, inferred, refusal, vector } from './run.ts';

const pixels = { kind: 'pixel', grid: [1, 2], channels: 2, time: 'once', values: [0, 64, 128, 255] } as const;

it('scales and shifts each channel by its own numbers', () => {
  expect(applied(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(0.5, -1), shift: vector(1, 10) } }, 'real')).toEqual([1, -54, 65, -245]);
});
it('takes one scale for all channels, and no shift', () => {
  expect(applied(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(1 / 256) } }, 'real')).toEqual([0, 0.25, 0.5, 255 / 256]);
});
it('makes a current of what it reads, once where that is given once', () => {
  expect(inferred(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(1) } }, 'real')).toMatchObject({ kind: 'current', time: 'once', range: [-Infinity, Infinity] });
});
it('refuses parameters of another length, and integers', () => {
  expect(refusal(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(1, 2, 3) } })).toBe('parameter "scale" must have shape [2] or [1], has [3]');
  expect(refusal(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(1), shift: vector(1, 2, 3) } })).toContain('"shift"');
  expect(refusal(affine, { inputs: [pixels], attrs: {}, params: {} })).toBe('needs the parameter "scale" [channels] or [1]');
  expect(refusal(affine, { inputs: [pixels], attrs: {}, params: { scale: vector(1) } }, 'integer')).toBe('has no integer form');
});
