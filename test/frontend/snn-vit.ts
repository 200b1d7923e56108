// A small descriptor and checkpoint of SNN-ViT, in the names that this project gives its keys (no official code exists).
import type { Checkpoint, FileTensor } from '../../compiler/files/checkpoint.ts';
import { randomFrom } from '../random.ts';
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

type Shapes = Parameters<typeof checkpointOf>[0];
export const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'snn-vit', T: 3, image_size: [6, 4], in_channels: 2, classes: 3, embed_dims: 8, depths: 2, heads: 2, head_dim: 4, mlp_ratio: 2, tokens: 6, bias: false,
  neuron: { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 }, bn_eps: 1e-5,
  patch_embed: { type: 'gl-sps', stages: [{ channels: 4, kernel: 3, dilation: 2, pools: 'spikes' }, { channels: 8, kernel: 3, dilation: 1, pools: 'no' }], maxpool: { kernel: 2, stride: 2, padding: 0 } },
  attention: { type: 'sssa', v_threshold: 4, form: 'mix', matrix: 'M_w' }, residual: { type: 'membrane-shortcut' }, head: { reads: 'spikes' }, input: { encoding: 'direct' } }, changes);

const bn = (name: string, width: number): Shapes => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}_bn.${part}`, [width]] as const);
const layer = (name: string, to: number, from: number, window: number, bias = false): Shapes => [[`${name}_conv.weight`, [to, from, window, window]], ...(bias ? [[`${name}_conv.bias`, [to]] as const] : []), ...bn(name, to)];
type Sizes = Readonly<{ T?: number; depths?: number; width?: number; ratio?: number; stages?: readonly (readonly [channels: number, kernel: number])[]; channels?: number; bias?: boolean; classes?: number }>;

export const shapes = ({ T = 3, depths = 2, width = 8, ratio = 2, stages = [[4, 3], [8, 3]], channels = 2, bias = false, classes = 3 }: Sizes = {}): Shapes => [
  ...stages.flatMap(([to, kernel], i) => ['local', 'dilated'].flatMap((branch) => layer(`patch_embed.stage${i}.${branch}`, to, i === 0 ? channels : stages[i - 1][0], kernel))),
  ...Array.from({ length: depths }, (_, i) => `block.${i}`).flatMap((block): Shapes => [...['q', 'k', 'v', 'proj'].flatMap((part) => layer(`${block}.attn.${part}`, width, width, 1, bias)), [`${block}.attn.M_w`, [T, T]],
    ...layer(`${block}.mlp.fc1`, Math.floor(width * ratio), width, 1, bias), ...layer(`${block}.mlp.fc2`, width, Math.floor(width * ratio), 1, bias)]), ['head.weight', [classes, width]], ['head.bias', [classes]]];

/** Random values; mixing matrices lower-triangular, in 64ths, with ones and more on the diagonal. */
export function checkpoint(sizes: Sizes = {}, seed = 1): Checkpoint & { tensors: Map<string, FileTensor> } {
  const made = checkpointOf(shapes(sizes), seed), random = randomFrom(seed + 17);
  for (const [key, { shape, dtype }] of made.tensors) {
    if (!key.endsWith('M_w')) continue;
    made.tensors.set(key, { shape, dtype, data: Float64Array.from({ length: shape[0] ** 2 }, (_, i) => { const t = Math.floor(i / shape[0]), s = i % shape[0]; return s > t ? 0 : s === t ? 1 + random.whole(0, 32) / 64 : random.whole(-40, 60) / 64; }) });
  }
  return made;
}
