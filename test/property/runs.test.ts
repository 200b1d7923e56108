// Law 2: the same results for any number of workers, any fidelity and any placement; the same bytes for the same seed.
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import type { Compiled } from '../../compiler/pipeline.ts';
import type { Samples } from '../../runtime/datasets/samples.ts';
import { digestOf } from '../../runtime/report/digest.ts';
import type { Simulation, SimulationOptions } from '../../runtime/simulate.ts';
import { simulate } from '../../runtime/simulate.ts';
import { eventKinds, totalOf } from '../../targets/contract/ledger.ts';
import { encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { shipped } from './chip-under-test.ts';
import type { ModelOptions } from './random-model.ts';
import { randomModel, randomPixels } from './random-model.ts';

const options: ModelOptions = { seed: 12, exact: true, family: 'spikformer-cifar', dvs: false, frames: false, normalised: true, T: 3, grid: [12, 7], channels: 2,
  heads: 2, headWidth: 6, depths: 2, ratio: 2, pools: ['none', 'before', 'none', 'behind'], decayInput: true, reset: 'zero', threshold: 1, attentionThreshold: 0.5 };
const model = randomModel(options), count = 21;  // two handfuls and a rest
const data: Samples = { name: 'random', sha256: '', count, pixels: (sample) => randomPixels({ ...options, seed: sample }), values: (sample) => randomPixels({ ...options, seed: sample }), close: () => undefined };

const compiled = (target: string, seed = 1, { graph, classes } = model): Compiled => valueOf(compile({ graph, hash: 'model', classes }, shipped(target),
  { residual: 'unary', scale: 'max', bits: 8, seed }));
const run = ({ program }: Compiled, given: Partial<SimulationOptions> = {}): Promise<Simulation> =>
  simulate(program, encodeProgram(program), data, { samples: count, timed: 3, fidelity: 'cycle', workers: 2, observed: 4, ...given });
const digest = ({ outputs, ledger }: Simulation): string => digestOf(outputs, ledger);

describe.each(['mesh45', 'small32'])('a run on %s', (target) => {
  const layout = compiled(target);
  let reference: Simulation;
  beforeAll(async () => { reference = await run(layout, { workers: 1 }); });

  it('is the same in every number on one, two and three workers', async () => {
    for (const workers of [2, 3]) expect(await run(layout, { workers })).toEqual(reference);
    expect(reference).toMatchObject({ done: count, faults: [], timing: { fidelity: 'cycle', samples: 3 } });
    expect(reference.observed).toHaveLength(4);
    expect(reference.spikes.reduce((a, b) => a + b, 0)).toBeGreaterThan(10_000);
    expect(new Set(reference.outputs.get('logits')!).size).toBeGreaterThan(10);
  });

  it('has the same outputs and ledger untimed, bounded and cycle by cycle', async () => {
    const untimed = await run(layout, { timed: 0 }), bounded = await run(layout, { fidelity: 'analytic' }), all = await run(layout, { timed: 6 });
    expect([untimed, bounded, all].map(digest)).toEqual([reference, reference, reference].map(digest));
    expect(untimed.timing).toBeUndefined();
    bounded.timing!.total.forEach((cycles, sample) => expect(cycles).toBeLessThanOrEqual(reference.timing!.total[sample]));
    expect(all.timing!.total.slice(0, 3)).toEqual(reference.timing!.total);
  });

  it('counts flits on links as its timing does', async () => {
    const few = await run(layout, { samples: 3, observed: 0 });
    expect(few.timing!.links.reduce((a, b) => a + b, 0)).toBe(totalOf(few.ledger, 'linkX') + totalOf(few.ledger, 'linkY'));
  });

  it('has another digest when one output or one count differs', () => {
    const outputs = new Map([['logits', reference.outputs.get('logits')!.map((value, i) => value + Number(i === 7))]]),
      counts = reference.ledger.counts.map((value, i) => value + Number(i === 5));
    expect(digestOf(outputs, reference.ledger)).not.toBe(digest(reference));
    expect(digestOf(reference.outputs, { ...reference.ledger, counts })).not.toBe(digest(reference));
  });
});

describe('a seed', () => {
  it('gives the same bytes each time', () => {
    for (const target of ['mesh45', 'small32', 'small32-saturating']) expect(encodeProgram(compiled(target, 7).program)).toEqual(encodeProgram(compiled(target, 7).program));
  });

  it('changes where cores lie, and with that only how far flits travel and how many route words they meet', async () => {
    const wide = randomModel({ ...options, heads: 4, headWidth: 10 }), [a, b] = [1, 2].map((seed) => compiled('small32', seed, wide)),
      [first, second] = await Promise.all([a, b].map((layout) => run(layout, { samples: 4, timed: 0, workers: 1 })));
    const coresOf = ({ program }: Compiled) => program.stages.map(({ id }) => program.cores.find(({ stages }) => stages.includes(id))!.core);
    expect(coresOf(a)).not.toEqual(coresOf(b));
    expect(a.program.stages).toEqual(b.program.stages);
    expect(second.outputs).toEqual(first.outputs);
    const changed = eventKinds.filter((kind) => totalOf(first.ledger, kind) !== totalOf(second.ledger, kind));
    expect(changed.filter((kind) => !['flitRouter', 'linkX', 'linkY', 'tableRead'].includes(kind))).toEqual([]);
    expect(changed.length).toBeGreaterThan(0);
    expect(totalOf(first.ledger, 'sopBinary')).toBeGreaterThan(10_000);
  });
});
