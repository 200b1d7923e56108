// Small descriptors and checkpoints of Spike-driven Transformer V2 and V3 and of SpikeVideoFormer's block, key by key as the published models name them (models.md sections 3, 4 and 10).
import { changed } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

type Shapes = readonly (readonly [key: string, shape: readonly number[]])[];

const neuron = { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, residual = { type: 'membrane-shortcut' };
const shared = { format: 1, T: 2, image_size: [20, 20], in_channels: 1, classes: 3, embed_dims: [4, 4, 6, 8], stem_dim: 2, depths: { block3: 1, block4: 1 }, heads: 2, mlp_ratio: 2, tokens: 4, bn_eps: 1e-5, head: {}, input: { encoding: 'direct' }, residual };

export const sdtV2Descriptor = (changes: Changes = {}): Json => changed({ ...shared, family: 'sdt-v2', neuron, patch_embed: { type: 'meta-spikformer' }, attention: { type: 'ssa', scale: 0.125, v_threshold: 0.5 } }, changes);
export const sdtV3Descriptor = (changes: Changes = {}): Json => changed({ ...shared, family: 'sdt-v3', T: 1, neuron: { type: 'multispike', min: 0, max: 4, norm: 4 }, patch_embed: { type: 'e-spikformer' },
  attention: { type: 'linear', v_expansion: 4, scale: '2/sqrt(head_dim)' } }, changes);
export const sdhaDescriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'sdha', T: 2, feature_size: [2, 3], embed_dims: 8, heads: 2, head_dim: 4, mlp_ratio: 2, neuron, bn_eps: 1e-5,
  attention: { type: 'sdha', v_threshold: 1, scale: '1/(2*embed_dims)' }, residual, input: { encoding: 'currents', values: 'multiples of 2^-5' } }, changes);

const bn = (name: string, width: number): Shapes => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]] as const);
const conv = (name: string, norm: string, shape: readonly number[], bias = false): Shapes => [[`${name}.weight`, shape], ...(bias ? [[`${name}.bias`, [shape[0]]] as const] : []), ...bn(norm, shape[0])];
const mlp = (name: string, width: number, hidden: number): Shapes => [...conv(`${name}.fc1_conv`, `${name}.fc1_bn`, [hidden, width, 1], true), ...conv(`${name}.fc2_conv`, `${name}.fc2_bn`, [width, hidden, 1], true)];
const repConv = (name: string, width: number): Shapes => [...conv(`${name}.0.body.0`, `${name}.0.body.1.bn`, [width, width, 1, 1]), [`${name}.0.body.2.0.weight`, [width, 1, 3, 3]],
  ...conv(`${name}.0.body.2.1`, `${name}.0.body.2.2`, [width, width, 1, 1]), ...bn(`${name}.1`, width)];

export type Sizes = Readonly<{ widths?: readonly number[]; stem?: number; depths?: readonly [number, number]; ratio?: number; channels?: number; classes?: number; expansion?: number }>;

export function metaFormerShapes(version: 2 | 3, { widths = [4, 4, 6, 8], stem = 2, depths = [1, 1], ratio = 2, channels = 1, classes = 3, expansion = 4 }: Sizes = {}): Shapes {
  const down = (name: string, from: number, to: number, side: number) => conv(`${name}.encode_conv`, `${name}.encode_bn`, [to, from, side, side], true);
  const separable = (name: string, width: number, side: number): Shapes => (version === 2
    ? [...conv(`${name}.pwconv1`, `${name}.bn1`, [2 * width, width, 1, 1]), [`${name}.dwconv.weight`, [2 * width, 1, side, side]], ...conv(`${name}.pwconv2`, `${name}.bn2`, [width, 2 * width, 1, 1])]
    : [[`pwconv1`, [2 * width, width, 1, 1]] as const, [`dwconv`, [2 * width, 1, side, side]] as const, [`pwconv2`, [width, 2 * width, 1, 1]] as const].flatMap(([part, shape]) => conv(`${name}.${part}.0`, `${name}.${part}.1`, shape)));
  const block = (name: string, width: number): Shapes => [...separable(`${name}.Conv`, width, 7), ...conv(`${name}.conv1`, `${name}.bn1`, [width * ratio, width, 3, 3]), ...conv(`${name}.conv2`, `${name}.bn2`, [width, width * ratio, 3, 3])];
  const attention = (name: string, width: number): Shapes => (version === 2 ? ['q', 'k', 'v', 'proj'].flatMap((part) => repConv(`${name}.attn.${part}_conv`, width)) : [...separable(`${name}.conv`, width, 3),
    ...([['q', width, width], ['k', width, width], ['v', width * expansion, width], ['proj', width, width * expansion]] as const).flatMap(([part, to, from]) => conv(`${name}.attn.${part}_conv.0`, `${name}.attn.${part}_conv.1`, [to, from, 1, 1]))]);
  const run = (name: string, width: number, count: number): Shapes => Array.from({ length: count }, (_, i) => [...attention(`${name}.${i}`, width), ...mlp(`${name}.${i}.mlp`, width, width * ratio)]).flat();
  const [first, second, third, fourth] = widths;
  return [...down('downsample1_1', channels, stem, 7), ...block('ConvBlock1_1.0', stem), ...down('downsample1_2', stem, first, 3), ...block('ConvBlock1_2.0', first), ...down('downsample2', first, second, 3),
    ...block('ConvBlock2_1.0', second), ...block('ConvBlock2_2.0', second), ...down('downsample3', second, third, 3), ...run('block3', third, depths[0]), ...down('downsample4', third, fourth, 3), ...run('block4', fourth, depths[1]),
    ['head.weight', [classes, fourth]], ['head.bias', [classes]]];
}

export const sdhaShapes = ({ width = 8, ratio = 2 }: Readonly<{ width?: number; ratio?: number }> = {}): Shapes =>
  [...['q', 'k', 'v', 'proj'].flatMap((part) => repConv(`attn.${part}_conv`, width)), ...bn('attn.attn_bn', width), ...mlp('mlp', width, width * ratio)];
