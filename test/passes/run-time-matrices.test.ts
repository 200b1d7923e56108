// Sums whose width depends on currents: products of run-time matrices, and layers that read currents, where an accumulator is just wide enough.
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { conv, lif, ops, readout, source, spikeProduct } from '../../compiler/ops/index.ts';
import { passes } from '../../compiler/passes/index.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import type { PassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { compile } from '../../compiler/pipeline.ts';
import { valueOf } from '../conformance/outcome.ts';
import { altered, shipped } from '../property/chip-under-test.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, leak = { keep: [1, 2], reset: 'zero', fires: 'at-least' } as const;
const matrix = (rows: number, columns: number, ...values: readonly number[]) => ({ shape: [rows, columns], data: Float64Array.from({ length: rows * columns }, (_, i) => values[i % values.length]) });
const one = { shape: [1], data: Float64Array.of(1) };

/** Four positions of spikes; the rows of their own matrix are added where a neuron of four channels fires. */
function product(weight: number): Graph {
  const builder = new GraphBuilder('product', 2, ops), spikes = builder.add(source, 'input', [], { coding: 'spikes', grid: [2, 2], channels: 4, domain: 'real' });
  const stored = builder.add(conv, 'matrix', [spikes], point, { weight: matrix(4, 4, weight) }), sums = builder.add(spikeProduct, 'sums', [stored, spikes], { heads: 1, store: 'rows' });
  builder.output('logits', builder.add(readout, 'logits', [builder.add(lif, 'out', [sums], leak, { threshold: one })], { scale: 1 }));
  return builder.graph();
}
const run = (graph: Graph, options: Partial<PassOptions>) => {
  const { records, faults } = runPasses(graph, passes, { ...defaultPassOptions, ...options });
  return { notes: records.flatMap(({ notes }) => notes).filter((note) => /bits, so/.test(note)), faults: faults.map(({ code, at, message }) => [code, at, message]) };
};

describe('a run-time matrix', () => {
  it('is written with narrower weights where its rows, added, would not fit', () => {
    // 127 * 4 spikes * 4 rows take 12 bits.
    expect(run(product(0.3), { accumulatorBits: 12 })).toEqual({ notes: [], faults: [] });
    expect(run(product(0.3), { accumulatorBits: 11 })).toEqual({ notes: ['matrix: weights of 7 bits, so that what they multiply fits 11'], faults: [] });
  });
  it('is refused by the name of its product where nothing may be lost', () => {
    expect(run(product(127 / 128), { accumulatorBits: 12, narrow: 'refused' }).faults).toEqual([]);
    expect(run(product(127 / 128), { accumulatorBits: 11, narrow: 'refused' }).faults).toEqual([['C3005', { in: 'graph', node: 'sums' }, 'sums of "sums" need 12 bits, an accumulator of this target has 11']]);
  });
});

describe('a layer of currents', () => {
  it('takes as many bits as its proved range, not as many as its inputs could hold', () => {
    const builder = new GraphBuilder('tight', 2, ops), pixels = builder.add(source, 'input', [], { coding: 'frames', grid: [1, 1], channels: 1, domain: 'real' });
    const stem = builder.add(conv, 'stem', [pixels], point, { weight: matrix(1, 1, 8), bias: { shape: [1], data: Float64Array.of(15) } });
    builder.output('logits', builder.add(readout, 'logits', [builder.add(conv, 'head', [stem], point, { weight: matrix(1, 1, 127) })], { scale: 1 }));
    // At most 255 * 8 + 15 = 2055 travels in 13 bits, which hold 4095; 2055 * 127 takes 19 bits, 4095 * 127 would take 20.
    const { program } = valueOf(compile({ graph: builder.graph(), hash: 'tight', classes: ['0'] }, altered(shipped('mesh45'), { core: { accumulatorBits: 19 } }), { residual: 'auto', scale: 'max', bits: 8, seed: 1, narrow: 'refused' }));
    expect(program.stages.flatMap((stage) => (stage.kind === 'synapse' ? [stage.sumBits] : []))).toEqual([12, 19]);
  });
});
