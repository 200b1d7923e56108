// SpikingResformer: stages of dual spike self attention (DSSA: one operand a spike, the other a matrix of currents made at run time) and feed-forward networks with a grouped convolution; a membrane shortcut throughout.
// Source: models.md section 8; arXiv 2403.14302.
import type { Pair, Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, maxPool, slice, spikeProduct } from '../ops/index.ts';
import { slidGrid } from '../ops/slide.ts';
import type { FileKeys } from './detect.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { addInput, visionInput } from './input.ts';
import type { Layer, Weights } from './keys.ts';
import { conv2d, linear, tensor } from './layers.ts';
import type { Part, ValueRule } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, depth, epsilon, headCount, lifNeuron, transformer, vision, width, windowOf } from './parts.ts';
import type { Classifier, Lif, Vision } from './parts.ts';
import { at, classNamesFit, headWords, inputFits, lifFits, pixelWords, rule, when } from './rules.ts';
import { factor, group, ignored, list, one, whole, word } from './schema.ts';
import { hiddenOf, slideOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, assumedPool, assumedVision, optionalVision, ratioOf, shownVision } from './sketch.ts';

type Square = Readonly<{ kernel: number; stride: number; padding: number }>;
type Resformer = Vision & Classifier & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; embed_dims: readonly number[]; depths: readonly number[]; heads: readonly number[]; patch_sizes: readonly number[];
  mlp_ratio: number; group_size: number; prologue: Square & Readonly<{ maxpool?: Square | null | undefined }>; attention: Readonly<{ v_threshold: number; scale1?: string | undefined; scale2?: string | undefined }> }>;

const stages = 16, halving = { kernel: 3, stride: 2, padding: 1 } as const;
const side = whole(1, most.window, 'side of the window of the matrix, which strides by itself');

/** Grid of every stage, or a sentence that says where a window does not fit. */
function gridsOf({ image_size, embed_dims, prologue }: Pick<Resformer, 'image_size' | 'embed_dims' | 'prologue'>): readonly Pair[] | string {
  const grids: Pair[] = [];
  let grid: Pair = image_size;
  for (const [name, window] of [['prologue', prologue], ...(prologue.maxpool ? [['prologue.maxpool', prologue.maxpool] as const] : []), ...embed_dims.slice(1).map((_, i) => [`stage ${i + 2}`, halving] as const)] as const) {
    const made = slidGrid(grid, slideOf(window));
    if (typeof made === 'string') return `${name}: ${made}`;
    if (name !== 'prologue' || !prologue.maxpool) grids.push(made);
    grid = made;
  }
  return grids;
}

const listsFit = rule<Pick<Resformer, 'embed_dims' | 'depths' | 'heads' | 'patch_sizes'>>('embed_dims depths heads patch_sizes', ({ embed_dims, ...lists }, file) => [
  when(embed_dims.length === 0, () => valuesDisagree(at(file, 'embed_dims'), 'no stage', 'list the channels of every stage')),
  ...(['depths', 'heads', 'patch_sizes'] as const).map((key) => when(lists[key].length !== embed_dims.length, () => valuesDisagree(at(file, key), `${lists[key].length} values for ${embed_dims.length} stages`, 'give one value per entry of embed_dims'))),
]);

const widthsFit = rule<Pick<Resformer, 'embed_dims' | 'heads' | 'mlp_ratio' | 'group_size'>>('embed_dims heads mlp_ratio group_size', ({ embed_dims, heads, mlp_ratio, group_size }, file) => embed_dims.flatMap((channels, i) => {
  const hidden = hiddenOf({ embed_dims: channels, mlp_ratio }), shared = heads[i] ?? 1;
  return [when(channels % shared !== 0, () => valuesDisagree(at(file, 'heads', i), `${shared} heads do not divide the ${channels} channels of stage ${i + 1}`, 'heads must divide embed_dims')),
    when(hidden < 1 || hidden > most.hidden, () => valuesDisagree(at(file, 'mlp_ratio'), `a hidden layer of ${hidden} channels in stage ${i + 1}; wanted 1 to ${most.hidden}`, 'the hidden layer of a stage has embed_dims * mlp_ratio channels')),
    when(hidden >= 1 && hidden % group_size !== 0, () => valuesDisagree(at(file, 'group_size'), `groups of ${group_size} do not divide the ${hidden} hidden channels of stage ${i + 1}`, 'group_size must divide embed_dims * mlp_ratio of every stage'))];
}));

const gridsFit = rule<Resformer>('image_size embed_dims depths heads patch_sizes prologue', (d, file) => {
  const grids = gridsOf(d), { padding = 0, kernel = 1 } = d.prologue.maxpool ?? {};
  return [when(typeof grids === 'string', () => valuesDisagree(at(file, 'image_size'), String(grids), 'enlarge image_size, or correct prologue')),
    when(2 * padding > kernel, () => structureUnsupported(at(file, 'prologue', 'maxpool', 'padding'), `padding ${padding} is more than half of kernel ${kernel}: a window could lie wholly outside the map`, 'wanted at most half the kernel, as in {"kernel": 3, "stride": 2, "padding": 1}')),
    ...(typeof grids === 'string' ? [] : grids.map((grid, i) => {
      const patch = d.patch_sizes[i] ?? 1;
      return when(grid.some((length) => length % patch !== 0), () => valuesDisagree(at(file, 'patch_sizes', i), `patches of ${patch} x ${patch} do not divide the ${grid.join(' x ')} map of stage ${i + 1}`, 'patch_sizes must divide the sides of their stage'));
    }))];
});

/** The factors are those of the published code; their buffers come with the checkpoint. */
const scales = { scale1: '1/sqrt(firing_rate_x * head_dim)', scale2: '1/sqrt(firing_rate_attn * length)' } as const;
const scalesFit = rule<Pick<Resformer, 'attention'>>('attention', ({ attention }, file) => (['scale1', 'scale2'] as const).map((key) => when(attention[key] !== undefined && !attention[key].replaceAll(' ', '').startsWith(scales[key].replaceAll(' ', '')),
  () => structureUnsupported(at(file, 'attention', key), `wanted ${JSON.stringify(scales[key])}, came ${JSON.stringify(attention[key]?.slice(0, 60))}`, 'leave it out, or write it as published'))));

export const spikingResformer = defineFamily({
  name: 'spiking-resformer', doc: 'SpikingResformer: attention whose matrices are currents made at run time, feed-forward networks with grouped convolutions; currents are added',
  keys: {
    ...vision, ...classifier, neuron: lifNeuron, bn_eps: epsilon, mlp_ratio: transformer.mlp_ratio,
    embed_dims: list(width, stages, 'channels, per stage'), depths: list(depth, stages, 'pairs of attention and feed-forward network, per stage'), heads: list(headCount, stages, 'attention heads, per stage'),
    patch_sizes: list(side, stages, 'side of the patches that attention makes its matrices of, per stage'), group_size: whole(1, most.hidden, 'channels of a group of the grouped convolutions'),
    prologue: group({ ...windowOf('').shape, maxpool: windowOf('max pooling of the currents behind the first convolution', 'position', 'text').nullable().optional(), ...ignored('conv', 'bn', 'lif', 'text') }, 'the first convolution, which no neuron follows'),
    attention: group({ type: one('dssa', 'dual spike self attention'), v_threshold: factor('threshold of its neurons'), scale1: word(`factor of the first product, "${scales.scale1}"`).optional(),
      scale2: word(`factor of the second product, "${scales.scale2}"`).optional(), ...ignored('text', 'buffers', 'scales') }, 'attention'),
    residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections'), ...ignored('stages', 'gwffn'),
  },
  detect: (keys) => keys.has('layers.*.firing_rate_x'),
  sketch,
  rules: [listsFit, widthsFit, gridsFit, scalesFit, classNamesFit, inputFits, lifFits, pixelWords, headWords('global average pool of the currents per step, Linear without bias, mean over T')],
  input: visionInput, outputs: ({ classes }) => classes, parts, head: ['classifier'], build,
});

/** A first convolution of 7 x 7 halves the map and is pooled, as published for large images; a smaller one keeps it, as for small ones. */
function sketch(keys: FileKeys) {
  const first = 'prologue.0.weight', count = Math.min(stages, keys.run('layers.')), kernel = keys.size(first, 2), halves = (kernel ?? 0) > 3, of = <T>(read: (name: string, stage: number) => T) => Array.from({ length: count }, (_, stage) => read(`layers.${stage}.${stage > 0 ? 1 : 0}`, stage));
  const embed_dims = of((name) => keys.size(`${name}.Wproj.weight`, 0));
  return {
    shown: { ...shownVision(keys, first), classes: keys.size('classifier.weight', 0), embed_dims, depths: of((_, stage) => Math.floor(keys.run(`layers.${stage}.`) / 2)), heads: of((name) => keys.size(`${name}.firing_rate_x`, 2)), patch_sizes: of((name) => keys.size(`${name}.W.weight`, 2)),
      mlp_ratio: ratioOf(keys.size('layers.0.1.up.1.weight', 0), embed_dims[0]), group_size: keys.size('layers.0.1.conv.0.1.weight', 1), prologue: { kernel } },
    assumed: { ...assumedVision(keys, first), neuron: assumedLif, bn_eps: assumedEpsilon, attention: { v_threshold: 1 },
      prologue: { stride: halves ? 2 : 1, padding: kernel === undefined ? undefined : kernel >> 1, maxpool: halves ? assumedPool : null } },
    optional: optionalVision,
  };
}

const leastRate = 1 / most.factor;
const measured: ValueRule = { wrong: (data) => data.findIndex((rate) => !(rate >= leastRate && rate <= most.factor)), wanted: `${leastRate} to ${most.factor}`, hint: 'a rate that was never measured is 0: train or calibrate the network, then save its state dict again' };

/** Modules of a stage in order: each a name and what it is. */
const modulesOf = ({ depths }: Pick<Resformer, 'depths'>, stage: number) => [...(stage > 0 ? ['down' as const] : []), ...Array.from({ length: depths[stage] }, () => ['attention', 'feed'] as const).flat()]
  .map((is, i) => ({ is, name: `layers.${stage}.${i}` }));

function parts(descriptor: Resformer): readonly Part[] {
  const { in_channels, embed_dims, heads, patch_sizes, prologue, group_size, classes } = descriptor, plain = (name: string, from: number, to: number, norm: string) => conv2d(name, from, to, { bias: false, norm: `${norm}.bn` });
  return [conv2d('prologue.0', in_channels, embed_dims[0], { window: prologue.kernel, stride: prologue.stride, padding: prologue.padding, bias: false, norm: 'prologue.1.bn' }),
    ...embed_dims.flatMap((channels, stage) => modulesOf(descriptor, stage).flatMap(({ is, name }): Part[] => {
      const hidden = hiddenOf({ embed_dims: channels, mlp_ratio: descriptor.mlp_ratio }), rate = (of: string) => tensor(`${name}.firing_rate_${of}`, [1, 1, heads[stage], 1, 1], { trained: false, values: measured });
      switch (is) {
        case 'down': return [conv2d(`${name}.conv`, embed_dims[stage - 1], channels, { window: halving.kernel, stride: halving.stride, padding: halving.padding, bias: false, norm: `${name}.norm.bn` })];
        case 'attention': return [rate('x'), rate('attn'), plain(`${name}.Wproj`, channels, channels, `${name}.norm_proj`),
          conv2d(`${name}.W`, channels, 2 * channels, { window: patch_sizes[stage], stride: patch_sizes[stage], padding: 0, bias: false, norm: `${name}.norm.bn` })];
        case 'feed': return [plain(`${name}.up.1`, channels, hidden, `${name}.up.2`), plain(`${name}.down.1`, hidden, channels, `${name}.down.2`),
          conv2d(`${name}.conv.0.1`, hidden, hidden, { window: 3, groups: hidden / group_size, bias: false, norm: `${name}.conv.0.2.bn` })];
      }
    })), linear('classifier', embed_dims.at(-1)!, classes, { bias: false })];
}

function build(descriptor: Resformer, weights: Weights) {
  const { embed_dims, prologue: { maxpool }, neuron } = descriptor, network = startNetwork(descriptor, weights, lifOf(neuron)), { builder, layer, spikes } = network, read = (name: string, value: ValueId) => spikes(name, value, axes.image);
  const join = (name: string, stream: ValueId, branch: ValueId) => builder.add(addCurrents, name, [stream, branch], {});
  let stream = layer('prologue.0', addInput(network, descriptor));
  if (maxpool) stream = builder.add(maxPool, 'prologue.2', [stream], slideOf(maxpool));
  embed_dims.forEach((_, stage) => modulesOf(descriptor, stage).forEach(({ is, name }) => {
    if (is === 'down') stream = layer(`${name}.conv`, read(`${name}.activation`, stream));
    else if (is === 'attention') stream = join(`${name}.add`, stream, attend(network, descriptor, stage, name, stream));
    else {
      const up = layer(`${name}.up.1`, read(`${name}.up.0`, stream)), inner = join(`${name}.conv.add`, up, layer(`${name}.conv.0.1`, read(`${name}.conv.0.0`, up)));
      stream = join(`${name}.add`, stream, layer(`${name}.down.1`, read(`${name}.down.0`, inner)));
    }
  }));
  return network.classify(stream, { layer: 'classifier' });
}

/** y = W s of patches, currents; a = lif(scale1 y1^T s), out = lif(scale2 y2 a), per head. The factors are constants, and fold into thresholds. */
function attend(network: Network, { heads: counts, attention: { v_threshold } }: Resformer, stage: number, name: string, stream: ValueId): ValueId {
  const { builder, weights, spikes, layer } = network, heads = counts[stage], spike = spikes(`${name}.activation_in`, stream, axes.image, v_threshold), { channels } = builder.typeOf(spike);
  const matrices = network.place(`${name}.W`, spike, halvesApart(weights.layer(`${name}.W`), heads)), { grid } = builder.typeOf(matrices), length = grid[0] * grid[1];
  const [first, second] = [0, 1].map((half) => builder.add(slice, `${name}.y${half + 1}`, [matrices], { from: half * channels, count: channels }));
  const scaled = (at: string, value: ValueId, rates: string, terms: number) => {
    const { data } = weights.tensor(`${name}.firing_rate_${rates}`), each = builder.typeOf(value).channels / heads;
    return network.scale(`${name}.${at}`, value, Array.from({ length: heads * each }, (_, c) => 1 / Math.sqrt(data[Math.floor(c / each)] * terms)));
  };
  const scores = scaled('scale1', builder.add(spikeProduct, `${name}.matmul1`, [first, spike], { heads, store: 'columns' }), 'x', channels / heads);
  const attention = spikes(`${name}.activation_attn`, scores, axes.headLengths(heads, length), v_threshold);
  const mixed = scaled('scale2', builder.add(spikeProduct, `${name}.matmul2`, [second, attention], { heads, store: 'rows' }), 'attn', length);
  return layer(`${name}.Wproj`, spikes(`${name}.activation_out`, mixed, axes.image, v_threshold));
}

/** The layer of both matrices, its channels in another order: published per head first half, second half; here the first halves of all heads, then the second ones, so that each matrix is a run of channels. */
function halvesApart({ weight, bias, norm, ...rest }: Layer, heads: number): Layer {
  const columns = weight.shape[1], run = columns / heads / 2;
  const published = Array.from({ length: columns }, (_, c) => { const half = Math.floor(c / (heads * run)), inside = c % (heads * run); return Math.floor(inside / run) * 2 * run + half * run + (inside % run); });
  const moved = ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((_, i) => data[i - (i % columns) + published[i % columns]]) });
  return { ...rest, weight: moved(weight), ...(bias ? { bias: moved(bias) } : {}), ...(norm ? { norm: { ...norm, params: { gamma: moved(norm.params.gamma), beta: moved(norm.params.beta), mean: moved(norm.params.mean), variance: moved(norm.params.variance) } } } : {}) };
}
