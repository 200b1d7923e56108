// The graph that E-SpikeFormer (Base) and what is built on it share: stateless neurons with levels, one time step, separable convolutions with a neuron before each layer, values wider than queries.
// Source: models.md sections 4 and 14; arXiv 2411.16061.
import type { ValueId } from '../ir/types.ts';
import { ssa } from '../ops/index.ts';
import { publishedOrder } from './attention.ts';
import { structureUnsupported } from './faults.ts';
import { conv2d } from './layers.ts';
import type { Part } from './layers.ts';
import { addBranch, addHierarchy, placeScaled } from './meta-former.ts';
import type { Backbone, OwnParts, Read, ScaleOptions } from './meta-former.ts';
import { axes } from './network.ts';
import type { Network } from './network.ts';
import { at, rule, when } from './rules.ts';
import { ignored, one, whole, word } from './schema.ts';

export type LevelAttention = Readonly<{ v_expansion: number; scale: string; order?: string | undefined }>;
export type ESpikformer = Backbone & Readonly<{ attention: LevelAttention }>;

export const attentionKeys = { type: one('linear', 'attention without softmax whose values are wider than queries and keys'), v_expansion: whole(1, 64, 'channels of v over those of q and k'),
  scale: word('factor of q k^T v before its neuron: "2/sqrt(head_dim)" with head_dim of q and k, or a number as "0.125"'), order: word('order of multiplication in the published code; it changes no result').optional(), ...ignored('input_spike', 'spike', 'text') };

export const oneStep = rule<Readonly<{ T: number }>>('T', ({ T }, file) => [
  when(T !== 1, () => structureUnsupported(at(file, 'T'), `wanted 1, came ${T}: the levels of its neurons stand in for time steps`, 'write "T": 1'))]);

const number = (scale: string): number => (/^\d*\.?\d+$/.test(scale) ? Number(scale) : NaN), published = /^2 ?\/ ?sqrt\(head_dim\)/;
/** Factor of a product of values. */
export const factorOf = (scale: string, headDim: number): number => (published.test(scale) ? 2 / Math.sqrt(headDim) : number(scale));
export const scaleFits = rule<Readonly<{ attention: LevelAttention }>>('attention.scale', ({ attention: { scale } }, file) => [
  when(!published.test(scale) && !(number(scale) >= 1e-6 && number(scale) <= 1e6), () => structureUnsupported(at(file, 'attention', 'scale'),
    `wanted "2/sqrt(head_dim)", came ${JSON.stringify(scale.slice(0, 40))}`, 'the Base models scale by 2/sqrt(head_dim) of q and k, the Large ones by a number, as "0.125"'))]);

export const eSpikformerParts = ({ attention: { v_expansion } }: ESpikformer): OwnParts => ({ separable,
  attention: (name, width) => [...separable(`${name}.conv`, width, 3), ...attentionParts(`${name}.attn`, width, width * v_expansion)] });

/** The sum over tokens of the stream that leaves the last block; the network's neuron makes the levels. @param norm what a level is divided by */
export function addESpikformer(network: Network, descriptor: ESpikformer, norm: number, { layerScale = false }: ScaleOptions = {}): ValueId {
  const { layer, spikes, scale } = network, read: Read = (name, value, layout) => scale(`${name}.worth`, spikes(name, value, layout), 1 / norm);
  const branch = (name: string, stream: ValueId) => ['pwconv1', 'dwconv', 'pwconv2'].reduce((value, part, i) => layer(`${name}.${part}.0`, read(`${name}.spike${i + 1}`, value, axes.image)), stream);
  return addHierarchy(network, descriptor, {
    neuron: 'spike', read, separable: branch, layerScale,
    attention(name, stream) {
      const mixed = addBranch(network, `${name}.conv`, stream, branch(`${name}.conv`, stream));
      return addBranch(network, `${name}.attn`, mixed, attend(network, descriptor, norm, `${name}.attn`, mixed, read, layerScale ? `${name}.layer_scale1` : undefined));
    },
  });
}

const separable = (name: string, width: number, window: number): readonly Part[] => [
  conv2d(`${name}.pwconv1.0`, width, 2 * width, { bias: false, norm: `${name}.pwconv1.1` }),
  conv2d(`${name}.dwconv.0`, 2 * width, 2 * width, { window, groups: 2 * width, bias: false, norm: `${name}.dwconv.1` }),
  conv2d(`${name}.pwconv2.0`, 2 * width, width, { bias: false, norm: `${name}.pwconv2.1` })];

function attentionParts(attn: string, width: number, values: number): readonly Part[] {
  const projection = (part: string, from: number, to: number) => conv2d(`${attn}.${part}_conv.0`, from, to, { bias: false, norm: `${attn}.${part}_conv.1` });
  return [projection('q', width, width), projection('k', width, width), projection('v', width, values), projection('proj', values, width)];
}

/** Levels of q, k and v multiply as whole numbers; their unit joins the scale. */
function attend(network: Network, { heads, attention: { order, scale: factor } }: ESpikformer, norm: number, attn: string, stream: ValueId, read: Read, layerScale: string | undefined): ValueId {
  const { builder, layer, spikes, scale } = network;
  const input = read(`${attn}.head_spike`, stream, axes.image);
  const [q, k, v] = ['q', 'k', 'v'].map((part) => spikes(`${attn}.${part}_spike`, layer(`${attn}.${part}_conv.0`, input), axes.image));
  const counts = builder.add(ssa, `${attn}.ssa`, [q, k, v], { heads, published: publishedOrder(order) });
  const product = scale(`${attn}.scale`, counts, factorOf(factor, builder.typeOf(q).channels / heads) / norm ** 3);
  return placeScaled(network, `${attn}.proj_conv.0`, layerScale, read(`${attn}.attn_spike`, product, axes.channelTokens));
}
