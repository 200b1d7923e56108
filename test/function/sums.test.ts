// Buffers of partial sums are shared only by chains that never live at the same time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allotSlabs, storeSums } from '../../simulator/function/sums.ts';
import { tinyProgram } from '../contract/tiny-program.ts';

test('overlapping lifetimes never share a slab, and no more slabs are used than lifetimes overlap', () => {
  const lifetimes = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 25 })
    .map((pairs) => pairs.map(([from, length]) => ({ from, to: from + length })).sort((a, b) => a.from - b.from));
  fc.assert(fc.property(lifetimes, (spans) => {
    const slabs = allotSlabs(spans);
    spans.forEach((a, i) => spans.forEach((b, j) => { if (i < j && a.from < b.to && b.from < a.to) expect(slabs[i]).not.toBe(slabs[j]); }));
    const crowd = Math.max(...spans.map(({ from }) => spans.filter((other) => other.from <= from && from < other.to).length));
    expect(new Set(slabs).size).toBe(crowd);
  }), { seed: 81, numRuns: 200 });
});

test('tiles of one chain share one buffer, hoisted chains hold one step', () => {
  const program = tinyProgram(), sums = storeSums(program);
  expect(sums.get(1)).toBe(sums.get(2));
  expect([sums.get(2)!.steps, sums.get(8)!.steps, sums.get(10)!.contexts.to]).toEqual([1, 3, 4]);
  expect(sums.get(4)!.contexts).toEqual({ from: 8, to: 16 });
  expect(() => storeSums({ ...program, stages: program.stages.map((stage) => (stage.id === 1 && stage.kind === 'synapse' ? { ...stage, after: 9 } : stage)) })).toThrow('stage 9');
});
