// Spike-driven Transformer V3, E-SpikeFormer (Base): stateless neurons with levels 0..4, one time step, values four times as wide. Source: models.md section 4; arXiv 2411.16061.
import type { ValueId } from '../ir/types.ts';
import { ssa } from '../ops/index.ts';
import { publishedOrder } from './attention.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { visionInput } from './input.ts';
import { conv2d } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { addBranch, addHead, addHierarchy, metaFormerKeys, metaFormerParts, metaFormerRules, metaFormerSketch } from './meta-former.ts';
import type { MetaFormer, Read } from './meta-former.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { multispikeOf } from './neurons.ts';
import { multispikeNeuron } from './parts.ts';
import type { Multispike } from './parts.ts';
import { at, headWords, rule, when } from './rules.ts';
import { group, ignored, list, one, whole, word } from './schema.ts';
import { qkFirst, ratioOf } from './sketch.ts';

type Ladder = Readonly<{ head_dim: number; thresholds: readonly number[] }>;
type Attention = Readonly<{ v_expansion: number; scale: string; order?: string | undefined; integer_ladder?: Readonly<{ block3: Ladder; block4: Ladder }> | undefined }>;
type SdtV3 = MetaFormer & Readonly<{ neuron: Multispike; levels?: number | undefined; attention: Attention }>;

/** Real value of one unit of the product of three levels. */
export const productUnit = (headDim: number, { norm }: Pick<Multispike, 'norm'>): number => 2 / Math.sqrt(headDim) / norm ** 3;

/** Smallest product with each level: half goes to the even level, so odd levels need one more on a tie. Source: operators.md theorem 8. */
export function productLadder(headDim: number, neuron: Multispike): readonly number[] {
  return Array.from({ length: neuron.max }, (_, i) => {
    const exact = (i + 0.5) / productUnit(headDim, neuron), near = Math.round(exact), tie = Math.abs(exact - near) < 1e-9 * exact;
    return tie ? near + ((i + 1) % 2) : Math.ceil(exact);
  });
}

const oneStep = rule<Pick<SdtV3, 'T'>>('T', ({ T }, file) => [
  when(T !== 1, () => structureUnsupported(at(file, 'T'), `wanted 1, came ${T}: the levels of its neurons stand in for time steps`, 'write "T": 1'))]);
const levelsFit = rule<Pick<SdtV3, 'neuron' | 'levels'>>('neuron levels', ({ neuron, levels }, file) => [
  when(levels !== undefined && levels !== neuron.max, () => valuesDisagree(at(file, 'levels'), `${levels}, but the neuron has levels 0..${neuron.max}`, `write "levels": ${neuron.max}, or leave it out`))]);
const scaleFits = rule<Pick<SdtV3, 'attention'>>('attention.scale', ({ attention: { scale } }, file) => [
  when(!/^2 ?\/ ?sqrt\(head_dim\)/.test(scale), () => structureUnsupported(at(file, 'attention', 'scale'),
    `wanted "2/sqrt(head_dim)", came ${JSON.stringify(scale.slice(0, 40))}`, 'the Base models scale by 2/sqrt(head_dim) of q and k; others are not imported'))]);
const laddersFit = rule<Pick<SdtV3, 'attention' | 'embed_dims' | 'heads' | 'neuron'>>('attention.integer_ladder embed_dims heads neuron',
  ({ attention: { integer_ladder }, embed_dims, heads, neuron }, file) =>
  (['block3', 'block4'] as const).map((run, i) => {
    const said = integer_ladder?.[run], width = embed_dims[i + 2] / heads, built = Number.isInteger(width) ? { head_dim: width, thresholds: productLadder(width, neuron) } : undefined;
    return when(said !== undefined && built !== undefined && JSON.stringify([said.head_dim, said.thresholds]) !== JSON.stringify([built.head_dim, built.thresholds]),
      () => valuesDisagree(at(file, 'attention', 'integer_ladder', run),
      `head_dim ${said?.head_dim} with thresholds ${said?.thresholds.join(', ')}, but the sizes make head_dim ${built?.head_dim} with ${built?.thresholds.join(', ')}`, 'leave it out, or correct embed_dims, heads or neuron'));
  }));

const ladderKeys = group({ head_dim: whole(1, most.channels, 'channels of one head of q and k'),
  thresholds: list(whole(0, Number.MAX_SAFE_INTEGER, 'smallest product with a level'), most.levels, 'smallest product with each level') }, 'ladder of a run of blocks');

export const sdtV3 = defineFamily({
  name: 'sdt-v3', doc: 'Spike-driven Transformer V3 (E-SpikeFormer, Base): levels 0..4 in one step, attention of levels; currents are added',
  keys: {
    ...metaFormerKeys('e-spikformer'), neuron: multispikeNeuron, levels: whole(1, most.levels, 'greatest level of a neuron').optional(),
    attention: group({ type: one('linear', 'attention without softmax whose values are wider than queries and keys'), v_expansion: whole(1, 64, 'channels of v over those of q and k'),
      scale: word('factor of q k^T v before its neuron, "2/sqrt(head_dim)" with head_dim of q and k'), order: word('order of multiplication in the published code; it changes no result').optional(),
      integer_ladder: group({ block3: ladderKeys, block4: ladderKeys }, 'thresholds on the product of levels').optional(), ...ignored('input_spike', 'spike', 'text') }, 'attention'),
    ...ignored('golden_levels'),
  },
  detect: (keys) => keys.has('block3.*.conv.dwconv.0.weight') && keys.has('head.weight'),
  sketch(keys) {
    const { shown, assumed, ...rest } = metaFormerSketch(keys), values = keys.size('block3.0.attn.v_conv.0.weight', 0);
    return { ...rest, shown: { ...shown, attention: { v_expansion: ratioOf(values, keys.size('block3.0.attn.q_conv.0.weight', 0)) } },
      assumed: { ...assumed, T: 1, neuron: { max: 4, norm: 4 }, attention: { scale: '2/sqrt(head_dim)', order: qkFirst } } };
  },
  rules: [...metaFormerRules, oneStep, levelsFit, scaleFits, laddersFit, headWords('mean over tokens of the currents, multispike with norm 1 (levels 0..4, not divided), Linear')],
  input: visionInput, outputs: ({ classes }) => classes, head: ['head', 'head_kd'],
  parts: (descriptor) => metaFormerParts(descriptor, { separable,
    attention: (name, width) => [...separable(`${name}.conv`, width, 3), ...attentionParts(`${name}.attn`, width, width * descriptor.attention.v_expansion)] }),
  build(descriptor, weights) {
    const { neuron, tokens } = descriptor, network = startNetwork(descriptor, weights, multispikeOf(neuron)), { layer, spikes, scale } = network;
    const read: Read = (name, value, layout) => scale(`${name}.worth`, spikes(name, value, layout), 1 / neuron.norm);
    const branch = (name: string, stream: ValueId) => ['pwconv1', 'dwconv', 'pwconv2'].reduce((value, part, i) => layer(`${name}.${part}.0`, read(`${name}.spike${i + 1}`, value, axes.image)), stream);
    const sum = addHierarchy(network, descriptor, {
      neuron: 'spike', read, separable: branch,
      attention(name, stream) {
        const mixed = addBranch(network, `${name}.conv`, stream, branch(`${name}.conv`, stream));
        return addBranch(network, `${name}.attn`, mixed, attend(network, descriptor, `${name}.attn`, mixed, read));
      },
    });
    // Levels of the head are not divided; its neuron reads the mean over tokens: here the sum, with thresholds as many times higher.
    return addHead(network, descriptor, spikes('spike', sum, axes.vector, tokens));
  },
});

const separable = (name: string, width: number, window: number): readonly Part[] => [
  conv2d(`${name}.pwconv1.0`, width, 2 * width, { bias: false, norm: `${name}.pwconv1.1` }),
  conv2d(`${name}.dwconv.0`, 2 * width, 2 * width, { window, groups: 2 * width, bias: false, norm: `${name}.dwconv.1` }),
  conv2d(`${name}.pwconv2.0`, 2 * width, width, { bias: false, norm: `${name}.pwconv2.1` })];

function attentionParts(attn: string, width: number, values: number): readonly Part[] {
  const projection = (part: string, from: number, to: number) => conv2d(`${attn}.${part}_conv.0`, from, to, { bias: false, norm: `${attn}.${part}_conv.1` });
  return [projection('q', width, width), projection('k', width, width), projection('v', width, values), projection('proj', values, width)];
}

/** Levels of q, k and v multiply as whole numbers; their unit joins the scale. */
function attend({ builder, layer, spikes, scale }: Network, { heads, neuron, attention: { order } }: SdtV3, attn: string, stream: ValueId, read: Read): ValueId {
  const input = read(`${attn}.head_spike`, stream, axes.image);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_spike`, layer(`${attn}.${part}_conv.0`, input), axes.image));
  const counts = builder.add(ssa, `${attn}.ssa`, [q, k, v], { heads, published: publishedOrder(order) });
  const product = scale(`${attn}.scale`, counts, productUnit(builder.typeOf(q).channels / heads, neuron));
  return layer(`${attn}.proj_conv.0`, read(`${attn}.attn_spike`, product, axes.channelTokens));
}
