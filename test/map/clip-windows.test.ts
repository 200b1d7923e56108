// Tiles behind clip-wide attention: what they read of layers before it waits there for all steps, and tiles are sized for that.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import type { Graph, ValueId } from '../../compiler/ir/types.ts';
import { addCurrents, conv, hamming, lif, ops, readout, source } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { altered, expectChip, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';

const channels = 8, steps = 12, grid = [4, 4] as const, point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const;

/** A stream of currents that passes by clip-wide attention and is joined by what it gives. */
function network(): Graph {
  const random = randomFrom(5), builder = new GraphBuilder('clip', steps, ops);
  const layer = (name: string, from: ValueId, width = channels) => builder.add(conv, name, [from], point, { weight: { shape: [channels, width], data: Float64Array.from({ length: channels * width }, () => random.whole(-9, 9)) } });
  const spikes = (name: string, from: ValueId) => builder.add(lif, name, [from], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(6) } });
  const image = builder.add(source, 'image', [], { coding: 'spikes', grid, channels, domain: 'real' }), stream = layer('stream', image), first = spikes('first', stream);
  const [q, k, v] = ['q', 'k', 'v'].map((name) => spikes(`${name}.lif`, layer(name, first))), met = builder.add(hamming, 'met', [q, k, v], { heads: 2 }), joined = builder.add(addCurrents, 'joined', [stream, layer('proj', spikes('attn', met))], {});
  builder.output('logits', builder.add(readout, 'logits', [layer('head', spikes('last', joined), 3)], { scale: 1 }));
  for (const name of ['first', 'attn', 'last']) builder.probe(name, builder.nodes.findIndex((node) => node.name === name), 'S T N C');
  return builder.graph();
}

it('are cut into contexts until all steps of a residual fit', () => {
  const graph = network(), target = (axon: number) => altered(shipped('mesh45'), { name: `axon${axon}`, memories: { axon } }), options = { residual: 'auto', scale: 'max', bits: 8, seed: 1, eliminate: 'none' } as const;
  const tilesOf = (axon: number) => {
    const compiled = compile({ graph, hash: 'clip', classes: [] }, target(axon), options);
    if (!compiled.ok) throw new Error(compiled.faults.map(({ message }) => message).join('; '));
    const { program, integer } = compiled.value, inputs = new Map([['image', Uint8Array.from({ length: steps * 16 * channels }, (_, i) => Number((i * 7919) % 5 < 2))]]);
    expectChip(program, target(axon), integer, inputs);
    return program.stages.filter((stage) => stage.kind === 'soma' && program.layers[stage.layer] === 'last').length;
  };
  expect(tilesOf(8192)).toBe(1);
  expect(tilesOf(1400)).toBeGreaterThan(1);
});
