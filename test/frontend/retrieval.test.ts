// Descriptors compared with a database: every classifier may end in one; the order of its scores is that of cosines or of distances; what does not fit is refused by its place.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { evaluate } from '../../compiler/eval/evaluate.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import type { Imported } from '../../compiler/frontend/import-model.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { comparedRows } from '../../compiler/frontend/retrieval.ts';
import { is } from '../../compiler/ir/define-op.ts';
import type { Graph } from '../../compiler/ir/types.ts';
import { ops, readout } from '../../compiler/ops/index.ts';
import { compile } from '../../compiler/pipeline.ts';
import { withRows } from '../../runtime/prompt.ts';
import { classify } from '../../runtime/simulate.ts';
import { prepare } from '../../simulator/function/engine.ts';
import { verifyProgram } from '../../targets/contract/verify/verify.ts';
import { decodeProgram, encodeProgram } from '../../targets/contract/wire.ts';
import { valueOf } from '../conformance/outcome.ts';
import { chipOf, shipped } from '../property/chip-under-test.ts';
import { randomFrom } from '../random.ts';
import { descriptor as snnVit, checkpoint as snnVitCheckpoint } from './snn-vit.ts';
import { descriptor as resformer, checkpoint as resformerCheckpoint } from './spiking-resformer.ts';
import { maxFormerDescriptor, maxFormerShapes, qkformerDescriptor, qkformerShapes, spikeclipDescriptor, spikeclipShapes } from './stages.ts';
import { checkpointOf, sdtDescriptor, sdtShapes, spikformerDescriptor, spikformerShapes, spikingformerDescriptor, spikingformerShapes } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'retrieval-')), file = join(folder, 'arch.json'), random = randomFrom(3);
const put = (name: string, shape: readonly number[], data: ArrayLike<number>) => writeFileSync(join(folder, name), writeNpy({ shape, dtype: 'float64', data: Float64Array.from(data) }));
const database = (width: number, rows = 6) => { const data = Float64Array.from({ length: rows * width }, () => random.unit() - 0.3); put(`places-${width}.npy`, [rows, width], data); return data; };
const places = new Map([3, 8, 16].map((width) => [width, database(width)]));
put('text.npy', [3, 5], Array(15).fill(1));
put('zero.npy', [2, 16], Array.from({ length: 32 }, (_, i) => Number(i < 16)));
afterAll(() => rmSync(folder, { recursive: true }));

const retrieval = (width: number, changes: Changes = {}): Changes => ({ retrieval: { reads: 'features', database: `places-${width}.npy`, metric: 'cosine', recall: [1, 3], ...changes } });
const headless = <C extends { tensors: Map<string, unknown> }>(made: C): C => { for (const key of [...made.tensors.keys()]) if (/^(head|classifier)\./.test(key)) made.tensors.delete(key); return made; };
const families: readonly (readonly [name: string, width: number, make: (changes: Changes) => Json, checkpoint: () => ReturnType<typeof checkpointOf>])[] = [
  ['spikformer-cifar', 16, spikformerDescriptor, () => checkpointOf(spikformerShapes())], ['sdt-v1', 16, sdtDescriptor, () => checkpointOf(sdtShapes())], ['spikingformer', 16, spikingformerDescriptor, () => checkpointOf(spikingformerShapes())],
  ['qkformer-cifar', 16, qkformerDescriptor, () => checkpointOf(qkformerShapes())], ['max-former', 16, maxFormerDescriptor, () => checkpointOf(maxFormerShapes())],
  ['spiking-resformer', 8, resformer, () => resformerCheckpoint()], ['snn-vit', 8, snnVit, () => snnVitCheckpoint()]];
const imageOf = ({ grid, channels }: Readonly<{ grid: readonly [number, number]; channels: number }>, seed: number) => { const { whole } = randomFrom(seed); return Uint8Array.from({ length: grid[0] * grid[1] * channels }, () => whole(0, 255)); };
const scoresOf = ({ graph }: Imported, image: Uint8Array): number[] => [...evaluate(graph, ops, new Map([['input', image]])).outputs.get('logits')!.data];
/** What the rows are compared with: the same network without them. */
function descriptorOf({ graph }: Imported, image: Uint8Array): number[] {
  const bare: Graph = { ...graph, nodes: graph.nodes.map((node) => { if (!is(node, readout)) return node; const { rows, offset: _, ...params } = node.params; return { ...node, params, type: { ...node.type, channels: rows.shape[1] } }; }) };
  return scoresOf({ graph: bare } as Imported, image);
}
const ordered = (values: readonly number[]): number[] => values.map((_, i) => i).sort((a, b) => values[b] - values[a] || a - b);
const measured = (rows: Float64Array, d: readonly number[], metric: string): number[] => Array.from({ length: rows.length / d.length }, (_, row) => {
  const own = rows.subarray(row * d.length, (row + 1) * d.length), dot = own.reduce((sum, value, i) => sum + value * d[i], 0);
  return metric === 'cosine' ? dot / Math.sqrt(own.reduce((sum, value) => sum + value * value, 0) * d.reduce((sum, value) => sum + value * value, 0)) : -Math.sqrt(own.reduce((sum, value, i) => sum + (value - d[i]) ** 2, 0));
});

describe('a network whose output is a descriptor', () => {
  it.each(families.flatMap(([name, width, make, checkpoint]) => (['cosine', 'l2'] as const).map((metric) => [name, metric, width, make, checkpoint] as const)))('%s orders rows by %s as a search by hand does', (_, metric, width, make, checkpoint) => {
    const model = valueOf(importModel(headless(checkpoint()), make(retrieval(width, { metric })), file));
    expect([model.nearest, model.classes]).toEqual([{ metric, recall: [1, 3] }, ['0', '1', '2', '3', '4', '5']]);
    for (let seed = 1; seed <= 3; seed++) {
      const image = imageOf(model.graph.nodes[0].type, seed), d = descriptorOf(model, image);
      expect(d).toHaveLength(width);
      expect(ordered(scoresOf(model, image))).toEqual(ordered(measured(places.get(width)!, d, metric)));
    }
  });

  it('reads what the classifier gives where the descriptor says so, the classifier taken from the checkpoint', () => {
    const model = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor(retrieval(3, { reads: 'scores' })), file)), bare = valueOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor(), file)), image = imageOf(model.graph.nodes[0].type, 5);
    expect(descriptorOf(model, image)).toEqual(scoresOf(bare, image));
    expect(ordered(scoresOf(model, image))).toEqual(ordered(measured(places.get(3)!, scoresOf(bare, image), 'cosine')));
  });

  it('runs on a chip, whose program carries metric and rows, comes back from its bytes, and takes another database without being compiled again', () => {
    const { graph, classes, nearest } = valueOf(importModel(headless(resformerCheckpoint()), resformer(retrieval(8, { metric: 'l2' })), file)), target = shipped('mesh45');
    const { program } = valueOf(compile({ graph, hash: 'places', classes, nearest: nearest! }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })), engine = prepare(program, chipOf(target)), image = imageOf(graph.nodes[0].type, 9);
    expect(valueOf(decodeProgram(encodeProgram(program), 'places.synfire'))).toStrictEqual(program);
    expect(program.readouts[0].rows!.nearest).toEqual({ metric: 'l2', recall: [1, 3] });
    const { outputs } = engine.run(new Map([['input', image]]), { activities: false }), answer = classify(program, { outputs: new Map([['logits', outputs.get('logits')!]]), done: 1 });
    const { scale, divisor } = program.readouts[0], d = [...outputs.get('logits')!].map((integer) => (integer * scale) / divisor);
    expect(answer.labels[0]).toBe(ordered(measured(places.get(8)!, d, 'l2'))[0]);
    const rows = { shape: [2, 8], data: Float64Array.from([...d.map((value) => value + 1), ...d.map((value) => value * 3 + 0.01)]) }, other = valueOf(withRows(program, 'places.synfire', { rows, rowsFile: 'others.npy', names: ['here', 'there'] }));
    expect(verifyProgram(other, target.arch)).toEqual([]);
    expect([other.classes, classify(other, { outputs: new Map([['logits', outputs.get('logits')!]]), done: 1 }).labels[0]]).toEqual([['here', 'there'], ordered(measured(rows.data, d, 'l2'))[0]]);
  });

  it('has a program that is refused with numbers of neighbours that do not rise', () => {
    const { graph, classes } = valueOf(importModel(headless(resformerCheckpoint()), resformer(retrieval(8)), file)), target = shipped('mesh45'), made = (recall: readonly number[]) => valueOf(compile({ graph, hash: 'places', classes, nearest: { metric: 'cosine', recall: [1] } }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 })).program.readouts.map((result) => ({ ...result, rows: { ...result.rows!, nearest: { metric: 'cosine' as const, recall } } }));
    const { program } = valueOf(compile({ graph, hash: 'places', classes }, target, { residual: 'auto', scale: 'max', bits: 8, seed: 1 }));
    for (const recall of [[0], [3, 3]]) expect(verifyProgram({ ...program, readouts: made(recall) }, target.arch).map(({ code, message }) => `${code} ${message}`)).toEqual([expect.stringMatching(/^T2170 .*at least 1 and more than the one before it/)]);
  });
});

describe('a database', () => {
  const refused = (make: (changes: Changes) => Json, changes: Changes, made = headless(checkpointOf(spikformerShapes()))): string[] => {
    const outcome = importModel(made, make(changes), file);
    return outcome.ok ? [] : outcome.faults.map(({ code, at, message }) => `${code} ${at?.in === 'descriptor' ? at.path : at?.in === 'file' ? at.file.slice(folder.length + 1) : at?.in === 'key' ? at.key : ''}: ${message}`);
  };
  it('of another width is refused by its file, with the width that is wanted', () => expect(refused(spikformerDescriptor, retrieval(8))).toEqual(['C2027 places-8.npy: wanted an array of shape [6, 16], came [6, 8]']));
  it('that is not there, or elsewhere, is refused', () => {
    expect(refused(spikformerDescriptor, retrieval(16, { database: 'none.npy' }))[0]).toMatch(/^C1001 none\.npy/);
    expect(refused(spikformerDescriptor, retrieval(16, { database: '../places.npy' }))[0]).toMatch(/^C2007 retrieval\.database: .*below the folder/);
  });
  it('with a row of zeros has no cosines, and has distances', () => {
    expect(refused(spikformerDescriptor, retrieval(16, { database: 'zero.npy' }))).toEqual(['C2041 zero.npy: row 1 is zero or beyond all measure, and has no direction']);
    expect(refused(spikformerDescriptor, retrieval(16, { database: 'zero.npy', metric: 'l2' }))).toEqual([]);
    expect(valueOf(comparedRows({ shape: [1, 2], data: Float64Array.of(3, 4) }, 'cosine', 'x')).rows.data).toEqual(Float64Array.of(0.6, 0.8));
  });
  it('leaves a classifier in the checkpoint over, and says so', () => expect(refused(spikformerDescriptor, retrieval(16), checkpointOf(spikformerShapes()))).toEqual(expect.arrayContaining([expect.stringMatching(/^C2021 head\.weight/)])));
  it('is refused beside text rows, and by a network without a classifier of its own', () => {
    expect(refused(spikeclipDescriptor, retrieval(3, { reads: 'scores' }), checkpointOf(spikeclipShapes()))).toEqual(['C2040 retrieval: "retrieval": a sample of this network gives no single vector of its own to compare']);
    const block = { format: 1, family: 'sdha', T: 2, feature_size: [2, 2], embed_dims: 4, heads: 1, head_dim: 4, mlp_ratio: 1, bn_eps: 1e-5, neuron: { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, input: { encoding: 'currents' }, attention: { type: 'sdha', v_threshold: 1, scale: '1/(2*embed_dims)' }, residual: { type: 'membrane-shortcut' }, ...retrieval(3) };
    expect(refused(() => block, {})).toEqual([expect.stringMatching(/^C2011 retrieval: .*the output of sdha is no vector/)]);
    const ta = { format: 1, family: 'ta-snn', T: 5, layers: [4, 3, 2], classes: 2, reduction: 2, bn_eps: 1e-5, neuron: { type: 'lif-ta', alpha: 0.3, beta: 0, v_threshold: 0.5 }, head: { type: 'spike count of FC1 / T' }, input: { encoding: 'frames' }, ...retrieval(3) };
    expect(refused(() => ta, {})).toEqual([expect.stringMatching(/^C2011 retrieval\.reads: .*ta-snn has no layer behind its last neuron/)]);
  });
  it.each([['no metric', { metric: undefined }, 'C2006 retrieval.metric'], ['another metric', { metric: 'dot' }, 'C2007 retrieval.metric'], ['no numbers of neighbours', { recall: undefined }, 'C2006 retrieval.recall'], ['neighbours that do not rise', { recall: [5, 1] }, 'C2008 retrieval.recall']])('with %s is refused', (_, changes, said) =>
    expect(refused(spikformerDescriptor, retrieval(16, changes as Changes))[0]).toMatch(new RegExp(`^${said}`)));
});
