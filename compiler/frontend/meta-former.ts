// The hierarchy that Spike-driven Transformer V2 and V3 share: convolution blocks at four resolutions, then two runs of attention blocks at the last one; a membrane shortcut throughout.
import type { Graph, Pair, Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, sumTokens } from '../ops/index.ts';
import { slidGrid } from '../ops/slide.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import type { FileKeys } from './detect.ts';
import { addInput } from './input.ts';
import { conv1d, conv2d, linear, tensor } from './layers.ts';
import type { LayerPart, Part } from './layers.ts';
import { most } from './limits.ts';
import { axes } from './network.ts';
import type { Network } from './network.ts';
import { classifier, depth, epsilon, headCount, transformer, vision, width } from './parts.ts';
import type { Classifier, Vision } from './parts.ts';
import { at, classNamesFit, inputFits, pixelWords, rule, when } from './rules.ts';
import { group, ignored, list, listOf, oneOf, one, word } from './schema.ts';
import { hiddenOf } from './sizes.ts';
import { assumedEpsilon, assumedVision, follow, optionalVision, ratioOf, shownClasses, shownVision } from './sketch.ts';

type Runs = 'block3' | 'block4';
export type Backbone = Vision & Readonly<{ family: string; case?: string | undefined; T: number; embed_dims: readonly number[]; stem_dim: number;
  depths: Readonly<Record<Runs, number>>; heads: number; mlp_ratio: number; tokens: number; patch_embed: Readonly<{ order?: readonly string[] | undefined }> }>;
type Kd = 'yes' | 'no' | 'split';
export type MetaFormer = Backbone & Classifier & Readonly<{ head: Readonly<{ kd?: Kd | undefined }> }>;

const order = ['downsample1_1', 'ConvBlock1_1', 'downsample1_2', 'ConvBlock1_2', 'downsample2', 'ConvBlock2_1', 'ConvBlock2_2', 'downsample3', 'block3', 'downsample4', 'block4'] as const;

/** Keys of the hierarchy; neuron and attention are the family's own. @param type name of the stem */
export const backboneKeys = <const T extends string>(type: T) => ({
  ...vision, bn_eps: epsilon, heads: headCount, mlp_ratio: transformer.mlp_ratio, tokens: transformer.tokens,
  embed_dims: listOf(width, 4, 'channels behind downsample1_2, downsample2, downsample3 and downsample4'), stem_dim: width,
  depths: group({ block3: depth, block4: depth }, 'attention blocks in each run'),
  patch_embed: group({ type: one(type, 'a stem of convolution blocks'), order: list(word('name of a module'), 32, 'modules in order').optional(), ...ignored('stem', 'downsample', 'text') }, 'the stem'),
  residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections'),
  ...ignored('conv_block', 'block'),
});
/** @param kd kinds of a second classifier that the family has */
export const metaFormerKeys = <const T extends string, const K extends readonly Kd[]>(type: T, kd: K) => ({ ...backboneKeys(type), ...classifier,
  head: group({ type: word('what the head does, in words').optional(), kd: oneOf(kd, 'yes: a second classifier head_kd; scores are the mean of both; split: head reads the mean of the currents, head_kd their levels').optional(), ...ignored('reads', 'text') }, 'the classifier') });

/** One module of the hierarchy, in order. */
type Module = Readonly<{ is: 'down'; name: string; from: number; to: number; window: number; stride: number }
  | { is: 'convolutions'; name: string; width: number } | { is: 'attention'; name: string; width: number }>;

function modulesOf({ in_channels, stem_dim: stem, embed_dims: [first, second, third, fourth], depths }: Pick<Backbone, 'in_channels' | 'stem_dim' | 'embed_dims' | 'depths'>): readonly Module[] {
  const down = (name: string, from: number, to: number, window = 3, stride = 2): Module => ({ is: 'down', name, from, to, window, stride });
  const run = (name: Runs, channels: number) => Array.from({ length: depths[name] }, (_, i): Module => ({ is: 'attention', name: `${name}.${i}`, width: channels }));
  const convolutions = (name: string, channels: number): Module => ({ is: 'convolutions', name: `${name}.0`, width: channels });
  return [down('downsample1_1', in_channels, stem, 7), convolutions('ConvBlock1_1', stem), down('downsample1_2', stem, first), convolutions('ConvBlock1_2', first),
    down('downsample2', first, second), convolutions('ConvBlock2_1', second), convolutions('ConvBlock2_2', second), down('downsample3', second, third), ...run('block3', third),
    down('downsample4', third, fourth, 3, 1), ...run('block4', fourth)];
}

const strides = [[7, 2], [3, 2], [3, 2], [3, 2], [3, 1]] as const;
/** Grid of the last stage, or a sentence that says why there is none. */
const lastGrid = (image: Pair): Pair | string => strides.reduce<Pair | string>((from, [window, stride]) =>
  (typeof from === 'string' ? from : slidGrid(from, { window: [window, window], stride: [stride, stride], padding: [(window - 1) / 2, (window - 1) / 2] })), image);

/** What keys show of the hierarchy. */
export function metaFormerSketch(keys: FileKeys) {
  const first = 'downsample1_1.encode_conv.weight', width = (name: string) => keys.size(`${name}.encode_conv.weight`, 0);
  return {
    shown: { ...shownVision(keys, first), ...shownClasses(keys), stem_dim: width('downsample1_1'), embed_dims: ['downsample1_2', 'downsample2', 'downsample3', 'downsample4'].map(width),
      depths: { block3: keys.run('block3.'), block4: keys.run('block4.') }, mlp_ratio: ratioOf(keys.size('block3.0.mlp.fc1_conv.weight', 0), width('downsample3')), head: { kd: keys.has('head_kd.weight', 2) ? 'yes' as const : 'no' as const } },
    assumed: { ...assumedVision(keys, first), bn_eps: assumedEpsilon },
    follows: [follow<Pick<Vision, 'image_size'>>('tokens', 'image_size', ({ image_size }) => {
      const grid = lastGrid(image_size);
      return typeof grid === 'string' ? undefined : grid[0] * grid[1];
    })], optional: optionalVision,
  };
}

const gridsFit = rule<Backbone>('image_size tokens', ({ image_size, tokens }, file) => {
  const grid = lastGrid(image_size);
  const left = typeof grid === 'string' ? undefined : grid[0] * grid[1];
  return [when(typeof grid === 'string', () => valuesDisagree(at(file, 'image_size'), String(grid), 'the stem halves the map four times')),
    when(left !== undefined && left !== tokens, () => valuesDisagree(at(file, 'tokens'),
      `${tokens}, but the stem makes ${image_size.join(' x ')} into ${String(grid).replace(',', ' x ')}`, `write "tokens": ${left}, or correct image_size`))];
});

const widthsFit = rule<Backbone>('embed_dims stem_dim heads mlp_ratio', ({ embed_dims, stem_dim, heads, mlp_ratio }, file) => [
  ...embed_dims.map((channels, i) => when(i >= 2 && channels % heads !== 0, () => valuesDisagree(at(file, 'heads'),
    `${heads} heads do not divide the ${channels} channels of block${i + 1}`, 'choose heads that divide the last two embed_dims'))),
  ...[stem_dim, ...embed_dims].map((channels) => hiddenOf({ embed_dims: channels, mlp_ratio })).filter((hidden) => hidden < 1 || hidden > most.hidden)
    .slice(0, 1).map((hidden) => valuesDisagree(at(file, 'mlp_ratio'), `a hidden layer of ${hidden} channels; wanted 1 to ${most.hidden}`, 'hidden layers have mlp_ratio times the channels of their stage')),
]);

const orderFits = rule<Backbone>('patch_embed.order', ({ patch_embed: { order: said } }, file) => [
  when(said !== undefined && said.join() !== order.join(), () => structureUnsupported(at(file, 'patch_embed', 'order'), 'another order of modules than the published one',
    `wanted ${order.join(', ')}; or leave it out`))]);

/** Rules of the hierarchy; the neuron's and the attention's are the family's own. */
export const backboneRules = [gridsFit, widthsFit, orderFits, inputFits, pixelWords] as const;
export const metaFormerRules = [...backboneRules, classNamesFit] as const;

/** What a family takes for one module beyond what both have. */
export type OwnParts = Readonly<{ separable(name: string, width: number, window: number): readonly Part[]; attention(name: string, width: number): readonly Part[] }>;

/** layerScale: every attention block has a factor per channel for its attention and for its MLP. */
export type ScaleOptions = Readonly<{ layerScale?: boolean }>;

export function backboneParts(descriptor: Backbone, own: OwnParts, { layerScale = false }: ScaleOptions = {}): readonly Part[] {
  const { mlp_ratio } = descriptor;
  return modulesOf(descriptor).flatMap((module): readonly Part[] => {
    const { name } = module;
    if (module.is === 'down') return [conv2d(`${name}.encode_conv`, module.from, module.to, { window: module.window, stride: module.stride, bias: true, norm: `${name}.encode_bn` })];
    if (module.is === 'attention') return [...own.attention(name, module.width), ...mlpParts(`${name}.mlp`, module.width, hiddenOf({ embed_dims: module.width, mlp_ratio })),
      ...(layerScale ? [1, 2].map((i) => tensor(`${name}.layer_scale${i}`, [module.width], { trained: true })) : [])];
    const hidden = hiddenOf({ embed_dims: module.width, mlp_ratio });
    return [...own.separable(`${name}.Conv`, module.width, 7), conv2d(`${name}.conv1`, module.width, hidden, { window: 3, bias: false, norm: `${name}.bn1` }),
      conv2d(`${name}.conv2`, hidden, module.width, { window: 3, bias: false, norm: `${name}.bn2` })];
  });
}

export const metaFormerParts = (descriptor: MetaFormer, own: OwnParts, options: ScaleOptions = {}): readonly Part[] => [...backboneParts(descriptor, own, options),
  ...['head', ...(descriptor.head.kd === 'yes' || descriptor.head.kd === 'split' ? ['head_kd'] : [])].map((name) => linear(name, descriptor.embed_dims[3], descriptor.classes, { bias: true }))];

/** fc1 and fc2 of an MLP of Conv1d. */
export const mlpParts = (mlp: string, channels: number, hidden: number): readonly LayerPart[] => [
  conv1d(`${mlp}.fc1_conv`, channels, hidden, { bias: true, norm: `${mlp}.fc1_bn` }), conv1d(`${mlp}.fc2_conv`, hidden, channels, { bias: true, norm: `${mlp}.fc2_bn` })];

/** Neuron and probe; the result is what a layer reads of it. */
export type Read = (name: string, value: ValueId, axes: string) => ValueId;
/** Names of neurons (`lif1`, `spike1`), how they are read, and the branches that differ: separable convolution of a convolution block, attention block but for its MLP (a stream again). */
export type Dialect = Readonly<{ neuron: string; read: Read; separable(name: string, stream: ValueId): ValueId; attention(name: string, stream: ValueId): ValueId }> & ScaleOptions;

export const addBranch = ({ builder }: Network, name: string, stream: ValueId, branch: ValueId): ValueId => builder.add(addCurrents, `${name}.add`, [stream, branch], {});

/** The stream plus its MLP, whose neurons stand before fc1 and fc2. @param scale name of the tensor that multiplies it, per channel */
export const addMlp = (network: Network, mlp: string, stream: ValueId, { neuron, read }: Pick<Dialect, 'neuron' | 'read'>, scale?: string): ValueId => addBranch(network, mlp, stream,
  placeScaled(network, `${mlp}.fc2_conv`, scale, read(`${mlp}.fc2_${neuron}`, network.layer(`${mlp}.fc1_conv`, read(`${mlp}.fc1_${neuron}`, stream, axes.channelTokens)), axes.channelTokens)));

/** The sum over tokens of the stream that leaves the last block. */
export function addHierarchy(network: Network, descriptor: Backbone, dialect: Dialect): ValueId {
  const { layer, builder } = network, { neuron, read, separable, attention } = dialect;
  const stream = modulesOf(descriptor).reduce((value, { is, name }, i) => {
    if (is === 'attention') return addMlp(network, `${name}.mlp`, attention(name, value), dialect, dialect.layerScale ? `${name}.layer_scale2` : undefined);
    // The first layer reads the image; its currents are the stream.
    if (is === 'down') return layer(`${name}.encode_conv`, i === 0 ? value : read(`${name}.encode_${neuron}`, value, axes.image));
    const mixed = addBranch(network, `${name}.Conv`, value, separable(`${name}.Conv`, value)), hidden = layer(`${name}.conv1`, read(`${name}.${neuron}1`, mixed, axes.image));
    return addBranch(network, name, mixed, layer(`${name}.conv2`, read(`${name}.${neuron}2`, hidden, axes.image)));
  }, addInput(network, descriptor));
  return builder.add(sumTokens, 'head.sum', [stream], {});
}

/** A layer whose normalisation is multiplied per channel: gamma and beta take the factors, exactly. @param scale name of their tensor; undefined: as it is */
export function placeScaled(network: Network, name: string, scale: string | undefined, input: ValueId): ValueId {
  const layer = network.weights.layer(name), factors = scale === undefined ? undefined : network.weights.tensor(scale).data, { norm } = layer;
  if (!factors || !norm) return network.place(name, input, layer);
  const times = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value, c) => value * factors[c]) });
  return network.place(name, input, { ...layer, norm: { ...norm, params: { ...norm.params, gamma: times(norm.params.gamma), beta: times(norm.params.beta) } } });
}

/**
 * The classifier; of two, their mean, which is one where both read the same (operators.md theorem 11). split: `head` reads the mean over tokens of the currents as they are (operators.md section 4).
 * @param input levels or spikes @param sum the sum over tokens of the currents
 */
export function addHead(network: Network, { head: { kd }, tokens }: Pick<MetaFormer, 'head' | 'tokens'>, input: ValueId, sum: ValueId): Graph {
  if ((kd !== 'yes' && kd !== 'split') || network.headless) return network.classify(input);
  const { bias, ...first } = network.weights.layer('head'), { bias: other, ...second } = network.weights.layer('head_kd'), mean = (a: Tensor, b: Tensor): Tensor => ({ shape: a.shape, data: a.data.map((value, i) => (value + b.data[i]) / 2) });
  const half = (layer: typeof first, terms: number) => ({ ...layer, weight: { shape: layer.weight.shape, data: layer.weight.data.map((value) => value / 2 / terms) } });
  const scores = kd === 'yes' ? network.place('head', input, { ...first, weight: mean(first.weight, second.weight) })
    : network.builder.add(addCurrents, 'head.add', [network.place('head', sum, half(first, tokens)), network.place('head_kd', input, half(second, 1))], {});
  return network.finish(scores, { bias: mean(bias!, other!) });
}
