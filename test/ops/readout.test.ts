import { expect, it } from 'vitest';
import { readout } from '../../compiler/ops/index.ts';
import { applied, inferred, refusal, tensor, vector } from './run.ts';

// Two steps, two positions, two channels.
const x = { kind: 'current', grid: [1, 2], channels: 2, range: [-4, 10], values: [1, -2, 3, 4, 5, -4, 7, 10] } as const;

it('is the mean over steps and positions plus the bias, in float64', () => {
  expect(applied(readout, { inputs: [x], attrs: { scale: 1 }, params: { bias: vector(0.5, 100) }, steps: 2 }, 'real')).toEqual([4.5, 102]);
});
it('is a factor times the mean where the head reads a sum over tokens; the bias keeps its own size', () => {
  expect(applied(readout, { inputs: [x], attrs: { scale: 0.25 }, params: { bias: vector(0.5, 100) }, steps: 2 }, 'real')).toEqual([1.5, 100.5]);
});
it('is the plain sum plus the bias, in integers', () => {
  expect(applied(readout, { inputs: [x], attrs: { scale: 0.25 }, params: { bias: vector(-2, 400) }, steps: 2 }, 'integer')).toEqual([14, 408]);
  expect(applied(readout, { inputs: [x], attrs: { scale: 0.25 }, steps: 2 }, 'integer')).toEqual([16, 8]);
});
it('proves a bound for all terms and the bias', () => {
  expect(inferred(readout, { inputs: [x], attrs: { scale: 1 }, params: { bias: vector(-2, 400) }, steps: 2 }, 'integer')).toMatchObject({ grid: [1, 1], channels: 2, time: 'once', range: [-18, 440] });
});
it('refuses values without steps, pixels, and a bias of another length, however long', () => {
  expect(refusal(readout, { inputs: [{ ...x, time: 'once' }], attrs: { scale: 1 } })).toBe('reads a value without steps');
  expect(refusal(readout, { inputs: [{ ...x, kind: 'pixel' }], attrs: { scale: 1 } })).toBe('input 0 must be current or spike or count or ternary, is pixel');
  expect(refusal(readout, { inputs: [x], attrs: { scale: 1 }, params: { bias: tensor([2 ** 18], Array<number>(2 ** 18).fill(0)) } })).toBe('parameter "bias" must have shape [2], has [262144]');
});
it('weighs steps, and then does not average them', () => {
  expect(applied(readout, { inputs: [x], attrs: { scale: 1 }, params: { stepWeight: vector(-2, 0.5) }, steps: 2 }, 'real')).toEqual([-2 * 2 + 0.5 * 6, -2 * 1 + 0.5 * 3]);
});
it('weighs steps that it keeps apart', () => {
  const trial = { inputs: [x], attrs: { scale: 1, keepSteps: 1 }, params: { stepWeight: vector(-2, 0.5) }, steps: 2 };
  expect(applied(readout, trial, 'real')).toEqual([-2 * 2, -2 * 1, 0.5 * 6, 0.5 * 3]);
  expect(inferred(readout, { ...trial, inputs: [{ ...x, range: [-1, 10] }] }, 'integer').range).toEqual([-2 * 2 * 10, 0.5 * 2 * 10]);  // two positions
});
it('turns results into scores by rows on the host; an integer graph hands the results on', () => {
  const rows = tensor([3, 2], [1, 0, 0, 2, -1, 1]), given = { inputs: [x], attrs: { scale: 1 }, params: { rows, bias: vector(0, 1) }, steps: 2 };
  expect([applied(readout, given, 'real'), applied(readout, given, 'integer')]).toEqual([[4, 6, -1], [16, 9]]);
  expect([inferred(readout, given, 'real'), inferred(readout, given, 'integer')]).toMatchObject([{ channels: 3 }, { channels: 2 }]);
});
it('scores every result that is kept apart', () => {
  expect(applied(readout, { inputs: [x], attrs: { scale: 1, keepSteps: 1 }, params: { rows: tensor([1, 2], [1, 10]) }, steps: 2 }, 'real')).toEqual([2 + 10, 6 + 30]);
});
it('adds an offset to the scores of rows, and refuses one without rows', () => {
  const rows = tensor([2, 2], [1, 0, 0, 2]);
  expect(applied(readout, { inputs: [x], attrs: { scale: 1 }, params: { rows, offset: vector(10, -1) }, steps: 2 }, 'real')).toEqual([14, 3]);
  expect(refusal(readout, { inputs: [x], attrs: { scale: 1 }, params: { offset: vector(1, 2) } })).toContain('one entry per row');
  expect(refusal(readout, { inputs: [x], attrs: { scale: 1 }, params: { rows, offset: vector(1, 2, 3) } })).toContain('one entry per row');
});
it('refuses rows of another width', () => {
  expect(refusal(readout, { inputs: [x], attrs: { scale: 1 }, params: { rows: tensor([2, 3], [1, 2, 3, 4, 5, 6]) } })).toBe('parameter "rows" must have shape [scores, 2], has [2, 3]');
});
