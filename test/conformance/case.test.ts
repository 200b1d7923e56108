// Golden arrays in our layout and back, and case folders that do not hold together.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import { readNpz, writeNpz } from '../../compiler/files/npz.ts';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { GraphBuilder } from '../../compiler/ir/build.ts';
import { ops, source as sourceOp } from '../../compiler/ops/index.ts';
import { loadCase } from '../../runtime/conform/case.ts';
import { compareCase } from '../../runtime/conform/compare.ts';
import { toUnits } from '../../runtime/conform/inputs.ts';
import { observeEvaluation } from '../../runtime/conform/observe.ts';
import { bitAt, fromGolden, goldenShape, orderOf, toGolden } from '../../runtime/conform/golden.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { changed } from '../frontend/tiny.ts';
import type { Changes, Json } from '../frontend/tiny.ts';
import { isShared, sharedPath } from '../files/shared.ts';
import { faultText, valueOf } from './outcome.ts';

describe('golden axes', () => {
  const layer = { grid: [2, 3] as const, channels: 4 };
  it('S T C H W are channel planes: channel c of position y * W + x', () => {
    const order = orderOf('S T C H W', [1, 1, 4, 2, 3])!, ours = fromGolden((i) => i, order, 1);
    for (const [c, y, x] of [[0, 0, 0], [3, 1, 2], [2, 0, 1]]) expect(ours[(y * 3 + x) * 4 + c]).toBe((c * 2 + y) * 3 + x);
  });
  it('S T N C are ours already', () => {
    expect([...fromGolden((i) => i, orderOf('S T N C', [1, 2, 3, 2])!, 2)]).toEqual([...Array(12).keys()]);
  });
  it('S T heads 1 head_dim and S T C are one position of all channels', () => {
    expect(orderOf('S T heads 1 head_dim', [5, 2, 4, 1, 8])).toEqual({ steps: 2, positions: 1, channels: 32, indices: Int32Array.from({ length: 32 }, (_, i) => i) });
    expect(orderOf('S T C', [5, 2, 32])).toMatchObject({ positions: 1, channels: 32 });
  });
  it('without T are of a single step', () => {
    expect(orderOf('S C N', [5, 3, 2])).toMatchObject({ steps: 1, positions: 2, channels: 3 });
    expect([...fromGolden((i) => i, orderOf('S C N', [5, 3, 2])!, 1)]).toEqual([0, 2, 4, 1, 3, 5]);
  });
  it('heads before tokens put channel head * head_dim + i on every token', () => {
    const ours = fromGolden((i) => i, orderOf('S T heads N head_dim', [1, 1, 2, 3, 2])!, 1);
    expect([...ours]).toEqual([0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
  });
  it('go to ours and back unchanged, for shapes made for them', () => {
    fc.assert(fc.property(fc.constantFrom('S T C H W', 'S T N C', 'S T 2 N 2', 'S T H W C'), fc.integer({ min: 1, max: 3 }), (axes, steps) => {
      const order = orderOf(axes, goldenShape(axes, layer, 1, steps)!)!, golden = Float64Array.from({ length: steps * 24 }, (_, i) => i);
      expect([order.positions, order.channels]).toEqual([6, 4]);
      expect(toGolden(fromGolden((i) => golden[i], order, steps), order)).toEqual(golden);
    }), { seed: 2, numRuns: 30 });
  });
  it('with figures have the shape the figures say, and the order of heads', () => {
    expect(goldenShape('S T 2 1 16', { grid: [1, 1], channels: 32 }, 5, 3)).toEqual([5, 3, 2, 1, 16]);
    expect(orderOf('S T 2 N 2', [1, 1, 2, 3, 2])).toEqual(orderOf('S T heads N head_dim', [1, 1, 2, 3, 2]));
  });
  it('that are not of the size of their layer have no shape', () => {
    for (const axes of ['S T 3 1 16', 'S T C C', 'S T Q', 'S C', 'S', 'S T heads 1 head_dim', 'S T 0', 'T S C H W']) expect(goldenShape(axes, layer, 1, 1)).toBeUndefined();
  });
  it('that are unknown, misplaced or too few are refused', () => {
    for (const [axes, shape] of [['S T Q', [1, 1, 1]], ['T S C', [1, 1, 1]], ['S T C H', [1, 1, 1]], ['S T toString', [1, 1, 1]]] as const) expect(orderOf(axes, shape)).toBeUndefined();
  });
  it('of packed arrays start at the most significant bit', () => {
    expect(Array.from({ length: 10 }, (_, i) => bitAt([0b10000010, 0b01000000], i))).toEqual([1, 0, 0, 0, 0, 0, 1, 0, 0, 1]);
  });
});

describe.skipIf(!isShared)('a case folder', () => {
  const source = isShared ? sharedPath('zoo/sdt-v1/exact-a') : '', made: string[] = [], seen = new Set<string>();
  afterAll(() => made.forEach((folder) => rmSync(folder, { recursive: true })));
  type Damage = Readonly<{ arch?: Changes; golden?: (arrays: Map<string, NumpyArray>) => void; sops?: (counts: Json) => void }>;
  const folderOf = ({ arch = {}, golden, sops }: Damage): string => {
    const folder = mkdtempSync(join(tmpdir(), 'case-')), json = (name: string) => JSON.parse(readFileSync(join(source, name), 'utf8')) as Json;
    made.push(folder);
    for (const name of ['model.pth', 'input.npy', 'golden.npz', 'sops.json']) copyFileSync(join(source, name), join(folder, name));
    writeFileSync(join(folder, 'arch.json'), JSON.stringify(changed(json('arch.json'), arch)));
    if (golden) {
      const arrays = new Map(valueOf(readNpz(join(source, 'golden.npz'))));
      golden(arrays);
      writeFileSync(join(folder, 'golden.npz'), writeNpz(arrays));
    }
    if (sops) { const counts = json('sops.json'); sops(counts); writeFileSync(join(folder, 'sops.json'), JSON.stringify(counts)); }
    return folder;
  };
  const note = (faults: readonly Fault[]): string[] => faults.map(({ code, message, hint }) => { seen.add(code); expect(hint).toBeTruthy(); return `${code} ${message}`; });
  const refused = (damage: Damage): string[] => { const outcome = loadCase(folderOf(damage)); return outcome.ok ? expect.fail('it was loaded') : note(outcome.faults); };
  const has = (...parts: readonly string[]) => parts.map((part) => expect.stringContaining(part));

  it('is named by its last two folders and holds every published layer', () => {
    const golden = valueOf(loadCase(source));
    expect([golden.name, golden.samples, golden.exact, golden.layers.length, golden.membranes.map(({ threshold }) => threshold)]).toEqual(['sdt-v1/exact-a', 6, true, 19, [256, 1]]);
    golden.inputs.close();
  });
  it('without its files is refused with all of them named', () => {
    const outcome = loadCase('no/such/case');
    expect(outcome.ok ? '' : faultText(outcome.faults).match(/C1001/g)).toHaveLength(3);
  });
  it('with golden tables of another form is refused entry by entry', () => {
    expect(refused({ arch: { exact: 'yes', logits_denominator: 0, 'spikes.head_lif': 5, membrane_inputs: { x: {} } } })).toEqual(has('R2001 wanted true or false', 'R2001 wanted {"axes"', 'R2001 wanted a name "int:<lif>"'));
    expect(refused({ arch: { logits_denominator: 2.5, spikes: {} } })).toEqual(has('R2001 wanted a table of at least one golden array', 'R2001 wanted a whole number >= 1, came 2.5'));
    expect(refused({ arch: { spikes: { head_lif: { axes: 'S T X', shape: [6, 4, 32], packed: false } }, membrane_inputs: {} } })).toEqual(has('R2002'));
  });
  it('whose archive lacks an array, or holds one of another shape, is refused', () => {
    expect(refused({ golden: (arrays) => { arrays.delete('head_lif'); arrays.delete('logits_int'); } })).toEqual(has('R2003 the archive has no array "logits_int"', 'R2003 the archive has no array "head_lif"'));
    expect(refused({ golden: (arrays) => { arrays.set('patch_embed.proj_lif', { shape: [8], dtype: 'uint8', data: new Uint8Array(8) }); } })).toEqual(has('R2004 array "patch_embed.proj_lif": wanted 24576 packed bits, shape [3072], came [8]'));
  });
  it('whose golden layers are not those of the network is refused', () => {
    const spikes = (JSON.parse(isShared ? readFileSync(join(source, 'arch.json'), 'utf8') : '{}') as Record<string, Json>).spikes;
    const table = { ...spikes, 'block.7.attn.q_lif': spikes.head_lif };
    expect(refused({ arch: { spikes: table }, golden: (arrays) => { arrays.set('block.7.attn.q_lif', arrays.get('head_lif')!); } })).toEqual(has('R2005'));
    expect(refused({ arch: { 'spikes.head_lif': { axes: 'S T C', shape: [6, 4, 16], packed: false } }, golden: (arrays) => { arrays.set('head_lif', { shape: [6, 4, 16], dtype: 'uint8', data: new Uint8Array(384) }); } }))
      .toEqual(has('R2006 the layer has 6 samples x 4 steps x 1 positions x 32 channels; its golden array has shape [6, 4, 16]'));
  });
  it('whose operation counts are not one per sample is refused', () => {
    expect(refused({ sops: (counts) => { (counts.layers as Record<string, Json>).head.sop_unary = [1, 2]; counts.attention = []; } })).toEqual(has('R2007 "attention"', 'R2007 "head": wanted 6 counts'));
  });
  it('without golden spikes of a layer is loaded with a warning', () => {
    const outcome = loadCase(folderOf({ arch: { 'spikes.head_lif': undefined } }));
    expect(outcome.ok && note(outcome.warnings)).toEqual(has('R2008 the case has no golden spikes of "head_lif"'));
  });
  it('whose membrane inputs have no threshold is compared where they are counts, and warned about elsewhere', () => {
    const inputs = { 'int:block.0.attn.talking_heads_lif': { text: 'counts' }, 'int:block.0.attn.q_lif': { text: 'currents' } };
    const outcome = loadCase(folderOf({ arch: { membrane_inputs: inputs } })), golden = valueOf(outcome);
    expect(golden.membranes.map(({ name, threshold }) => [name, threshold])).toEqual([['block.0.attn.talking_heads_lif', undefined]]);
    expect(note(outcome.ok ? outcome.warnings : [])).toEqual(has('R2009 "int:block.0.attn.q_lif" names no threshold'));
    const observe = () => observeEvaluation(golden.model.graph, evaluate(golden.model.graph, ops, new Map([['input', golden.inputs.values(0)]])));
    const { membranes } = compareCase(golden, 'exact', observe), counted = { ...observe(), membrane: () => ({ input: [], threshold: undefined, count: golden.membranes[0].sample(0).map((n) => n + 1) }) };
    expect(membranes[0]).toMatchObject({ recorded: true });
    expect(compareCase({ ...golden, samples: 1 }, 'exact', observe).membranes[0]).toMatchObject({ recorded: true, differing: 0 });
    expect(compareCase({ ...golden, samples: 1 }, 'exact', () => counted).membranes[0].differing).toBe(membranes[0].values / 6);
  });
  it('whose currents do not fit the bits of their source is refused', () => {
    const graph = (bits: number) => { const builder = new GraphBuilder('currents', 1, ops); builder.add(sourceOp, 'input', [], { coding: 'currents', grid: [1, 1], channels: 2, bits, domain: 'integer' }, { scale: { shape: [2], data: Float64Array.of(0.5, 0.25) } }); return builder.graph(); };
    const given = () => new Map([['input', Float64Array.of(1.3, -32)]]), units = toUnits(graph(8), 1, given), narrow = toUnits(graph(7), 1, given);
    expect([...valueOf(units)[0].get('input')!]).toEqual([3, -128]);
    expect(narrow.ok ? [] : note(narrow.faults)).toEqual(has('R2010 the input "input" has -32, which is -128 units; the chip takes 7 bits'));
  });
  it('was refused or warned about with every code of the runner', () => {
    const codes = [...readFileSync(new URL('../../runtime/conform/faults.ts', import.meta.url), 'utf8').matchAll(/'(R20\d\d)'/g)].map(([, code]) => code);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes.filter((code) => !seen.has(code))).toEqual([]);
  });
});
