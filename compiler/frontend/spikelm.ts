// SpikeLM: one encoder layer of a language model whose linear layers read ternary spikes of elastic neurons; the amplitudes of every step lie in the checkpoint. Currents in, currents out.
// Source: models-other.md section 6; operators.md N7; arXiv 2406.03287.
import type { Tensor, ValueId } from '../ir/types.ts';
import { addCurrents, conv, elastic, gelu, layerNorm, readout, scaleSteps } from '../ops/index.ts';
import { constant } from './constant.ts';
import { addCurrents as addCurrentsInput, currentsKeys } from './currents.ts';
import { defineFamily } from './family.ts';
import { structureUnsupported } from './faults.ts';
import type { InputLayout } from './input.ts';
import type { Weights } from './keys.ts';
import { linear, tensor } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import type { Network } from './network.ts';
import { elasticOf } from './neurons.ts';
import { width } from './parts.ts';
import { at, rule, when } from './rules.ts';
import { group, ignored, whole, word } from './schema.ts';

type Layer = Readonly<{ T: number; embed_dims: number; hidden: number; tokens: number; feed_forward: string }>;

const [key, value, wide, narrow, normal] = ['attention.self.key', 'attention.self.value', 'intermediate.dense', 'output.dense', 'output.LayerNorm'];
/** Stateless quantisers of what attention reads, by the layers whose results they take. */
const clips = [[key, 'attention.self.clip_key'], [value, 'attention.self.clip_value']] as const;
const amplitudes = [key, value, wide, narrow].map((name) => `${name}.act_clip_val`).concat(clips.map(([, name]) => name));

/** What stands between the layers of the feed-forward pair and behind it. undefined: words that say something else. */
function feedForwardOf(words: string): Readonly<{ gelu: boolean; epsilon?: number }> | undefined {
  const found = /^dense -> (gelu(?: \(erf\))? -> )?dense(?:, nothing between)?( -> layernorm\(out \+ x\)(?:, eps (\S+))?)?$/i.exec(words.trim().replace(/\s+/g, ' '));
  const epsilon = found?.[2] === undefined ? undefined : Number(found[3] ?? 1e-12);
  return !found || (epsilon !== undefined && !(epsilon > 0 && epsilon < 1)) ? undefined : { gelu: found[1] !== undefined, ...(epsilon === undefined ? {} : { epsilon }) };
}

const feedForwardFits = rule<Pick<Layer, 'feed_forward'>>('feed_forward', ({ feed_forward }, file) => [when(feedForwardOf(feed_forward) === undefined, () => structureUnsupported(at(file, 'feed_forward'),
  `wanted "dense -> dense" with or without "GELU (erf)" between them and "LayerNorm(out + x), eps 1e-12" behind them, came ${JSON.stringify(feed_forward.slice(0, 80))}`, 'write it as "dense -> GELU (erf) -> dense -> LayerNorm(out + x), eps 1e-12"'))]);

const neuronFits = rule<Readonly<{ neuron: Readonly<{ type: string }> }>>('neuron', ({ neuron: { type } }, file) => [when(type !== 'elastic-bi-spiking', () => structureUnsupported(at(file, 'neuron', 'type'),
  `wanted "elastic-bi-spiking", came ${JSON.stringify(type.slice(0, 40))}`, 'the linear layers of this family read ternary spikes of amplitudes in act_clip_val.<t>'))]);

/** Each part of softmax attention is named, though one word asks for all of them. */
const attentionFits = rule<Readonly<{ attention?: string | undefined }>>('attention', ({ attention }, file) => (attention === undefined || attention === 'none' ? [] : [
  ['attention.self.query', 'the scores multiply its currents, which are no spikes, with the ternary keys of all tokens'], ['attention.self.scores', 'they are multi-bit sums for every pair of tokens'],
  ['attention.self.softmax', 'its exponentials and quotients are real numbers for every pair of tokens'], ['attention.self.context', 'it multiplies real probabilities with the ternary values of all tokens'],
].map(([node, why]) => structureUnsupported(at(file, 'attention'), `${node} is not supported: ${why}`, 'write "attention": "none" and list the keys of query and attention.output in ignored_keys: keys and values are then results of the network, and the host attends'))));

export const spikelm = defineFamily({
  name: 'spikelm', doc: 'one encoder layer of SpikeLM: key and value projections with their ternary quantisers, and the feed-forward pair; elastic neurons; currents in, currents out',
  keys: {
    embed_dims: width, hidden: whole(1, most.hidden, 'channels between the layers of the feed-forward pair'), tokens: whole(1, most.side ** 2, 'tokens of a sample'), input: currentsKeys,
    neuron: group({ type: word('kind of neuron; "elastic-bi-spiking"'), ...ignored('levels', 'update', 'alpha', 'asymmetry', 'state_cleared', 'text') }, 'the neuron before every linear layer'),
    feed_forward: word('"dense -> dense", with "GELU (erf)" between them or not, and "LayerNorm(out + x), eps 1e-12" behind them or not'),
    attention: word('"none": keys and values are results; "softmax" is refused part by part').optional(), ...ignored('scope', 'stateless_quantiser', 'spike_names'),
  },
  detect: (keys) => keys.has('attention.self.clip_key.0') && keys.has('attention.self.clip_value.0') && keys.has('output.dense.act_clip_val.0'),
  sketch: (keys) => ({
    shown: { T: keys.names.filter((name) => /^attention\.self\.clip_key\.\d+$/.test(name)).length || undefined, embed_dims: keys.size(`${key}.weight`, 0), hidden: keys.size(`${wide}.weight`, 0) },
    assumed: { neuron: { type: 'elastic-bi-spiking' }, feed_forward: keys.has(`${normal}.weight`) ? 'dense -> GELU (erf) -> dense -> LayerNorm(out + x), eps 1e-12' : 'dense -> dense, nothing between' },
    optional: ['input.values', 'input.exponent', 'input.bits'], unread: ['*.weight_clip_val'],
  }),
  rules: [feedForwardFits, neuronFits, attentionFits], input: layoutOf, outputs: () => 0,
  parts: ({ T, embed_dims, hidden, feed_forward }) => [
    linear(key, embed_dims, embed_dims, { bias: true }), linear(value, embed_dims, embed_dims, { bias: true }), linear(wide, embed_dims, hidden, { bias: true }), linear(narrow, hidden, embed_dims, { bias: true }),
    ...amplitudes.flatMap((name) => Array.from({ length: T }, (_, step) => tensor(`${name}.${step}`, [], { trained: true }))),
    ...(feedForwardOf(feed_forward)?.epsilon === undefined ? [] : ['weight', 'bias'].map((part) => tensor(`${normal}.${part}`, [embed_dims], { trained: true }))),
  ],
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, () => { throw new Error('its neurons have amplitudes'); }), { builder } = network;
    const input = addCurrentsInput(network, layoutOf(descriptor), descriptor.input), between = feedForwardOf(descriptor.feed_forward)!;
    const hidden = addLinear(network, wide, input), out = addLinear(network, narrow, between.gelu ? builder.add(gelu, 'intermediate.gelu', [hidden], {}) : hidden);
    const graph = network.finish(between.epsilon === undefined ? out : addNorm(network, out, input, between.epsilon), { keep: ['steps', 'positions'] });
    // Behind the results of the layer, so that those are the first of the program.
    for (const [name, clip] of clips) {
      const { spikes, scaled } = addSpikes(network, clip, addLinear(network, name, input), clip, { stateless: true });
      builder.probe(clip, spikes, axes.tokens);
      builder.output(name.replace('attention.self.', ''), builder.add(readout, name.replace('attention.self.', ''), [scaled], { scale: 1, keepSteps: 1, keepPositions: 1 }));
    }
    return graph;
  },
});

function layoutOf({ T, tokens, embed_dims }: Layer): InputLayout {
  return { encoding: 'currents', steps: T, channels: embed_dims, height: 1, width: tokens };
}

/** Amplitudes of all steps; no smaller than the published floor. */
const amplitudesOf = (weights: Weights, name: string, steps: number): number[] => Array.from({ length: steps }, (_, step) => Math.max(1e-5, weights.tensor(`${name}.${step}`).data[0]));

/** A neuron and its spikes times the amplitudes of their steps. */
function addSpikes({ builder, weights }: Network, name: string, input: ValueId, amplitude: string, { stateless }: Readonly<{ stateless: boolean }>): Readonly<{ spikes: ValueId; scaled: ValueId }> {
  const alpha = amplitudesOf(weights, amplitude, builder.steps), spikes = builder.add(elastic, name, [input], {}, elasticOf(alpha, { stateless }));
  return { spikes, scaled: builder.add(scaleSteps, `${name}.amplitude`, [spikes], {}, { factor: constant(...alpha) }) };
}

/** The published SpikeLinear; golden spikes have the name of the layer that reads them. */
function addLinear(network: Network, name: string, input: ValueId): ValueId {
  const { builder, weights } = network, { spikes, scaled } = addSpikes(network, `${name}.spikes`, input, `${name}.act_clip_val`, { stateless: false }), { weight, bias, slide } = weights.layer(name);
  builder.probe(name, spikes, axes.tokens);
  return builder.add(conv, name, [scaled], slide, { weight, ...(bias ? { bias } : {}) });
}

function addNorm({ builder, weights }: Network, out: ValueId, input: ValueId, epsilon: number): ValueId {
  const part = (name: string): Tensor => weights.tensor(`${normal}.${name}`);
  return builder.add(layerNorm, normal, [builder.add(addCurrents, 'output.add', [out, input], {})], { epsilon }, { gamma: part('weight'), beta: part('bias') });
}
