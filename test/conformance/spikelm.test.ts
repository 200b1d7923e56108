// SpikeLM in float64, in integers and on chips; what attention reads against its golden arrays.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { readNpz } from '../../compiler/files/npz.ts';
import { ops } from '../../compiler/ops/index.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { finestExponent, wholeOutputs } from '../../runtime/conform/units.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const folderOf = (name: string) => sharedPath(`zoo/spikelm/${name}`);
const run = (name: string, ...targets: readonly string[]) => {
  const golden = valueOf(loadCase(folderOf(name)));
  try { return runCase(golden, targets.map((target) => valueOf(loadTarget(target))), 'auto'); } finally { golden.inputs.close(); }
};

describe.skipIf(!isShared)('SpikeLM', () => {
  it('is exact in float64, in integers and on mesh45, outputs in the units of its layers', () => {
    const { failures, float64, integer, chips: [chip] } = run('exact-a', 'mesh45');
    expect(failures).toEqual([]);
    for (const compared of [float64, integer!, chip.golden!]) expect(compared).toMatchObject({ rule: 'exact', passed: true, spikes: { values: 20160, differing: 0 }, logits: { values: 2880, worst: 0, integers: 0 }, extras: [{ name: 'key', worst: 0, integers: 0 }, { name: 'value', worst: 0, integers: 0 }] });
    expect(chip.agreement).toMatchObject({ agrees: true });
  });
  it('is refused where spikes have no sign, neuron by neuron', () => {
    const { chips: [{ refused }], float64 } = run('exact-a', 'small32');
    expect(refused!.map(({ code }) => code)).toEqual(float64.layers.map(() => 'C4003'));
    expect(refused!.map(({ at }) => at?.in === 'graph' && at.node.replace(/\.spikes$/, '')).sort()).toEqual(float64.layers.map(({ name }) => name).sort());
  });
  it('of the realistic case: float64 within tolerance, GELU and LayerNorm on the host, chip and integers equal', () => {
    const { passed, failures, integer, chips: [chip] } = run('real-a', 'mesh45');
    expect([passed, failures, chip.agreement!.agrees]).toEqual([true, [], true]);
    expect(integer!.spikes.differing).toBeLessThan(0.005 * integer!.spikes.values);
  });
  it.each(['exact-a', 'real-a'])('gives the golden keys, values and hidden currents of %s', (name) => {
    const golden = valueOf(loadCase(folderOf(name))), arrays = valueOf(readNpz(`${folderOf(name)}/golden.npz`)), { graph } = golden.model;
    let compared = 0;
    for (let sample = 0; sample < golden.samples; sample++) {
      const { values, outputs } = evaluate(graph, ops, new Map([['input', golden.inputs.values(sample)]])), hidden = values[graph.nodes.findIndex((node) => node.name === 'intermediate.dense')];
      for (const [array, { data }] of [['key', outputs.get('key')!], ['value', outputs.get('value')!], ['hidden', hidden]] as const) {
        const wanted = arrays.get(array)!.data, from = sample * data.length, largest = Math.max(...Array.from(wanted, Math.abs));
        data.forEach((value, i) => { compared++; if (name === 'exact-a') expect(value + 0).toBe(wanted[from + i] + 0); else expect(Math.abs(value - wanted[from + i])).toBeLessThanOrEqual(1e-6 * largest); });
      }
    }
    golden.inputs.close();
    expect(compared).toBe(golden.samples * 4 * 6 * (name === 'exact-a' ? 24 + 24 + 48 : 32 + 32 + 64));
  });
});

describe('units of outputs', () => {
  it('are the finest that a layer has, its own exponent before that of its weights', () => {
    expect([finestExponent({ a: { p: [3, 5] }, b: { p: 4 } }), finestExponent({ a: { p: 3, output_unit_exponent: 11 } }), finestExponent({ a: {} }), finestExponent(undefined), finestExponent({ a: { p: 1e9 } })]).toEqual([5, 11, undefined, undefined, undefined]);
  });
  it('get finer until all outputs are whole, and are none where no power of two does', () => {
    expect([wholeOutputs(Float64Array.of(1.5, 2), 0), wholeOutputs(Float64Array.of(1, 2), 3)]).toEqual([{ values: Float64Array.of(3, 4), denominator: 2 }, { values: Float64Array.of(8, 16), denominator: 8 }]);
    expect(wholeOutputs(Float64Array.of(1 / 3), 0)).toBeUndefined();
  });
});
