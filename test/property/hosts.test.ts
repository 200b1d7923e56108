// Law 1 with the host in the middle of a network: random graphs with host functions between layers and neurons agree with small random chips in every spike, output and count, and in time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph, Tensor, ValueId } from '../../compiler/ir/types.ts';
import { addCurrents, conv, gelu, layerNorm, lif, ops, product, readout, reluSquare, sigmoid, softmax, source, sum, tokenMix, tokenScores, tokenShift, wkv } from '../../compiler/ops/index.ts';
import { termsOf as averaged } from '../../compiler/ops/readout.ts';
import { mixturesOf } from '../../compiler/passes/mixture.ts';
import { defaultPassOptions } from '../../compiler/passes/pass.ts';
import { isHost } from '../../compiler/ops/is-host.ts';
import { time } from '../../simulator/timing/time.ts';
import { totalOf } from '../../targets/contract/ledger.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { valueOf } from '../conformance/outcome.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import { chipOf, expectChip, firstDifference, shipped, smallChip, smallChips } from './chip-under-test.ts';

const point = { window: [1, 1], stride: [1, 1], padding: [0, 0] } as const;
const reals = (random: Random, ...shape: number[]): Tensor => ({ shape, data: Float64Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => random.unit() * 2 - 1) });

/** Frames -> layer, then functions, layers, neurons and residuals in any order; a layer and a result at the end. Each value that is made is a probe where it is a spike. */
function hostNetwork(seed: number): Graph {
  const random = randomFrom(seed), steps = random.whole(1, 4), builder = new GraphBuilder(`host ${seed}`, steps, ops), channels = 2 * random.whole(1, 4), grid = [random.whole(1, 2), random.whole(1, 3)] as const;
  const layer = (name: string, input: ValueId, to = channels): ValueId => builder.add(conv, name, [input], point, { weight: reals(random, builder.typeOf(input).channels, to), ...(random.chance(0.5) ? { bias: reals(random, to) } : {}) });
  const currents: ValueId[] = [layer('stem', builder.add(source, 'image', [], { coding: 'frames', grid, channels: random.whole(1, 3), domain: 'real' }))];
  const fire = (name: string, input: ValueId): ValueId => {
    const spikes = builder.add(lif, name, [input], { keep: random.pick([[1, 2], [3, 4], [0, 1]] as const), reset: random.pick(['zero', 'subtract'] as const), fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(0.2 + random.unit()) } });
    builder.probe(name, spikes, 'S T C H W');
    return spikes;
  };
  for (let i = 0, last = random.whole(2, 7); i < last; i++) {
    const x = random.pick(currents.slice(-2)), y = random.pick(currents), name = `n${i}`;
    currents.push(random.pick<() => ValueId>([
      () => builder.add(gelu, name, [x], {}), () => builder.add(sigmoid, name, [x], {}), () => builder.add(product, name, [builder.add(sigmoid, `${name}.gate`, [x], {}), y], {}),
      () => builder.add(layerNorm, name, [x], { epsilon: 1e-5 }, { gamma: reals(random, channels), beta: reals(random, channels) }),
      () => builder.add(softmax, name, [x], { heads: random.whole(1, 2), factor: 0.1 + random.unit() }), () => builder.add(reluSquare, name, [builder.add(layerNorm, `${name}.norm`, [x], { epsilon: 1e-5 }, { gamma: reals(random, channels), beta: reals(random, channels) })], {}),
      () => builder.add(layerNorm, name, [fire(`${name}.lif`, x)], { epsilon: 1e-3 }, { gamma: reals(random, channels), beta: reals(random, channels) }),
      () => {
        const [a, b] = [fire(`${name}.lif`, x), fire(`${name}.other`, y)], normal = (part: string, value: ValueId) => builder.add(layerNorm, `${name}.${part}`, [value], { epsilon: 1e-3 }, { gamma: reals(random, channels), beta: reals(random, channels) });
        const normed = normal('outer', builder.add(sum, `${name}.sum`, [random.chance(0.5) ? normal('inner', a) : a, b], {}));
        return layer(name, random.chance(0.7) ? builder.add(tokenShift, `${name}.shift`, [normed], {}, { mix: reals(random, channels) }) : normed);
      },
      () => builder.add(wkv, name, [x, y], {}, { decay: reals(random, channels), first: reals(random, channels) }), () => builder.add(tokenShift, name, [x], {}, { mix: reals(random, channels) }),
      () => builder.add(tokenMix, name, [builder.add(softmax, `${name}.shares`, [builder.add(tokenScores, `${name}.scores`, [x, random.chance(0.5) ? fire(`${name}.key`, y) : y], { heads: 2 })], { heads: 2, factor: 0.1 }), x], { heads: 2 }),
      () => layer(name, fire(`${name}.lif`, x)), () => builder.add(addCurrents, name, [layer(`${name}.branch`, fire(`${name}.lif`, x)), builder.add(gelu, `${name}.stream`, [y], {})], {}),
    ])());
  }
  builder.output('logits', builder.add(readout, 'logits', [random.chance(0.3) ? currents.at(-1)! : layer('head', fire('head.lif', currents.at(-1)!), random.whole(2, 4))], { scale: 1, keepPositions: random.whole(0, 1), keepSteps: random.whole(0, 1) }));
  return builder.graph();
}

/** Values that one result of the output averages. */
function termsOf({ nodes, steps }: Graph): number {
  const node = nodes.at(-1)!;
  return is(node, readout) ? averaged(nodes[node.inputs[0]].type, node, steps) : 1;
}

const hosted = ({ nodes }: Graph): number => nodes.filter(isHost).length;
const inputOf = (graph: Graph, seed: number): Map<string, Uint8Array> => {
  const { type } = graph.nodes[0], random = randomFrom(seed);
  return new Map([['image', Uint8Array.from({ length: graph.steps * type.grid[0] * type.grid[1] * type.channels }, () => random.whole(0, 5))]]);
};

describe('networks with functions on the host', () => {
  it('give on random chips every spike, output and count of the integer evaluation, and end in time', () => {
    let runs = 0, functions = 0, spikes = 0;
    fc.assert(fc.property(fc.nat(1e6), smallChips, (seed, chip) => {
      const graph = hostNetwork(seed), target = smallChip(chip), compiled = compile({ graph, hash: 'host', classes: [] }, target, { residual: 'unary', scale: 'max', bits: 8, seed: 1 });
      if (!compiled.ok) {
        expect(compiled.faults.map(({ code }) => code).filter((code) => !['C4101', 'C4102', 'C4103'].includes(code))).toEqual([]);
        return;
      }
      const { program, integer } = compiled.value, { run, sops } = expectChip(program, target, integer, inputOf(graph, seed), { activities: true });
      runs++;
      functions += hosted(integer);
      spikes += sops;
      const stages = program.stages.filter(({ kind }) => kind === 'host');
      expect(stages.length).toBe(hosted(integer));
      expect(totalOf(run.ledger, 'hostMade')).toBe(integer.nodes.filter(isHost).reduce((sum, { type }) => sum + type.grid[0] * type.grid[1] * type.channels, 0) * integer.steps);
      const bound = valueOf(time(program, chipOf(target), [run.activities!], 'analytic')), cycles = valueOf(time(program, chipOf(target), [run.activities!], 'cycle'));
      expect(bound.total[0]).toBeLessThanOrEqual(cycles.total[0]);
      expect(cycles.links.reduce((a, b) => a + b, 0)).toBe(totalOf(run.ledger, 'linkX') + totalOf(run.ledger, 'linkY'));
      // Every host context waits for the host, whatever else happens.
      expect(bound.total[0]).toBeGreaterThanOrEqual(target.arch.timing.host * Math.max(...stages.map(({ contexts }) => contexts.to), 0));
      const again = valueOf(decodeProgram(encodeProgram(program), 'host.synf'));
      expect(again).toEqual(program);
      expect(verifyProgram(again, target.arch)).toEqual([]);
    }), { seed: 17, numRuns: 60 });
    expect([runs > 40, functions > 100, spikes > 4000]).toEqual([true, true, true]);
  }, 300_000);

  it('are the real network where nothing is rounded, and the integer one where everything is', () => {
    let mixed = 0;
    for (let seed = 0; seed < 25; seed++) {
      const graph = hostNetwork(seed), found = mixturesOf(graph, defaultPassOptions), inputs = inputOf(graph, seed), logits = (one: Graph) => evaluate(one, ops, inputs).outputs.get('logits')!.data;
      if (!found.ok) continue;
      const { integer, of } = found.value, unit = integer.nodes.at(-1)!.attrs as Readonly<{ scale: number }>, real = logits(graph), terms = real.length > 0 ? termsOf(graph) : 1;
      expect(firstDifference(logits(integer), logits(of(() => true)))).toBe(undefined);
      logits(of(() => false)).forEach((value, i) => expect([seed, (value * unit.scale) / terms]).toEqual([seed, expect.closeTo(real[i], 6)]));
      mixed++;
    }
    expect(mixed).toBeGreaterThan(15);
  });

  it('stay close to the real network where nothing fires: the units of the host are fine', () => {
    let worst = 0;
    for (let seed = 0; seed < 40; seed++) {
      const random = randomFrom(seed), builder = new GraphBuilder('close', 2, ops), image = builder.add(source, 'image', [], { coding: 'frames', grid: [1, 2], channels: 4, domain: 'real' });
      // Weights that are codes: only the host rounds.
      let x = builder.add(conv, 'stem', [image], point, { weight: { shape: [4, 4], data: Float64Array.from({ length: 16 }, () => random.whole(-127, 127) / 128) } });
      for (const step of ['a', 'b']) {
        x = builder.add(layerNorm, `${step}.norm`, [x], { epsilon: 1e-5 }, { gamma: reals(random, 4), beta: reals(random, 4) });
        x = builder.add(product, `${step}.product`, [builder.add(gelu, `${step}.gelu`, [x], {}), builder.add(softmax, `${step}.softmax`, [x], { heads: 2, factor: 1 })], {});
      }
      builder.output('out', builder.add(readout, 'out', [x], { scale: 1, keepPositions: 1, keepSteps: 1 }));
      const graph = builder.graph(), { integer } = valueOf(compile({ graph, hash: '', classes: [] }, shipped('mesh45'), { residual: 'unary', scale: 'max', bits: 8, seed: 1 })), inputs = inputOf(graph, seed);
      const real = evaluate(graph, ops, inputs).outputs.get('out')!.data, whole = evaluate(integer, ops, inputs).outputs.get('out')!.data, unit = integer.nodes.at(-1)!.attrs as Readonly<{ scale: number }>;
      real.forEach((value, i) => { worst = Math.max(worst, Math.abs(whole[i] * unit.scale - value)); });
    }
    expect(worst).toBeLessThan(1e-5);
  });
});
