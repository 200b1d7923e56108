// Spikformer, graph of the ImageNet models: attention by Conv1d, q, k and v without bias, an MLP of 1x1 Conv2d.
import { defineFamily } from '../family.ts';
import { visionInput } from '../input.ts';
import { conv2d } from '../layers.ts';
import { axes } from '../network.ts';
import { addedResidual, addedSpikes, buildSpikformer, convolutions, everyStem, spikformerKeys, spikformerParts, spikformerRules, spikformerSketch } from './graph.ts';
import type { Variant } from './graph.ts';
import { kvFirst } from '../sketch.ts';

const variant: Variant = { ...convolutions, ...addedSpikes, mlp: conv2d, outer: axes.image };

export const spikformerImagenet = defineFamily({
  name: 'spikformer-imagenet', doc: 'Spikformer, graph of the ImageNet models: spikes are added', keys: { ...spikformerKeys, ...addedResidual },
  detect: (keys) => keys.has('block.*.attn.q_conv.weight', 3) && keys.has('block.*.mlp.fc1_conv.weight', 4) && keys.has('patch_embed.proj_conv.weight'),
  sketch: (keys) => spikformerSketch(keys, variant, { orders: everyStem, scale: 0.125, order: kvFirst }),
  rules: spikformerRules, input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => spikformerParts(descriptor, variant), build: (descriptor, weights) => buildSpikformer(descriptor, weights, variant),
});
