// SpikingResformer through the whole road: products of run-time matrices of currents, against the golden data and between integers and chip.
import { describe, expect, it } from 'vitest';
import { loadCase } from '../../runtime/conform/case.ts';
import type { CaseResult } from '../../runtime/conform/run-case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

function run(name: string, target: string): CaseResult {
  const golden = valueOf(loadCase(sharedPath(`zoo/spiking-resformer/${name}`)));
  try { return runCase(golden, [valueOf(loadTarget(target))], 'auto'); } finally { golden.inputs.close(); }
}

describe.skipIf(!isShared)('SpikingResformer on chips', () => {
  it('is exact: spikes, integer logits, the membrane input of attention and synaptic operations', () => {
    const { failures, chips: [{ golden, agreement }], integer } = run('exact-a', 'mesh45');
    expect(failures).toEqual([]);
    expect(golden).toMatchObject({ passed: true, spikes: { differing: 0 }, logits: { integers: 0 } });
    expect([agreement!.agrees, golden!.operations.length, golden!.operations.every(({ recorded, differing }) => recorded && differing === 0)]).toEqual([true, 17, true]);
    expect(integer!.membranes.map(({ name, recorded, differing }) => [name, recorded, differing])).toEqual([['layers.0.0.activation_attn', true, 0]]);
  });
  it('equals its integer evaluation where nothing is dyadic', () => {
    const { failures, chips: [{ agreement }], float64 } = run('real-a', 'mesh45');
    expect([failures, agreement!.agrees, float64.passed, float64.spikes.differing]).toEqual([[], true, true, 0]);
  });
  it('is refused by a chip that stores no matrix, with both products of every attention', () => {
    const { chips: [{ refused }] } = run('exact-a', 'small32');
    expect(refused!.filter(({ code }) => code === 'C4002').map(({ code, at }) => `${code} ${at?.in === 'graph' ? at.node : ''}`)).toEqual(['layers.0.0', 'layers.1.1', 'layers.2.1'].flatMap((name) => [`C4002 ${name}.matmul1`, `C4002 ${name}.matmul2`]));
  });
});
