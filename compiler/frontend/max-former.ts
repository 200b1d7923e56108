// Max-Former, graph of the CIFAR models (membrane shortcut: currents are added; early stages mix by depthwise convolutions or not at all). Source: models.md section 7; bic-L/MaxFormer.
import type { ValueId } from '../ir/types.ts';
import { addCurrents, maxPool, sumTokens } from '../ops/index.ts';
import { addSsa } from './attention.ts';
import { defineFamily } from './family.ts';
import { valuesDisagree } from './faults.ts';
import { hiddenIn, hierarchy, hierarchyRules, poolWindow, stageGrids, stageTokensFit } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import { addInput, visionInput } from './input.ts';
import type { Weights } from './keys.ts';
import { conv1d, conv2d, linear } from './layers.ts';
import type { Part } from './layers.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, epsilon, lifNeuron, ssaAttention, transformer, vision } from './parts.ts';
import type { Classifier, Lif, Ssa, Vision } from './parts.ts';
import { at, headWords, orderWords, rule, ssaThresholdFits, when } from './rules.ts';
import { group, ignored, listOf, one, oneOf } from './schema.ts';
import { slideOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, assumedPool, assumedVision, follow, kvFirst, optionalVision, ratioOf, shownClasses, shownVision, stageTokensFollow, wholeOf } from './sketch.ts';

const stages = 3, mixers = ['identity', 'dwconv3', 'dwconv5', 'dwconv7', 'ssa'] as const;
type Mixer = (typeof mixers)[number];
type MaxFormer = Vision & Hierarchy & Classifier & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; mixers: readonly Mixer[]; heads: number; head_dim: number; tokens: number; attention: Ssa }>;

const windowOf = (mixer: Mixer): number => Number(mixer.replace('dwconv', ''));

const headsFit = rule<Pick<MaxFormer, 'heads' | 'head_dim' | 'embed_dims' | 'mixers'>>('heads head_dim embed_dims mixers', ({ heads, head_dim, embed_dims, mixers: kinds }, file) => embed_dims.map((width, i) => {
  const last = i === stages - 1;
  return when(last ? heads * head_dim !== width : kinds[i] === 'ssa' && width % heads !== 0, () => valuesDisagree(at(file, last ? 'head_dim' : 'heads'),
    last ? `${heads} heads of ${head_dim} channels are ${heads * head_dim}, the last stage has ${width}` : `${heads} heads do not divide the ${width} channels of stage ${i + 1}`,
    width % heads === 0 ? `write "head_dim": ${width / heads}` : `heads must divide the width of every stage with attention: ${width} is not a multiple of ${heads}`));
}));

export const maxFormer = defineFamily({
  name: 'max-former', doc: 'Max-Former, graph of the CIFAR models: currents are added',
  keys: {
    ...vision, ...hierarchy(stages), ...classifier, neuron: lifNeuron, bn_eps: epsilon, heads: transformer.heads, head_dim: transformer.head_dim, tokens: transformer.tokens,
    mixers: listOf(oneOf(mixers, 'identity: none; dwconvK: depthwise convolution with a K x K window; ssa: attention'), stages, 'what mixes tokens, per stage'),
    patch_embed: group({ type: one('max-former', 'embeddings that add currents; between stages branch and shortcut are pooled'), maxpool: poolWindow, ...ignored('embed1', 'embed2_3', 'text') }, 'the embeddings'),
    attention: ssaAttention,
    residual: group({ type: one('membrane-shortcut', 'currents are added'), mlp_inner_residual: one(false, 'an MLP has no shortcut around its first layer').optional(), ...ignored('text') }, 'residual connections'),
  },
  detect: (keys) => keys.has('patch_embed*.max_embed1.embed_conv.weight'),
  sketch(keys) {
    const first = 'patch_embed1.proj_conv.weight', numbers = Array.from({ length: stages }, (_, i) => i + 1), width = (stage: number) => keys.size(`patch_embed${stage}.embed1.embed_conv.weight`, 0);
    const mixerOf = (stage: number) => { const window = keys.size(`stage${stage}.0.mixer.conv.weight`, 2); return keys.has(`stage${stage}.0.attn.q_conv.weight`) ? 'ssa' : window === undefined ? 'identity' : mixers.find((mixer) => windowOf(mixer) === window); };
    return {
      shown: { ...shownVision(keys, first), ...shownClasses(keys), embed_dims: numbers.map(width), depths: numbers.map((stage) => keys.run(`stage${stage}.`)), mixers: numbers.map(mixerOf), mlp_ratio: ratioOf(keys.size('stage1.0.mlp.fc1_conv.weight', 0), width(1)) },
      assumed: { ...assumedVision(keys, first), neuron: assumedLif, bn_eps: assumedEpsilon, patch_embed: { maxpool: assumedPool }, attention: { scale: 0.125, v_threshold: 0.5, order: kvFirst } },
      follows: [follow<Pick<MaxFormer, 'embed_dims' | 'heads'>>('head_dim', 'embed_dims heads', ({ embed_dims, heads }) => wholeOf(embed_dims[stages - 1] / heads)), stageTokensFollow('last')], optional: optionalVision,
    };
  },
  rules: [...hierarchyRules, stageTokensFit, headsFit, ssaThresholdFits, orderWords, headWords('mean over tokens of the currents, head_lif, mean over T, Linear')],
  input: visionInput, outputs: ({ classes }) => classes, parts, build,
});

function parts(descriptor: MaxFormer): readonly Part[] {
  const { embed_dims, depths, in_channels, classes } = descriptor, embedding = (name: string, from: number, to: number, window: number) => conv2d(`${name}.embed_conv`, from, to, { window, bias: false, norm: `${name}.embed_bn` });
  return [...embed_dims.flatMap((width, i) => {
    const embed = `patch_embed${i + 1}`, hidden = hiddenIn(descriptor, i), mixer = descriptor.mixers[i];
    return [
      ...(i === 0 ? [conv2d(`${embed}.proj_conv`, in_channels, width / 2, { window: 3, bias: false, norm: `${embed}.proj_bn` }), embedding(`${embed}.embed1`, width / 2, width, 3), embedding(`${embed}.embed2`, width / 2, width, 1)]
        : [embedding(`${embed}.max_embed1`, embed_dims[i - 1], width, 3), embedding(`${embed}.embed1`, width, width, 3), embedding(`${embed}.max_embed2`, embed_dims[i - 1], width, 1)]),
      ...Array.from({ length: depths[i] }, (_, j) => {
        const block = `stage${i + 1}.${j}`;
        return [
          ...(mixer === 'identity' ? [] : mixer === 'ssa' ? ['q', 'k', 'v', 'proj'].map((part) => conv1d(`${block}.attn.${part}_conv`, width, width, { bias: part === 'proj', norm: `${block}.attn.${part}_bn` }))
            : [conv2d(`${block}.mixer.conv`, width, width, { window: windowOf(mixer), groups: width, bias: true, norm: `${block}.mixer.conv_bn` })]),
          conv2d(`${block}.mlp.fc1_conv`, width, hidden, { bias: true, norm: `${block}.mlp.fc1_bn` }), conv2d(`${block}.mlp.fc2_conv`, hidden, width, { bias: true, norm: `${block}.mlp.fc2_bn` })];
      }).flat(),
    ];
  }), linear('head', embed_dims[stages - 1], classes, { bias: true })];
}

function build(descriptor: MaxFormer, weights: Weights) {
  const { image_size, depths, neuron } = descriptor, network = startNetwork(descriptor, weights, lifOf(neuron)), { builder, layer, spikes } = network;
  let stream = addInput(network, descriptor);
  depths.forEach((blocks, i) => {
    stream = i === 0 ? embedFirst(network, stream) : embedPooled(network, descriptor, `patch_embed${i + 1}`, stream);
    for (let j = 0; j < blocks; j++) {
      const block = `stage${i + 1}.${j}`, mixed = mix(network, descriptor, i, block, stream);
      if (mixed !== undefined) stream = join(network, `${block}.add`, stream, mixed);
      const hidden = layer(`${block}.mlp.fc1_conv`, spikes(`${block}.mlp.fc1_lif`, stream, axes.image));
      stream = join(network, `${block}.mlp.add`, stream, layer(`${block}.mlp.fc2_conv`, spikes(`${block}.mlp.fc2_lif`, hidden, axes.image)));
    }
  });
  // The neuron reads the mean over tokens: here the sum, with a threshold as many times higher.
  const [height, width] = stageGrids(image_size, descriptor).at(-1) as readonly [number, number];
  return network.classify(spikes('head_lif', builder.add(sumTokens, 'head.sum', [stream], {}), axes.vector, height * width * neuron.v_threshold));
}

const join = ({ builder }: Network, name: string, stream: ValueId, branch: ValueId): ValueId => builder.add(addCurrents, name, [stream, branch], {});

/** A convolution behind a neuron of its own: two neurons read one current. */
const embedAt = ({ layer, spikes }: Network, name: string, current: ValueId): ValueId => layer(`${name}.embed_conv`, spikes(`${name}.embed_lif`, current, axes.image));

function embedFirst(network: Network, pixels: ValueId): ValueId {
  const name = 'patch_embed1', current = network.layer(`${name}.proj_conv`, pixels), [branch, shortcut] = ['embed1', 'embed2'].map((part) => embedAt(network, `${name}.${part}`, current));
  return join(network, `${name}.add`, branch, shortcut);
}

/** Both paths pool currents (operators.md theorem 13); the shortcut reads the spikes of the branch, its own neuron is never called. */
function embedPooled(network: Network, { patch_embed: { maxpool } }: MaxFormer, name: string, stream: ValueId): ValueId {
  const read = network.spikes(`${name}.max_embed1.embed_lif`, stream, axes.image);
  const [branch, shortcut] = ['max_embed1', 'max_embed2'].map((part) => network.builder.add(maxPool, `${name}.${part}.maxpool`, [network.layer(`${name}.${part}.embed_conv`, read)], slideOf(maxpool)));
  return join(network, `${name}.add`, embedAt(network, `${name}.embed1`, branch), shortcut);
}

/** The current that a mixer adds to the stream; undefined of the identity. */
function mix(network: Network, descriptor: MaxFormer, stage: number, block: string, stream: ValueId): ValueId | undefined {
  const { layer, spikes } = network, mixer = descriptor.mixers[stage], attn = `${block}.attn`;
  if (mixer === 'identity') return undefined;
  if (mixer !== 'ssa') return layer(`${block}.mixer.conv`, spikes(`${block}.mixer.conv_neuron`, stream, axes.image));
  const read = spikes(`${attn}.x_lif`, stream, axes.image), heads = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, layer(`${attn}.${part}_conv`, read), axes.channelTokens));
  return layer(`${attn}.proj_conv`, addSsa(network, attn, heads, descriptor, axes.channelTokens));
}
