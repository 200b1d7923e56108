// Small descriptors and checkpoints of some families, written down key by key as the published models name them (models.md sections 1, 2 and 6).
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import { randomFrom } from '../random.ts';

export type Json = { [key: string]: unknown };
/** Dotted path -> value; undefined takes the key away. */
export type Changes = Readonly<Record<string, unknown>>;
type Shapes = readonly (readonly [key: string, shape: readonly number[]])[];

const neuron = { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 };
const stages = (width: number, last: readonly string[]) => [8, 4, 2, 1].map((share, i) => ({ channels: width / share, order: i === 3 ? last : ['conv3x3', 'bn', 'lif', ...(i === 2 ? ['maxpool'] : [])] }));
const maxpool = { kernel: 3, stride: 2, padding: 1 };
const shared = { format: 1, T: 2, image_size: [8, 8], in_channels: 1, classes: 3, depths: 1, heads: 2, mlp_ratio: 2, tokens: 4, neuron, bn_eps: 1e-5, head: {}, input: { encoding: 'direct' } };

/** A copy with some values set. */
export function changed(descriptor: Json, changes: Changes): Json {
  const copy = structuredClone(descriptor);
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.'), last = steps.pop()!;
    const owner = steps.reduce<Json>((object, step) => (object[step] ??= {}) as Json, copy);
    if (value === undefined) delete owner[last]; else owner[last] = value;
  }
  return copy;
}

/** A fresh descriptor with nothing but authoritative keys. */
export const spikformerDescriptor = (changes: Changes = {}, width = 16): Json => changed({ ...shared, family: 'spikformer-cifar', embed_dims: width, head_dim: width / 2,
  patch_embed: { type: 'sps', stages: stages(width, ['conv3x3', 'bn', 'lif', 'maxpool']), maxpool }, attention: { type: 'ssa', scale: 0.125, v_threshold: 0.5 }, residual: { type: 'sew-add' } }, changes);
export const sdtDescriptor = (changes: Changes = {}, width = 16): Json => changed({ ...shared, family: 'sdt-v1', mode: 'image', embed_dims: width, head_dim: width / 2,
  patch_embed: { type: 'ms-sps', stages: stages(width, ['conv3x3', 'bn', 'maxpool']), maxpool }, attention: { type: 'sdsa', v_threshold: 0.5 }, residual: { type: 'membrane-shortcut' } }, changes);

const encoderStages = (width: number) => [8, 4, 2, 1, 1].map((share, i) => ({ channels: width / share, order: i === 0 ? ['conv3x3', 'bn'] : ['lif', ...(i > 2 ? ['maxpool'] : []), 'conv3x3', 'bn'] }));
export const spikingformerDescriptor = (changes: Changes = {}, width = 16): Json => spikformerDescriptor({ family: 'spikingformer', patch_embed: { type: 'spiking-tokenizer', stages: encoderStages(width), maxpool },
  residual: { type: 'membrane-shortcut' }, ...changes }, width);

const bn = (name: string, width: number): Shapes => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]] as const);
const stem = (width: number, channels: number): Shapes => [8, 4, 2, 1].flatMap((share, i) => {
  const n = i === 0 ? '' : i, from = i === 0 ? channels : width / [8, 4, 2][i - 1];
  return [[`patch_embed.proj_conv${n}.weight`, [width / share, from, 3, 3]] as const, ...bn(`patch_embed.proj_bn${n}`, width / share)];
}).concat([['patch_embed.rpe_conv.weight', [width, width, 3, 3]], ...bn('patch_embed.rpe_bn', width)]);
type Sizes = Readonly<{ width?: number; hidden?: number; depth?: number; classes?: number; channels?: number }>;

export function spikformerShapes({ width = 16, hidden = 32, depth = 1, classes = 3, channels = 1 }: Sizes = {}): Shapes {
  return [...stem(width, channels), ...Array.from({ length: depth }, (_, i) => [
    ...['q', 'k', 'v', 'proj'].flatMap((part) => [[`block.${i}.attn.${part}_linear.weight`, [width, width]] as const, [`block.${i}.attn.${part}_linear.bias`, [width]] as const, ...bn(`block.${i}.attn.${part}_bn`, width)]),
    [`block.${i}.mlp.fc1_linear.weight`, [hidden, width]] as const, [`block.${i}.mlp.fc1_linear.bias`, [hidden]] as const, ...bn(`block.${i}.mlp.fc1_bn`, hidden),
    [`block.${i}.mlp.fc2_linear.weight`, [width, hidden]] as const, [`block.${i}.mlp.fc2_linear.bias`, [width]] as const, ...bn(`block.${i}.mlp.fc2_bn`, width)]).flat(),
  ['head.weight', [classes, width]], ['head.bias', [classes]]];
}
export function sdtShapes({ width = 16, hidden = 32, depth = 1, classes = 3, channels = 1 }: Sizes = {}): Shapes {
  return [...stem(width, channels), ...Array.from({ length: depth }, (_, i) => [
    ...['q', 'k', 'v', 'proj'].flatMap((part) => [[`block.${i}.attn.${part}_conv.weight`, [width, width, 1, 1]] as const, ...bn(`block.${i}.attn.${part}_bn`, width)]), [`block.${i}.attn.proj_conv.bias`, [width]] as const,
    [`block.${i}.mlp.fc1_conv.weight`, [hidden, width, 1, 1]] as const, [`block.${i}.mlp.fc1_conv.bias`, [hidden]] as const, ...bn(`block.${i}.mlp.fc1_bn`, hidden),
    [`block.${i}.mlp.fc2_conv.weight`, [width, hidden, 1, 1]] as const, [`block.${i}.mlp.fc2_conv.bias`, [width]] as const, ...bn(`block.${i}.mlp.fc2_bn`, width)]).flat(),
  ['head.weight', [classes, width]], ['head.bias', [classes]]];
}

/** Attention by Conv1d, q, k and v without bias; `mlp`: axes behind the channels of the MLP's weights. */
const convBlocks = (width: number, hidden: number, depth: number, names: readonly [string, string], mlp: readonly number[]): Shapes => Array.from({ length: depth }, (_, i) => [
  ...['q', 'k', 'v', 'proj'].flatMap((part) => [[`block.${i}.attn.${part}_conv.weight`, [width, width, 1]] as const, ...bn(`block.${i}.attn.${part}_bn`, width)]), [`block.${i}.attn.proj_conv.bias`, [width]] as const,
  ...names.flatMap((name, second) => { const [to, from] = second ? [width, hidden] : [hidden, width];
    return [[`block.${i}.mlp.${name}_conv.weight`, [to, from, ...mlp]] as const, [`block.${i}.mlp.${name}_conv.bias`, [to]] as const, ...bn(`block.${i}.mlp.${name}_bn`, to)]; })]).flat();
export const convSpikformerShapes = (mlp: readonly number[], { width = 16, hidden = 32, depth = 1, classes = 3, channels = 1 }: Sizes = {}): Shapes =>
  [...stem(width, channels), ...convBlocks(width, hidden, depth, ['fc1', 'fc2'], mlp), ['head.weight', [classes, width]], ['head.bias', [classes]]];
export const spikingformerShapes = ({ width = 16, hidden = 32, depth = 1, classes = 3, channels = 1 }: Sizes = {}): Shapes => [
  ...[8, 4, 2, 1, 1].flatMap((share, i, all) => [[`patch_embed.block${i}_conv.weight`, [width / share, i === 0 ? channels : width / all[i - 1], 3, 3]] as const, ...bn(`patch_embed.block${i}_bn`, width / share)]),
  ...convBlocks(width, hidden, depth, ['mlp1', 'mlp2'], [1, 1]), ['head.weight', [classes, width]], ['head.bias', [classes]]];

/** Random values of these shapes; variances positive, scales and biases such that neurons fire. */
export function checkpointOf(shapes: Shapes, seed = 1): Checkpoint & { tensors: Map<string, FileTensor> } {
  const { unit } = randomFrom(seed);
  const tensors = new Map(shapes.map(([key, shape]) => {
    const least = key.endsWith('running_var') ? 0.5 : key.endsWith('_bn.bias') ? 0.3 : -0.5;
    return [key, { shape, dtype: 'float32', data: Float64Array.from({ length: shape.reduce((product, size) => product * size, 1) }, () => Math.fround(least + unit())) }];
  }));
  return { file: 'model.pth', sha256: '', wrapper: 'none', prefix: '', tensors, ignored: [] };
}
