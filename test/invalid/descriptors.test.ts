// Impossible, unsupported and hostile descriptors, and checkpoints that do not fit them: each refused with its own code, place and hint.
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import { descriptorJsonSchema } from '../../compiler/frontend/json-schema.ts';
import { jsonErrorOffset } from '../../compiler/frontend/json-offset.ts';
import { families } from '../../compiler/frontend/index.ts';
import { importModel } from '../../compiler/frontend/import-model.ts';
import { propose } from '../../compiler/frontend/propose.ts';
import { parseDescriptor, readDescriptor } from '../../compiler/frontend/read-descriptor.ts';
import { most } from '../../compiler/frontend/limits.ts';
import type { Fault, Outcome } from '../../targets/contract/fault.ts';
import { fileOf } from '../files/archive.ts';
import { isShared, sharedFiles, sharedPath } from '../files/shared.ts';
import { valueOf } from '../conformance/outcome.ts';
import { checkpoint as resformer, descriptor as resformerDescriptor } from '../frontend/spiking-resformer.ts';
import { spikeclipDescriptor, spikeclipShapes } from '../frontend/stages.ts';
import { changed, checkpointOf, sdtDescriptor, sdtShapes, spikformerDescriptor, spikformerShapes, spikingformerDescriptor, spikingformerShapes } from '../frontend/tiny.ts';
import type { Changes, Json } from '../frontend/tiny.ts';

const seen = new Set<string>();
function faultsOf(outcome: Outcome<unknown>): readonly Fault[] {
  if (outcome.ok) expect.fail('it was accepted');
  for (const { code, hint, at } of outcome.faults) { seen.add(code); expect(hint).toBeTruthy(); expect(at).toBeDefined(); }
  return outcome.faults;
}
const placeOf = ({ at }: Fault): string => (at?.in === 'descriptor' ? at.path : at?.in === 'key' ? at.key : at?.in === 'text' ? `${at.line}:${at.column}` : JSON.stringify(at));
/** Code, place and message, one line each. */
const lines = (faults: readonly Fault[]): string[] => faults.map((fault) => `${fault.code} at ${placeOf(fault)}: ${fault.message} | ${fault.hint}`);
const parse = (descriptor: unknown): string[] => lines(faultsOf(parseDescriptor(descriptor, 'arch.json')));
const warnings = (descriptor: unknown): string[] => {
  const outcome = parseDescriptor(descriptor, 'arch.json');
  if (!outcome.ok) expect.fail(lines(outcome.faults).join('\n'));
  for (const { code } of outcome.warnings) seen.add(code);
  return lines(outcome.warnings);
};
const dvs = { mode: 'dvs', 'attention.erode': { kernel: 3, stride: 1, padding: 1 }, 'input.encoding': 'frames' };

describe('a descriptor that is none', () => {
  it.each([['nothing', null, 'object'], ['a list', [1, 2], 'a list of 2'], ['a text', 'x\u001b[31m', '"x'], ['a number', 4, '4']])('but %s is refused', (_, value, came) => {
    expect(parse(value)).toEqual([expect.stringMatching(new RegExp(`^C2001 .*${came}`))]);
  });
  it('is refused with line and column where the JSON breaks, or where it ends too early', () => {
    const read = (text: string): string[] => lines(faultsOf(readDescriptor(fileOf(text, 'arch.json'))));
    expect(read('{\n "T": 4,\n "heads": x\n}')).toEqual([expect.stringMatching(/^C2002 at 3:11: /)]);
    expect(read('{\n "T": 4')).toEqual([expect.stringMatching(/^C2002 at 2:8: /)]);
    expect(read('')).toEqual([expect.stringMatching(/^C2002 at 1:1: /)]);
    expect(read('{"a": [1, 2,, 3]}')).toEqual([expect.stringMatching(/^C2002 at 1:13: /)]);
    expect(read('{"a": "x\ty"}')).toEqual([expect.stringMatching(/^C2002 at 1:9: /)]);
    expect(read('{"a": 1} {')).toEqual([expect.stringMatching(/^C2002 at 1:10: /)]);
    expect(lines(faultsOf(readDescriptor('no/such/arch.json')))).toEqual([expect.stringMatching(/^C1001 /)]);
  });
  it('is told the first character that no continuation could save', () => {
    const complaint = (text: string): string | undefined => { try { JSON.parse(text); return undefined; } catch (caught) { return String(caught); } };
    const good = JSON.stringify(spikformerDescriptor({ 'input.values': 'k/256 \\"\u00e9', extra: [[], {}, -1.5e-3, null, true] }), null, 1);
    expect(jsonErrorOffset(good)).toBe(good.length);
    let compared = 0;
    fc.assert(fc.property(fc.nat(good.length - 1), fc.constantFrom('x', ',', '}', ']', '"', '\n', '1', '\\', ''), (at, junk) => {
      const text = good.slice(0, at) + junk + good.slice(at + 1), offset = jsonErrorOffset(text), said = complaint(text), position = /at position (\d+)/.exec(said ?? '')?.[1];
      if (said === undefined) return offset === text.length;
      if (position === undefined) return offset < text.length || said.includes('end of JSON');
      compared++;
      // The engine points into a half-read word, number or escape; we point at its start.
      return offset <= Number(position) && /^[\w.+\\-]*$/.test(text.slice(offset, Number(position)));
    }), { seed: 5, numRuns: 1500 });
    expect(compared).toBeGreaterThan(500);
  });
  it('is refused when it is larger than any descriptor', () => {
    expect(lines(faultsOf(readDescriptor(fileOf(' '.repeat(most.descriptorBytes + 1), 'arch.json'))))).toEqual([expect.stringMatching(/^C2003 /)]);
    expect(parse(spikformerDescriptor({ units: Array.from({ length: most.descriptorValues + 1 }, () => 0) }))).toEqual([expect.stringMatching(/^C2003 /)]);
  });
  it('may nest as deep as it likes in what is ignored, and is told where it is not', () => {
    const deep = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    expect(warnings(spikformerDescriptor({ verification: deep }))).toEqual([]);
    expect(parse(spikformerDescriptor({ heads: deep }))).toEqual(expect.arrayContaining([expect.stringMatching(/^C2007 at heads: .*came a list of 1/)]));
  });
  it('of another format or family is refused by that alone, with the family that was meant', () => {
    expect(parse({ ...spikformerDescriptor(), format: 2 })).toEqual([expect.stringMatching(/^C2004 at format: wanted format 1, came 2/)]);
    expect(parse({ family: 'spikformer-cifer', format: '1' })).toEqual([expect.stringMatching(/^C2004 /), expect.stringMatching(/^C2005 at family: .*did you mean "spikformer-cifar"\?/)]);
    expect(parse({ format: 1 })).toEqual([expect.stringMatching(/^C2005 .*came nothing/)]);
    expect(parse({ format: 1, family: 'toString' })).toEqual([expect.stringMatching(/^C2005 /)]);
  });
});

/** Changes -> code, place, part of the message or hint. */
type Row = readonly [title: string, changes: Changes, code: string, place: string, text: string];
const both: readonly Row[] = [
  ['no T', { T: undefined }, 'C2006', 'T', 'nothing is guessed'],
  ['no neuron', { neuron: undefined }, 'C2006', 'neuron', 'is missing'],
  ['no attention threshold', { 'attention.v_threshold': undefined }, 'C2006', 'attention.v_threshold', 'is missing'],
  ['no v_reset', { 'neuron.v_reset': undefined }, 'C2006', 'neuron.v_reset', 'null (subtract the threshold)'],
  ['T 0', { T: 0 }, 'C2007', 'T', 'wanted a whole number from 1 to 1024, came 0'],
  ['T 10^9', { T: 1e9 }, 'C2007', 'T', 'came 1000000000'],
  ['T 2.5', { T: 2.5 }, 'C2007', 'T', 'came 2.5'],
  ['T as text', { T: '4' }, 'C2007', 'T', 'came "4"'],
  ['negative depth', { depths: -1 }, 'C2007', 'depths', 'came -1'],
  ['sizes of 10^7', { image_size: [1e7, 1e7] }, 'C2007', 'image_size[0]', 'from 1 to 4096'],
  ['one size', { image_size: [28] }, 'C2007', 'image_size', 'pair'],
  ['10^7 channels', { embed_dims: 1e7 }, 'C2007', 'embed_dims', 'from 1 to 65536'],
  ['no classes', { classes: 0 }, 'C2007', 'classes', 'came 0'],
  ['an epsilon below 0', { bn_eps: -1e-5 }, 'C2007', 'bn_eps', 'from 0 to 1'],
  ['a threshold of 0', { 'neuron.v_threshold': 0 }, 'C2007', 'neuron.v_threshold', 'came 0'],
  ['a class name with an escape sequence', { class_names: ['a', '\u001b[2J', 'c'] }, 'C2007', 'class_names[1]', 'without control characters'],
  ['another encoding', { 'input.encoding': 'poisson' }, 'C2007', 'input.encoding', '"direct" or "frames"'],
  ['a standard deviation of 0', { 'input.normalize': { scale: 1, mean: [0], std: [0] } }, 'C2007', 'input.normalize.std[0]', 'came 0'],
  ['normalisation without a scale', { 'input.normalize': { mean: [0], std: [1] } }, 'C2006', 'input.normalize.scale', 'usually 1/255'],
  ['heads that do not divide', { heads: 3 }, 'C2008', 'head_dim', '16 is not a multiple of 3'],
  ['head_dim that does not fit', { head_dim: 4 }, 'C2008', 'head_dim', 'write "head_dim": 8'],
  ['tokens of another grid', { tokens: 16 }, 'C2008', 'tokens', 'pooled to 2 x 2'],
  ['an image that pools away', { image_size: [8, 8], 'patch_embed.maxpool': { kernel: 12, stride: 12, padding: 1 } }, 'C2008', 'patch_embed.maxpool', 'does not fit'],
  ['two class names for three classes', { class_names: ['a', 'b'] }, 'C2008', 'class_names', '2 names for 3 classes'],
  ['an MLP without channels', { mlp_ratio: 0.01 }, 'C2008', 'mlp_ratio', 'a hidden layer of 0'],
  ['three stages', { 'patch_embed.stages': [] }, 'C2008', 'patch_embed.stages', '0 stages'],
  ['a stem that ends in other channels', { 'patch_embed.stages.3.channels': 8 }, 'C2008', 'patch_embed.stages[3].channels', 'write "channels": 16'],
  ['a stage of another name', { 'patch_embed.stages.1.conv': 'proj_conv2' }, 'C2008', 'patch_embed.stages[1].conv', '"proj_conv1"'],
  ['means for three channels', { 'input.normalize': { scale: 1, mean: [0, 0, 0], std: [1] } }, 'C2008', 'input.normalize.mean', '3 values for 1'],
  ['a layout with steps for images', { 'input.layout': '[S, T, C, H, W]' }, 'C2008', 'input.layout', 'does not fit'],
  ['tau 4', { 'neuron.tau': 4 }, 'C2009', 'neuron.tau', 'theorem 2'],
  ['another neuron', { 'neuron.type': 'plif' }, 'C2009', 'neuron.type', 'came "plif"'],
  ['a reset to -1', { 'neuron.v_reset': -1 }, 'C2009', 'neuron.v_reset', 'came -1'],
  ['the strict comparator', { 'neuron.fires_when': 'h > v_threshold' }, 'C2009', 'neuron.fires_when', 'strict'],
  ['a padding wider than half the window', { 'patch_embed.maxpool.padding': 2, tokens: 9 }, 'C2011', 'patch_embed.maxpool.padding', 'more than half'],
  ['normalised event counts', { ...dvs, 'input.normalize': { scale: 1, mean: [0], std: [1] } }, 'C2011', 'input.normalize', 'a count of 0'],
  ['a stage without a neuron', { 'patch_embed.stages.1.order': ['conv3x3', 'bn'] }, 'C2011', 'patch_embed.stages[1].order', 'came [conv3x3, bn]'],
  ['a residual of the other family', { 'residual.type': 'or' }, 'C2007', 'residual.type', 'came "or"'],
];
const spikformer: readonly Row[] = [
  ['a scale of 0', { 'attention.scale': 0 }, 'C2007', 'attention.scale', 'came 0'],
  ['a threshold that contradicts the scale', { 'attention.integer_threshold': 4 }, 'C2008', 'attention.integer_threshold', 'make 8'],
];
const sdt: readonly Row[] = [
  ['no mode', { mode: undefined }, 'C2006', 'mode', '"image" or "dvs"'],
  ['other pooling than its stages', { 'patch_embed.pooling_stat': '1111' }, 'C2008', 'patch_embed.pooling_stat', 'write "pooling_stat": "0011"'],
  ['mode dvs without a window', { mode: 'dvs' }, 'C2008', 'attention.erode', 'no window'],
  ['mode image with a window', { 'attention.erode': { kernel: 3, stride: 1, padding: 1 } }, 'C2008', 'attention.erode', 'does not erode'],
  ['an inner residual that is none', { 'residual.mlp_inner_residual': true }, 'C2008', 'residual.mlp_inner_residual', '32 channels'],
  ['an erosion that shrinks', { mode: 'dvs', 'attention.erode': { kernel: 3, stride: 2, padding: 1 } }, 'C2011', 'attention.erode', 'stride 2'],
  ['spikes behind the last stage', { 'patch_embed.stages.3.order': ['conv3x3', 'bn', 'lif'] }, 'C2011', 'patch_embed.stages[3].order', 'wanted [conv3x3, bn]'],
];
const spikingformer: readonly Row[] = [
  ['four stages where the stem has five', { 'patch_embed.stages': [] }, 'C2008', 'patch_embed.stages', 'list block0_conv, block1_conv'],
  ['a stage of a Spikformer', { 'patch_embed.stages.1.conv': 'proj_conv1' }, 'C2008', 'patch_embed.stages[1].conv', '"block1_conv"'],
  ['a neuron on the pixels', { 'patch_embed.stages.0.order': ['lif', 'conv3x3', 'bn'] }, 'C2011', 'patch_embed.stages[0].order', 'wanted [conv3x3, bn]'],
  ['a stage that hands spikes on', { 'patch_embed.stages.2.order': ['conv3x3', 'bn', 'lif'] }, 'C2011', 'patch_embed.stages[2].order', '[lif, maxpool, conv3x3, bn]'],
  ['spikes added', { 'residual.type': 'sew-add' }, 'C2007', 'residual.type', '"membrane-shortcut"'],
];
const xor = (changes: Changes): Json => spikformerDescriptor({ family: 'xor-spikformer', 'residual.type': 'xor', ...changes });
const rows = [...both, ...spikformer].map((row) => [row[0], spikformerDescriptor(row[1]), ...row] as const).concat([...both, ...sdt].map((row) => [`${row[0]}, in sdt-v1`, sdtDescriptor(row[1]), ...row] as const))
  .concat(spikingformer.map((row) => [`${row[0]}, in spikingformer`, spikingformerDescriptor(row[1]), ...row] as const))
  .concat([[`spikes added, in xor-spikformer`, xor({ 'residual.type': 'sew-add' }), 'spikes added', {}, 'C2007', 'residual.type', '"or" or "xor"'] as const]);

describe('a descriptor with', () => {
  it.each(rows)('%s is refused', (_, descriptor, _title, _changes, code, place, text) => {
    const found = parse(descriptor).filter((line) => line.startsWith(`${code} at ${place}: `));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
  });

  it('many mistakes is told all of them at once, of shape and of sense', () => {
    const found = parse(sdtDescriptor({ T: 0, heads: 3, 'neuron.tau': 3, 'patch_embed.pooling_stat': '0001', 'input.normalize': { scale: 1, mean: [], std: [1] }, bn_eps: 'x' }));
    expect(found.map((line) => line.split(':')[0])).toEqual(['C2007 at T', 'C2007 at bn_eps', 'C2008 at head_dim', 'C2009 at neuron.tau', 'C2008 at input.normalize.mean', 'C2008 at patch_embed.pooling_stat']);
  });

  it('more mistakes than anyone reads is told the first ones and how many follow', () => {
    const found = parse(spikformerDescriptor({ class_names: Array.from({ length: 1000 }, () => 5) }));
    expect([found.length, found.at(-1)]).toEqual([most.listed + 1, expect.stringMatching(/^C2012 .*80[01] more/)]);
  });
});

describe('a descriptor that says more than it must', () => {
  it('is warned about unknown keys, with the one that was meant', () => {
    expect(warnings(spikformerDescriptor({ hedas: 4, 'neuron.v_treshold': 1, 'patch_embed.stages.0.chanels': 4 }))).toEqual([
      expect.stringMatching(/^C2013 at neuron\.v_treshold: .*did you mean "v_threshold"/), expect.stringMatching(/^C2013 at patch_embed\.stages\[0\]\.chanels: .*did you mean "channels"/),
      expect.stringMatching(/^C2013 at hedas: .*did you mean "heads"/)]);
  });
  it('is warned about words that describe another network', () => {
    expect(warnings(spikformerDescriptor({ 'head.type': 'last step, Linear', 'input.values': 'k/255', 'attention.order': 'v q k' }))).toEqual([
      expect.stringMatching(/^C2014 at head\.type/), expect.stringMatching(/^C2014 at input\.values/), expect.stringMatching(/^C2014 at attention\.order/)]);
  });
  it.skipIf(!isShared)('is read without a word where it comes from the zoo', () => {
    const files = sharedFiles('arch.json').filter((file) => file.startsWith('models') || families.some(({ name }) => file.startsWith(`zoo/${name}/`)));
    expect(files.length).toBeGreaterThanOrEqual(16);
    for (const file of files) expect(warnings(valueOf(readDescriptor(sharedPath(file))))).toEqual([]);
  });
  it('fits the published schema, which names every key and what it means', () => {
    const schema = JSON.stringify(descriptorJsonSchema());
    for (const key of ['"$schema":"http://json-schema.org/draft-07/schema#"', '"pooling_stat"', '"mlp_inner_residual"', '"integer_threshold"', 'usually 1/255', '"maximum":1024', '"ignored: text for people, or golden data"']) expect(schema).toContain(key);
  });
});

const tensor = (shape: readonly number[], value = 0.5): FileTensor => ({ shape, dtype: 'float32', data: new Float64Array(shape.reduce((product, size) => product * size, 1)).fill(value) });
const withTensors = (checkpoint: Checkpoint, changes: Readonly<Record<string, FileTensor | undefined>>): Checkpoint => {
  const tensors = new Map(checkpoint.tensors);
  for (const [key, value] of Object.entries(changes)) if (value) tensors.set(key, value); else tensors.delete(key);
  return { ...checkpoint, tensors };
};
const spikformerWith = (changes: Readonly<Record<string, FileTensor | undefined>>): string[] => lines(faultsOf(importModel(withTensors(checkpointOf(spikformerShapes()), changes), spikformerDescriptor(), 'arch.json')));

describe('a checkpoint that does not fit its descriptor', () => {
  it('is told missing, unexpected and mis-shaped keys together, with the nearest names', () => {
    expect(spikformerWith({ 'block.0.attn.q_linear.weight': undefined, 'block.0.attn.q_liner.weight': tensor([16, 16]), 'head.bias': tensor([4]), extra: tensor([2, 3]) })).toEqual([
      expect.stringMatching(/^C2020 at block\.0\.attn\.q_linear\.weight: .* \[16, 16\] \| did you mean "block\.0\.attn\.q_liner\.weight"\? left over in the file: block\.0\.attn\.q_liner\.weight, extra/),
      expect.stringMatching(/^C2021 at block\.0\.attn\.q_liner\.weight: .*did you mean "block\.0\.attn\.q_linear\.weight"/), expect.stringMatching(/^C2021 at extra: .*\[2, 3\].*ignored_keys/),
      expect.stringMatching(/^C2022 at head\.bias: .*wanted shape \[3\], came \[4\].*classes 3/)]);
  });
  it('of the other family is refused key by key', () => {
    const found = lines(faultsOf(importModel(checkpointOf(sdtShapes()), spikformerDescriptor(), 'arch.json')));
    expect(found.filter((line) => line.startsWith('C2020'))).toHaveLength(6 * 2);
    expect(found.filter((line) => line.startsWith('C2021'))).toHaveLength(6 + 3);
  });
  it('with a matrix where the published model has a 1x1 convolution is refused', () => {
    const found = lines(faultsOf(importModel(withTensors(checkpointOf(sdtShapes()), { 'block.0.attn.q_conv.weight': tensor([16, 16]) }), sdtDescriptor(), 'arch.json')));
    expect(found).toEqual([expect.stringMatching(/^C2022 at block\.0\.attn\.q_conv\.weight: .*wanted shape \[16, 16, 1, 1\], came \[16, 16\]/)]);
  });
  it('with a negative variance, or none at all and no epsilon, is refused by the key', () => {
    expect(spikformerWith({ 'patch_embed.proj_bn.running_var': tensor([2], -0.1) })).toEqual([expect.stringMatching(/^C2023 at patch_embed\.proj_bn\.running_var: .*\[0\] is -0\.1/)]);
    expect(lines(faultsOf(importModel(withTensors(checkpointOf(spikformerShapes()), { 'block.0.mlp.fc1_bn.running_var': tensor([32], 0) }), spikformerDescriptor({ bn_eps: 0 }), 'arch.json')))).toEqual([expect.stringMatching(/^C2023 /)]);
  });
  it('whose scale and weights together leave the range of numbers is refused', () => {
    expect(spikformerWith({ 'patch_embed.proj_bn.weight': tensor([2], 1e200), 'patch_embed.proj_conv.weight': tensor([2, 1, 3, 3], 1e200) })).toEqual([expect.stringMatching(/^C2024 at patch_embed\.proj_bn: .*channel 0/)]);
  });
  it('of another wrapper than the descriptor says is read with a warning', () => {
    const outcome = importModel(checkpointOf(spikformerShapes()), spikformerDescriptor({ checkpoint: { wrapper: 'model' } }), 'arch.json');
    if (!outcome.ok) expect.fail(lines(outcome.faults).join('\n'));
    for (const { code } of outcome.warnings) seen.add(code);
    expect(lines(outcome.warnings)).toEqual([expect.stringMatching(/^C2025 at checkpoint\.wrapper: .*"model".*"none"/)]);
  });
  it.each([['spikformer-cifar', spikformerDescriptor, spikformerShapes()], ['sdt-v1', sdtDescriptor, sdtShapes()]] as const)('that makes more neurons than fit is refused by its graph: %s', (_, make, shapes) => {
    const found = lines(faultsOf(importModel(checkpointOf(shapes), make({ T: 1024, image_size: [4096, 4096], tokens: 1024 ** 2 }), 'arch.json')));
    expect(found).toEqual([expect.stringMatching(/^C2010 at \(the whole file\): .*at most 134217728/)]);
  });
  it('of far fewer layers than asked for is refused in a moment, the first keys by name', () => {
    const found = lines(faultsOf(importModel(checkpointOf(spikformerShapes()), spikformerDescriptor({ depths: 1000, T: 1 }), 'arch.json')));
    expect([found.length, found.at(-1)]).toEqual([most.keysListed + 1, expect.stringMatching(new RegExp(`^C2026 .*${999 * 36 - most.keysListed} more keys`))]);
  });
});

describe('an array beside the checkpoint', () => {
  const rows = (shape: readonly number[], data: Float64Array) => {
    const path = fileOf(Buffer.from(writeNpy({ shape, dtype: 'float64', data })), 'text.npy');
    return lines(faultsOf(importModel(checkpointOf(spikeclipShapes()), spikeclipDescriptor({ 'head.embeddings': basename(path) }), join(dirname(path), 'arch.json'))));
  };
  it('of another shape is refused by its file', () => { expect(rows([3, 4], new Float64Array(12))).toEqual([expect.stringMatching(/^C2027 at .*text\.npy.*wanted an array of shape \[3, 5\], came \[3, 4\]/)]); });
  it('with a value that is no number is refused by its file', () => { expect(rows([3, 5], new Float64Array(15).fill(Infinity, 4))).toEqual([expect.stringMatching(/^C2028 at .*value 4 is Infinity/)]); });
});

it('a firing rate that was never measured is refused by its key, every one of them', () => {
  const made = resformer(), spoil = (key: string, ...data: readonly number[]) => { made.tensors.set(key, { ...made.tensors.get(key)!, data: Float64Array.from(data) }); };
  spoil('layers.0.0.firing_rate_x', 0);
  spoil('layers.1.3.firing_rate_attn', 0.5, -0.25);
  expect(lines(faultsOf(importModel(made, resformerDescriptor(), 'arch.json')))).toEqual([
    expect.stringMatching(/^C2029 at layers\.0\.0\.firing_rate_x: .*\[0\] is 0; wanted 0\.000001 to 1000000/), expect.stringMatching(/^C2029 at layers\.1\.3\.firing_rate_attn: .*\[1\] is -0\.25/)]);
});

it('a database of descriptors is refused where a row has no direction, and by a network that compares with rows already', () => {
  const path = fileOf(Buffer.from(writeNpy({ shape: [2, 16], dtype: 'float64', data: Float64Array.from({ length: 32 }, (_, i) => Number(i < 16)) })), 'text.npy'), retrieval = { reads: 'scores', database: basename(path), metric: 'cosine', recall: [1] }, arch = join(dirname(path), 'arch.json');
  const headless = checkpointOf(spikformerShapes().filter(([key]) => !key.startsWith('head.')));
  expect(lines(faultsOf(importModel(headless, spikformerDescriptor({ retrieval: { ...retrieval, reads: 'features' } }), arch)))).toEqual([expect.stringMatching(/^C2041 at .*row 1 is zero/)]);
  const rows = fileOf(Buffer.from(writeNpy({ shape: [3, 5], dtype: 'float64', data: new Float64Array(15).fill(1) })), 'rows.npy');
  expect(lines(faultsOf(importModel(checkpointOf(spikeclipShapes()), spikeclipDescriptor({ 'head.embeddings': basename(rows), retrieval: { ...retrieval, database: basename(rows) } }), join(dirname(rows), 'arch.json'))))).toEqual([expect.stringMatching(/^C2040 at retrieval: /)]);
});

it('any damage to a descriptor is answered with faults that have a code, a place and a hint, never with an exception', () => {
  const rich = [spikformerDescriptor({ class_names: ['a', 'b', 'c'], 'input.normalize': { scale: 0.01, mean: [0.5], std: [0.25] }, ignored_keys: ['x.*'] }), sdtDescriptor({ ...dvs, 'patch_embed.pooling_stat': '0011' }), xor({}), spikingformerDescriptor(), resformerDescriptor()];
  const checkpoints = [checkpointOf(spikformerShapes()), checkpointOf(sdtShapes()), checkpointOf(spikformerShapes()), checkpointOf(spikingformerShapes()), resformer()];
  const paths = (value: unknown, path = ''): string[] => (typeof value !== 'object' || value === null ? [path] : [...(path ? [path] : []), ...Object.entries(value).flatMap(([key, item]) => paths(item, path ? `${path}.${key}` : key))]);
  const junk = fc.oneof(fc.constantFrom<unknown>(undefined, null, 0, -1, 1, 2, 3, 4, 0.5, 1e7, 1e9, 1e308, '', 'lif', [], {}, [[]], [1, 2], true, ['conv3x3'], { kernel: 3 }), fc.jsonValue());
  let accepted = 0;
  fc.assert(fc.property(fc.nat(4), fc.array(fc.tuple(fc.nat(), junk), { minLength: 1, maxLength: 3 }), (which, damages) => {
    const all = paths(rich[which]);
    const damaged = damages.reduce<Json>((descriptor, [at, value]) => { try { return changed(descriptor, { [all[at % all.length]]: value }); } catch { return descriptor; } }, rich[which]);
    const outcome = importModel(checkpoints[which], damaged, 'arch.json');
    if (outcome.ok) accepted++;
    else for (const fault of outcome.faults) expect([fault.code, Boolean(fault.hint), Boolean(fault.at)]).toEqual([expect.stringMatching(/^C20\d\d$/), true, true]);
  }), { seed: 11, numRuns: 2500 });
  expect(accepted).toBeGreaterThan(5);
  expect(accepted).toBeLessThan(1200);
});

it('a checkpoint without a descriptor, and what is said of it, are refused by file and option', () => {
  const checkpoint = checkpointOf(spikformerShapes()), nothing: Checkpoint = { ...checkpoint, tensors: new Map([['block.0.attn.q_lin.weight', { shape: [2, 2], dtype: 'float32', data: new Float64Array(4) }]]) };
  const said = (key: string, text: string) => ({ option: `--${key}`, key, text }), codes = (outcome: Outcome<unknown>) => faultsOf(outcome).map(({ code, at, message }) => [code, at?.in === 'option' ? at.option : at?.in, message]);
  expect(codes(propose(nothing, [], undefined))).toEqual([['C2080', 'file', expect.stringMatching(/of no family: block\.0\.attn\.q_lin\.weight; the nearest are \S+ \(it lacks /)]]);
  expect(codes(propose({ ...checkpoint, tensors: new Map() }, [], undefined))).toEqual([['C2080', 'file', 'it holds no tensors']]);
  expect(codes(propose(checkpoint, [said('hedas', '1'), said('v_threshold', '1'), said('T', 'x')], undefined)).map(([code, option]) => `${code} ${option}`)).toEqual(['C2081 --hedas', 'C2082 --v_threshold', 'C2083 --T']);
  expect(codes(propose(checkpoint, [], 'spikformer'))).toEqual([['C2083', '--family', expect.stringContaining('spikformer-cifar')]]);
  const open = propose(checkpoint, [], undefined);
  expect(codes(open.ok ? { ok: false, faults: open.value.faults } : open).map(([code, option]) => `${code} ${option}`)).toEqual(['C2084 --T', 'C2084 --image_size', 'C2084 --heads']);
});

it('every code of the frontend was seen above', () => {
  const catalogue = readFileSync(new URL('../../compiler/frontend/faults.ts', import.meta.url), 'utf8');
  const codes = [...catalogue.matchAll(/(?:error|warning)\('(C\d+)'/g)].map(([, code]) => code);
  expect(codes).toEqual([...new Set(codes)].sort());
  expect(codes.filter((code) => !seen.has(code))).toEqual([]);
});
