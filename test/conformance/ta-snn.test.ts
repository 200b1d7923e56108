// TA-SNN in float64, in integers and on chips, and its gates against the golden ones.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { readNpz } from '../../compiler/files/npz.ts';
import { ops } from '../../compiler/ops/index.ts';
import { toInteger } from '../../compiler/pipeline.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const mesh45 = valueOf(loadTarget('mesh45')), folderOf = (name: string) => sharedPath(`zoo/ta-snn/${name}`);
const run = (name: string, ...targets: readonly string[]) => {
  const golden = valueOf(loadCase(folderOf(name)));
  try { return runCase(golden, targets.map((target) => valueOf(loadTarget(target))), 'auto'); } finally { golden.inputs.close(); }
};

describe.skipIf(!isShared)('TA-SNN', () => {
  it('is exact in integers and on mesh45: its gates are 0 or 1', () => {
    const { failures, integer, chips: [chip] } = run('exact-a', 'mesh45');
    expect(failures).toEqual([]);
    expect(integer).toMatchObject({ rule: 'exact', passed: true, spikes: { values: 16560, differing: 0 }, logits: { integers: 0 } });
    expect(chip).toMatchObject({ passed: true, golden: { spikes: { differing: 0 }, logits: { integers: 0 } }, agreement: { agrees: true } });
  });

  it('of the realistic case: float64 within tolerance, chip and integers equal, few spikes changed by 64 levels and eight bits', () => {
    const { failures, integer, chips: [chip] } = run('real-a', 'mesh45');
    expect(failures).toEqual([]);
    expect(chip.agreement).toMatchObject({ agrees: true });
    expect(integer!.spikes.differing).toBeLessThan(0.02 * integer!.spikes.values);
  });

  it('is refused on a chip without gates, gate by gate, and those that are too wide for its cores', () => {
    expect(run('exact-a', 'small32').chips[0].refused?.map(({ code, at }) => [code, at])).toEqual(
      [...['FC0', 'FC1', 'FC2'].map((name) => ['C4002', name]), ...['FC0', 'FC1'].map((name) => ['C4101', name])].map(([code, name]) => [code, { in: 'graph', node: `${name}.gate` }]));
  });

  it.each(['exact-a', 'real-a'])('has the golden gates of %s, in float64 and (to half a level) in integers', (name) => {
    const golden = valueOf(loadCase(folderOf(name))), arrays = valueOf(readNpz(`${folderOf(name)}/golden.npz`)), { graph } = golden.model, { integer } = valueOf(toInteger(graph, { scale: 'max', bits: 8 }, mesh45.arch));
    let compared = 0;
    for (let sample = 0; sample < golden.samples; sample++) {
      for (const [made, tolerance] of [[graph, 1e-12], [integer, name === 'exact-a' ? 0 : 0.01]] as const) {
        const { values } = evaluate(made, ops, new Map([['input', golden.inputs.values(sample)]]));
        for (const [id, node] of made.nodes.entries()) {
          // Behind the first neuron a quantised network has spikes of its own.
          if (node.kind !== 'gate' || (tolerance > 1e-3 && node.name !== 'FC0.gate')) continue;
          const wanted = arrays.get(`gate:${node.name.replace('.gate', '')}`)!.data, before = values[node.inputs[0]].data, each = before.length / graph.steps;
          values[id].data.forEach((value, i) => {
            if (Math.abs(before[i]) < 2 ** (made === graph ? -6 : 9)) return;  // small whole numbers show their rounding, not their gate
            compared++;
            expect(Math.abs(value / before[i] - wanted[sample * graph.steps + Math.floor(i / each)])).toBeLessThanOrEqual(tolerance);
          });
        }
      }
    }
    golden.inputs.close();
    expect(compared).toBeGreaterThan(1000);
  });
});
