// The graph that the Spikformer families share: spikes of every branch are fused into a stream of spikes. Source: models.md section 1; arXiv 2209.15425.
import type { Graph, ValueId } from '../../ir/types.ts';
import { addSpikes } from '../../ops/index.ts';
import { addSsa } from '../attention.ts';
import type { FileKeys } from '../detect.ts';
import type { Weights } from '../keys.ts';
import type { LayerPart } from '../layers.ts';
import { conv1d, conv2d, linear } from '../layers.ts';
import { addInput } from '../input.ts';
import { axes, startNetwork } from '../network.ts';
import type { Network } from '../network.ts';
import { lifOf } from '../neurons.ts';
import { classifier, epsilon, lifNeuron, ssaAttention, stemKeys, transformer, vision } from '../parts.ts';
import type { Classifier, Lif, Ssa, Stem, Transformer, Vision } from '../parts.ts';
import { headWords, orderWords, ordersFit, pixelWords, ssaThresholdFits, stagesFit, visionTransformerRules } from '../rules.ts';
import { group, ignored, one } from '../schema.ts';
import { hiddenOf } from '../sizes.ts';
import { assumedEpsilon, assumedLif, assumedStem, assumedVision, headsFollow, optionalVision, ratioOf, shownClasses, shownStages, shownVision, stemTokensFollow, unreadNorms } from '../sketch.ts';
import { addStem, projNames, stemLayers } from '../stem.ts';

export type Spikformer = Vision & Transformer & Classifier & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; patch_embed: Stem; attention: Ssa }>;

/** Keys but `residual`. */
export const spikformerKeys = {
  ...vision, ...transformer, ...classifier, neuron: lifNeuron, bn_eps: epsilon,
  patch_embed: group({ type: one('sps', 'spiking patch splitting'), ...stemKeys }, 'the stem'), attention: ssaAttention,
};

const orders = ['conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn maxpool lif'];
export const spikformerRules = [...visionTransformerRules, stagesFit(4, projNames), ordersFit(() => orders), ssaThresholdFits,
  headWords('mean over tokens, mean over T, Linear'), pixelWords, orderWords] as const;

type Make = (name: string, from: number, to: number, options: Readonly<{ bias: boolean; norm: string }>) => LayerPart;
/** What differs between the published sources. Layers are called `q<suffix>`; `plain`: q, k and v have no bias. Axes: of the golden arrays of attention, and of what leaves attention and MLP. */
export type Variant = Readonly<{ suffix: '_linear' | '_conv'; plain: boolean; attention: Make; mlp: Make; inner: string; outer: string;
  fuse(network: Network, name: string, stream: ValueId, branch: ValueId): ValueId }>;

/** The source for CIFAR: matrices with bias everywhere. */
export const matrices: Omit<Variant, 'fuse'> = { suffix: '_linear', plain: false, attention: linear, mlp: linear, inner: axes.tokens, outer: axes.tokens };
/** The sources for ImageNet and event cameras: convolutions over tokens. */
export const convolutions = { suffix: '_conv', plain: true, attention: conv1d, inner: axes.channelTokens } as const;

const firstConv = 'patch_embed.proj_conv.weight';

/** What keys show of any of them. orders: of the published stem. scale and order: of the published attention. */
export function spikformerSketch(keys: FileKeys, { suffix }: Pick<Variant, 'suffix'>, { orders: stem, scale, order }: Readonly<{ orders: readonly string[]; scale: number; order: string }>) {
  const width = keys.size('patch_embed.rpe_conv.weight', 0), hidden = keys.size(`block.0.mlp.fc1${suffix}.weight`, 0);
  return {
    shown: { ...shownVision(keys, firstConv), ...shownClasses(keys), embed_dims: width, depths: keys.run('block.'), mlp_ratio: ratioOf(hidden, width), patch_embed: { stages: shownStages(keys, projNames, 4) } },
    assumed: { ...assumedVision(keys, firstConv), neuron: assumedLif, bn_eps: assumedEpsilon, patch_embed: assumedStem(...stem), attention: { scale, v_threshold: 0.5, order } },
    follows: [headsFollow, stemTokensFollow], optional: optionalVision, unread: ['pos_embed', ...unreadNorms],
  };
}
/** Stems that pool behind their last two neurons, or behind every one. */
export const lateStem = ['conv3x3 bn lif', 'conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn lif maxpool'], everyStem = Array.from({ length: 4 }, () => 'conv3x3 bn lif maxpool');

/** The residual of the published Spikformer. */
export const addedSpikes: Pick<Variant, 'fuse'> = { fuse: ({ builder }, name, stream, branch) => builder.add(addSpikes, name, [stream, branch], {}) };
export const addedResidual = { residual: group({ type: one('sew-add', 'spikes are added'), ...ignored('text') }, 'residual connections') };

export function spikformerParts(descriptor: Spikformer, { suffix, plain, attention, mlp }: Variant): LayerPart[] {
  const { embed_dims: width, classes, depths } = descriptor, hidden = hiddenOf(descriptor);
  return [
    ...stemLayers(projNames, descriptor),
    conv2d('patch_embed.rpe_conv', width, width, { window: 3, bias: false, norm: 'patch_embed.rpe_bn' }),
    ...Array.from({ length: depths }, (_, i) => [
      ...['q', 'k', 'v', 'proj'].map((part) => attention(`block.${i}.attn.${part}${suffix}`, width, width, { bias: !plain || part === 'proj', norm: `block.${i}.attn.${part}_bn` })),
      mlp(`block.${i}.mlp.fc1${suffix}`, width, hidden, { bias: true, norm: `block.${i}.mlp.fc1_bn` }),
      mlp(`block.${i}.mlp.fc2${suffix}`, hidden, width, { bias: true, norm: `block.${i}.mlp.fc2_bn` })]).flat(),
    linear('head', width, classes, { bias: true }),
  ];
}

export function buildSpikformer(descriptor: Spikformer, weights: Weights, { suffix, inner, outer, fuse }: Variant): Graph {
  const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), { layer, spikes } = network;
  const neuron = (part: string, input: ValueId, layout: string) => spikes(`${part}_lif`, layer(`${part}${suffix}`, input), layout);
  const image = addStem(network, projNames, descriptor.patch_embed, addInput(network, descriptor));
  let stream = fuse(network, 'patch_embed.rpe_add', image, spikes('patch_embed.rpe_lif', layer('patch_embed.rpe_conv', image), axes.image));
  for (let i = 0; i < descriptor.depths; i++) {
    const attn = `block.${i}.attn`, mlp = `block.${i}.mlp`, read = stream;
    const attended = addSsa(network, attn, ['q', 'k', 'v'].map((part) => neuron(`${attn}.${part}`, read, inner)), descriptor, inner);
    stream = fuse(network, `${attn}.add`, stream, neuron(`${attn}.proj`, attended, outer));
    stream = fuse(network, `${mlp}.add`, stream, neuron(`${mlp}.fc2`, neuron(`${mlp}.fc1`, stream, outer), outer));
  }
  return network.classify(stream);
}
