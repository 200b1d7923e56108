// Spike-driven Transformer V2, Meta-SpikeFormer (membrane shortcut; projections by RepConv). Source: models.md section 3; arXiv 2404.03663.
import type { ValueId } from '../ir/types.ts';
import { addSsa } from './attention.ts';
import { defineFamily } from './family.ts';
import { visionInput } from './input.ts';
import { conv2d } from './layers.ts';
import type { Part } from './layers.ts';
import { addBranch, addHead, addHierarchy, metaFormerKeys, metaFormerParts, metaFormerRules, metaFormerSketch } from './meta-former.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { lifNeuron, ssaAttention } from './parts.ts';
import type { Ssa } from './parts.ts';
import { addRepConv, repConv } from './rep-conv.ts';
import { headWords, lifFits, orderWords, ssaThresholdFits } from './rules.ts';
import { group, ignored } from './schema.ts';
import { assumedLif, kvFirst } from './sketch.ts';

const projections = ['q', 'k', 'v', 'proj'] as const;

export const sdtV2 = defineFamily({
  name: 'sdt-v2', doc: 'Spike-driven Transformer V2 (Meta-SpikeFormer): convolution blocks, then attention whose projections are RepConv; currents are added',
  keys: { ...metaFormerKeys('meta-spikformer', ['yes', 'no']), neuron: lifNeuron, attention: group({ ...ssaAttention.shape, ...ignored('projection', 'repconv') }, 'attention') },
  detect: (keys) => keys.has('block3.*.attn.q_conv.0.body.1.bn.weight'),
  sketch(keys) {
    const { assumed, ...rest } = metaFormerSketch(keys);
    return { ...rest, assumed: { ...assumed, neuron: assumedLif, attention: { scale: 0.125, v_threshold: 0.5, order: kvFirst } } };
  },
  rules: [...metaFormerRules, lifFits, ssaThresholdFits, orderWords, headWords('mean over tokens of the currents, lif, Linear, mean over T')],
  input: visionInput, outputs: ({ classes }) => classes, head: ['head', 'head_kd'],
  parts: (descriptor) => metaFormerParts(descriptor, { separable,
    attention: (name, width) => projections.flatMap((part) => repConv(`${name}.attn.${part}_conv.0`, `${name}.attn.${part}_conv.1`, width, width)) }),
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), { layer, spikes } = network;
    const sum = addHierarchy(network, descriptor, {
      neuron: 'lif', read: spikes,
      // Nothing stands between depthwise and pointwise convolution: the second reads a current.
      separable: (name, stream) => layer(`${name}.pwconv2`, layer(`${name}.dwconv`, spikes(`${name}.lif2`, layer(`${name}.pwconv1`, spikes(`${name}.lif1`, stream, axes.image)), axes.image))),
      attention: (name, stream) => addBranch(network, `${name}.attn`, stream, attend(network, descriptor, `${name}.attn`, stream)),
    });
    // The neuron reads the mean over tokens: here the sum, with a threshold as many times higher.
    return addHead(network, descriptor, spikes('lif', sum, axes.vector, descriptor.tokens * descriptor.neuron.v_threshold), sum);
  },
});

const separable = (name: string, width: number, window: number): readonly Part[] => [
  conv2d(`${name}.pwconv1`, width, 2 * width, { bias: false, norm: `${name}.bn1` }), conv2d(`${name}.dwconv`, 2 * width, 2 * width, { window, groups: 2 * width, bias: false }),
  conv2d(`${name}.pwconv2`, 2 * width, width, { bias: false, norm: `${name}.bn2` })];

function attend(network: Network, descriptor: Readonly<{ heads: number; attention: Ssa }>, attn: string, stream: ValueId): ValueId {
  const { spikes } = network, project = (part: string, value: ValueId) => addRepConv(network, `${attn}.${part}_conv`, value), read = spikes(`${attn}.head_lif`, stream, axes.image);
  const heads = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, project(part, read), axes.image));
  return project('proj', addSsa(network, attn, heads, descriptor, axes.channelTokens));
}
