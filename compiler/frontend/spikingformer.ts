// Spikingformer (membrane shortcut: every branch starts with a neuron that reads a stream of currents). Source: models.md section 6; arXiv 2304.11954.
import type { ValueId } from '../ir/types.ts';
import { addCurrents } from '../ops/index.ts';
import { addSsa } from './attention.ts';
import type { FileKeys } from './detect.ts';
import { defineFamily } from './family.ts';
import { addInput, visionInput } from './input.ts';
import { conv1d, conv2d, linear } from './layers.ts';
import type { LayerPart } from './layers.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, epsilon, lifNeuron, ssaAttention, stemKeys, transformer, vision } from './parts.ts';
import type { Lif, Ssa, Stem, Transformer, Vision } from './parts.ts';
import { headWords, orderWords, ordersFit, pixelWords, ssaThresholdFits, stagesFit, visionTransformerRules } from './rules.ts';
import { group, ignored, one } from './schema.ts';
import { hiddenOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, assumedStem, assumedVision, headsFollow, optionalVision, qkFirst, ratioOf, shownClasses, shownStages, shownVision, stemTokensFollow, unreadNorms } from './sketch.ts';
import { addStem, blockNames, stemLayers } from './stem.ts';

/** What the encoder is made of; SpikeCLIP has the same one. */
export type SpikingEncoder = Vision & Transformer & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; patch_embed: Stem; attention: Ssa }>;

/** Keys of the encoder but `patch_embed`. */
export const encoderKeys = { ...vision, ...transformer, neuron: lifNeuron, bn_eps: epsilon, attention: ssaAttention,
  residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections') };

/** Stages of the stem: the first one hands currents on, the others start with a neuron; they pool its spikes, or the currents at their end. */
export const encoderStages = 5;
const inner = ['lif conv3x3 bn', 'lif maxpool conv3x3 bn', 'lif conv3x3 bn maxpool'];
const firstConv = 'patch_embed.block0_conv.weight';
/** What keys show of the encoder. */
export function encoderSketch(keys: FileKeys, ...orders: readonly string[]) {
  const width = keys.size('patch_embed.block4_conv.weight', 0), hidden = keys.size('block.0.mlp.mlp1_conv.weight', 0);
  return {
    shown: { ...shownVision(keys, firstConv), embed_dims: width, depths: keys.run('block.'), mlp_ratio: ratioOf(hidden, width), patch_embed: { stages: shownStages(keys, blockNames, encoderStages) } },
    assumed: { ...assumedVision(keys, firstConv), neuron: assumedLif, bn_eps: assumedEpsilon, patch_embed: assumedStem(...orders), attention: { scale: 0.125, v_threshold: 0.5, order: qkFirst } },
    follows: [headsFollow, stemTokensFollow], optional: optionalVision, unread: unreadNorms,
  };
}
export const encoderRules = [...visionTransformerRules, stagesFit(encoderStages, blockNames), ordersFit((i) => (i === 0 ? ['conv3x3 bn'] : inner)), ssaThresholdFits, pixelWords, orderWords] as const;

export function encoderParts(descriptor: SpikingEncoder): LayerPart[] {
  const { embed_dims: width, depths } = descriptor, hidden = hiddenOf(descriptor);
  return [...stemLayers(blockNames, descriptor), ...Array.from({ length: depths }, (_, i) => [
    ...['q', 'k', 'v', 'proj'].map((part) => conv1d(`block.${i}.attn.${part}_conv`, width, width, { bias: part === 'proj', norm: `block.${i}.attn.${part}_bn` })),
    conv2d(`block.${i}.mlp.mlp1_conv`, width, hidden, { bias: true, norm: `block.${i}.mlp.mlp1_bn` }),
    conv2d(`block.${i}.mlp.mlp2_conv`, hidden, width, { bias: true, norm: `block.${i}.mlp.mlp2_bn` })]).flat()];
}

/** The stream of currents that leaves the last block. */
export function addEncoder(network: Network, descriptor: SpikingEncoder): ValueId {
  const { builder, layer, spikes } = network, join = (name: string, stream: ValueId, branch: ValueId) => builder.add(addCurrents, name, [stream, branch], {});
  let stream = addStem(network, blockNames, descriptor.patch_embed, addInput(network, descriptor));
  for (let i = 0; i < descriptor.depths; i++) {
    const attn = `block.${i}.attn`, mlp = `block.${i}.mlp`, read = spikes(`${attn}.proj_lif`, stream, axes.image);
    const heads = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, layer(`${attn}.${part}_conv`, read), axes.channelTokens));
    stream = join(`${attn}.add`, stream, layer(`${attn}.proj_conv`, addSsa(network, attn, heads, descriptor, axes.channelTokens)));
    const hidden = layer(`${mlp}.mlp1_conv`, spikes(`${mlp}.mlp1_lif`, stream, axes.image));
    stream = join(`${mlp}.add`, stream, layer(`${mlp}.mlp2_conv`, spikes(`${mlp}.mlp2_lif`, hidden, axes.image)));
  }
  return stream;
}

export const spikingformer = defineFamily({
  name: 'spikingformer', doc: 'Spikingformer: currents are added',
  keys: { ...encoderKeys, ...classifier, patch_embed: group({ type: one('spiking-tokenizer', 'stages that start with their neuron'), ...stemKeys }, 'the stem') },
  detect: (keys) => keys.has('patch_embed.block0_conv.weight') && !keys.has('weights_tensor'),
  sketch(keys) {
    const { shown, ...rest } = encoderSketch(keys, 'conv3x3 bn', 'lif conv3x3 bn', 'lif conv3x3 bn', 'lif maxpool conv3x3 bn', 'lif maxpool conv3x3 bn');
    return { ...rest, shown: { ...shown, ...shownClasses(keys) } };
  },
  rules: [...encoderRules, headWords('mean over tokens, mean over T, Linear')], input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => [...encoderParts(descriptor), linear('head', descriptor.embed_dims, descriptor.classes, { bias: true })],
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), stream = addEncoder(network, descriptor);
    // The head has no neuron: it reads the mean current. It multiplies token by token, because a sum over tokens first would not fit the accumulators.
    return network.classify(stream);
  },
});
