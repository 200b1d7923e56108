// Spike-driven Transformer V2 and V3 and SpikeVideoFormer's block through the whole road: integers and chips against the golden data.
import { describe, expect, it } from 'vitest';
import { loadCase } from '../../runtime/conform/case.ts';
import type { CaseResult } from '../../runtime/conform/run-case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

function run(folder: string, ...targets: readonly string[]): CaseResult {
  const golden = valueOf(loadCase(sharedPath(`zoo/${folder}`)));
  try { return runCase(golden, targets.map((name) => valueOf(loadTarget(name))), 'auto'); } finally { golden.inputs.close(); }
}

describe.skipIf(!isShared)('on chips', () => {
  it.each([['sdt-v2/exact-a', ['mesh45', 'small32'], 53, 2], ['sdt-v3/exact-a', ['mesh45'], 58, 1], ['sdha/exact-a', ['mesh45'], 6, 2]] as const)(
    '%s is exact: spikes or levels, whole outputs, membrane inputs and synaptic operations', (folder, targets, operations, membranes) => {
      const result = run(folder, ...targets);
      expect(result.failures).toEqual([]);
      expect([result.float64, result.integer!].map(({ membranes: compared }) => compared.filter(({ recorded, differing }) => recorded && differing === 0).length)).toEqual([membranes, membranes]);
      for (const { golden, agreement } of result.chips) {
        expect(golden).toMatchObject({ passed: true, spikes: { differing: 0 }, logits: { integers: 0 } });
        expect([golden!.operations.length, golden!.operations.every(({ recorded, differing }) => recorded && differing === 0), agreement!.agrees]).toEqual([operations, true, true]);
      }
    });
  it.each(['sdt-v2/real-a', 'sdt-v3/real-a', 'sdha/real-a'])('%s equals its integer evaluation', (folder) => {
    const result = run(folder, 'mesh45');
    expect([result.failures, result.chips[0].agreement!.agrees, result.float64.passed]).toEqual([[], true, true]);
  });
  it('a stem in which pixels meet spikes keeps what its pixels say: the first neurons are almost always right', () => {
    for (const folder of ['sdt-v2/real-a', 'sdt-v3/real-a']) {
      const [{ values, differing }] = run(folder, 'mesh45').integer!.layers;
      expect(differing / values).toBeLessThan(0.01);
    }
  });
  it('a chip whose spikes carry no levels, and one that cannot hold a clip, refuse with every node they cannot run', () => {
    const { failures, float64, chips: [{ refused }] } = run('sdt-v3/exact-a', 'small32');
    expect(failures).toEqual(float64.layers.map(({ name }) => `small32: refused: the levels of "${name}" need a payload of 3 bits, target small32 carries 1`));
    expect(refused!.map(({ code, at }) => `${code} ${at?.in === 'graph' ? at.node : ''}`)).toEqual(float64.layers.map(({ name }) => `C4003 ${name}`));
    expect(run('sdha/exact-a', 'small32').failures).toEqual(['small32: refused: "attn.hamming" needs the ability "attend hamming", which target small32 lacks']);
  });
});
