// Spikformer, graph of the CIFAR models (SEW residual: spikes are added). Source: models.md section 1; arXiv 2209.15425.
import { addSpikes, ssa } from '../ops/index.ts';
import type { SpikformerDescriptor } from './descriptor.ts';
import type { LayerSpec } from './keys.ts';
import { addInput, addStage, axes, startNetwork, stemLayers } from './network.ts';
import type { Family } from './network.ts';
import { hiddenOf } from './sizes.ts';

const linear = (name: string, norm: string, from: number, to: number): LayerSpec => ({ name, norm, form: 'matrix', window: 1, bias: true, from, to });

function layers(descriptor: SpikformerDescriptor): LayerSpec[] {
  const { embed_dims: width, classes, depths } = descriptor, hidden = hiddenOf(descriptor);
  return [
    ...stemLayers(descriptor),
    { name: 'patch_embed.rpe_conv', norm: 'patch_embed.rpe_bn', form: 'image', window: 3, bias: false, from: width, to: width },
    ...Array.from({ length: depths }, (_, i) => [
      ...['q', 'k', 'v', 'proj'].map((part) => linear(`block.${i}.attn.${part}_linear`, `block.${i}.attn.${part}_bn`, width, width)),
      linear(`block.${i}.mlp.fc1_linear`, `block.${i}.mlp.fc1_bn`, width, hidden),
      linear(`block.${i}.mlp.fc2_linear`, `block.${i}.mlp.fc2_bn`, hidden, width)]).flat(),
    { name: 'head', form: 'matrix', window: 1, bias: true, from: width, to: classes },
  ];
}

export const spikformerCifar: Family<SpikformerDescriptor> = {
  head: 'mean over tokens, mean over T, Linear',
  layers,
  build(descriptor, weights) {
    const network = startNetwork(descriptor, layers(descriptor), weights), { builder, layer, spikes } = network, { patch_embed, attention, heads } = descriptor;
    const neuron = (part: string, norm: string, input: number) => spikes(part, layer(norm, input), axes.tokens);
    const image = patch_embed.stages.reduce((value, stage, i) => addStage(network, patch_embed, stage, i, value), addInput(network, descriptor));
    let stream = builder.add(addSpikes, 'patch_embed.rpe_add', [image, spikes('patch_embed.rpe_lif', layer('patch_embed.rpe_conv', image), axes.image)], {});
    for (let i = 0; i < descriptor.depths; i++) {
      const attn = `block.${i}.attn`, mlp = `block.${i}.mlp`;
      const [q, k, v] = ['q', 'k', 'v'].map((part) => neuron(`${attn}.${part}_lif`, `${attn}.${part}_linear`, stream));
      const counts = builder.add(ssa, `${attn}.ssa`, [q, k, v], { heads, published: publishedOrder(attention.order) });
      const attended = spikes(`${attn}.attn_lif`, network.scale(`${attn}.scale`, counts, attention.scale), axes.tokens, attention.v_threshold);
      stream = builder.add(addSpikes, `${attn}.add`, [stream, neuron(`${attn}.proj_lif`, `${attn}.proj_linear`, attended)], {});
      const hidden = neuron(`${mlp}.fc1_lif`, `${mlp}.fc1_linear`, stream);
      stream = builder.add(addSpikes, `${mlp}.add`, [stream, neuron(`${mlp}.fc2_lif`, `${mlp}.fc2_linear`, hidden)], {});
    }
    return network.classify(stream);
  },
};

/** The official CIFAR code multiplies q by k^T first; the order is named, and changes nothing (operators.md theorem 6). */
const publishedOrder = (order: string | undefined): 'qk' | 'kv' => (order !== undefined && /\(\s*k/i.test(order) ? 'kv' : 'qk');
