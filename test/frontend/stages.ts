// Small descriptors and checkpoints of QKFormer, Max-Former and SpikeCLIP, key by key as the published models name them (models.md sections 5, 7 and 12).
import { changed, spikingformerDescriptor, spikingformerShapes } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

type Shapes = readonly (readonly [key: string, shape: readonly number[]])[];

const neuron = { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, maxpool = { kernel: 3, stride: 2, padding: 1 };
const shared = { format: 1, T: 2, image_size: [8, 8], in_channels: 1, classes: 3, embed_dims: [4, 8, 16], depths: [1, 1, 1], mlp_ratio: 2, neuron, bn_eps: 1e-5, head: {}, input: { encoding: 'direct' } };

export const qkformerDescriptor = (changes: Changes = {}): Json => changed({ ...shared, family: 'qkformer-cifar', heads: [2, 2, 2], tokens: [64, 16, 4], patch_embed: { type: 'qk-hierarchical', maxpool },
  attention: [{ stage: [1, 2], type: 'qk-token', v_threshold: 0.5 }, { stage: [3], type: 'ssa', scale: 0.125, v_threshold: 0.5 }], residual: { type: 'sew-add' } }, changes);
export const maxFormerDescriptor = (changes: Changes = {}): Json => changed({ ...shared, family: 'max-former', heads: 2, head_dim: 8, tokens: 4, mixers: ['identity', 'dwconv3', 'ssa'], patch_embed: { type: 'max-former', maxpool },
  attention: { type: 'ssa', scale: 0.125, v_threshold: 0.5 }, residual: { type: 'membrane-shortcut' } }, changes);
export const spikeclipDescriptor = (changes: Changes = {}): Json => spikingformerDescriptor({ family: 'spikeclip', 'patch_embed.type': 'spikeclip-tokenizer', feature_dim: 5, ...changes });

const bn = (name: string, width: number): Shapes => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [width]] as const);
/** A convolution and its normalisation: `<name>_conv` and `<name>_bn`. */
const layer = (name: string, to: number, from: number, window: readonly number[], bias = false): Shapes => [[`${name}_conv.weight`, [to, from, ...window]], ...(bias ? [[`${name}_conv.bias`, [to]] as const] : []), ...bn(`${name}_bn`, to)];
const head = (width: number, classes: number): Shapes => [['head.weight', [classes, width]], ['head.bias', [classes]]];
type Sizes = Readonly<{ widths?: readonly number[]; depths?: readonly number[]; ratio?: number; channels?: number; classes?: number }>;

export function qkformerShapes({ widths = [4, 8, 16], depths = [1, 1, 1], ratio = 2, channels = 1, classes = 3, modules = ['tssa', 'tssa', 'ssa'] }: Sizes & Readonly<{ modules?: readonly ('tssa' | 'ssa')[] }> = {}): Shapes {
  return [...widths.flatMap((width, i): Shapes => {
    const embed = `patch_embed${i + 1}`, from = i === 0 ? channels : widths[i - 1];
    return [
      ...(i === 0 ? [...layer(`${embed}.proj`, width / 2, from, [3, 3]), ...layer(`${embed}.proj1`, width, width / 2, [3, 3]), ...layer(`${embed}.proj_res`, width, width / 2, [1, 1])]
        : [...layer(`${embed}.proj3`, width, from, [3, 3]), ...layer(`${embed}.proj4`, width, width, [3, 3]), ...layer(`${embed}.proj_res`, width, from, [1, 1])]),
      ...Array.from({ length: depths[i] }, (_, j) => [`stage${i + 1}.${j}.${modules[i]}`, `stage${i + 1}.${j}.mlp`]).flatMap(([attention, mlp]): Shapes => [
        ...(modules[i] === 'ssa' ? ['q', 'k', 'v'] : ['q', 'k']).flatMap((part) => layer(`${attention}.${part}`, width, width, [1])), ...layer(`${attention}.proj`, width, width, [1], true),
        ...layer(`${mlp}.mlp1`, width * ratio, width, [1, 1], true), ...layer(`${mlp}.mlp2`, width, width * ratio, [1, 1], true)])];
  }), ...head(widths[2], classes)];
}

export function maxFormerShapes({ widths = [4, 8, 16], depths = [1, 1, 1], ratio = 2, channels = 1, classes = 3, mixers = ['identity', 'dwconv3', 'ssa'] }: Sizes & Readonly<{ mixers?: readonly string[] }> = {}): Shapes {
  return [...widths.flatMap((width, i): Shapes => {
    const embed = `patch_embed${i + 1}`, from = i === 0 ? channels : widths[i - 1], side = Number(mixers[i].replace('dwconv', ''));
    return [
      ...(i === 0 ? [...layer(`${embed}.proj`, width / 2, from, [3, 3]), ...layer(`${embed}.embed1.embed`, width, width / 2, [3, 3]), ...layer(`${embed}.embed2.embed`, width, width / 2, [1, 1])]
        : [...layer(`${embed}.max_embed1.embed`, width, from, [3, 3]), ...layer(`${embed}.embed1.embed`, width, width, [3, 3]), ...layer(`${embed}.max_embed2.embed`, width, from, [1, 1])]),
      ...Array.from({ length: depths[i] }, (_, j) => `stage${i + 1}.${j}`).flatMap((block): Shapes => [
        ...(mixers[i] === 'identity' ? [] : mixers[i] === 'ssa' ? [...['q', 'k', 'v'].flatMap((part) => layer(`${block}.attn.${part}`, width, width, [1])), ...layer(`${block}.attn.proj`, width, width, [1], true)]
          : [[`${block}.mixer.conv.weight`, [width, 1, side, side]] as const, [`${block}.mixer.conv.bias`, [width]] as const, ...bn(`${block}.mixer.conv_bn`, width)]),
        ...layer(`${block}.mlp.fc1`, width * ratio, width, [1, 1], true), ...layer(`${block}.mlp.fc2`, width, width * ratio, [1, 1], true)])];
  }), ...head(widths[2], classes)];
}

export const spikeclipShapes = (steps = 2): Shapes => [...spikingformerShapes().filter(([key]) => !key.startsWith('head.')), ['weights_tensor', [1, steps, 1]], ['proj.weight', [5, 16]], ['proj.bias', [5]]];
