// SNN-ViT: saccadic spike self attention (SSSA): tokens are kept whose relevance, mixed over the steps so far, reaches a threshold. Source: models.md section 9, operators.md section 5; ICLR 2025.
// No official code exists: names of keys are ours, and everything that the published equations leave open is a key of the descriptor.
import type { Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, and, conv, maxPool, mixSteps, spikeProduct, sumTokens } from '../ops/index.ts';
import { slidGrid } from '../ops/slide.ts';
import { constant } from './constant.ts';
import type { FileKeys } from './detect.ts';
import { dilated } from './dilate.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { addInput, visionInput } from './input.ts';
import type { Weights } from './keys.ts';
import { conv2d, linear, pointwise, tensor } from './layers.ts';
import type { Part, ValueRule } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, epsilon, lifNeuron, transformer, vision, windowOf } from './parts.ts';
import type { Classifier, Lif, Transformer, Vision } from './parts.ts';
import { at, classNamesFit, headsFit, hiddenFits, inputFits, lifFits, pixelWords, poolFits, rule, when } from './rules.ts';
import { factor, flag, group, ignored, list, numberOr, one, oneOf, whole, word } from './schema.ts';
import { assumedEpsilon, assumedLif, assumedVision, headsFollow, optionalVision, ratioOf, shownClasses, shownVision } from './sketch.ts';
import { hiddenOf, slideOf } from './sizes.ts';

type Stage = Readonly<{ channels: number; kernel: number; dilation: number; pools: 'no' | 'currents' | 'spikes' }>;
type Attention = Readonly<{ v_threshold: number; form: 'mix' | 'thresholds'; matrix: string; alpha?: number | 'measured' | undefined }>;
type SnnVit = Vision & Transformer & Omit<Classifier, 'head'> & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; bias: boolean; attention: Attention; head: Readonly<{ reads: 'spikes' | 'currents' }>;
  patch_embed: Readonly<{ stages: readonly Stage[]; maxpool: Readonly<{ kernel: number; stride: number; padding: number }> }> }>;

const mostStages = 16;

/** Positions that leave the stem; or a sentence that says where a window does not fit. */
function positionsOf({ image_size, patch_embed: { stages, maxpool } }: Pick<SnnVit, 'image_size' | 'patch_embed'>): number | string {
  let grid: readonly [number, number] = image_size;
  for (const [i, { pools }] of stages.entries()) {
    const made = pools === 'no' ? grid : slidGrid(grid, slideOf(maxpool));
    if (typeof made === 'string') return `stage ${i}: ${made}`;
    grid = made;
  }
  return grid[0] * grid[1];
}

const stemFits = rule<Pick<SnnVit, 'patch_embed' | 'image_size' | 'embed_dims' | 'tokens'>>('patch_embed image_size embed_dims tokens', (d, file) => {
  const { stages } = d.patch_embed, count = positionsOf(d), last = stages.length - 1;
  return [
    when(stages.length === 0, () => valuesDisagree(at(file, 'patch_embed', 'stages'), 'no stage', 'list the stages of the stem')),
    when(stages.length > 0 && stages[last].channels !== d.embed_dims, () => valuesDisagree(at(file, 'patch_embed', 'stages', last, 'channels'), `${stages[last].channels} channels leave the stem, embed_dims is ${d.embed_dims}`, `write "channels": ${d.embed_dims}`)),
    when(stages.length > 0 && stages[last].pools === 'spikes', () => structureUnsupported(at(file, 'patch_embed', 'stages', last, 'pools'), 'the last stage hands currents on, and has no spikes to pool', 'write "currents" or "no"')),
    ...stages.flatMap(({ kernel, dilation }, i) => [
      when(kernel % 2 === 0, () => structureUnsupported(at(file, 'patch_embed', 'stages', i, 'kernel'), `a window of ${kernel} would move the map`, 'wanted an odd kernel, as in "kernel": 3')),
      when((kernel - 1) * dilation + 1 > most.window, () => structureUnsupported(at(file, 'patch_embed', 'stages', i, 'dilation'), `a window of ${(kernel - 1) * dilation + 1} x ${(kernel - 1) * dilation + 1} positions; at most ${most.window}`, 'lower kernel or dilation'))]),
    when(typeof count === 'string', () => valuesDisagree(at(file, 'patch_embed', 'maxpool'), String(count), 'the pooled map must keep at least one position')),
    when(typeof count === 'number' && count !== d.tokens, () => valuesDisagree(at(file, 'tokens'), `${d.tokens}, but the stem makes ${count} of an image of ${d.image_size.join(' x ')}`, `write "tokens": ${count}, or correct image_size or the stages that pool`)),
  ];
});

const alphaFits = rule<Pick<SnnVit, 'attention'>>('attention', ({ attention: { form, alpha } }, file) => [
  when(form === 'thresholds' && alpha === undefined, () => valuesDisagree(at(file, 'attention', 'alpha'), 'thresholds per step are divided by alpha, and none is given',
    'nothing is guessed: write "measured" (the key spikes of the step: alpha Q is compared with a constant), or the number that stands for it')),
  when(form === 'mix' && alpha !== undefined, () => structureUnsupported(at(file, 'attention', 'alpha'), 'mixed relevances have no alpha', 'leave it out, or write "form": "thresholds"')),
]);

const alphaOf = (value: unknown): value is number | 'measured' => value === 'measured' || (typeof value === 'number' && value >= 1 / most.factor && value <= most.factor);

export const snnVit = defineFamily({
  name: 'snn-vit', doc: 'SNN-ViT: saccadic attention masks the tokens of values by their relevance over the steps so far; currents are added',
  keys: {
    ...vision, ...transformer, classes: classifier.classes, class_names: classifier.class_names, neuron: lifNeuron, bn_eps: epsilon,
    bias: flag('whether the layers of the blocks have a bias beside their normalisation'),
    patch_embed: group({ type: one('gl-sps', 'stages that add a convolution and a dilated one'), maxpool: windowOf('max pooling of the stages that pool', 'text'),
      stages: list(group({ channels: whole(1, most.channels, 'channels that leave the stage'), kernel: whole(1, most.window, 'side of both windows'), dilation: whole(1, most.window, 'distance of two taps of the dilated window'),
        pools: oneOf(['no', 'currents', 'spikes'], 'what the stage pools: nothing, its currents before the neuron, or the spikes behind it'), ...ignored('text') }, 'one stage of the stem'), mostStages, 'stages of the stem, in order'), ...ignored('text') }, 'the stem'),
    attention: group({ type: one('sssa', 'saccadic spike self attention'), v_threshold: factor('threshold of relevance'),
      form: oneOf(['mix', 'thresholds'], 'mix: [M (Q K^T 1) >= v_threshold]; thresholds: [Q >= (M^-1 v_threshold)[t] / alpha], which is another function in general'),
      matrix: word('name of the lower-triangular tensor M [T, T] of an attention in the checkpoint, behind "block.i.attn."'),
      alpha: numberOr('measured', 'of form thresholds: measured: the key spikes of the step, alpha Q is compared with M^-1 v_threshold; or the number that stands for them').optional(), ...ignored('text') }, 'attention'),
    residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections'),
    head: group({ reads: oneOf(['spikes', 'currents'], 'spikes: of a neuron on the mean over tokens; currents: their mean over tokens and steps'), type: word('what the head does, in words').optional(), ...ignored('text') }, 'the classifier'),
  },
  detect: (keys) => keys.has('patch_embed.stage*.dilated_conv.weight', 4),
  sketch,
  rules: [headsFit, hiddenFits, classNamesFit, lifFits, poolFits, inputFits, pixelWords, stemFits, alphaFits, rule<Pick<SnnVit, 'attention'>>('attention', ({ attention: { alpha } }, file) => [
    when(alpha !== undefined && !alphaOf(alpha), () => valuesDisagree(at(file, 'attention', 'alpha'), `${String(alpha)}; wanted "measured" or a number from ${1 / most.factor} to ${most.factor}`, 'thresholds are divided by it'))])],
  input: visionInput, outputs: ({ classes }) => classes, parts, build,
});

function sketch(keys: FileKeys) {
  const first = 'patch_embed.stage0.local_conv.weight', count = Math.min(mostStages, keys.run('patch_embed.stage')), embed_dims = keys.size('block.0.attn.q_conv.weight', 0);
  return {
    shown: { ...shownVision(keys, first), ...shownClasses(keys), embed_dims, depths: keys.run('block.'), mlp_ratio: ratioOf(keys.size('block.0.mlp.fc1_conv.weight', 0), embed_dims), bias: keys.has('block.0.attn.q_conv.bias'),
      patch_embed: { stages: Array.from({ length: count }, (_, i) => ({ channels: keys.size(`patch_embed.stage${i}.local_conv.weight`, 0), kernel: keys.size(`patch_embed.stage${i}.local_conv.weight`, 2) })) } },
    assumed: { ...assumedVision(keys, first), neuron: assumedLif, bn_eps: assumedEpsilon }, follows: [headsFollow], optional: optionalVision,
  };
}

/** Lower-triangular, and to be inverted for thresholds: nothing on the diagonal may be 0. */
const matrixRule = (steps: number, inverted: boolean): ValueRule => ({ wanted: `a lower-triangular matrix${inverted ? ' whose diagonal has no 0' : ''}`, hint: 'save torch.tril(M); thresholds per step need its inverse',
  wrong: (data) => data.findIndex((value, i) => (i % steps > Math.floor(i / steps) ? value !== 0 : inverted && i % steps === Math.floor(i / steps) && !(Math.abs(value) >= 1 / most.factor))) });

function parts({ T, patch_embed: { stages }, in_channels, embed_dims, depths, mlp_ratio, classes, bias, attention: { matrix, form } }: SnnVit): readonly Part[] {
  const hidden = hiddenOf({ embed_dims, mlp_ratio }), layer = (name: string, from: number, to: number) => conv2d(`${name}_conv`, from, to, { bias, norm: `${name}_bn` });
  return [...stages.flatMap(({ channels, kernel }, i) => ['local', 'dilated'].map((branch) =>
    conv2d(`patch_embed.stage${i}.${branch}_conv`, i === 0 ? in_channels : stages[i - 1].channels, channels, { window: kernel, bias: false, norm: `patch_embed.stage${i}.${branch}_bn` }))),
  ...Array.from({ length: depths }, (_, i): Part[] => [...['q', 'k', 'v', 'proj'].map((part) => layer(`block.${i}.attn.${part}`, embed_dims, embed_dims)),
    tensor(`block.${i}.attn.${matrix}`, [T, T], { trained: true, values: matrixRule(T, form === 'thresholds') }), layer(`block.${i}.mlp.fc1`, embed_dims, hidden), layer(`block.${i}.mlp.fc2`, hidden, embed_dims)]).flat(),
  linear('head', embed_dims, classes, { bias: true })];
}

function build(descriptor: SnnVit, weights: Weights) {
  const { patch_embed: { stages, maxpool }, depths, tokens, neuron, head } = descriptor, network = startNetwork(descriptor, weights, lifOf(neuron)), { builder, layer, spikes } = network;
  const join = (name: string, stream: ValueId, branch: ValueId) => builder.add(addCurrents, name, [stream, branch], {}), pool = (name: string, value: ValueId) => builder.add(maxPool, name, [value], slideOf(maxpool));
  let value = addInput(network, descriptor);
  stages.forEach(({ dilation, pools }, i) => {
    const stage = `patch_embed.stage${i}`, both = join(`${stage}.add`, layer(`${stage}.local_conv`, value), network.place(`${stage}.dilated_conv`, value, dilated(weights.layer(`${stage}.dilated_conv`), dilation)));
    const currents = pools === 'currents' ? pool(`${stage}.maxpool`, both) : both, fired = i < stages.length - 1 ? spikes(`${stage}.lif`, currents, axes.image) : currents;
    value = pools === 'spikes' ? pool(`${stage}.maxpool`, fired) : fired;
  });
  for (let i = 0; i < depths; i++) {
    const mlp = `block.${i}.mlp`, fire = (part: string, stream: ValueId) => layer(`${mlp}.${part}_conv`, spikes(`${mlp}.${part}_lif`, stream, axes.image));
    value = join(`block.${i}.attn.add`, value, attend(network, descriptor, `block.${i}.attn`, value));
    value = join(`${mlp}.add`, value, fire('fc2', fire('fc1', value)));
  }
  // A neuron that reads the mean over tokens reads their sum, with a threshold as many times higher.
  return network.classify(head.reads === 'currents' ? value : spikes('head_lif', builder.add(sumTokens, 'head.sum', [value], {}), axes.vector, tokens * neuron.v_threshold));
}

/** S masks the tokens of v, head by head. Q and alpha are numbers of spikes: rows of ones in a crossbar; alpha Q adds alpha once for every query spike. */
function attend(network: Network, { T, heads, head_dim, attention: { v_threshold, form, matrix, alpha } }: SnnVit, attn: string, stream: ValueId): ValueId {
  const { builder, layer, spikes, weights } = network, read = spikes(`${attn}.in_lif`, stream, axes.image), [q, k, v] = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, layer(`${attn}.${part}_conv`, read), axes.image));
  const ones = (name: string, value: ValueId, rows: number, columns: number) => builder.add(conv, `${attn}.${name}`, [value], { ...pointwise, ...(heads > 1 ? { groups: heads } : {}) }, { weight: { shape: [heads * rows, columns], data: new Float64Array(heads * rows * columns).fill(1) } });
  const relevance = (): ValueId => {
    const keys = builder.add(sumTokens, `${attn}.alpha`, [ones('k_sum', k, head_dim, 1)], {});
    return builder.add(spikeProduct, `${attn}.relevance`, [ones('alpha_rows', keys, 1, head_dim), q], { heads, store: 'columns' });
  };
  const mixing = weights.tensor(`${attn}.${matrix}`), measured = form === 'mix' || alpha === 'measured', seen = measured ? relevance() : ones('q_sum', q, head_dim, 1);
  const least = form === 'mix' ? new Float64Array(T).fill(v_threshold) : inverseTimes(mixing, v_threshold).map((value) => value / (typeof alpha === 'number' ? alpha : 1));
  const mask = builder.add(mixSteps, `${attn}.saccade`, [seen], {}, { ...(form === 'mix' ? { weight: mixing } : {}), least: constant(...least) });
  builder.probe(`${attn}.saccade`, mask, axes.headTokens(heads));
  return layer(`${attn}.proj_conv`, builder.add(and, `${attn}.masked`, [v, mask], {}));
}

/** M^-1 times a vector of equal values, by forward substitution. */
function inverseTimes({ shape: [steps], data }: Tensor, value: number): Float64Array {
  const solved = new Float64Array(steps);
  for (let t = 0; t < steps; t++) {
    let rest = value;
    for (let s = 0; s < t; s++) rest -= data[t * steps + s] * solved[s];
    solved[t] = rest / data[t * steps + t];
  }
  return solved;
}
