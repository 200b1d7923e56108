// Spikformer, graph of the CIFAR models (SEW residual: spikes are added).
import { addSpikes } from '../../ops/index.ts';
import { defineFamily, visionInput } from '../family.ts';
import { group, ignored, one } from '../schema.ts';
import { buildSpikformer, matrices, spikformerKeys, spikformerParts, spikformerRules } from './graph.ts';
import type { Variant } from './graph.ts';

const variant: Variant = { ...matrices, fuse: ({ builder }, name, stream, branch) => builder.add(addSpikes, name, [stream, branch], {}) };

export const spikformerCifar = defineFamily({
  name: 'spikformer-cifar', doc: 'Spikformer, graph of the CIFAR models: spikes are added',
  keys: { ...spikformerKeys, residual: group({ type: one('sew-add', 'spikes are added'), ...ignored('text') }, 'residual connections') },
  detect: (keys) => keys.has('block.*.attn.q_linear.weight', 2),
  rules: spikformerRules, input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => spikformerParts(descriptor, variant),
  build: (descriptor, weights) => buildSpikformer(descriptor, weights, variant),
});
