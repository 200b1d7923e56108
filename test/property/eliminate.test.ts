// Elimination changes no result: random networks with planted dead, constant and unread channels, before and after, in integers and on random chips; and the published pruned network.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import type { Graph, Node, Tensor } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { crossbarsOf, measure } from '../../compiler/passes/measure.ts';
import { eliminate } from '../../compiler/passes/eliminate.ts';
import type { Elimination } from '../../compiler/passes/pass.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { runPasses } from '../../compiler/passes/run-passes.ts';
import { isMatrix } from '../../compiler/passes/find-needed.ts';
import { compile, toInteger } from '../../compiler/pipeline.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { isKnown, published, publishedChannels } from '../../targets/contract/probes.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { valueOf } from '../conformance/outcome.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { networkOptions, randomInputs, randomNetwork } from '../random-graph.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import { altered, expectChip, firstDifference, shipped, smallChip, smallChips } from './chip-under-test.ts';

const options = { residual: 'unary', scale: 'max', bits: 8, seed: 1 } as const;

/** A network of which about a third of the neurons has no inputs, and some of those a bias that makes them fire always; of some channels nothing is read. */
function planted(graph: Graph, random: Random): Graph {
  const dead = new Map<Node, readonly boolean[]>();
  const nodes = graph.nodes.map((node): Node => {
    const before = graph.nodes[node.inputs[0]];
    if (node.kind === 'conv' && node.type.channels > 1) {
      const columns = Array.from({ length: node.type.channels }, () => random.chance(0.3)), { channels } = before.type, unread = Array.from({ length: channels }, () => channels > 1 && random.chance(0.2)), { shape, data } = node.params.weight, width = shape[1];
      dead.set(node, columns);
      return { ...node, params: { ...node.params, weight: { shape, data: data.map((w, i) => (columns[i % width] || unread[Math.floor(i / width) % channels] ? 0 : w)) } } };
    }
    const columns = node.kind === 'norm' ? dead.get(before) : undefined;
    return columns ? { ...node, params: { ...node.params, beta: shifted(node.params.beta, columns, random) } } : node;
  });
  return { ...graph, nodes };
}

const shifted = (beta: Tensor, columns: readonly boolean[], random: Random): Tensor => ({ shape: beta.shape, data: beta.data.map((value, c) => (columns[c] ? random.pick([0, -1, 0.25, 8]) : value)) });

/** Outputs equal, and every spike that is known. @returns how many channels are gone, by reason */
function expectEqual(before: Graph, after: Graph, seed: number): Readonly<{ constant: number; unread: number }> {
  const inputs = randomInputs(before, seed), a = evaluate(before, ops, inputs), b = evaluate(after, ops, inputs);
  for (const [name, { data }] of a.outputs) expect([name, firstDifference(data, b.outputs.get(name)!.data)]).toEqual([name, undefined]);
  let constant = 0, unread = 0;
  for (const [i, { name, value, places }] of after.probes.entries()) {
    const { channels } = after.nodes[value].type, wide = publishedChannels(channels, places), wanted = a.values[before.probes[i].value].data, came = published(b.values[value].data, channels, places);
    expect([name, came.length]).toEqual([name, wanted.length]);
    expect([name, wanted.findIndex((spike, at) => spike !== came[at] && isKnown(places, at % wide))]).toEqual([name, -1]);
    for (const place of places ?? []) if (place === -1) unread++; else if (place < -1) constant++;
  }
  return { constant, unread };
}

describe('elimination', () => {
  it('changes no output and no known spike of networks with planted dead, constant and unread channels', () => {
    const gone = { constant: 0, unread: 0, rows: 0 };
    fc.assert(fc.property(networkOptions({ domain: 'real', border: false }), fc.constantFrom<Elimination>('dead', 'ranges', 'recorded'), (network, eliminate) => {
      const graph = planted(randomNetwork(network), randomFrom(network.seed)), { arch } = shipped('mesh45'), integer = (what: Elimination) => valueOf(toInteger(graph, { ...options, eliminate: what }, arch)).integer;
      const whole = integer('none'), left = integer(eliminate), found = expectEqual(whole, left, network.seed);
      if (eliminate === 'recorded') expect(found.unread).toBe(0);
      expect(measure(left, arch.core).sops).toBeLessThanOrEqual(measure(whole, arch.core).sops);
      gone.constant += found.constant;
      gone.unread += found.unread;
      gone.rows += measure(whole, arch.core).rows - measure(left, arch.core).rows;
    }), { seed: 5, numRuns: 120 });
    expect(gone.constant).toBeGreaterThan(100);
    expect(gone.unread).toBeGreaterThan(50);
    expect(gone.rows).toBeGreaterThan(500);
  }, 120_000);

  it('gives on random chips what the smaller graph gives in integers, and as many operations', () => {
    let held = 0;
    fc.assert(fc.property(networkOptions({ domain: 'real', border: false, steps: 2 }), smallChips, (network, small) => {
      const graph = planted(randomNetwork(network), randomFrom(network.seed)), target = smallChip(small), compiled = compile({ graph, hash: 'planted', classes: [] }, target, { ...options, eliminate: 'ranges' });
      if (!compiled.ok) return;
      const { program, integer } = compiled.value;
      expectChip(program, target, integer, new Map([...randomInputs(graph, network.seed)].map(([name, values]) => [name, Uint8Array.from(values)])));
      held += program.stages.filter((stage) => stage.kind === 'synapse' && stage.gather.rows).length;
    }), { seed: 8, numRuns: 60 });
    expect(held).toBeGreaterThan(50);
  }, 120_000);

  it('settles: what is left has nothing more to take out', () => {
    fc.assert(fc.property(networkOptions({ domain: 'real', border: false }), (network) => {
      const { integer } = valueOf(toInteger(planted(randomNetwork(network), randomFrom(network.seed)), { ...options, eliminate: 'dead' }, shipped('mesh45').arch)), { graph, records } = runPasses(integer, [eliminate], { ...defaultPassOptions, eliminate: 'dead' });
      expect(graph).toBe(integer);
      expect(records[0]).toMatchObject({ notes: ['nothing to take out'], saved: [] });
    }), { seed: 12, numRuns: 20 });
  });
});

describe.skipIf(!isShared)('the published pruned MNIST CNN', () => {
  const golden = isShared ? valueOf(loadCase(sharedPath('zoo/mnist-cnn/published-admm'))) : undefined!;
  const chip = (side: number) => altered(shipped('mesh45'), { name: `side${side}`, mesh: { width: 16, height: 16 }, core: { axons: side, neurons: side }, memories: { weight: 2 ** 20, state: 2 ** 20, axon: 2 ** 20, table: 2 ** 20 } });
  const compiled = (side: number, eliminate: Elimination) => valueOf(compile({ graph: golden.model.graph, hash: 'admm', classes: golden.model.classes }, chip(side), { ...options, eliminate }));
  const layers = (graph: Graph) => graph.nodes.filter(isMatrix).map(({ type, params }) => [type.channels, params.weight.shape[0]]);

  it('keeps 17, 20 and 60 units and 418 rows of the first full layer', () => {
    expect(layers(compiled(256, 'none').integer)).toEqual([[32, 9], [32, 288], [128, 1568], [10, 128]]);
    expect(layers(compiled(256, 'dead').integer)).toEqual([[17, 9], [20, 137], [60, 418], [10, 60]]);
    // Bounds prove four more neurons of the first layer silent.
    expect(layers(compiled(256, 'ranges').integer)).toEqual([[13, 9], [20, 110], [60, 418], [10, 60]]);
  });

  it.each([[64, 58, 12], [128, 18, 8], [256, 11, 5]])('takes at side %i %i tiles dense and %i compacted, as planned and as cut', (side, dense, compacted) => {
    for (const [eliminate, tiles] of [['none', dense], ['dead', compacted]] as const) {
      const { integer, program } = compiled(side, eliminate), core = { axons: side, neurons: side };
      expect(measure(integer, core).crossbars).toBe(tiles);
      expect(integer.nodes.filter(isMatrix).reduce((sum, node) => sum + crossbarsOf(node, core), 0)).toBe(tiles);
      expect(program.stages.filter(({ kind }) => kind === 'synapse').length).toBe(tiles);
    }
  });

  it('gives the same logits on the chip, and the same spikes where they are known', () => {
    const whole = compiled(128, 'none').integer, { integer, program } = compiled(128, 'dead');
    for (let sample = 0; sample < golden.samples; sample++) {
      const inputs = new Map([['input', Uint8Array.from(golden.inputs.values(sample))]]), a = evaluate(whole, ops, inputs), { run } = expectChip(program, chip(128), integer, inputs), b = evaluate(integer, ops, inputs);
      expect([...b.outputs.get('logits')!.data]).toEqual([...a.outputs.get('logits')!.data]);
      expect(totalOf(run.ledger, 'sopBinary')).toBeGreaterThan(0);
      for (const [i, { value, places }] of integer.probes.entries()) {
        const { channels } = integer.nodes[value].type, came = published(b.values[value].data, channels, places), wide = publishedChannels(channels, places);
        expect(a.values[whole.probes[i].value].data.findIndex((spike, at) => spike !== came[at] && isKnown(places, at % wide))).toBe(-1);
      }
    }
  });
});
