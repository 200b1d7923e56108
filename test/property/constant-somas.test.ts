// Neurons that no weight reaches: a layer whose only weights lie on a tap beyond the border of its map.
import { expect, it } from 'vitest';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { conv, lif, ops, readout, source } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { time } from '../../simulator/timing/time.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { randomFrom } from '../random.ts';
import { altered, chipOf, expectChip, shipped } from './chip-under-test.ts';

it.each(['barrier', 'dataflow'] as const)('fire by their bias alone, with %s', (sync) => {
  const random = randomFrom(4), steps = 4, target = altered(shipped('small32'), { mesh: { sync } }), weight = new Float64Array(9 * 2 * 3);
  weight.set([1, -2, 3, 2, 1, -1]);  // of tap 0 alone: the position above and to the left
  const builder = new GraphBuilder('corner', steps, ops), input = builder.add(source, 'input', [], { coding: 'spikes', grid: [1, 1], channels: 2, domain: 'real' });
  const sums = builder.add(conv, 'corner', [input], { window: [3, 3], stride: [1, 1], padding: [1, 1] }, { weight: { shape: [18, 3], data: weight }, bias: { shape: [3], data: Float64Array.of(1, 2, 0) } });
  const fired = builder.add(lif, 'fired', [sums], { keep: [1, 2], reset: 'zero', fires: 'at-least' }, { threshold: { shape: [1], data: Float64Array.of(3) } });
  builder.probe('fired', fired, 'S T C H W');
  builder.output('logits', builder.add(readout, 'logits', [fired], { scale: 1, keepPositions: 1 }));
  const { program, integer } = valueOf(compile({ graph: builder.graph(), hash: 'corner', classes: [] }, target, { residual: 'unary', scale: 'max', bits: 8, seed: 1 }));
  const alone = program.stages.filter((stage) => stage.kind === 'soma' && stage.spikes && stage.sums.length + stage.adds.length === 0);
  expect(alone.length).toBeGreaterThan(0);
  expect(valueOf(decodeProgram(encodeProgram(program), 'corner.synfire'))).toEqual(program);
  const { run } = expectChip(program, target, integer, new Map([['input', Uint8Array.from({ length: steps * 2 }, () => Number(random.chance(0.5)))]]), { activities: true });
  const [bound, cycles] = (['analytic', 'cycle'] as const).map((fidelity) => valueOf(time(program, chipOf(target), [run.activities!], fidelity)).total[0]);
  expect(bound).toBeLessThanOrEqual(cycles);
});
