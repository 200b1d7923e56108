// One block of SpikeVideoFormer: attention by Hamming similarity over the tokens of the whole clip, behind it a normalisation without a linear layer, then an MLP. Currents in, currents out.
// Source: models.md section 10; SpikeVideoFormer (ICML 2025).
import type { ValueId } from '../ir/types.ts';
import { hamming } from '../ops/index.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported } from './faults.ts';
import { addCurrents, currentsKeys } from './currents.ts';
import type { InputLayout } from './input.ts';
import { normOnly } from './layers.ts';
import { most } from './limits.ts';
import { addBranch, addMlp, mlpParts } from './meta-former.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { epsilon, lifNeuron, transformer } from './parts.ts';
import { addRepConv, repConv } from './rep-conv.ts';
import { at, headsFit, hiddenFits, lifFits, rule, when } from './rules.ts';
import { factor, group, ignored, one, pair, whole, word } from './schema.ts';
import { hiddenOf } from './sizes.ts';
import { assumedEpsilon, assumedLif, headsFollow, ratioOf } from './sketch.ts';

type Block = Readonly<{ T: number; feature_size: readonly [number, number]; embed_dims: number; heads: number; attention: Readonly<{ v_threshold: number }> }>;

const scaleFits = rule<Readonly<{ attention: Readonly<{ scale: string }> }>>('attention.scale', ({ attention: { scale } }, file) => [
  when(scale.replaceAll(' ', '') !== '1/(2*embed_dims)', () => structureUnsupported(at(file, 'attention', 'scale'),
    `wanted "1/(2*embed_dims)", came ${JSON.stringify(scale.slice(0, 40))}`, 'the published block divides by twice its full width'))]);

export const sdha = defineFamily({
  name: 'sdha', doc: 'one block of SpikeVideoFormer: Hamming attention over the tokens of all steps; currents in, currents out',
  keys: {
    feature_size: pair(whole(1, most.side, 'height'), whole(1, most.side, 'width'), 'a pair [height, width]', 'height and width of the map'),
    embed_dims: transformer.embed_dims, heads: transformer.heads, head_dim: transformer.head_dim, mlp_ratio: transformer.mlp_ratio, neuron: lifNeuron, bn_eps: epsilon, input: currentsKeys,
    attention: group({ type: one('sdha', 'spike-driven Hamming attention'), v_threshold: factor('threshold of its neuron'), scale: word('factor before the normalisation, "1/(2*embed_dims)"'),
      ...ignored('input_lif', 'projection', 'tokens', 'text', 'integer_form', 'lif') }, 'attention'),
    residual: group({ type: one('membrane-shortcut', 'currents are added'), ...ignored('text') }, 'residual connections'), ...ignored('scope', 'output_denominator'),
  },
  detect: (keys) => keys.has('attn.attn_bn.weight'),
  sketch(keys) {
    const width = keys.size('attn.attn_bn.weight', 0);
    return { shown: { embed_dims: width, mlp_ratio: ratioOf(keys.size('mlp.fc1_conv.weight', 0), width) },
      assumed: { neuron: assumedLif, bn_eps: assumedEpsilon, attention: { v_threshold: 1, scale: '1/(2*embed_dims)' } }, follows: [headsFollow], optional: ['input.values', 'input.exponent', 'input.bits'] };
  },
  rules: [headsFit, hiddenFits, lifFits, scaleFits], input: layoutOf, outputs: () => 0,
  parts: (descriptor) => [...['q', 'k', 'v', 'proj'].flatMap((part) => repConv(`attn.${part}_conv.0`, `attn.${part}_conv.1`, descriptor.embed_dims, descriptor.embed_dims)),
    normOnly('attn.attn_bn', descriptor.embed_dims), ...mlpParts('mlp', descriptor.embed_dims, hiddenOf(descriptor))],
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), input = addCurrents(network, layoutOf(descriptor), descriptor.input);
    const stream = addMlp(network, 'mlp', addBranch(network, 'attn', input, attend(network, descriptor, input)), { neuron: 'lif', read: network.spikes });
    return network.finish(stream, { keep: ['steps', 'positions'] });
  },
});

function layoutOf({ T, feature_size: [height, width], embed_dims }: Block): InputLayout {
  return { encoding: 'currents', steps: T, channels: embed_dims, height, width };
}

/** x = (2q - 1) ((2k - 1)^T v) / (2 * embed_dims), normalised per channel before its neuron; some channels are turned over. */
function attend(network: Network, { embed_dims, heads, attention: { v_threshold } }: Block, stream: ValueId): ValueId {
  const { builder, spikes, scale, norm } = network, read = spikes('attn.head_lif', stream, axes.image);
  const operands = ['q', 'k', 'v'].map((part) => spikes(`attn.${part}_lif`, addRepConv(network, `attn.${part}_conv`, read), axes.image));
  const similarity = scale('attn.scale', builder.add(hamming, 'attn.hamming', operands, { heads }), 1 / (2 * embed_dims));
  return addRepConv(network, 'attn.proj_conv', spikes('attn.attn_lif', norm('attn.attn_bn', similarity), axes.image, v_threshold));
}
