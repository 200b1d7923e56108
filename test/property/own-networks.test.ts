// Networks that no family has: whatever operators a text puts together, it is compiled and runs as the integer evaluation says, or it is refused with code, place and hint.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import type { Graph, Tensor } from '../../compiler/ir/types.ts';
import { elementsOf } from '../../compiler/ir/types.ts';
import { ops } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { parseNetwork } from '../../compiler/text/parse-graph.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomMixture } from '../random-graph.ts';
import type { Random } from '../random.ts';
import { randomFrom } from '../random.ts';
import { expectChip, shipped } from './chip-under-test.ts';

/** Constants of a size that training leaves. */
const tame = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value) => (Math.abs(value) > 1e4 || (value !== 0 && Math.abs(value) < 1e-4) ? 1 : Math.round(value * 64) / 64 || 1 / 64)) });

/** One value of a random mixture with all that it needs of one source, read out, every spike on the way probed; undefined where nothing can be read out. */
function networkOf(seed: number, random: Random): Graph | undefined {
  const mixture = randomMixture({ seed, domain: 'real', steps: random.whole(1, 3), grid: [random.whole(1, 4), random.whole(1, 4)], channels: random.whole(1, 3), nodes: random.whole(3, 14) }), { nodes, steps } = mixture, root = random.whole(0, 1);
  const fed: boolean[] = [];
  nodes.forEach(({ inputs }, id) => { fed[id] = inputs.length === 0 ? id === root : inputs.every((input) => fed[input]); });
  const readable = nodes.flatMap(({ kind, type }, id) => (fed[id] && kind !== 'readout' && type.time === 'step' && type.kind !== 'pixel' ? [id] : []));
  if (readable.length === 0) return undefined;
  const last = random.pick(readable), needed = new Set([last]), builder = new GraphBuilder('mine', steps, ops), moved = new Map<number, number>();
  for (let id = last; id >= 0; id--) if (needed.has(id)) nodes[id].inputs.forEach((input) => needed.add(input));
  try {
    for (const id of [...needed].sort((a, b) => a - b)) {
      const { kind, attrs, inputs, params } = nodes[id], plain = Object.fromEntries(Object.entries(attrs).map(([name, value]) => [name, typeof value === 'number' && value > 0 && value < 1e-5 ? 1e-5 : value as unknown]));
      moved.set(id, builder.addKind(kind, `n${id}`, inputs.map((input) => moved.get(input)!), plain, Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, tame(tensor)]))));
    }
    builder.output('logits', builder.addKind('readout', 'logits', [moved.get(last)!], { scale: 1 }, {}));
  } catch {
    return undefined;  // tamed constants may be none that the operator takes
  }
  builder.nodes.forEach(({ name, type }, id) => { if (type.kind === 'spike' || type.kind === 'ternary') builder.probe(name, id, 'S T N C'); });
  return builder.graph();
}

it('runs exactly or is refused, never neither', { timeout: 120_000 }, () => {
  const target = shipped('mesh45'), codes = new Map<string, number>();
  let exact = 0;
  for (let seed = 0; seed < 800; seed++) {
    const random = randomFrom(seed + 9), graph = networkOf(seed, random);
    if (!graph) continue;
    const read = parseNetwork(printGraph(graph, { constants: 'whole' }), 'mine.syn', { encoders: [] }), compiled = read.ok ? compile({ graph: read.value.graph, hash: '', classes: read.value.classes }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }) : read;
    if (!compiled.ok) {
      for (const { code, at, hint } of compiled.faults) { codes.set(code, (codes.get(code) ?? 0) + 1); expect([seed, code, at === undefined, hint]).toEqual([seed, code, false, expect.stringMatching(/\w/)]); }
      continue;
    }
    const { name, type } = valueOf(read).graph.nodes[0], pixels = Uint8Array.from({ length: elementsOf(type, graph.steps) }, () => (random.chance(0.4) ? 0 : random.whole(0, 255)));
    expectChip(compiled.value.program, target, compiled.value.integer, new Map([[name, pixels]]));
    exact++;
  }
  expect(exact).toBeGreaterThan(250);
  // Most refusals are of the compiler, on a node: what only the checker of programs refuses is rare.
  expect([...codes].filter(([code]) => /^T/.test(code)).reduce((sum, [, count]) => sum + count, 0)).toBeLessThan(8);
});
