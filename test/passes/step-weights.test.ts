// Factors of steps in a readout: whole multiples of a unit of their own, as fine as 32-bit results allow.
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { passes } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';

/** Event counts of 8 channels on a map, one weight each, summed over steps with these factors. */
function graphOf(stepWeight: readonly number[], side: number, weight: number): Graph {
  const builder = new GraphBuilder('steps', stepWeight.length, ops), vector = (...values: readonly number[]) => ({ shape: [values.length], data: Float64Array.from(values) });
  const frames = builder.add(ops.source, 'input', [], { coding: 'frames', grid: [side, side], channels: 8, domain: 'real' });
  const sums = builder.add(ops.conv, 'proj', [frames], { window: [1, 1], stride: [1, 1], padding: [0, 0] }, { weight: { shape: [8, 1], data: new Float64Array(8).fill(weight) } });
  builder.output('logits', builder.add(ops.readout, 'logits', [sums], { scale: 1 }, { stepWeight: vector(...stepWeight) }));
  return builder.graph();
}
function quantised(graph: Graph) {
  const { graph: integer, records, faults } = runPasses(graph, passes, defaultPassOptions), node = integer.nodes.find(({ name }) => name === 'logits')!;
  expect(faults).toEqual([]);
  return { node, codes: [...node.params.stepWeight.data], scale: (node.attrs as { scale: number }).scale, notes: records.flatMap(({ notes }) => notes).join('\n') };
}

describe('step weights', () => {
  it('that are dyadic stay exact, in the coarsest unit that holds them', () => {
    const { codes, scale } = quantised(graphOf([-2.25, -1.625, -1, -0.125], 1, 127 / 128));
    expect([codes, scale]).toEqual([[-18, -13, -8, -1], 0.125 / 128]);
  });
  it('that are not take up to 127 units, and as many bits fewer as the results need to fit', () => {
    const given = [-2.3, -1.7, -0.85, -0.2], small = quantised(graphOf(given, 1, 127 / 128)), large = quantised(graphOf(given, 64, 127 / 128));
    expect([small.codes, Math.max(...small.node.type.range.map(Math.abs)) < 2 ** 31]).toEqual([[-127, -94, -47, -11], true]);
    expect(small.notes).not.toContain('logits: weights of');
    expect(Math.max(...large.node.type.range.map(Math.abs))).toBeLessThan(2 ** 31);
    expect(Math.max(...large.node.type.range.map(Math.abs))).toBeGreaterThan(2 ** 29);
    expect(large.notes).toContain('logits: weights of');
    large.codes.forEach((code, step) => { expect(Math.abs(code * large.scale * 128 - given[step])).toBeLessThanOrEqual(large.scale * 64 + 1e-12); });
  });
});
