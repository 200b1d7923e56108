// Single-operator cases: those of the zoo, cases of other sizes and thresholds, and cases that do not hold together.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import { readNpz, writeNpz } from '../../compiler/files/npz.ts';
import { opCases } from '../../runtime/conform/ops/index.ts';
import { loadOperator } from '../../runtime/conform/ops/load-op.ts';
import { runOperator } from '../../runtime/conform/ops/run-op.ts';
import type { CaseResult } from '../../runtime/conform/run-case.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import type { Json } from '../frontend/tiny.ts';
import { altered, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';
import { valueOf } from './outcome.ts';

const folders = sharedFiles('case.json').map((file) => file.replace('/case.json', '')), made: string[] = [];
afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));
/** mesh45 with payloads that hold the sixteen levels of a normalised integer neuron. */
const narrow = altered(shipped('mesh45'), { name: 'narrow', core: { payloadBits: 4 } });
const run = (folder: string, ...targets: readonly string[]): CaseResult => runOperator(valueOf(loadOperator(folder)), targets.map((name) => (name === 'narrow' ? narrow : shipped(name))), 'auto');
const dataOf = (folder: string): ReadonlyMap<string, NumpyArray> => valueOf(readNpz(join(folder, 'data.npz')));

/** A case folder of these contents. */
function written(stated: Json, arrays: Readonly<Record<string, NumpyArray>>, texts: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'op-'));
  made.push(folder);
  writeFileSync(join(folder, 'case.json'), JSON.stringify({ format: 1, arrays: Object.fromEntries(Object.entries(arrays).map(([name, { shape, dtype }]) => [name, { shape, dtype, text: texts[name] ?? '' }])), ...stated }));
  writeFileSync(join(folder, 'data.npz'), writeNpz(Object.entries(arrays)));
  return folder;
}
/** A copy of a case of the zoo with its texts or its arrays changed. */
function changedCase(name: string, change: (stated: Json, arrays: Map<string, NumpyArray>) => void): string {
  const folder = mkdtempSync(join(tmpdir(), 'op-')), stated = JSON.parse(readFileSync(sharedPath(`zoo/ops/${name}/case.json`), 'utf8')) as Json, arrays = new Map(dataOf(sharedPath(`zoo/ops/${name}`)));
  made.push(folder);
  change(stated, arrays);
  writeFileSync(join(folder, 'case.json'), JSON.stringify(stated));
  writeFileSync(join(folder, 'data.npz'), writeNpz(arrays));
  return folder;
}
const int16 = (shape: readonly number[], data: ArrayLike<number>): NumpyArray => ({ shape, dtype: 'int16', data: Int16Array.from(data) });
const uint8 = (shape: readonly number[], data: ArrayLike<number>): NumpyArray => ({ shape, dtype: 'uint8', data: Uint8Array.from(data) });
const float64 = (shape: readonly number[], data: ArrayLike<number>): NumpyArray => ({ shape, dtype: 'float64', data: Float64Array.from(data) });

/** What enters, and parameters: everything else of an archive must be compared. */
const given = /^(x|w|q|k|v|kv|n|current|count|feature|alpha|weight|conv_bias|bn_\w+|running_\w+|head_dim_index|param:.*|\w+_current|scale_\d+_[qkv])$/;
const heldElsewhere = /^(n|y)$/;

describe.skipIf(!isShared)('operator cases of the zoo', () => {
  it('have a declaration each', () => {
    const stated = folders.map((folder) => (JSON.parse(readFileSync(sharedPath(`${folder}/case.json`), 'utf8')) as { op: string }).op);
    expect(stated.filter((op) => !opCases.some((one) => one.op === op))).toEqual([]);
    expect(new Set(opCases.map(({ op }) => op)).size).toBe(opCases.length);
  });

  const known = folders.filter((folder) => opCases.some(({ op }) => folder.endsWith(`/${op}`)));
  it.each(known)('%s: float64, integers and a chip differ in nothing, and every array that is no input is compared', (folder) => {
    const result = run(sharedPath(folder), 'mesh45'), arrays = [...dataOf(sharedPath(folder)).keys()];
    expect([result.failures, result.passed]).toEqual([[], true]);
    const { float64: real, integer, chips: [chip], constants, exact } = result, rows = [...real.layers, ...real.potentials, ...constants];
    expect(arrays.filter((name) => !given.test(name) && !heldElsewhere.test(name) && !rows.some((row) => row.name === name || row.name.startsWith(`${name} `)))).toEqual([]);
    expect([real.spikes.differing, chip.agreement!.agrees, constants.filter(({ differing }) => differing > 0)]).toEqual([0, true, []]);
    expect(real.logits.worst).toBeLessThan(1e-12);
    if (exact) expect([integer!.spikes.differing, chip.golden!.spikes, integer!.logits.integers, integer!.potentials.filter(({ recorded, differing }, i) => recorded === real.potentials[i].recorded || differing + real.potentials[i].differing > 0)]).toEqual([0, real.spikes, 0, []]);
    expect(chip.agreement!.spikes.values).toBe(real.spikes.values);
  });

  it.each(known)('%s: on small32 the same, or a refusal that names what it lacks', (folder) => {
    const { passed, refused, chips: [chip], failures } = run(sharedPath(folder), 'small32');
    expect(passed || refused).toBe(true);
    expect((chip.refused ?? []).map(({ code }) => code).filter((code) => !['C4002', 'C4003', 'C4007'].includes(code))).toEqual([]);
    expect(failures.length > 0).toBe(refused);
  });

  it('with sixteen levels are refused by payloads of four bits', () => {
    expect(run(sharedPath('zoo/ops/ni-lif-staircase'), 'narrow').failures).toEqual([expect.stringMatching(/narrow: refused: the levels of "level" need a payload of 5 bits, target narrow carries 4/)]);
  });

  it('are exact but for four of real numbers', () => {
    expect(known.filter((folder) => !valueOf(loadOperator(sharedPath(folder))).parts.every(({ exact }) => exact)).map((folder) => folder.split('/').at(-1)))
      .toEqual(['conv-bn-fold', 'ni-lif-staircase', 'parametric-lif', 'repconv-fold-real']);
  });

  it('fail where one value is another', () => {
    for (const [name, array] of [['erode', 'kv_sum'], ['sdha-identity', 'A'], ['lif-floor-shift', 'T4_soft_narrow_U'], ['maxpool-order', 'lif_then_pool'], ['conv-bn-fold', 'folded_bias'], ['conv-bn-fold', 'y'], ['repconv-fold-dyadic', 'kernel']] as const) {
      const folder = changedCase(name, (_, arrays) => { const was = arrays.get(array)!, data = was.data.slice(); data[3] += 1; arrays.set(array, { ...was, data }); });
      const { passed, refused, failures } = run(folder, 'mesh45');
      expect([name, passed, refused, failures.length > 0]).toEqual([name, false, false, true]);
    }
  });

  it('fail where an operator is done wrong: pool and neuron change places, a threshold is another, ties go the other way', () => {
    const swapped = changedCase('maxpool-order', (_, arrays) => { const one = arrays.get('pool_then_lif')!; arrays.set('pool_then_lif', arrays.get('lif_then_pool')!); arrays.set('lif_then_pool', one); });
    const higher = changedCase('head-lif-token-sum', (stated) => { (stated['neuron'] as Json)['v_threshold'] = 1.25; });
    const ties = changedCase('multispike-ladder', (_, arrays) => arrays.set('level_half_even', arrays.get('level_half_up')!));
    const table = changedCase('v3-attention-ladder', (stated) => { (stated['table'] as { thresholds: number[] }[])[3].thresholds[0] = 64; });
    expect([swapped, higher, ties, table].map((folder) => { const { float64: real, failures } = run(folder, 'mesh45'); return [real.spikes.differing, failures.some((failure) => /constants/.test(failure))]; }))
      .toEqual([[expect.any(Number), false], [expect.any(Number), false], [2, false], [0, true]]);
    expect(run(swapped, 'mesh45').float64.spikes.differing).toBeGreaterThan(100);
  });
});

describe('operator cases of other sizes', () => {
  const random = randomFrom(5), currents = (count: number, reach: number) => Array.from({ length: count }, () => random.whole(-reach, reach));
  /** Spikes [steps, neurons] of u = floor(keep * u) + I with the fraction in whole units of 2^-bits. */
  function fired(current: readonly number[], steps: number, theta: number, [kept, of]: readonly [number, number], bits: number): { spikes: number[]; potential: number[] } {
    const neurons = current.length / steps, spikes: number[] = [], potential: number[] = [], u = new Float64Array(neurons);
    for (let at = 0; at < current.length; at++) {
      const i = at % neurons;
      u[i] = Math.floor(u[i] * kept / of) + current[at] * 2 ** bits;
      potential.push(u[i]);
      spikes.push(Number(u[i] >= theta * 2 ** bits));
      if (spikes[at]) u[i] = 0;
    }
    return { spikes, potential };
  }

  it('run with the steps, neurons and threshold that they state', () => {
    const current = currents(3 * 37, 30), { spikes, potential } = fired(current, 3, 22, [1, 2], 0), packed = new Uint8Array(Math.ceil(spikes.length / 8));
    spikes.forEach((spike, i) => { packed[i >> 3] |= spike << (7 - (i & 7)); });
    const folder = written({ op: 'lif-floor-shift', neuron: { tau: 2 } }, { T3_hard_odd_current: int16([3, 37], current), T3_hard_odd_spikes: uint8([packed.length], packed), T3_hard_odd_U: int16([3, 37], potential) },
      { T3_hard_odd_current: 'integer input current [T, neurons], theta 22' });
    const result = run(folder, 'mesh45', 'small32');
    expect([result.passed, result.failures, result.float64.spikes, result.integer!.potentials[0]]).toEqual([true, [], { values: 111, differing: 0 }, expect.objectContaining({ recorded: true, differing: 0, values: 111 })]);
    expect(spikes.filter(Boolean).length).toBeGreaterThan(10);
  });

  it('keep 7/8 of a potential exactly over six steps', () => {
    const current = currents(6 * 600, 14), { spikes } = fired(current, 6, 16, [7, 8], 15);
    const folder = written({ op: 'lif-leak-three-quarters', neuron: { tau: 8, v_threshold: 0.5, reset: 'hard' } }, { current: int16([6, 600], current), spikes: uint8([6, 600], spikes) }, { current: 'integer current in unit 1/4 [T, neurons]' });
    expect(run(folder, 'mesh45', 'small32')).toMatchObject({ passed: true, exact: true, failures: [] });
    expect([spikes.filter(Boolean).length > 5, fired(current, 6, 16, [7, 8], 0).spikes.some((spike, i) => spike !== spikes[i])]).toEqual([true, true]);
  });

  it('climb a staircase of as many thresholds as they list, on numbers that are whole quarters', () => {
    const x = Array.from({ length: 50 }, (_, i) => (i - 20) / 4), pairs = [[1, 3], [1, 2], [3, 2], [5, 1], [21, 4], [13, 2]];
    const level = x.map((value) => pairs.filter(([above, below]) => value > above / below).length);
    const folder = written({ op: 'ni-lif-staircase', thresholds_rational: pairs }, { x: float64([50], x), level: uint8([50], level) });
    expect(run(folder, 'mesh45')).toMatchObject({ passed: true, exact: true, failures: [] });
    expect(Math.max(...level)).toBe(6);
  });

  it('attend with other heads, tokens and scales', () => {
    const [steps, heads, tokens, width] = [2, 3, 5, 4], shape = [steps, heads, tokens, width], bits = () => Array.from({ length: 120 }, () => Number(random.chance(0.5))), [q, k, v] = [bits(), bits(), bits()];
    const at = (t: number, h: number, n: number, c: number) => ((t * heads + h) * tokens + n) * width + c, count = q.map(() => 0);
    for (let t = 0; t < steps; t++) for (let h = 0; h < heads; h++) for (let n = 0; n < tokens; n++) for (let m = 0; m < tokens; m++) for (let c = 0; c < width; c++) for (let e = 0; e < width; e++) {
      count[at(t, h, n, e)] += q[at(t, h, n, c)] * k[at(t, h, m, c)] * v[at(t, h, m, e)];
    }
    const { spikes } = fired(count, steps, 3, [1, 2], 0);
    const folder = written({ op: 'ssa-threshold', what: 'lif(n*scale) with v_threshold 0.5', facts: { scale_3: { theta: 3 } } },
      { scale_3_q: uint8(shape, q), scale_3_k: uint8(shape, k), scale_3_v: uint8(shape, v), scale_3_count: int16(shape, count), scale_3_spikes: uint8(shape, spikes) });
    expect(run(folder, 'mesh45', 'small32')).toMatchObject({ passed: true, exact: true, failures: [] });
  });
});

describe('an operator case that does not hold together', () => {
  const seen = new Set<string>(), note = (faults: readonly Fault[]): string[] => faults.map(({ code, message, hint }) => { seen.add(code); expect(hint).toBeTruthy(); return `${code} ${message}`; });
  const refused = (folder: string): string[] => { const outcome = loadOperator(folder); return outcome.ok ? expect.fail('it was loaded') : note(outcome.faults); };
  const currents = { current: int16([2, 3], [1, 2, 3, 4, 5, 6]), hard_zero: uint8([2, 3], [0, 0, 0, 0, 0, 0]), soft: uint8([2, 3], [0, 0, 0, 0, 0, 0]) };

  it('without its files is refused with both of them named', () => { expect(refused(join(tmpdir(), 'no-such-case')).map((text) => text.slice(0, 5))).toEqual(['C1001', 'C1001']); });
  it('of an operator nobody declared names those that are', () => { expect(refused(written({ op: 'reset-rule' }, currents))).toEqual([expect.stringContaining('R2022 no operator case is called "reset-rule"; did you mean "reset-rules"?')]); });
  it('that does not say a parameter is refused with its name', () => { expect(refused(written({ op: 'reset-rules', what: 'decay 1/4' }, currents, { current: 'fires' }))).toEqual([expect.stringContaining('R2021 the case does not say theta')]); });
  it('without an array that its operator needs is refused', () => { expect(refused(written({ op: 'reset-rules', what: 'decay 1/4' }, currents, { current: 'theta 4' }))).toEqual([expect.stringContaining('R2003 the archive has no array "to_threshold"')]); });
  it('whose archive is not what it says is refused array by array', () => {
    const folder = written({ op: 'reset-rules', arrays: { current: { shape: [2, 4] }, other: { shape: [1] }, third: 5 } }, currents);
    expect(refused(folder)).toEqual([expect.stringContaining('R2004 array "current": wanted shape [2, 4], came [2, 3]'), expect.stringContaining('R2003 the archive has no array "other"'), expect.stringContaining('R2001')]);
  });
  it('with an array of other axes is refused', () => { expect(refused(written({ op: 'reset-rules', what: 'decay 1/4' }, { ...currents, current: int16([6], [1, 2, 3, 4, 5, 6]) }, { current: 'theta 4' }))).toEqual([expect.stringContaining('R2004 array "current"')]); });
  it('was refused with every code of operator cases', () => {
    const codes = [...readFileSync(new URL('../../runtime/conform/ops/faults.ts', import.meta.url), 'utf8').matchAll(/'(R20\d\d)'/g)].map(([, code]) => code);
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });
});
