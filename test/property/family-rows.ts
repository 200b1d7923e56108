// Random descriptors of every family, one row each: a family that is added to compiler/frontend/index.ts without a row here fails the fuzz (families.test.ts says which).
//
// To add one: a row under the family's name with `descriptor(random)`, small enough that a model runs in a fraction of a second; sizes that follow from others (tokens, head_dim) are worked out here.
// `tensor` fills what only the family understands (rates that must be above 0, gates); everything else of its checkpoint is made from its parts.
import { slidGrid } from '../../compiler/ops/slide.ts';
import { stemGrids } from '../../compiler/frontend/sizes.ts';
import type { Random } from '../random.ts';
import type { TensorMaker } from './family-checkpoint.ts';

type Pair = readonly [number, number];
/** exact: models of this family are at times whole numbers all through, so that float64 and integers must agree. */
export type FamilyRow = Readonly<{ descriptor(random: Random): Readonly<Record<string, unknown>>; exact: boolean; tensor?: TensorMaker }>;

const pool = { kernel: 3, stride: 2, padding: 1 } as const, currents = { type: 'membrane-shortcut' }, added = { type: 'sew-add' };
const lif = (random: Random) => ({ type: 'lif', tau: 2, decay_input: random.chance(0.6), v_threshold: random.pick([1, 1, 0.5, 1.5]), v_reset: random.pick([0, 0, 0, null]) });
const stbp = (random: Random) => ({ type: 'lif-stbp', decay: random.pick([0.25, 0.5, 0.25, 0.2]), v_threshold: random.pick([0.5, 1]) });
const ssa = (random: Random) => ({ type: 'ssa', scale: random.pick([0.125, 0.25, 0.5]), v_threshold: random.pick([0.5, 0.5, 1]) });
const base = (random: Random, image: Pair, frames = random.chance(0.3)) =>
  ({ format: 1, T: random.whole(1, 4), image_size: image, in_channels: random.whole(1, 3), classes: random.whole(2, 4), bn_eps: 1e-5, head: {}, input: { encoding: frames ? 'frames' : 'direct' } });
const blocks = (random: Random) => { const heads = random.whole(1, 3), head_dim = random.whole(1, 5); return { heads, head_dim, embed_dims: heads * head_dim, depths: random.whole(1, 2), mlp_ratio: random.pick([1, 2, 3]) }; };
const images = (random: Random): Pair => random.pick([[6, 8], [8, 8], [5, 3], [9, 6], [1, 7]]);

/** Stages with an order each, the last as wide as the tokens. */
function stemOf(random: Random, image: Pair, width: number, orders: readonly (readonly string[])[]) {
  const stages = orders.map((order, i) => ({ order, channels: i === orders.length - 1 ? width : random.whole(1, 5) })), patch = { stages, maxpool: pool }, [height, across] = (stemGrids(image, patch as unknown as Parameters<typeof stemGrids>[1]) as readonly Pair[]).at(-1)!;
  return { patch, tokens: height * across };
}
/** Image, stem and blocks of a transformer of one width. */
function transformer(random: Random, type: string, orders: readonly (readonly (readonly string[])[])[], frames?: boolean) {
  const image = images(random), sizes = blocks(random), { patch, tokens } = stemOf(random, image, sizes.embed_dims, orders.map((some) => random.pick(some)));
  return { ...base(random, image, frames), ...sizes, neuron: lif(random), tokens, patch_embed: { type, ...patch } };
}

const sps = Array.from({ length: 4 }, () => [['conv3x3', 'bn', 'lif'], ['conv3x3', 'bn', 'lif', 'maxpool'], ['conv3x3', 'bn', 'maxpool', 'lif']]), reading = [['lif', 'conv3x3', 'bn'], ['lif', 'maxpool', 'conv3x3', 'bn']], pooled = [['lif', 'conv3x3', 'bn'], ['lif', 'conv3x3', 'bn', 'maxpool']];
const spikformer = (family: string, residual: (random: Random) => object = () => added): FamilyRow => ({ exact: true, descriptor: (random) => ({ ...transformer(random, 'sps', sps), family, attention: ssa(random), residual: residual(random) }) });

/** Maps of a hierarchy that halves them between its stages. */
const halved = (image: Pair, times: number): readonly Pair[] => { const grids: Pair[] = [image]; for (let i = 0; i < times; i++) grids.push(slidGrid(grids[i], { window: [3, 3], stride: [2, 2], padding: [1, 1] }) as Pair); return grids; };
const area = ([height, width]: Pair): number => height * width;

/** V2 and V3: four halvings before the attention. */
function meta(random: Random) {
  const image: Pair = [random.whole(9, 20), random.whole(9, 20)], heads = random.whole(1, 2), widths = [random.whole(1, 3), random.whole(1, 3), heads * random.whole(1, 2), heads * random.whole(1, 2)];
  return { ...base(random, image), embed_dims: widths, stem_dim: random.whole(1, 2), depths: { block3: random.whole(1, 2), block4: 1 }, heads, mlp_ratio: random.pick([1, 2]), tokens: area(halved(image, 4)[4]), residual: currents };
}

const gates: TensorMaker = (name, shape, random) => {
  if (!/temporal_excitation/.test(name)) return undefined;
  // Scores far from 0 shut a gate or open it, so that half of the models stay whole.
  const far = random.chance(0.5) ? 400 : 1, size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, () => (/\.2\.bias$/.test(name) ? random.pick([-1, 1, 1]) * far : random.whole(-4, 4) / 8));
};
/** Over as many channels as a head has here, an eighth and a half make factors that are powers of two. */
const rates: TensorMaker = (name, shape, random) => {
  const dyadic = random.chance(0.9);
  return /firing_rate/.test(name) ? Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.pick(dyadic ? [0.125, 0.5] : [0.0625, 0.25, 0.3])) : undefined;
};

const amplitudes: TensorMaker = (name, shape, random) => (/act_clip_val|clip_key|clip_value/.test(name) ? [random.pick([0.5, 1, 2])] : undefined);

/** Lower-triangular, ones and more on the diagonal. */
const mixing: TensorMaker = (name, [steps], random) => (/\.M$/.test(name) ? Array.from({ length: steps ** 2 }, (_, i) => { const t = Math.floor(i / steps), s = i % steps; return s > t ? 0 : s === t ? 1 + random.whole(0, 4) / 4 : random.whole(-4, 6) / 8; }) : undefined);

export const familyRows: Readonly<Record<string, FamilyRow>> = {
  'spikformer-cifar': spikformer('spikformer-cifar'),
  'spikformer-imagenet': spikformer('spikformer-imagenet'),
  'spikformer-dvs': spikformer('spikformer-dvs'),
  'xor-spikformer': spikformer('xor-spikformer', (random) => ({ type: random.pick(['or', 'xor']) })),
  spikingformer: { exact: true, descriptor: (random) => ({ ...transformer(random, 'spiking-tokenizer', [[['conv3x3', 'bn']], ...Array.from({ length: 4 }, () => reading)]), family: 'spikingformer', attention: ssa(random), residual: currents }) },
  spikeclip: { exact: true, descriptor: (random) => ({ ...transformer(random, 'spikeclip-tokenizer', [[['conv3x3', 'bn']], ...Array.from({ length: 4 }, () => pooled)]), family: 'spikeclip', feature_dim: random.whole(2, 6), attention: ssa(random), residual: currents }) },
  'sdt-v1': { exact: true, descriptor(random) {
    const dvs = random.chance(0.4), last = [['conv3x3', 'bn'], ['conv3x3', 'bn', 'maxpool']];
    return { ...transformer(random, 'ms-sps', [...sps.slice(0, 3), last], dvs), family: 'sdt-v1', mode: dvs ? 'dvs' : 'image', attention: { type: 'sdsa', v_threshold: random.pick([0.5, 0.5, 1]), erode: dvs ? { kernel: 3, stride: 1, padding: 1 } : null }, residual: currents };
  } },
  'sdt-v2': { exact: false, descriptor: (random) => ({ ...meta(random), family: 'sdt-v2', neuron: lif(random), patch_embed: { type: 'meta-spikformer' }, attention: ssa(random) }) },
  'sdt-v3': { exact: true, descriptor: (random) => ({ ...meta(random), family: 'sdt-v3', T: 1, neuron: { type: 'multispike', min: 0, max: 4, norm: 4 }, patch_embed: { type: 'e-spikformer' },
    attention: { type: 'linear', v_expansion: random.whole(1, 3), scale: '2/sqrt(head_dim)' } }) },
  spikevimformer: { exact: false, descriptor(random) {
    const { classes: _, head: _head, ...rest } = meta(random);
    return { ...rest, family: 'spikevimformer', T: 1, neuron: { type: 'ni-lif', levels: 4, beta: 0.5, steps: 4 }, patch_embed: { type: 'e-spikformer' }, attention: { type: 'linear', v_expansion: random.whole(1, 2), scale: '2/sqrt(head_dim)' } };
  } },
  sdha: { exact: false, descriptor(random) {
    const { depths: _, ...sizes } = blocks(random);
    return { format: 1, family: 'sdha', T: random.whole(1, 3), feature_size: [random.whole(1, 3), random.whole(1, 4)], ...sizes, neuron: lif(random), bn_eps: 1e-5, attention: { type: 'sdha', v_threshold: 1, scale: '1/(2*embed_dims)' }, residual: currents,
      input: { encoding: 'currents', exponent: 5, bits: 10 } };
  } },
  'qkformer-cifar': { exact: true, descriptor(random) {
    const image = images(random), heads = [0, 1, 2].map(() => random.whole(1, 2)), ssaFrom = random.whole(1, 3), stages = [1, 2, 3];
    const kinds = [{ type: 'qk-token', stage: stages.filter((stage) => stage < ssaFrom), v_threshold: 0.5 }, { ...ssa(random), stage: stages.filter((stage) => stage >= ssaFrom) }].filter(({ stage }) => stage.length > 0);
    return { ...base(random, image), family: 'qkformer-cifar', embed_dims: heads.map((count, i) => count * (i === 0 ? 2 : random.whole(1, 4))), depths: [1, 1, random.whole(1, 2)], heads, mlp_ratio: random.pick([1, 2]), tokens: halved(image, 2).map(area),
      neuron: lif(random), patch_embed: { type: 'qk-hierarchical', maxpool: pool }, attention: kinds, residual: added };
  } },
  'max-former': { exact: true, descriptor(random) {
    const image = images(random), heads = random.whole(1, 2), head_dim = random.whole(1, 4), mixers = ['identity', 'dwconv3', 'dwconv5', 'ssa'];
    return { ...base(random, image), family: 'max-former', embed_dims: [2 * heads, heads * random.whole(1, 3), heads * head_dim], depths: [1, 1, 1], heads, head_dim, mlp_ratio: random.pick([1, 2]), tokens: area(halved(image, 2)[2]),
      mixers: [0, 1, 2].map(() => random.pick(mixers)), neuron: lif(random), patch_embed: { type: 'max-former', maxpool: pool }, attention: ssa(random), residual: currents };
  } },
  'spiking-resformer': { exact: false, tensor: rates, descriptor(random) {
    const heads = [1, random.whole(1, 2)], group_size = random.pick([1, 2]);
    return { ...base(random, [8, 4]), family: 'spiking-resformer', embed_dims: [2 * heads[0], 2 * heads[1]], depths: [1, 1], heads, patch_sizes: [random.pick([1, 2]), random.pick([1, 2])], mlp_ratio: random.pick([1, 2]), group_size, neuron: { ...lif(random), v_reset: 0 },
      prologue: { kernel: 3, stride: 1, padding: 1, maxpool: null }, attention: { type: 'dssa', v_threshold: random.pick([1, 0.5]) }, residual: currents };
  } },
  'mnist-cnn': { exact: true, descriptor(random) {
    const encoding = random.pick(['spikes', 'poisson', 'direct', 'frames']), hidden = random.whole(1, 6), classes = random.whole(2, 4), first = random.whole(1, 4), pools = random.whole(0, 1);
    const pooling = Array.from({ length: pools }, () => 'avgpool 2x2 of spikes'), layers = [`conv1: ${first} channels 3x3 padding ${random.whole(0, 1)}`, ...pooling, ...(random.chance(0.5) ? ['conv2: 3 channels 3x3 padding 1'] : []), 'flatten C H W', `fc1: ${hidden}`, `fc2: ${classes}`];
    const { head: _, ...rest } = base(random, [random.whole(8, 12), random.whole(8, 12)]);
    return { ...rest, bn_eps: undefined, family: 'mnist-cnn', classes, layers, neuron: stbp(random), head: { type: random.chance(0.7) ? 'spike count of fc2 / T' : 'input current of fc2 summed over T' }, input: { encoding } };
  } },
  'ems-resnet': { exact: false, descriptor(random) {
    const kernel = random.pick([1, 3]), graph = ['model.0 Conv_2: bn(conv3x3 stride 2), no lif', 'model.1 ConcatBlock_ms stride 2', `model.2 BasicBlock_ms kernel ${kernel}, width changes`, 'model.3 nearest upsample x2', 'model.4 concat channels [model.3, model.0]', 'model.5 BasicBlock_ms, width changes',
      'model.6.m.0 conv1x1 with bias on the currents, then sum over T / T'], { classes: _, head: _head, ...rest } = base(random, [8, 8], true), first = random.whole(2, 3);
    return { ...rest, family: 'ems-resnet', channels: [first, first + random.whole(1, 3), random.whole(2, 5), random.whole(2, 6)], outputs: random.whole(1, 4), graph, neuron: stbp(random), residual: currents };
  } },
  'ta-snn': { exact: false, tensor: gates, descriptor(random) {
    const T = random.whole(2, 6), layers = Array.from({ length: random.whole(2, 4) }, () => random.whole(2, 8)), classes = layers.at(-1)!;
    return { format: 1, family: 'ta-snn', T, layers, classes, reduction: random.whole(1, T), bn_eps: 1e-5, neuron: { type: 'lif-ta', alpha: random.pick([0.25, 0.5, 0.3]), beta: 0, v_threshold: random.pick([0.5, 1]) }, head: { type: `spike count of FC${layers.length - 2} / T` }, input: { encoding: 'frames' } };
  } },
  'hybrid-plasticity': { exact: false, descriptor(random) {
    const layers = Array.from({ length: random.whole(2, 4) }, () => random.whole(2, 12)), classes = layers.at(-1)!;
    return { format: 1, family: 'hybrid-plasticity', T: random.whole(1, 8), layers, classes, neuron: { type: 'lif-soft', decay: random.pick([0.4, 0.5, 0.25]), v_threshold: random.pick([0.5, 1, 0.35]) },
      plasticity: { learns: random.pick(['off', 'sample', 'sequence', 'sample']), tau_w: random.pick([40, 5]), w_decay: random.pick([0.95, 0.5, 1]), clamp: random.pick([4, 1]) },
      head: { type: `min(membrane of layer ${layers.length - 1} after the last step / v_threshold, 1.1)` }, input: { encoding: 'direct' } };
  } },
  spikelm: { exact: true, tensor: amplitudes, descriptor: (random) => ({ format: 1, family: 'spikelm', T: random.whole(1, 4), embed_dims: random.whole(1, 6), hidden: random.whole(1, 8), tokens: random.whole(1, 4), input: { encoding: 'currents', exponent: 3, bits: 8 },
    neuron: { type: 'elastic-bi-spiking' }, attention: 'none', feed_forward: random.pick(['dense -> dense, nothing between', 'dense -> dense, nothing between', 'dense -> GELU (erf) -> dense -> LayerNorm(out + x), eps 1e-12']) }) },
  'snn-vit': { exact: false, tensor: mixing, descriptor(random) {
    const { heads, head_dim, embed_dims, ...sizes } = blocks(random), image = images(random), form = random.pick(['mix', 'thresholds']), pools = () => random.pick(['no', 'currents', 'spikes']);
    const stages = [{ channels: random.whole(1, 4), kernel: 3, dilation: random.whole(1, 2), pools: pools() }, { channels: embed_dims, kernel: random.pick([1, 3]), dilation: 1, pools: random.pick(['no', 'currents']) }];
    const { tokens } = stemOf(random, image, embed_dims, stages.map((stage) => (stage.pools === 'no' ? ['conv3x3'] : ['conv3x3', 'maxpool'])));
    return { ...base(random, image), ...sizes, family: 'snn-vit', heads, head_dim, embed_dims, tokens, bias: random.chance(0.5), neuron: lif(random), patch_embed: { type: 'gl-sps', stages, maxpool: pool },
      attention: { type: 'sssa', v_threshold: random.pick([1, 4]), form, matrix: 'M', ...(form === 'thresholds' ? { alpha: random.pick(['measured', 4]) } : {}) }, residual: currents, head: { reads: random.pick(['spikes', 'currents']) } };
  } },
  spikegpt: { exact: false, descriptor(random) {
    const T = random.whole(2, 5);
    return { format: 1, family: 'spikegpt', T, tokens: T, vocabulary: random.whole(2, 8), embed_dims: random.whole(1, 5), hidden: random.whole(1, 6), depths: random.whole(1, 2), layernorm_eps: 1e-5, neuron: lif(random), input: { encoding: 'token ids' } };
  } },
};
