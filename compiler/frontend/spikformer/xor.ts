// XOR-Spikformer: the graph of the CIFAR models with a residual that keeps the stream binary. Source: models.md section 14 (accuracy frontier); HGYou/XOR-Spikformer.
import { or, xor } from '../../ops/index.ts';
import { defineFamily } from '../family.ts';
import { visionInput } from '../input.ts';
import { group, ignored, oneOf } from '../schema.ts';
import { buildSpikformer, lateStem, matrices, spikformerKeys, spikformerParts, spikformerRules, spikformerSketch } from './graph.ts';
import type { Variant } from './graph.ts';
import { qkFirst } from '../sketch.ts';

const fusions = { or, xor } as const, types = ['or', 'xor'] as const;
const variantOf = ({ residual: { type } }: Readonly<{ residual: { type: (typeof types)[number] } }>): Variant =>
  ({ ...matrices, fuse: ({ builder }, name, stream, branch) => builder.add(fusions[type], name, [stream, branch], {}) });

export const xorSpikformer = defineFamily({
  name: 'xor-spikformer', doc: 'XOR-Spikformer: spikes are fused by or, or by exclusive or',
  keys: { ...spikformerKeys, residual: group({ type: oneOf(types, 'or: x + z - xz; xor: x + z - 2xz'), ...ignored('text', 'sites') }, 'residual connections') },
  // The keys are those of Spikformer: a checkpoint does not show which of the two it is.
  detect: (keys) => keys.has('block.*.attn.q_linear.weight', 2),
  sketch: (keys) => spikformerSketch(keys, matrices, { orders: lateStem, scale: 0.125, order: qkFirst }),
  rules: spikformerRules, input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => spikformerParts(descriptor, variantOf(descriptor)), build: (descriptor, weights) => buildSpikformer(descriptor, weights, variantOf(descriptor)),
});
