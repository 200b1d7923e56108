// EMS-ResNet in float64, in integers and on chips: a detector whose exact integers need 40 bits runs on accumulators of 24.
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import type { Target } from '../../targets/contract/arch.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { fileOf } from '../files/archive.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const chip = (text: string): Target => valueOf(loadTarget(fileOf(text, 'made.chip'))), mesh45 = valueOf(loadTarget('mesh45'));
/** Accumulators and membranes of another width. */
const wide = (bits: number): Target => chip(`chip bits${bits} from mesh45 { core { accumulatorBits = ${bits} bits, ours "test"\n membraneBits = ${bits} bits, ours "test" } }`);
const load = (folder: string) => valueOf(loadCase(sharedPath(`zoo/ems-resnet/${folder}`)));
const run = (folder: string, targets: readonly Target[]) => { const golden = load(folder); try { return runCase(golden, targets, 'auto'); } finally { golden.inputs.close(); } };
/** What the quantiser put on the host of a chip. */
const hosted = (target: Target): string[] => {
  const golden = load('exact-a'), compiled = compile({ graph: golden.model.graph, hash: '', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1, narrow: 'refused' });
  golden.inputs.close();
  return valueOf(compiled).passes.flatMap(({ notes }) => notes.filter((note) => note.startsWith('on the host')));
};

describe.skipIf(!isShared)('EMS-ResNet', () => {
  it('is exact in integers, on mesh45 and on a chip of 32 bits, maps of results included', () => {
    const { failures, integer, chips } = run('exact-a', [mesh45, wide(32)]);
    expect(failures).toEqual([]);
    expect(integer).toMatchObject({ rule: 'exact', passed: true, spikes: { values: 201728, differing: 0 }, logits: { values: 4 * 14 * 64, integers: 0 } });
    for (const { golden, agreement } of chips) {
      expect([golden?.spikes.differing, golden?.logits.integers, agreement?.agrees]).toEqual([0, 0, true]);
      expect(golden?.operations).toHaveLength(13);
      expect(golden?.operations.every(({ differing, recorded }) => differing === 0 && recorded)).toBe(true);
    }
  });

  it('leaves to the host what multiplies currents behind the last neuron, and no more than does not fit', () => {
    expect(hosted(mesh45)).toEqual([expect.stringMatching(/model\.8\.m\.0 \(sums of 37 bits\), model\.7\.shortcut\.1\.part0 \(sums of 31 bits\), model\.7\.shortcut\.1\.part1 \(sums of 28 bits\); accumulators hold 24/)]);
    expect(hosted(wide(32))).toEqual([expect.stringMatching(/: model\.8\.m\.0 \(sums of 37 bits\); accumulators hold 32/)]);
  });

  it('is refused where sums before a neuron do not fit, by the layer and the bits', () => {
    const { chips: [narrow] } = run('exact-a', [wide(20)]);
    expect(narrow.refused?.map(({ code, at, message }) => [code, at, message])).toContainEqual(['C3005', { in: 'graph', node: 'model.4.shortcut.1' }, expect.stringMatching(/need 2[234] bits, an accumulator of this target has 20/)]);
  });

  it('of a realistic case: float64 within tolerance, chip and integers equal', () => {
    const { failures, float64, chips } = run('real-a', [mesh45]);
    expect(failures).toEqual([]);
    expect(float64).toMatchObject({ rule: 'tolerance', passed: true });
    expect(chips[0].agreement).toMatchObject({ agrees: true, spikes: { values: 252160 } });
  });
});
