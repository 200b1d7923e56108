// QKFormer, graph of the CIFAR models (SEW residual: spikes are added; stages of falling size; attention by token masks, then by products). Source: models.md section 5; arXiv 2403.16552.
import type { ValueId } from '../ir/types.ts';
import { addSpikes, and, maxPool, sumHeads } from '../ops/index.ts';
import { addSsa } from './attention.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { hiddenIn, hierarchy, hierarchyRules, poolWindow, stageTokensFit } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import { addInput, visionInput } from './input.ts';
import type { Weights } from './keys.ts';
import { conv1d, conv2d, linear } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, epsilon, headCount, lifNeuron, vision } from './parts.ts';
import type { Classifier, Lif, Vision } from './parts.ts';
import { at, headWords, integerThresholdFits, rule, when } from './rules.ts';
import { factor, group, ignored, list, listOf, one, oneOf, whole, word } from './schema.ts';
import { slideOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, assumedPool, assumedVision, kvFirst, optionalVision, ratioOf, shownClasses, shownVision, stageTokensFollow } from './sketch.ts';

const stages = 3;
type Attention = Readonly<{ stage: readonly number[]; type: 'qk-token' | 'ssa'; v_threshold: number; scale?: number | undefined; order?: string | undefined; integer_threshold?: number | undefined }>;
type Qkformer = Vision & Hierarchy & Classifier & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; heads: readonly number[]; tokens: readonly number[]; attention: readonly Attention[] }>;

const attentionOf = ({ attention }: Pick<Qkformer, 'attention'>, stage: number): Attention => attention.find((entry) => entry.stage.includes(stage + 1))!;
/** Names of the published modules. */
const modules = { 'qk-token': 'tssa', ssa: 'ssa' } as const;

const headsFit = rule<Pick<Qkformer, 'heads' | 'embed_dims'>>('heads embed_dims', ({ heads, embed_dims }, file) => embed_dims.map((width, i) =>
  when(width % heads[i] !== 0, () => valuesDisagree(at(file, 'heads', i), `${heads[i]} heads do not divide the ${width} channels of stage ${i + 1}`, 'heads must divide embed_dims'))));

const attentionFits = rule<Pick<Qkformer, 'attention' | 'neuron'>>('attention neuron', ({ attention, neuron }, file) => [
  ...Array.from({ length: stages }, (_, i) => i + 1).map((stage) => {
    const entries = attention.filter((entry) => entry.stage.includes(stage)).length;
    return when(entries !== 1, () => valuesDisagree(at(file, 'attention'), `stage ${stage} has ${entries} kinds of attention`, `name each of the stages 1 to ${stages} in the "stage" of one entry`));
  }),
  ...attention.flatMap(({ type, scale, ...entry }, i) => [
    when(type === 'ssa' && scale === undefined, () => valuesDisagree(at(file, 'attention', i, 'scale'), 'attention of type ssa has a scale, and none is given', 'nothing is guessed: add it, as in "scale": 0.125')),
    when(type === 'qk-token' && scale !== undefined, () => structureUnsupported(at(file, 'attention', i, 'scale'), 'attention of type qk-token scales nothing', 'leave it out, or write "type": "ssa"')),
    ...(scale === undefined ? [] : [integerThresholdFits(file, ['attention', i], { ...entry, scale }, neuron)]),
  ]),
]);

export const qkformerCifar = defineFamily({
  name: 'qkformer-cifar', doc: 'QKFormer, graph of the CIFAR models: spikes are added',
  keys: {
    ...vision, ...hierarchy(stages), ...classifier, neuron: lifNeuron, bn_eps: epsilon,
    heads: listOf(headCount, stages, 'attention heads, per stage'), tokens: listOf(whole(1, most.side ** 2, 'positions of a stage'), stages, 'positions of the map, per stage'),
    patch_embed: group({ type: one('qk-hierarchical', 'embeddings that add the spikes of a branch and of a shortcut; between stages the branch is pooled before its neuron'), maxpool: poolWindow,
      ...ignored('init', 'stage', 'text') }, 'the embeddings'),
    attention: list(group({
      stage: list(whole(1, stages, 'number of a stage, from 1'), stages, 'stages that have this attention'), type: oneOf(['qk-token', 'ssa'], 'qk-token: tokens of k are masked by q; ssa: q k^T v without softmax'),
      v_threshold: factor('threshold of its neuron'), scale: factor('factor of q k^T v before its neuron, of type ssa').optional(),
      order: word('order of multiplication in the published code; it changes no result').optional(), integer_threshold: whole(1, 2 ** 31 - 1, 'threshold on the unscaled count').optional(),
      ...ignored('module', 'lif', 'text', 'unused'),
    }, 'attention of some stages'), stages, 'attention of every stage'),
    residual: group({ type: one('sew-add', 'spikes are added'), ...ignored('text') }, 'residual connections'), ...ignored('batch'),
  },
  detect: (keys) => keys.has('stage*.tssa.q_conv.weight') && keys.has('patch_embed2.proj3_conv.weight'),
  sketch(keys) {
    const first = 'patch_embed1.proj_conv.weight', width = (stage: number) => keys.size(`patch_embed${stage}.proj_res_conv.weight`, 0), numbers = Array.from({ length: stages }, (_, i) => i + 1);
    const kinds = (Object.keys(modules) as (keyof typeof modules)[]).map((type) => ({ type, stage: numbers.filter((stage) => keys.has(`stage${stage}.*.${modules[type]}.q_conv.weight`)) })).filter(({ stage }) => stage.length > 0);
    return {
      shown: { ...shownVision(keys, first), ...shownClasses(keys), embed_dims: numbers.map(width), depths: numbers.map((stage) => keys.run(`stage${stage}.`)), mlp_ratio: ratioOf(keys.size('stage1.0.mlp.mlp1_conv.weight', 0), width(1)), attention: kinds },
      assumed: { ...assumedVision(keys, first), neuron: assumedLif, bn_eps: assumedEpsilon, patch_embed: { maxpool: assumedPool }, attention: kinds.map(({ type }) => ({ v_threshold: 0.5, ...(type === 'ssa' ? { scale: 0.125, order: kvFirst } : {}) })) },
      follows: [stageTokensFollow('every')], optional: optionalVision,
    };
  },
  rules: [...hierarchyRules, stageTokensFit, headsFit, attentionFits, headWords('mean over tokens, mean over T, Linear')],
  input: visionInput, outputs: ({ classes }) => classes, parts, build,
});

function parts(descriptor: Qkformer): readonly Part[] {
  const { embed_dims, depths, in_channels, classes } = descriptor, embedding = (name: string, from: number, to: number, layer: string, options: Readonly<{ window: number; stride?: number }>) =>
    conv2d(`${name}.${layer}_conv`, from, to, { ...options, bias: false, norm: `${name}.${layer}_bn` });
  return [...embed_dims.flatMap((width, i) => {
    const embed = `patch_embed${i + 1}`, hidden = hiddenIn(descriptor, i), kind = attentionOf(descriptor, i).type, projections = kind === 'ssa' ? ['q', 'k', 'v', 'proj'] : ['q', 'k', 'proj'];
    return [
      ...(i === 0 ? [embedding(embed, in_channels, width / 2, 'proj', { window: 3 }), embedding(embed, width / 2, width, 'proj1', { window: 3 }), embedding(embed, width / 2, width, 'proj_res', { window: 1 })]
        : [embedding(embed, embed_dims[i - 1], width, 'proj3', { window: 3 }), embedding(embed, width, width, 'proj4', { window: 3 }),
          embedding(embed, embed_dims[i - 1], width, 'proj_res', { window: 1, stride: descriptor.patch_embed.maxpool.stride })]),
      ...Array.from({ length: depths[i] }, (_, j) => {
        const block = `stage${i + 1}.${j}`, attention = `${block}.${modules[kind]}`;
        return [...projections.map((part) => conv1d(`${attention}.${part}_conv`, width, width, { bias: part === 'proj', norm: `${attention}.${part}_bn` })),
          conv2d(`${block}.mlp.mlp1_conv`, width, hidden, { bias: true, norm: `${block}.mlp.mlp1_bn` }), conv2d(`${block}.mlp.mlp2_conv`, hidden, width, { bias: true, norm: `${block}.mlp.mlp2_bn` })];
      }).flat(),
    ];
  }), linear('head', embed_dims[stages - 1], classes, { bias: true })];
}

function build(descriptor: Qkformer, weights: Weights) {
  const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), { builder } = network, join = (name: string, stream: ValueId, branch: ValueId) => builder.add(addSpikes, name, [stream, branch], {});
  let stream = addInput(network, descriptor);
  descriptor.depths.forEach((blocks, i) => {
    stream = embed(network, descriptor, i, stream);
    for (let j = 0; j < blocks; j++) {
      const block = `stage${i + 1}.${j}`;
      stream = join(`${block}.add`, stream, attend(network, descriptor, i, `${block}.${modules[attentionOf(descriptor, i).type]}`, stream));
      stream = join(`${block}.mlp.add`, stream, fire(network, `${block}.mlp.mlp2`, fire(network, `${block}.mlp.mlp1`, stream, axes.image), axes.image));
    }
  });
  return network.classify(stream);
}

const fire = ({ layer, spikes }: Network, name: string, input: ValueId, layout: string): ValueId => spikes(`${name}_lif`, layer(`${name}_conv`, input), layout);

/** Spikes of a branch and of a shortcut, added. From the second stage on the branch is pooled as a current, before its neuron (operators.md theorem 13), and the shortcut strides. */
function embed(network: Network, { patch_embed: { maxpool } }: Qkformer, stage: number, input: ValueId): ValueId {
  const name = `patch_embed${stage + 1}`, { builder, layer, spikes } = network, first = fire(network, `${name}.${stage === 0 ? 'proj' : 'proj3'}`, input, axes.image);
  const branch = stage === 0 ? fire(network, `${name}.proj1`, first, axes.image)
    : spikes(`${name}.proj4_lif`, builder.add(maxPool, `${name}.maxpool`, [layer(`${name}.proj4_conv`, first)], slideOf(maxpool)), axes.image);
  return builder.add(addSpikes, `${name}.add`, [branch, fire(network, `${name}.proj_res`, stage === 0 ? first : input, axes.image)], {});
}

/** qk-token: lif(sum of q over the channels of a head) masks the tokens of k, head by head. Batch 1: the published ssa takes its last neuron over T * B steps. */
function attend(network: Network, descriptor: Qkformer, stage: number, name: string, stream: ValueId): ValueId {
  const { builder, spikes } = network, attention = attentionOf(descriptor, stage), heads = descriptor.heads[stage], read = (part: string) => fire(network, `${name}.${part}`, stream, axes.channelTokens);
  if (attention.type === 'ssa') {
    const product = addSsa(network, name, ['q', 'k', 'v'].map(read), { heads, attention: { ...attention, type: 'ssa', scale: attention.scale! } }, axes.channelTokens);
    return fire(network, `${name}.proj`, product, axes.channelTokens);
  }
  const [q, k] = ['q', 'k'].map(read), mask = spikes(`${name}.attn_lif`, builder.add(sumHeads, `${name}.q_sum`, [q], { heads }), axes.headTokens(heads), attention.v_threshold);
  return fire(network, `${name}.proj`, builder.add(and, `${name}.mask`, [k, mask], {}), axes.image);
}
