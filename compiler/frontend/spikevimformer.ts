// SpikeViMFormer, inference: the backbone of E-SpikeFormer with neurons of virtual steps, whose mean over positions is a descriptor for retrieval. Its training branches (LayerNorm, softmax, state space) are bypassed at
// inference and are not here. Source: models.md section 14, operators.md theorem 7; ISChenawei/SpikeViMFormer.
import { ladder } from '../ops/index.ts';
import { constant } from './constant.ts';
import { addESpikformer, attentionKeys, eSpikformerParts, oneStep, scaleFits } from './e-spikformer.ts';
import { defineFamily } from './family.ts';
import { visionInput } from './input.ts';
import { backboneKeys, backboneParts, backboneRules, metaFormerSketch } from './meta-former.ts';
import { startNetwork } from './network.ts';
import type { Neuron } from './neurons.ts';
import { group, ignored, one } from './schema.ts';
import { qkFirst, ratioOf } from './sketch.ts';

/** Levels 0..16 of the normalised integer neuron with 4 levels, beta 0.5 and 4 virtual steps: it fires strictly above k + {4, 6, 9, 11} / 15, k = 0..3. Passed on as level / 16. */
const stairs = [0, 1, 2, 3].flatMap((k) => [4, 6, 9, 11].map((part) => (15 * k + part) / 15)), levels = stairs.length;
const staircase: Neuron = (builder, name, input, threshold = 1) => builder.add(ladder, name, [input], { levels }, { threshold: constant(...stairs.map((stair) => stair * threshold)), strict: constant(...stairs.map(() => 1)) });

export const spikevimformer = defineFamily({
  name: 'spikevimformer', doc: 'SpikeViMFormer, inference: levels 0..16 in one step; the mean of the last currents is a descriptor for retrieval',
  keys: {
    ...backboneKeys('e-spikformer'), attention: group(attentionKeys, 'attention'),
    neuron: group({ type: one('ni-lif', 'normalised integer neuron of virtual steps'), levels: one(4, 'levels of a virtual step'), beta: one(0.5, 'what stays from one virtual step to the next'), steps: one(4, 'virtual steps'), ...ignored('update', 'integer_form', 'text') }, 'the neuron of every spiking layer: 16 thresholds'),
  },
  detect: (keys) => keys.has('block3.*.conv.dwconv.0.weight') && !keys.has('head.weight'),
  sketch(keys) {
    const { shown: { classes: _, head: _head, ...shown }, assumed, ...rest } = metaFormerSketch(keys);
    return { ...rest, optional: ['input.normalize', 'retrieval'], shown: { ...shown, attention: { v_expansion: ratioOf(keys.size('block3.0.attn.v_conv.0.weight', 0), keys.size('block3.0.attn.q_conv.0.weight', 0)) } }, assumed: { ...assumed, T: 1, attention: { scale: '2/sqrt(head_dim)', order: qkFirst } } };
  },
  rules: [...backboneRules, oneStep, scaleFits], input: visionInput, outputs: ({ embed_dims }) => embed_dims[3],
  parts: (descriptor) => backboneParts(descriptor, eSpikformerParts(descriptor)),
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, staircase);
    return network.finish(addESpikformer(network, descriptor, levels), { scale: 1 / descriptor.tokens });
  },
});
