// Spike-driven Transformer V3, E-SpikeFormer: stateless neurons with levels 0..4, one time step, values four times as wide. Source: models.md section 4; arXiv 2411.16061.
// Base as published; of Large its rounding, its factor of attention, its scaled branches and its two heads. The doubled projections of Large must be multiplied into one before the checkpoint is saved.
import { defineFamily } from './family.ts';
import { addESpikformer, attentionKeys, eSpikformerParts, factorOf, oneStep, scaleFits } from './e-spikformer.ts';
import type { LevelAttention } from './e-spikformer.ts';
import { valuesDisagree } from './faults.ts';
import { visionInput } from './input.ts';
import { most } from './limits.ts';
import { addHead, metaFormerKeys, metaFormerParts, metaFormerRules, metaFormerSketch } from './meta-former.ts';
import type { MetaFormer } from './meta-former.ts';
import { axes, startNetwork } from './network.ts';
import { multispikeOf } from './neurons.ts';
import { multispikeNeuron } from './parts.ts';
import type { Multispike } from './parts.ts';
import { at, headWords, rule, when } from './rules.ts';
import { group, ignored, list, oneOf, whole } from './schema.ts';
import { qkFirst, ratioOf } from './sketch.ts';

type Ladder = Readonly<{ head_dim: number; thresholds: readonly number[] }>;
type Attention = LevelAttention & Readonly<{ integer_ladder?: Readonly<{ block3: Ladder; block4: Ladder }> | undefined }>;
type SdtV3 = MetaFormer & Readonly<{ neuron: Multispike; levels?: number | undefined; attention: Attention; layer_scale?: 'yes' | 'no' | undefined }>;

const baseScale = '2/sqrt(head_dim)';
/** Real value of one unit of the product of three levels. */
export const productUnit = (headDim: number, { norm }: Pick<Multispike, 'norm'>, scale = baseScale): number => factorOf(scale, headDim) / norm ** 3;

/** Smallest product with each level: half goes to the even level, so odd levels need one more on a tie, unless half always goes up. Source: operators.md theorem 8. */
export function productLadder(headDim: number, neuron: Multispike, scale = baseScale): readonly number[] {
  return Array.from({ length: neuron.max }, (_, i) => {
    const exact = (i + 0.5) / productUnit(headDim, neuron, scale), near = Math.round(exact), tie = Math.abs(exact - near) < 1e-9 * exact;
    return tie ? near + (neuron.rounding === 'half-up' ? 0 : (i + 1) % 2) : Math.ceil(exact);
  });
}

const levelsFit = rule<Pick<SdtV3, 'neuron' | 'levels'>>('neuron levels', ({ neuron, levels }, file) => [
  when(levels !== undefined && levels !== neuron.max, () => valuesDisagree(at(file, 'levels'), `${levels}, but the neuron has levels 0..${neuron.max}`, `write "levels": ${neuron.max}, or leave it out`))]);
const laddersFit = rule<Pick<SdtV3, 'attention' | 'embed_dims' | 'heads' | 'neuron'>>('attention embed_dims heads neuron',
  ({ attention: { integer_ladder, scale }, embed_dims, heads, neuron }, file) =>
  (['block3', 'block4'] as const).map((run, i) => {
    const said = integer_ladder?.[run], width = embed_dims[i + 2] / heads, built = Number.isInteger(width) ? { head_dim: width, thresholds: productLadder(width, neuron, scale) } : undefined;
    return when(said !== undefined && built !== undefined && JSON.stringify([said.head_dim, said.thresholds]) !== JSON.stringify([built.head_dim, built.thresholds]),
      () => valuesDisagree(at(file, 'attention', 'integer_ladder', run),
      `head_dim ${said?.head_dim} with thresholds ${said?.thresholds.join(', ')}, but the sizes make head_dim ${built?.head_dim} with ${built?.thresholds.join(', ')}`, 'leave it out, or correct embed_dims, heads or neuron'));
  }));

const ladderKeys = group({ head_dim: whole(1, most.channels, 'channels of one head of q and k'),
  thresholds: list(whole(0, Number.MAX_SAFE_INTEGER, 'smallest product with a level'), most.levels, 'smallest product with each level') }, 'ladder of a run of blocks');

export const sdtV3 = defineFamily({
  name: 'sdt-v3', doc: 'Spike-driven Transformer V3 (E-SpikeFormer): levels 0..4 in one step, attention of levels; currents are added',
  keys: {
    ...metaFormerKeys('e-spikformer', ['yes', 'no', 'split']), neuron: multispikeNeuron, layer_scale: oneOf(['yes', 'no'], 'yes: tensors layer_scale1 and layer_scale2 of each attention block multiply its attention and its MLP').optional(), levels: whole(1, most.levels, 'greatest level of a neuron').optional(),
    attention: group({ ...attentionKeys, integer_ladder: group({ block3: ladderKeys, block4: ladderKeys }, 'thresholds on the product of levels').optional() }, 'attention'),
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
  parts: (descriptor) => metaFormerParts(descriptor, eSpikformerParts(descriptor), { layerScale: descriptor.layer_scale === 'yes' }),
  build(descriptor, weights) {
    const { neuron, tokens } = descriptor, network = startNetwork(descriptor, weights, multispikeOf(neuron)), sum = addESpikformer(network, descriptor, neuron.norm, { layerScale: descriptor.layer_scale === 'yes' });
    // Levels of the head are not divided; its neuron reads the mean over tokens: here the sum, with thresholds as many times higher.
    return addHead(network, descriptor, network.spikes('spike', sum, axes.vector, tokens), sum);
  },
});
