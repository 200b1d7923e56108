// SpikeGPT: a recurrent language model whose steps are tokens: binary embeddings, time mixing with a running average of values (WKV), channel mixing, neurons that scan the tokens, a head for every token.
// Source: models-other.md section 7; arXiv 2302.13939.
import type { Tensor, ValueId } from '../ir/types.ts';
import { conv, layerNorm, lif, product, reluSquare, sigmoid, sum, tokenShift, wkv } from '../ops/index.ts';
import { constant } from './constant.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { addSource } from './input.ts';
import type { InputLayout } from './input.ts';
import type { Weights } from './keys.ts';
import { linear, pointwise, tensor } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { lifOf } from './neurons.ts';
import { depth, lifNeuron, width } from './parts.ts';
import { at, lifFits, rule, when } from './rules.ts';
import { group, ignored, one, real, whole, word } from './schema.ts';
import { assumedEpsilon, assumedLif, follow } from './sketch.ts';

type Gpt = Readonly<{ T: number; vocabulary: number; embed_dims: number; hidden: number; depths: number; layernorm_eps: number }>;

const tokensFit = rule<Readonly<{ T: number; tokens: number }>>('T tokens', ({ T, tokens }, file) => [
  when(T !== tokens, () => valuesDisagree(at(file, 'tokens'), `${tokens}, but T is ${T}: every step is one token`, `write "tokens": ${T}`))]);

/** What is built, word by word: a text that says something else is another network. */
const built = {
  embedding: /^x = \[emb\[token\] >= 0\]/, block: /^x = x \+ lif1\(time_mix\(ln1\(x\)\)\); x = x \+ lif2\(channel_mix\(ln2\(x\)\)\)/, channel_mix: /^k = relu\(key\(\.\)\)\^2; out = sigmoid\(receptance\(\.\)\) \* value\(k\)/,
} as const;
const wordsFit = rule<Readonly<Partial<Record<keyof typeof built, string | undefined>>>>(Object.keys(built).join(' '), (descriptor, file) => (Object.keys(built) as (keyof typeof built)[]).map((key) => when(
  descriptor[key] !== undefined && !built[key].test(descriptor[key]), () => structureUnsupported(at(file, key), `another network than the published one: ${JSON.stringify(descriptor[key]?.slice(0, 80))}`, 'leave it out where the network is the published one; another block is no network of this family'))));

export const spikegpt = defineFamily({
  name: 'spikegpt', doc: 'SpikeGPT: a recurrent language model whose steps are tokens; token ids in, scores of the next token out for every token',
  keys: {
    vocabulary: whole(1, most.classes, 'tokens that have an embedding'), embed_dims: width, hidden: whole(1, most.hidden, 'channels of the channel mixing'), depths: depth, tokens: whole(1, most.steps, 'tokens of a sample; T'),
    T_axis: one('tokens', 'every step is a token').optional(), neuron: lifNeuron, layernorm_eps: real(1e-30, 1, 'a number above 0, at most 1', 'epsilon of every layer normalisation'),
    input: group({ encoding: one('token ids', 'whole numbers below the vocabulary'), ...ignored('layout', 'dtype', 'values', 'text') }, 'what one sample is'),
    embedding: word('how tokens enter, in words').optional(), block: word('what a block does, in words').optional(), channel_mix: word('what channel mixing does, in words').optional(), ...ignored('time_mix', 'head'),
  },
  detect: (keys) => keys.has('emb.weight', 2) && keys.has('blocks.0.att.time_decay') && keys.has('blocks.0.ln0.weight') && keys.has('head.weight', 2),
  sketch: (keys) => ({
    shown: { vocabulary: keys.size('emb.weight', 0), embed_dims: keys.size('emb.weight', 1), hidden: keys.size('blocks.0.ffn.key.weight', 0), depths: keys.run('blocks.') },
    assumed: { neuron: assumedLif, layernorm_eps: assumedEpsilon }, follows: [follow<Gpt>('tokens', 'T', ({ T }) => T)],
  }),
  rules: [tokensFit, lifFits, wordsFit], input: layoutOf, outputs: () => 0,
  parts: ({ vocabulary, embed_dims, hidden, depths }) => [tensor('emb.weight', [vocabulary, embed_dims], { trained: true }), ...norm('ln_out', embed_dims), linear('head', embed_dims, vocabulary, { bias: false }),
    ...Array.from({ length: depths }, (_, i) => blockParts(`blocks.${i}`, embed_dims, hidden)).flat(), ...norm('blocks.0.ln0', embed_dims)],
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), normalise = normalisations(network, descriptor.layernorm_eps);
    let stream = normalise('blocks.0.ln0', embed(network, addSource(network, layoutOf(descriptor)), descriptor));
    for (let i = 0; i < descriptor.depths; i++) {
      const name = `blocks.${i}`, { builder, spikes } = network;
      stream = builder.add(sum, `${name}.add1`, [stream, spikes(`${name}.lif1`, mixTime(network, `${name}.att`, normalise(`${name}.ln1`, stream)), axes.vector)], {});
      stream = builder.add(sum, `${name}.add2`, [stream, spikes(`${name}.lif2`, mixChannels(network, `${name}.ffn`, normalise(`${name}.ln2`, stream)), axes.vector)], {});
    }
    return network.finish(network.layer('head', normalise('ln_out', stream)), { keep: ['steps'] });
  },
});

/** Tokens are spikes of one channel each: the runtime makes them of ids. */
function layoutOf({ T, vocabulary }: Pick<Gpt, 'T' | 'vocabulary'>): InputLayout {
  return { encoding: 'tokens', steps: T, channels: vocabulary, height: 1, width: 1 };
}

const norm = (name: string, channels: number): Part[] => ['weight', 'bias'].map((part) => tensor(`${name}.${part}`, [channels], { trained: true }));

function blockParts(name: string, channels: number, hidden: number): Part[] {
  const square = (part: string) => linear(`${name}.${part}`, channels, channels, { bias: false }), mix = (part: string) => tensor(`${name}.${part}`, [1, 1, channels], { trained: true });
  return [...norm(`${name}.ln1`, channels), ...norm(`${name}.ln2`, channels), ...['time_decay', 'time_first'].map((part) => tensor(`${name}.att.${part}`, [channels], { trained: true })),
    ...['att.time_mix_k', 'att.time_mix_v', 'att.time_mix_r', 'ffn.time_mix_k', 'ffn.time_mix_r'].map(mix), ...['att.key', 'att.value', 'att.receptance', 'att.output', 'ffn.receptance'].map(square),
    linear(`${name}.ffn.key`, channels, hidden, { bias: false }), linear(`${name}.ffn.value`, hidden, channels, { bias: false })];
}

/** e = [emb[token] >= 0]: one row of ones and zeros, and a neuron that fires at one of them. */
function embed({ builder, weights }: Network, ids: ValueId, { vocabulary, embed_dims }: Gpt): ValueId {
  const rows: Tensor = { shape: [vocabulary, embed_dims], data: weights.tensor('emb.weight').data.map((value) => Number(value >= 0)) };
  return builder.add(lif, 'emb.spikes', [builder.add(conv, 'emb', [ids], pointwise, { weight: rows })], { keep: [0, 1], reset: 'zero', fires: 'at-least' }, { threshold: constant(1) });
}

const normalisations = ({ builder, weights }: Network, epsilon: number) => (name: string, input: ValueId): ValueId =>
  builder.add(layerNorm, name, [input], { epsilon }, { gamma: weights.tensor(`${name}.weight`), beta: weights.tensor(`${name}.bias`) });

const vectorOf = (weights: Weights, name: string): Tensor => constant(...weights.tensor(name).data);

/** A layer that reads a mixture of this token and the one before it. */
const shifted = ({ builder, weights, layer }: Network, name: string, mix: string, input: ValueId): ValueId =>
  layer(name, builder.add(tokenShift, mix, [input], {}, { mix: vectorOf(weights, mix) }));

function mixTime(network: Network, name: string, input: ValueId): ValueId {
  const { builder, weights, layer } = network, [k, v, r] = [['key', 'k'], ['value', 'v'], ['receptance', 'r']].map(([part, mix]) => shifted(network, `${name}.${part}`, `${name}.time_mix_${mix}`, input));
  const averaged = builder.add(wkv, `${name}.wkv`, [k, v], {}, { decay: constant(...weights.tensor(`${name}.time_decay`).data.map((decay) => -Math.exp(decay))), first: vectorOf(weights, `${name}.time_first`) });
  return layer(`${name}.output`, builder.add(product, `${name}.gated`, [builder.add(sigmoid, `${name}.gate`, [r], {}), averaged], {}));
}

function mixChannels(network: Network, name: string, input: ValueId): ValueId {
  const { builder, layer } = network, k = builder.add(reluSquare, `${name}.relu_square`, [shifted(network, `${name}.key`, `${name}.time_mix_k`, input)], {});
  return builder.add(product, `${name}.gated`, [builder.add(sigmoid, `${name}.gate`, [shifted(network, `${name}.receptance`, `${name}.time_mix_r`, input)], {}), layer(`${name}.value`, k)], {});
}
