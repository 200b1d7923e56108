// A small descriptor and checkpoint of SpikingResformer, key by key as the published models name them (models.md section 8).
import { changed, checkpointOf } from './tiny.ts';
import type { Changes, Json } from './tiny.ts';

type Shapes = Parameters<typeof checkpointOf>[0];
const neuron = { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 };
export const descriptor = (changes: Changes = {}): Json => changed({ format: 1, family: 'spiking-resformer', T: 2, image_size: [8, 4], in_channels: 1, classes: 3, embed_dims: [4, 8], depths: [1, 2], heads: [1, 2], patch_sizes: [2, 1], mlp_ratio: 2, group_size: 4,
  neuron, bn_eps: 1e-5, prologue: { kernel: 3, stride: 1, padding: 1, maxpool: null }, attention: { type: 'dssa', v_threshold: 1 }, residual: { type: 'membrane-shortcut' }, head: {}, input: { encoding: 'direct' } }, changes);
const bn = (name: string, width: number): Shapes => ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.bn.${part}`, [width]] as const);
const layer = (name: string, shape: readonly number[], norm: string): Shapes => [[`${name}.weight`, shape], ...bn(norm, shape[0])];
const attention = (name: string, width: number, heads: number, patch: number): Shapes => [[`${name}.firing_rate_x`, [1, 1, heads, 1, 1]], [`${name}.firing_rate_attn`, [1, 1, heads, 1, 1]],
  ...layer(`${name}.W`, [2 * width, width, patch, patch], `${name}.norm`), ...layer(`${name}.Wproj`, [width, width, 1, 1], `${name}.norm_proj`)];
const feed = (name: string, width: number, hidden: number): Shapes => [...layer(`${name}.up.1`, [hidden, width, 1, 1], `${name}.up.2`), ...layer(`${name}.conv.0.1`, [hidden, 4, 3, 3], `${name}.conv.0.2`), ...layer(`${name}.down.1`, [width, hidden, 1, 1], `${name}.down.2`)];
export const shapes: Shapes = [...layer('prologue.0', [4, 1, 3, 3], 'prologue.1'), ...attention('layers.0.0', 4, 1, 2), ...feed('layers.0.1', 4, 8), ...layer('layers.1.0.conv', [8, 4, 3, 3], 'layers.1.0.norm'),
  ...attention('layers.1.1', 8, 2, 1), ...feed('layers.1.2', 8, 16), ...attention('layers.1.3', 8, 2, 1), ...feed('layers.1.4', 8, 16), ['classifier.weight', [3, 8]]];
/** Random values; rates between 0.1 and 0.6. */
export function checkpoint(seed = 1) {
  const made = checkpointOf(shapes, seed);
  for (const [key, found] of made.tensors) if (/firing_rate/.test(key)) made.tensors.set(key, { ...found, data: found.data.map((_, i) => 0.1 + 0.25 * i) });
  return made;
}
