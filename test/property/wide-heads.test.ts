// Attention whose heads fit no core by themselves, on random chips: law 1 for every form that is cut along its columns.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, ValueId } from '../../compiler/ir/types.ts';
import { conv, hamming, lif, ops, readout, source, spikeProduct, ssa } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { randomFrom } from '../random.ts';
import { altered, expectChip, shipped } from './chip-under-test.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const, forms = ['kv', 'hamming', 'columns', 'rows'] as const;

/** Spikes of frames, then a product of them per head, then neurons. */
function network(form: (typeof forms)[number], seed: number, steps: number, heads: number, width: number): Graph {
  const random = randomFrom(seed), builder = new GraphBuilder(form, steps, ops), channels = heads * width, grid = [2, 3] as const, positions = grid[0] * grid[1], frames = builder.add(source, 'input', [], { coding: 'spikes', grid, channels: 3, domain: 'real' });
  const current = (name: string, to: number, from = frames) => builder.add(conv, name, [from], point, { weight: { shape: [builder.typeOf(from).channels, to], data: Float64Array.from({ length: builder.typeOf(from).channels * to }, () => random.whole(-9, 16)) } });
  const fire = (name: string, value: ValueId, threshold: number) => { const spikes = builder.add(lif, name, [value], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(threshold) } }); builder.probe(name, spikes, 'S T C H W'); return spikes; };
  const spikes = (name: string, to = channels) => fire(name, current(`${name}.conv`, to), 6);
  const made = form === 'kv' ? builder.add(ssa, 'attend', [spikes('q'), spikes('k'), spikes('v')], { heads, published: 'kv' }) : form === 'hamming' ? builder.add(hamming, 'attend', [spikes('q'), spikes('k'), spikes('v')], { heads })
    : builder.add(spikeProduct, 'attend', [current('matrix', channels), form === 'columns' ? spikes('q') : spikes('q', heads * positions)], { heads, store: form });
  builder.output('logits', builder.add(readout, 'logits', [current('head', 2, fire('out', made, 3))], { scale: 1 }));
  return builder.graph();
}

it('heads that are cut along their columns give the same spikes, and the same operations, as whole ones', () => {
  const cut = new Set<string>();
  let spikes = 0;
  fc.assert(fc.property(fc.record({ form: fc.constantFrom(...forms), seed: fc.nat(1e6), steps: fc.integer({ min: 1, max: 4 }), heads: fc.integer({ min: 1, max: 3 }), width: fc.integer({ min: 2, max: 7 }), neurons: fc.integer({ min: 1, max: 5 }), sync: fc.constantFrom('barrier' as const, 'dataflow' as const), multicast: fc.boolean() }),
    ({ form, seed, steps, heads, width, neurons, sync, multicast }) => {
      const graph = network(form, seed, steps, heads, width), random = randomFrom(seed), inputs = new Map([['input', Uint8Array.from({ length: steps * 18 }, () => Number(random.chance(0.5)))]]), whole = shipped('mesh45');
      const small = altered(whole, { name: 'narrow', core: { neurons }, mesh: { width: 16, height: 16, sync }, router: { multicast } });
      const [large, narrow] = [whole, small].map((target) => { const compiled = compile({ graph, hash: form, classes: ['0', '1'] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }); if (!compiled.ok) throw new Error(compiled.faults.map(({ message }) => message).join('\n')); return { program: compiled.value.program, ...expectChip(compiled.value.program, target, compiled.value.integer, inputs) }; });
      expect([narrow.sops, totalOf(narrow.run.ledger, 'update'), totalOf(narrow.run.ledger, 'spike')]).toEqual([large.sops, totalOf(large.run.ledger, 'update'), totalOf(large.run.ledger, 'spike')]);
      if (narrow.program.stages.filter((stage) => stage.kind === 'attend').length > heads) cut.add(form);
      spikes += totalOf(narrow.run.ledger, 'spike');
    }), { seed: 19, numRuns: 60 });
  expect([...cut].sort()).toEqual([...forms].sort());
  expect(spikes).toBeGreaterThan(1000);
});
