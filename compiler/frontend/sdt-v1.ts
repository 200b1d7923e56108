// Spike-driven Transformer V1 (membrane shortcut: currents are added), image and DVS mode. Source: models.md section 2; arXiv 2307.01694.
import type { ValueId } from '../ir/types.ts';
import { addCurrents, and, headPool, maxPool, sumTokens } from '../ops/index.ts';
import type { SdtDescriptor } from './descriptor.ts';
import type { LayerSpec } from './keys.ts';
import { addInput, addStage, axes, startNetwork, stemLayers } from './network.ts';
import type { Family, Network } from './network.ts';
import { hiddenOf, slideOf } from './sizes.ts';

const pointwise = (name: string, norm: string, from: number, to: number, bias: boolean): LayerSpec => ({ name, norm, form: 'image', window: 1, bias, from, to });

function layers(descriptor: SdtDescriptor): LayerSpec[] {
  const { embed_dims: width, classes, depths } = descriptor, hidden = hiddenOf(descriptor);
  return [
    ...stemLayers(descriptor),
    { name: 'patch_embed.rpe_conv', norm: 'patch_embed.rpe_bn', form: 'image', window: 3, bias: false, from: width, to: width },
    ...Array.from({ length: depths }, (_, i) => [
      ...['q', 'k', 'v', 'proj'].map((part) => pointwise(`block.${i}.attn.${part}_conv`, `block.${i}.attn.${part}_bn`, width, width, part === 'proj')),
      pointwise(`block.${i}.mlp.fc1_conv`, `block.${i}.mlp.fc1_bn`, width, hidden, true),
      pointwise(`block.${i}.mlp.fc2_conv`, `block.${i}.mlp.fc2_bn`, hidden, width, true)]).flat(),
    { name: 'head', form: 'matrix', window: 1, bias: true, from: width, to: classes },
  ];
}

export const sdtV1: Family<SdtDescriptor> = {
  head: 'mean over tokens of the currents, head_lif, Linear, mean over T',
  layers,
  build(descriptor, weights) {
    const network = startNetwork(descriptor, layers(descriptor), weights), { builder, layer, spikes } = network, { patch_embed } = descriptor;
    const currents = patch_embed.stages.reduce((value, stage, i) => addStage(network, patch_embed, stage, i, value), addInput(network, descriptor));
    const position = layer('patch_embed.rpe_conv', spikes(`patch_embed.proj_lif${patch_embed.stages.length - 1}`, currents, axes.image));
    let stream = builder.add(addCurrents, 'patch_embed.rpe_add', [currents, position], {});
    for (let i = 0; i < descriptor.depths; i++) {
      stream = builder.add(addCurrents, `block.${i}.attn.add`, [stream, attend(network, descriptor, `block.${i}.attn`, stream)], {});
      const hidden = layer(`block.${i}.mlp.fc1_conv`, spikes(`block.${i}.mlp.fc1_lif`, stream, axes.image));
      // The published MLP has a shortcut around fc1 when its width does not change; the stream then passes through it.
      const inner = hiddenOf(descriptor) === descriptor.embed_dims ? builder.add(addCurrents, `block.${i}.mlp.inner_add`, [stream, hidden], {}) : undefined;
      const out = layer(`block.${i}.mlp.fc2_conv`, spikes(`block.${i}.mlp.fc2_lif`, inner ?? hidden, axes.image));
      stream = builder.add(addCurrents, `block.${i}.mlp.add`, [inner ?? stream, out], {});
    }
    // The neuron reads the mean over tokens: here the sum, with a threshold as many times higher. A product with 1/49 would miss the threshold by one rounding.
    return network.classify(spikes('head_lif', builder.add(sumTokens, 'head.sum', [stream], {}), axes.vector, descriptor.tokens * descriptor.neuron.v_threshold));
  },
};

/** m = lif(sum over tokens of k and v), out = q and m. Mode dvs erodes (a 3x3 maximum, so a dilation) k, v, their product and the result; probes see the spikes before it. */
function attend({ builder, layer, spikes }: Network, { heads, head_dim, attention: { v_threshold, erode } }: SdtDescriptor, attn: string, stream: ValueId): ValueId {
  const read = spikes(`${attn}.shortcut_lif`, stream, axes.image);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_lif`, layer(`${attn}.${part}_conv`, read), axes.image));
  const overSpace = (name: string, value: ValueId) => (erode ? builder.add(maxPool, `${attn}.${name}_erode`, [value], slideOf(erode)) : value);
  const overHead = (name: string, value: ValueId) =>
    (erode ? builder.add(headPool, `${attn}.${name}_erode`, [value], { heads, window: [erode.kernel, erode.kernel], padding: [erode.padding, erode.padding] }) : value);
  const pairs = overHead('kv', builder.add(and, `${attn}.kv`, [overSpace('k', k), overSpace('v', v)], {}));
  const mask = spikes(`${attn}.talking_heads_lif`, builder.add(sumTokens, `${attn}.kv_sum`, [pairs], {}), axes.heads(heads, head_dim), v_threshold);
  return layer(`${attn}.proj_conv`, overHead('qkv', builder.add(and, `${attn}.qkv`, [q, mask], {})));
}
