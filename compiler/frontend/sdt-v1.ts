// Spike-driven Transformer V1 (membrane shortcut: currents are added), image and DVS mode. Source: models.md section 2; arXiv 2307.01694.
import type { ValueId } from '../ir/types.ts';
import { addCurrents, and, headPool, maxPool, sumTokens } from '../ops/index.ts';
import { defineFamily } from './family.ts';
import { addInput, visionInput } from './input.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import type { Weights } from './keys.ts';
import { conv2d, linear } from './layers.ts';
import type { Part } from './layers.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, epsilon, lifNeuron, stemKeys, transformer, vision, windowOf } from './parts.ts';
import type { Classifier, Lif, Stem, Transformer, Vision } from './parts.ts';
import { at, headWords, ordersFit, pixelWords, rule, stagesFit, visionTransformerRules, when } from './rules.ts';
import { factor, flag, group, ignored, one, oneOf, word } from './schema.ts';
import { hiddenOf, pools, slideOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, assumedStem, assumedVision, follow, headsFollow, optionalVision, ratioOf, shownClasses, shownStages, shownVision, stemTokensFollow } from './sketch.ts';
import { addStem, projNames, stemLayers } from './stem.ts';

type Attention = Readonly<{ v_threshold: number; erode?: { kernel: number; stride: number; padding: number } | null | undefined }>;
type Sdt = Vision & Transformer & Classifier & Readonly<{ family: string; case?: string | undefined; T: number; neuron: Lif; mode: 'image' | 'dvs'; patch_embed: Stem & { pooling_stat?: string | undefined };
  attention: Attention; residual: { mlp_inner_residual?: boolean | undefined } }>;

const inner = ['conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn maxpool lif'], last = ['conv3x3 bn', 'conv3x3 bn maxpool'];

const poolingFits = rule<Pick<Sdt, 'patch_embed'>>('patch_embed', ({ patch_embed: { pooling_stat, stages } }, file) => {
  const stat = stages.map((stage) => Number(pools(stage))).join('');
  return [when(pooling_stat !== undefined && pooling_stat !== stat, () => valuesDisagree(at(file, 'patch_embed', 'pooling_stat'),
    `${JSON.stringify(pooling_stat?.slice(0, 40))}, but the stages pool as "${stat}"`,
    `write "pooling_stat": "${stat}", or correct the order of the stages`))];
});

const erosionFits = rule<Pick<Sdt, 'mode' | 'attention'>>('mode attention', ({ mode, attention: { erode } }, file) => [
  when(mode === 'dvs' && !erode, () => valuesDisagree(at(file, 'attention', 'erode'), 'mode dvs erodes, but no window is given',
    'write "erode": {"kernel": 3, "stride": 1, "padding": 1}, or "mode": "image"')),
  when(mode === 'image' && !!erode, () => valuesDisagree(at(file, 'attention', 'erode'), 'a window is given, but mode image does not erode', 'write "erode": null, or "mode": "dvs"')),
  when(!!erode && (erode.stride !== 1 || erode.kernel !== 2 * erode.padding + 1), () => structureUnsupported(at(file, 'attention', 'erode'),
    `kernel ${erode?.kernel}, stride ${erode?.stride}, padding ${erode?.padding} would change the size of the map`,
    'wanted stride 1 and kernel = 2 * padding + 1, as in {"kernel": 3, "stride": 1, "padding": 1}')),
]);

const innerResidualFits = rule<Pick<Sdt, 'residual' | 'embed_dims' | 'mlp_ratio'>>('residual embed_dims mlp_ratio', (d, file) => {
  const has = hiddenOf(d) === d.embed_dims, said = d.residual.mlp_inner_residual;
  return [when(said !== undefined && said !== has, () => valuesDisagree(at(file, 'residual', 'mlp_inner_residual'),
    `${said}, but the hidden layer has ${hiddenOf(d)} channels and a token ${d.embed_dims}`,
    'the published MLP has an inner residual exactly when the two are equal: leave the key out'))];
});

export const sdtV1 = defineFamily({
  name: 'sdt-v1', doc: 'Spike-driven Transformer V1: currents are added',
  keys: {
    ...vision, ...transformer, ...classifier, neuron: lifNeuron, bn_eps: epsilon,
    mode: oneOf(['image', 'dvs'], 'dvs: the spikes of k and v, their product and the masked query are eroded'),
    patch_embed: group({ type: one('ms-sps', 'spiking patch splitting that hands on currents'), pooling_stat: word('one digit per stage, 1 where it pools').optional(), ...stemKeys }, 'the stem'),
    attention: group({
      type: one('sdsa', 'spike-driven self attention'), v_threshold: factor('threshold of its neuron'),
      erode: windowOf('window of the erosion of mode dvs', 'op', 'applied_to', 'text').nullable().optional(), ...ignored('input_lif', 'kv_lif', 'text', 'unused'),
    }, 'attention'),
    residual: group({ type: one('membrane-shortcut', 'currents are added'), mlp_inner_residual: flag('the output of fc1 joins the stream too; so it does exactly when hidden width = width').optional(),
      ...ignored('text', 'mlp_inner_text') }, 'residual connections'),
  },
  detect: (keys) => keys.has('block.*.attn.talking_heads.weight'),
  sketch(keys) {
    const first = 'patch_embed.proj_conv.weight', width = keys.size('patch_embed.rpe_conv.weight', 0), vision = assumedVision(keys, first);
    return {
      shown: { ...shownVision(keys, first), ...shownClasses(keys), embed_dims: width, depths: keys.run('block.'), mlp_ratio: ratioOf(keys.size('block.0.mlp.fc1_conv.weight', 0), width), patch_embed: { stages: shownStages(keys, projNames, 4) } },
      assumed: { ...vision, neuron: assumedLif, bn_eps: assumedEpsilon, mode: vision.input.encoding === 'frames' ? 'dvs' as const : 'image' as const, patch_embed: assumedStem('conv3x3 bn lif', 'conv3x3 bn lif', 'conv3x3 bn lif maxpool', 'conv3x3 bn maxpool'),
        attention: { v_threshold: 0.5 } },
      follows: [headsFollow, stemTokensFollow, follow<Pick<Sdt, 'mode'>>('attention.erode', 'mode', ({ mode }) => (mode === 'dvs' ? { kernel: 3, stride: 1, padding: 1 } : undefined))],
      optional: optionalVision, unread: ['block.*.attn.talking_heads.weight'],
    };
  },
  rules: [...visionTransformerRules, stagesFit(4, projNames), ordersFit((i) => (i === 3 ? last : inner)), poolingFits, erosionFits, innerResidualFits,
    headWords('mean over tokens of the currents, head_lif, Linear, mean over T'), pixelWords],
  input: visionInput, outputs: ({ classes }) => classes, parts, build,
});

function parts(descriptor: Sdt): readonly Part[] {
  const { embed_dims: width, classes, depths } = descriptor, hidden = hiddenOf(descriptor);
  return [
    ...stemLayers(projNames, descriptor),
    conv2d('patch_embed.rpe_conv', width, width, { window: 3, bias: false, norm: 'patch_embed.rpe_bn' }),
    ...Array.from({ length: depths }, (_, i) => [
      ...['q', 'k', 'v', 'proj'].map((part) => conv2d(`block.${i}.attn.${part}_conv`, width, width, { bias: part === 'proj', norm: `block.${i}.attn.${part}_bn` })),
      conv2d(`block.${i}.mlp.fc1_conv`, width, hidden, { bias: true, norm: `block.${i}.mlp.fc1_bn` }),
      conv2d(`block.${i}.mlp.fc2_conv`, hidden, width, { bias: true, norm: `block.${i}.mlp.fc2_bn` })]).flat(),
    linear('head', width, classes, { bias: true }),
  ];
}

function build(descriptor: Sdt, weights: Weights) {
  const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), { builder, layer, spikes } = network, { patch_embed } = descriptor;
  const currents = addStem(network, projNames, patch_embed, addInput(network, descriptor));
  const position = layer('patch_embed.rpe_conv', spikes(`patch_embed.proj_lif${patch_embed.stages.length - 1}`, currents, axes.image));
  let stream = builder.add(addCurrents, 'patch_embed.rpe_add', [currents, position], {});
  for (let i = 0; i < descriptor.depths; i++) {
    stream = builder.add(addCurrents, `block.${i}.attn.add`, [stream, attend(network, descriptor, `block.${i}.attn`, stream)], {});
    const hidden = layer(`block.${i}.mlp.fc1_conv`, spikes(`block.${i}.mlp.fc1_lif`, stream, axes.image));
    // The published MLP has a shortcut around fc1 when its width does not change; the stream then passes through it.
    const shortcut = hiddenOf(descriptor) === descriptor.embed_dims ? builder.add(addCurrents, `block.${i}.mlp.inner_add`, [stream, hidden], {}) : undefined;
    const out = layer(`block.${i}.mlp.fc2_conv`, spikes(`block.${i}.mlp.fc2_lif`, shortcut ?? hidden, axes.image));
    stream = builder.add(addCurrents, `block.${i}.mlp.add`, [shortcut ?? stream, out], {});
  }
  // The neuron reads the mean over tokens: here the sum, with a threshold as many times higher. A product with 1/49 would miss the threshold by one rounding.
  return network.classify(spikes('head_lif', builder.add(sumTokens, 'head.sum', [stream], {}), axes.vector, descriptor.tokens * descriptor.neuron.v_threshold));
}

/** m = lif(sum over tokens of k and v), out = q and m. Mode dvs erodes (a 3x3 maximum, so a dilation) k, v, their product and the result; probes see the spikes before it. */
function attend({ builder, layer, spikes }: Network, { heads, head_dim, attention: { v_threshold, erode } }: Sdt, attn: string, stream: ValueId): ValueId {
  const read = spikes(`${attn}.shortcut_lif`, stream, axes.image);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, layer(`${attn}.${part}_conv`, read), axes.image));
  const overSpace = (name: string, value: ValueId) => (erode ? builder.add(maxPool, `${attn}.${name}_erode`, [value], slideOf(erode)) : value);
  const overHead = (name: string, value: ValueId) =>
    (erode ? builder.add(headPool, `${attn}.${name}_erode`, [value], { heads, window: [erode.kernel, erode.kernel], padding: [erode.padding, erode.padding] }) : value);
  const pairs = overHead('kv', builder.add(and, `${attn}.kv`, [overSpace('k', k), overSpace('v', v)], {}));
  const mask = spikes(`${attn}.talking_heads_lif`, builder.add(sumTokens, `${attn}.kv_sum`, [pairs], {}), axes.heads(heads, head_dim), v_threshold);
  return layer(`${attn}.proj_conv`, overHead('qkv', builder.add(and, `${attn}.qkv`, [q, mask], {})));
}
