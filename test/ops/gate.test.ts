// gate: the published formula, its staircase in whole numbers, and that a gate of 0 or 1 is exact.
import { describe, expect, it } from 'vitest';
import { gate } from '../../compiler/ops/index.ts';
import { applied, inferred, refusal, tensor, vector } from './run.ts';

const x = { kind: 'current', grid: [1, 2], channels: 2, values: [1, 2, 3, 6, -4, 0, 2, -6, 8, 8, 8, 8] } as const, steps = 3;
const network = { first: tensor([1, 3], [1, 0, -1]), firstBias: vector(6), second: tensor([3, 1], [0.5, -1, 0]), secondBias: vector(0, 1, 0) };
const whole = { ...network, first: tensor([1, 3], [1, 0, -1]), firstBias: vector(20), second: tensor([3, 1], [1, -1, 0]), secondBias: vector(0, 5, -1) };

describe('gate', () => {
  it('weighs each step by the sigmoid of a network of all means', () => {
    // Means 3, -2, 8: hidden max(0, 3 - 8 + 6) = 1; scores 0.5, 0, 0.
    const open = 1 / (1 + Math.exp(-0.5)), result = applied(gate, { inputs: [x], attrs: {}, params: network, steps }, 'real');
    [1, 2, 3, 6].forEach((value, i) => expect(result[i]).toBeCloseTo(open * value, 14));
    expect(result.slice(4)).toEqual([-2, 0, 1, -3, 4, 4, 4, 4]);
  });

  it('opens only what its rectifier lets through', () => {
    const shut = { ...network, firstBias: vector(4) };  // 3 - 8 + 4 < 0
    expect(applied(gate, { inputs: [x], attrs: {}, params: shut, steps }, 'real').slice(0, 4)).toEqual([0.5, 1, 1.5, 3]);
  });

  it('counts shares, levels and halves in whole numbers', () => {
    // Shares 1 and 2: sums (1 + 4 + 3 + 12) = 20, -4 + 0 + 2 - 12 = -14, 48; hidden max(0, 20 - 48 + 20) = 0; scores 0, 5, -1.
    const params = { ...whole, share: vector(1, 2), level: vector(-1, 0, 1, 5) };
    expect(applied(gate, { inputs: [x], attrs: {}, params, steps }, 'integer')).toEqual([1, 1, 2, 3, -4, 0, 2, -6, 2, 2, 2, 2]);  // 2/4, 4/4, 1/4; 1/2 goes up
    const open = { ...params, firstBias: vector(30) };  // hidden 2: scores 2, 3, -1
    expect(applied(gate, { inputs: [x], attrs: {}, params: open, steps }, 'integer').slice(0, 8)).toEqual([1, 2, 2, 5, -3, 0, 2, -4]);
  });

  it('changes nothing of what it lets through whole, and leaves nothing of what it shuts', () => {
    const params = { ...whole, second: tensor([3, 1], [0, 0, 0]), secondBias: vector(100, -100, 100), share: vector(1, 1), level: vector(-3, -1, 1, 3) };
    expect(applied(gate, { inputs: [x], attrs: {}, params, steps }, 'integer')).toEqual([1, 2, 3, 6, 0, 0, 0, 0, 8, 8, 8, 8]);
  });

  it('reaches no further than what it weighs', () => {
    const params = { ...whole, share: vector(1, 1), level: vector(0) };
    expect(inferred(gate, { inputs: [{ ...x, range: [3, 9] }], attrs: {}, params, steps }, 'integer').range).toEqual([0, 9]);
  });

  it('refuses tables of other sizes, tables of the other domain, and levels that fall', () => {
    const of = (params: typeof network | Record<string, unknown>, domain: 'real' | 'integer' = 'real') => refusal(gate, { inputs: [x], attrs: {}, params: params as typeof network, steps }, domain);
    expect(of({ ...network, first: tensor([1, 2], [1, 1]) })).toBe('parameter "first" must have shape [1, 3], has [1, 2]');
    expect(of({ ...network, secondBias: vector(1) })).toContain('"secondBias" must have shape [3]');
    expect(of({ ...network, share: vector(1, 1) })).toBe('share and level belong to integer graphs');
    expect(of(whole, 'integer')).toBe('needs the parameters "share" and "level" in an integer graph');
    expect(of({ ...whole, share: vector(1, 1), level: vector(2, 1) }, 'integer')).toBe('level 1 is below the one before it');
    expect(refusal(gate, { inputs: [{ ...x, time: 'once', values: [1, 2, 3, 4] }], attrs: {}, params: network, steps })).toContain('repeat it first');
  });
});
