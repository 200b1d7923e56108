// Spikformer, graph of the CIFAR models (SEW residual: spikes are added).
import { defineFamily } from '../family.ts';
import { visionInput } from '../input.ts';
import { addedResidual, addedSpikes, buildSpikformer, matrices, lateStem, spikformerKeys, spikformerParts, spikformerRules, spikformerSketch } from './graph.ts';
import type { Variant } from './graph.ts';
import { qkFirst } from '../sketch.ts';

const variant: Variant = { ...matrices, ...addedSpikes };

export const spikformerCifar = defineFamily({
  name: 'spikformer-cifar', doc: 'Spikformer, graph of the CIFAR models: spikes are added', keys: { ...spikformerKeys, ...addedResidual },
  detect: (keys) => keys.has('block.*.attn.q_linear.weight', 2),
  sketch: (keys) => spikformerSketch(keys, variant, { orders: lateStem, scale: 0.125, order: qkFirst }),
  rules: spikformerRules, input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => spikformerParts(descriptor, variant), build: (descriptor, weights) => buildSpikformer(descriptor, weights, variant),
});
