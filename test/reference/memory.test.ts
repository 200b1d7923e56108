import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { ops } from '../../compiler/ops/index.ts';
import { loadNetwork } from '../../runtime/reference/run-graph.ts';
import { kernels } from '../../runtime/reference/kernels/index.ts';
import type { Kernel } from '../../runtime/reference/kernels/kernel.ts';
import { randomInputs, randomNetwork } from '../random-graph.ts';
import { engines } from './engine-under-test.ts';

const graphs = (['add-spikes', 'add-currents'] as const).flatMap((family) => (['direct', 'frames'] as const).map((coding) =>
  randomNetwork({ seed: 3, domain: 'real', family, attention: family === 'add-spikes' ? 'ssa' : 'boolean', coding, steps: 3, grid: [6, 5], channels: 2, heads: 2, width: 3, blocks: 1, border: false })));

describe.each(engines)('on $label', (engine) => {
  it('holds no tensor more after a batch than before it, and none of a network that is disposed of', () => {
    engine.use();
    const before = engine.tf.memory().numTensors;
    for (const graph of graphs) {
      const network = loadNetwork(engine, graph, { batch: 1, probes: 'kept' }), held = engine.tf.memory().numTensors;
      expect(held).toBeGreaterThan(before);
      for (let seed = 0; seed < 3; seed++) network.run(randomInputs(graph, seed));
      expect(engine.tf.memory().numTensors).toBe(held);
      network.dispose();
      expect(engine.tf.memory().numTensors).toBe(before);
    }
  });

  it('holds no tensor more after a batch that failed half way', () => {
    engine.use();
    const broken: Kernel = () => () => { throw new Error('broken'); }, [graph] = graphs, network = loadNetwork(engine, graph, { batch: 1, probes: 'dropped', table: { ...kernels, ssa: broken } as Readonly<Record<string, Kernel>> });
    const held = engine.tf.memory().numTensors;
    expect(() => network.run(randomInputs(graph, 1))).toThrow('broken');
    expect(engine.tf.memory().numTensors).toBe(held);
    network.dispose();
  });

  it('frees a value when its last reader has run', () => {
    const builder = new GraphBuilder('chain', 1, ops), most: number[] = [];
    let value = builder.add(ops.source, 'image', [], { coding: 'direct', grid: [2, 2], channels: 1, domain: 'real' });
    for (let i = 0; i < 20; i++) value = builder.add(ops.affine, 'link', [value], {}, { scale: { shape: [1], data: Float64Array.of(1) } });
    builder.output('end', value);
    const counted: Kernel = (node, setting) => {
      const apply = (kernels.affine as Kernel)(node, setting);
      return (inputs) => { most.push(engine.tf.memory().numTensors); return apply(inputs); };
    };
    const network = loadNetwork(engine, builder.graph(), { batch: 1, probes: 'dropped', table: { ...kernels, affine: counted } as Readonly<Record<string, Kernel>> });
    network.run(new Map([['image', [1, 2, 3, 4]]]));
    network.dispose();
    expect(most).toHaveLength(20);
    expect(Math.max(...most) - Math.min(...most)).toBeLessThanOrEqual(1);
  });

  it('computes what is repeated once: a convolution behind a repeat sees one copy of a direct image, one per step of frames', () => {
    const seen = graphs.slice(0, 2).map((graph) => {
      const copies: number[] = [], watched: Kernel = (node, setting) => {
        const apply = (kernels.conv as Kernel)(node, setting);
        return (inputs) => { copies.push(inputs[0].copies); return apply(inputs); };
      };
      const network = loadNetwork(engine, graph, { batch: 1, probes: 'dropped', table: { ...kernels, conv: watched } as Readonly<Record<string, Kernel>> });
      network.run(randomInputs(graph, 1));
      network.dispose();
      return copies.slice(0, 2);
    });
    expect(seen).toEqual([[1, 3], [3, 3]]);
  });
});
