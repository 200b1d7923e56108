// SpikeGPT in float64, in integers and on chips; where nothing multiplies currents it is refused, layer by layer.
import { describe, expect, it } from 'vitest';
import { compile } from '../../compiler/pipeline.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const run = (...targets: readonly string[]) => {
  const golden = valueOf(loadCase(sharedPath('zoo/spikegpt/real-a')));
  try { return runCase(golden, targets.map((target) => valueOf(loadTarget(target))), 'auto'); } finally { golden.inputs.close(); }
};

describe.skipIf(!isShared)('SpikeGPT', () => {
  it('gives every golden spike in float64, and on small and large cores every spike of its integer evaluation', () => {
    const { passed, failures, float64, integer, chips } = run('mesh45', 'small32');
    expect([passed, failures]).toEqual([true, []]);
    expect(float64).toMatchObject({ spikes: { values: 10240, differing: 0 }, logits: { values: 6160, labels: 0 } });
    expect(float64.logits.worst).toBeLessThan(1e-12);
    for (const { agreement } of chips) expect(agreement).toMatchObject({ agrees: true, spikes: { values: 10240, differing: 0 } });
    // A spike that eight bits move changes all that follow: a recurrent network remembers.
    expect(integer!.spikes.differing).toBeLessThan(0.015 * integer!.spikes.values);
  });
  it('is refused where nothing multiplies, with every layer that reads currents or whose sums a gain brings to its unit', () => {
    const golden = valueOf(loadCase(sharedPath('zoo/spikegpt/real-a'))), mesh45 = valueOf(loadTarget('mesh45')), target = { ...mesh45, arch: { ...mesh45.arch, abilities: { ...mesh45.arch.abilities, pixelMac: false } } };
    const compiled = compile({ graph: golden.model.graph, hash: 'spikegpt', classes: [] }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 });
    golden.inputs.close();
    // Output and value read real numbers; the others see spikes and counts, but their sums are multiplied to fit what the host normalises.
    expect(compiled.ok ? [] : compiled.faults.map(({ at }) => (at?.in === 'graph' ? at.node : ''))).toEqual([
      'blocks.0.att.output', 'blocks.0.ffn.key', 'blocks.0.ffn.receptance', 'blocks.0.ffn.value', ...['att.key', 'att.value', 'att.receptance', 'att.output', 'ffn.key', 'ffn.receptance', 'ffn.value'].map((layer) => `blocks.1.${layer}`), 'head']);
  });
});
