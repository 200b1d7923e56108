// The MNIST CNN in float64, in integers and on chips.
import { describe, expect, it } from 'vitest';
import { loadCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const targets = (...names: readonly string[]) => names.map((name) => valueOf(loadTarget(name)));
const run = (folder: string, ...names: readonly string[]) => {
  const golden = valueOf(loadCase(sharedPath(`zoo/mnist-cnn/${folder}`)));
  try { return runCase(golden, targets(...names), 'auto'); } finally { golden.inputs.close(); }
};

describe.skipIf(!isShared)('the MNIST CNN', () => {
  it('is exact in integers and on mesh45, its operations those of unary spikes', () => {
    const { failures, integer, chips: [mesh45] } = run('exact-a', 'mesh45');
    expect(failures).toEqual([]);
    expect(integer).toMatchObject({ rule: 'exact', passed: true, spikes: { values: 503968, differing: 0 }, logits: { integers: 0 } });
    expect(mesh45).toMatchObject({ passed: true, golden: { spikes: { differing: 0 }, logits: { integers: 0 } }, agreement: { agrees: true } });
    expect(mesh45.golden?.operations.map(({ name, differing, recorded }) => [name, differing, recorded])).toEqual(['conv1', 'conv2', 'fc1', 'fc2'].map((name) => [name, 0, true]));
  });

  it('is refused on a chip of binary payloads, at the pools that count', () => {
    const { chips: [small32] } = run('exact-a', 'small32');
    expect(small32.refused?.map(({ code, at }) => [code, at])).toEqual(['pool1', 'pool2'].map((node) => ['C4007', { in: 'graph', node }]));
  });

  it.each([['real-a', 0.02], ['published-admm', 0.001]] as const)('of %s: float64 within tolerance, chip and integers equal, few spikes changed by eight bits', (folder, share) => {
    const { failures, float64, integer, chips: [mesh45] } = run(folder, 'mesh45');
    expect(failures).toEqual([]);
    expect(float64.rule).toBe('tolerance');
    expect(mesh45.agreement).toMatchObject({ agrees: true });
    expect(integer!.spikes.differing / integer!.spikes.values).toBeLessThan(share);
    expect(integer!.layers.every(({ recorded }) => recorded)).toBe(true);
  });
});
