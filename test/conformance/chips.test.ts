// The conformance cases on chips: every spike, every logit and every synaptic operation, on large and small cores and for every transport.
import { afterAll, describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { residuals } from '../../compiler/lower/lowering.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import type { CaseResult, Totals } from '../../runtime/conform/run-case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import type { Target } from '../../targets/contract/arch.ts';
import type { Program } from '../../targets/contract/program.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { altered, shipped } from '../property/chip-under-test.ts';
import { valueOf } from './outcome.ts';

const folders = sharedFiles('arch.json').filter((file) => /^zoo\/(spikformer-cifar|sdt-v1)\//.test(file)).map((file) => file.replace('/arch.json', ''));
const totals = new Map<string, Totals[]>();

/** Runs a case and expects chip = integers, golden = chip where the case is exact, and synaptic operations as the case has them. */
function expectCase(folder: string, targets: readonly Target[], residual: Parameters<typeof runCase>[2]): CaseResult {
  const golden = valueOf(loadCase(sharedPath(folder)));
  try {
    const result = runCase(golden, targets, residual);
    expect(result.failures).toEqual([]);
    expect(result.chips.map(({ target }) => target)).toEqual(targets.map(({ arch }) => arch.name));
    for (const chip of result.chips) {
      expect(chip).toMatchObject({ passed: true, agreement: { agrees: true, samples: golden.samples, logits: 0, spikes: { differing: 0 } } });
      expect(chip.agreement!.spikes.values).toBe(golden.samples * golden.layers.reduce((sum, layer) => sum + layer.sample(0).length, 0));
      if (golden.exact) expect(chip.golden).toMatchObject({ rule: 'exact', spikes: { differing: 0 }, logits: { integers: 0, labels: 0 } });
      if (golden.exact) expect(chip.golden!.operations.filter(({ differing, recorded, samples }) => differing > 0 || !recorded || samples !== golden.samples)).toEqual([]);
      totals.set(folder, [...(totals.get(folder) ?? []), chip.totals!]);
    }
    return result;
  } finally { golden.inputs.close(); }
}

describe.skipIf(!isShared)('conformance cases', () => {
  it.each(folders)('%s: the same on mesh45, small32 and small32-saturating', (folder) => {
    const { chips } = expectCase(folder, ['mesh45', 'small32', 'small32-saturating'].map(shipped), 'auto');
    expect(chips[1].cores).toBeGreaterThan(chips[0].cores);
  });

  it.each(folders.filter((folder) => folder.includes('spikformer')).flatMap((folder) => residuals.map((residual) =>
    [folder, residual] as const)))('%s: the same on mesh45 with spikes that travel by %s', (folder, residual) => {
    const { chips } = expectCase(folder, [shipped('mesh45')], residual);
    expect(chips[0].residual).toBe(residual);
  });

  it('count the same synaptic operations, updates and spikes on every chip and for every transport', () => {
    for (const [folder, counted] of totals) {
      expect([folder, new Set(counted.map((one) => JSON.stringify(one))).size]).toEqual([folder, 1]);
      expect(counted).toHaveLength(folder.includes('spikformer') ? 6 : 3);
      expect(Math.min(...Object.values(counted[0]))).toBeGreaterThan(1000);
    }
    expect([...totals.keys()]).toEqual(folders);
  });

  afterAll(() => { for (const [folder, [first]] of totals) console.log(`${folder}: ${first.sops} SOPs, ${first.updates} updates, ${first.spikes} spikes on all chips`); });
});

describe.skipIf(!isShared)('small32', () => {
  const programOf = (folder: string, target: Target): Program => {
    const golden = valueOf(loadCase(sharedPath(folder)));
    golden.inputs.close();
    return valueOf(compile({ graph: golden.model.graph, hash: golden.name, classes: golden.model.classes }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })).program;
  };
  it.each(folders)('really cuts %s: chains of rows, columns and contexts apart, several copies of a message', (folder) => {
    const { stages, routes, planes } = programOf(folder, shipped('small32'));
    const synapses = stages.filter((stage) => stage.kind === 'synapse'), whole = (plane: number) => planes[plane].grid[0] * planes[plane].grid[1];
    expect(synapses.filter(({ after }) => after !== undefined).length).toBeGreaterThan(20);
    expect(synapses.filter(({ gather, contexts }) => contexts.to - contexts.from < gather.outGrid[0] * gather.outGrid[1]).length).toBeGreaterThan(1);
    expect(stages.filter((stage) => stage.kind === 'soma' && stage.spikes
      && stage.columns.to - stage.columns.from < planes[stage.spikes.plane].channels).length).toBeGreaterThan(3);
    expect(stages.filter((stage) => stage.kind === 'soma' && stage.spikes && stage.contexts.to - stage.contexts.from < whole(stage.spikes.plane)).length).toBeGreaterThan(1);
    expect(Math.max(...routes.map(({ copies }) => copies.length))).toBeGreaterThan(1);
  });
  it('sends one tree where the other sends copies', () => {
    const multicast = altered(shipped('small32'), { router: { multicast: true } }), [folder] = folders;
    expect(Math.max(...programOf(folder, multicast).routes.map(({ copies }) => copies.length))).toBe(1);
  });
});
