// Spikformer, graph of the event-camera models: attention and MLP by Conv1d, frames of event counts; pos_embed and norm of the checkpoint are never read.
import { defineFamily } from '../family.ts';
import { visionInput } from '../input.ts';
import { conv1d } from '../layers.ts';
import { axes } from '../network.ts';
import { addedResidual, addedSpikes, buildSpikformer, convolutions, everyStem, spikformerKeys, spikformerParts, spikformerRules, spikformerSketch } from './graph.ts';
import type { Variant } from './graph.ts';
import { qkFirst } from '../sketch.ts';

const variant: Variant = { ...convolutions, ...addedSpikes, mlp: conv1d, outer: axes.channelTokens };

export const spikformerDvs = defineFamily({
  name: 'spikformer-dvs', doc: 'Spikformer, graph of the event-camera models: spikes are added', keys: { ...spikformerKeys, ...addedResidual },
  detect: (keys) => keys.has('block.*.attn.q_conv.weight', 3) && keys.has('block.*.mlp.fc1_conv.weight', 3) && keys.has('patch_embed.proj_conv.weight'),
  sketch: (keys) => spikformerSketch(keys, variant, { orders: everyStem, scale: 0.25, order: qkFirst }),
  rules: spikformerRules, input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => spikformerParts(descriptor, variant), build: (descriptor, weights) => buildSpikformer(descriptor, weights, variant),
});
