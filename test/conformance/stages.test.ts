// QKFormer, Max-Former and SpikeCLIP through the whole road: integers and chips against the golden data, and another class list for a compiled network.
import { describe, expect, it } from 'vitest';
import { readArray } from '../../compiler/files/array-file.ts';
import { compile } from '../../compiler/pipeline.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import type { ConformanceCase } from '../../runtime/conform/case.ts';
import { observeChip } from '../../runtime/conform/chip-observation.ts';
import { compareCase } from '../../runtime/conform/compare.ts';
import { runCase } from '../../runtime/conform/run-case.ts';
import { withRows } from '../../runtime/prompt.ts';
import { resultsOf } from '../../runtime/results.ts';
import { classify } from '../../runtime/simulate.ts';
import { prepare } from '../../simulator/function/engine.ts';
import type { Program } from '../../targets/contract/program.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { loadTarget } from '../../targets/load.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { valueOf } from './outcome.ts';

const load = (folder: string): ConformanceCase => valueOf(loadCase(sharedPath(`zoo/${folder}`))), chips = (...names: readonly string[]) => names.map((name) => valueOf(loadTarget(name)));

describe.skipIf(!isShared)('on chips', () => {
  it.each(['qkformer-cifar/exact-a', 'max-former/exact-a', 'spikeclip/exact-a'])('%s is exact: spikes, whole logits, membrane inputs and synaptic operations', (folder) => {
    const golden = load(folder), result = runCase(golden, chips('mesh45', 'small32'), 'auto');
    golden.inputs.close();
    expect(result.failures).toEqual([]);
    expect(result.integer).toMatchObject({ passed: true, spikes: { differing: 0 }, logits: { integers: 0 } });
    for (const { golden: compared, agreement } of result.chips) {
      expect(compared).toMatchObject({ passed: true, spikes: { differing: 0 }, logits: { integers: 0, labels: 0 } });
      expect(compared!.operations.length).toBeGreaterThan(15);
      expect(agreement!.agrees).toBe(true);
    }
  });
  it.each(['qkformer-cifar/real-a', 'max-former/real-a', 'spikeclip/real-a'])('%s equals its integer evaluation', (folder) => {
    const golden = load(folder), result = runCase(golden, chips('mesh45'), 'auto');
    golden.inputs.close();
    expect([result.failures, result.chips[0].agreement!.agrees, result.float64.passed]).toEqual([[], true, true]);
  });
});

describe.skipIf(!isShared)('class rows', () => {
  const golden = isShared ? load('spikeclip/exact-a') : undefined, [mesh45] = chips('mesh45'), { technology: _, ...chip } = mesh45.arch;
  const pixelsOf = (sample: number) => new Map([['input', Uint8Array.from(golden!.inputs.values(sample))]]);
  const compiled = (name: ConformanceCase): Program => valueOf(compile({ graph: name.model.graph, hash: 'clip', classes: name.model.classes }, mesh45, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })).program;
  const text = isShared ? valueOf(readArray(sharedPath('zoo/spikeclip/exact-a/text.npy'))) : { data: new Float32Array() }, rows = Float64Array.from(text.data);

  it('give features and cosine beside the logits, whole numbers where the case has them', () => {
    const program = compiled(golden!), engine = prepare(program, chip);
    const comparison = compareCase(golden!, 'exact', (sample) => observeChip(program, engine, engine.run(pixelsOf(sample), { activities: false })));
    expect(comparison.extras).toEqual([{ name: 'features', worst: 0, integers: 0 }, { name: 'cosine', worst: expect.closeTo(0, 12) }]);
    const wrong = compareCase(golden!, 'exact', (sample) => { const seen = observeChip(program, engine, engine.run(pixelsOf(sample), { activities: false })); return { logits: seen.logits, spikes: seen.spikes }; });
    expect(wrong.failures).toEqual(expect.arrayContaining([expect.stringMatching(/^features: a value is off by Infinity/), expect.stringMatching(/^features: 144 whole numbers differ/)]));
  });

  it('are swapped in a compiled program, and nothing that lies on a core changes', () => {
    const program = compiled(golden!), [first] = program.readouts, other = rows.slice(24 * 2, 24 * 9).reverse(), names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const swapped = valueOf(withRows(program, 'a.synfire', { rows: { shape: [7, 24], data: other }, rowsFile: 'rows.npy', names })), { classes: __, readouts: ___, ...before } = program, { classes, readouts, ...after } = swapped;
    expect([after, classes, readouts]).toEqual([before, names, [{ ...first, rows: { scores: 7, weights: other } }]]);
    expect(verifyProgram(swapped, mesh45.arch)).toEqual([]);
    expect(valueOf(decodeProgram(encodeProgram(swapped), 'a.synfire'))).toEqual(swapped);
    const outputs = new Map([['logits', prepare(swapped, chip).run(pixelsOf(0), { activities: false }).outputs.get('logits')!]]), features = resultsOf({ scale: first.scale, divisor: first.divisor }, outputs.get('logits')!).results;
    const { logits, labels } = classify(swapped, { outputs, done: 1 }), wanted = names.map((_name, row) => features.reduce((sum, value, f) => sum + value * other[row * 24 + f], 0));
    expect(Array.from(logits)).toEqual(wanted);
    expect(labels[0]).toBe(wanted.indexOf(Math.max(...wanted)));
  });

  it('of another width, without features or with another number of names are refused', () => {
    const program = compiled(golden!), codes = (shape: readonly number[], names?: readonly string[]) => { const outcome = withRows(program, 'a.synfire', { rows: { shape, data: new Float64Array(48) }, rowsFile: 'rows.npy', ...(names ? { names } : {}) }); return outcome.ok ? [] : outcome.faults.map(({ code, hint }) => `${code} ${hint ? 'hint' : ''}`); };
    expect([codes([2, 24]), codes([2, 12]), codes([48]), codes([2, 24], ['only'])]).toEqual([[], ['R0116 hint'], ['R0116 hint'], ['R0117 hint']]);
    const plain = { ...program, readouts: program.readouts.map(({ output, scale, divisor }) => ({ output, scale, divisor })) };
    const outcome = withRows(plain, 'a.synfire', { rows: { shape: [2, 24], data: new Float64Array(48) }, rowsFile: 'rows.npy' });
    expect(outcome.ok ? [] : outcome.faults.map(({ code }) => code)).toEqual(['R0115']);
  });
});
