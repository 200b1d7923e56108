// Hybrid plasticity: a perceptron whose inputs fade from step to step, its local matrices off unless asked for. Source: models-other.md section 8; Nature Communications 13:65, arXiv 2006.03226.
import type { z } from 'zod';
import type { Tensor, ValueId } from '../ir/types.ts';
import { ladder, lif, plastic, repeat, scaleSteps } from '../ops/index.ts';
import { constant } from './constant.ts';
import { defineFamily } from './family.ts';
import { neuronUnsupported, structureUnsupported, valuesDisagree } from './faults.ts';
import type { InputLayout } from './input.ts';
import { addSource } from './input.ts';
import type { Weights } from './keys.ts';
import { linear, tensor } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import { fractionOf } from './neurons.ts';
import { classifier, width } from './parts.ts';
import { at, classNamesFit, rule, when } from './rules.ts';
import { factor, group, ignored, list, one, oneOf, real, word } from './schema.ts';

const neuron = group({
  type: one('lif-soft', 'm = (m - s * v_threshold) * decay + I, fires strictly above v_threshold'), decay: real(0, 1, 'a number from 0 to 1', 'share of the potential that stays'),
  v_threshold: factor('a neuron fires at m > v_threshold'), fires_when: word('comparator, "m > v_threshold"').optional(), ...ignored('reset', 'update', 'state_cleared', 'text'),
}, 'the neuron of every layer');
/** off: no matrix at all; sample: every sample begins with matrices of 0; sequence: samples in order, matrices carried over. */
const learning = ['off', 'sample', 'sequence'] as const;
const plasticity = group({
  learns: oneOf(learning, 'off (the default): the matrices stay 0; sample: they begin at 0 in every sample; sequence: samples are presented in order and hand them on').optional(),
  tau_w: factor('inputs fade with exp(-step / tau_w)'), w_decay: real(0, 1, 'a number from 0 to 1', 'share of a matrix that stays from step to step'), clamp: factor('largest entry of a matrix'), ...ignored('shapes', 'uses', 'unused', 'text'),
}, 'the local matrix of every layer');
const input = group({ encoding: one('direct', 'one image, repeated at every step'), layout: oneOf(['[S, C, H, W]', '[S, C]'], 'axes of a file of samples').optional(), ...ignored('dtype', 'values', 'text') }, 'what one sample is');

type Hybrid = Readonly<{ family: string; case?: string | undefined; T: number; layers: readonly number[]; classes: number; neuron: z.infer<typeof neuron>; plasticity: z.infer<typeof plasticity>; head: { type?: string | undefined } }>;

const layersFit = rule<Hybrid>('layers classes', ({ layers, classes }, file) => [
  when(layers.length < 2, () => valuesDisagree(at(file, 'layers'), `${layers.length} widths; wanted those of the input and of every layer`, 'as in [784, 512, 10]')),
  when(layers.length >= 2 && layers.at(-1) !== classes, () => valuesDisagree(at(file, 'classes'), `${classes}, but the last layer has ${layers.at(-1)} outputs`, 'one output per class')),
]);
const neuronFits = rule<Pick<Hybrid, 'neuron'>>('neuron', ({ neuron: { decay, fires_when } }, file) => [
  when(fractionOf(decay) === undefined, () => neuronUnsupported(at(file, 'neuron', 'decay'), `${decay} is no fraction with at most four digits`, 'write the share that the network was trained with, as 0.4')),
  when(fires_when !== undefined && !/^[^>=≥]*>(?![=])[^>=≥]*$/.test(fires_when), () => neuronUnsupported(at(file, 'neuron', 'fires_when'), `wanted "m > v_threshold", came ${JSON.stringify(fires_when?.slice(0, 60))}`, 'this neuron fires only above its threshold')),
]);
/** The largest score, of heads such as "min(membrane of layer 2 after the last step / v_threshold, 1.1)". */
const headOf = (type: string): Readonly<{ layer: number; most: number }> | undefined => {
  const [, layer, cap] = /^min\(membrane of layer (\d{1,3}) after the last step \/ v_threshold, (\d{1,6}(?:\.\d{1,9})?)\)$/.exec(type) ?? [];
  return layer === undefined ? undefined : { layer: Number(layer), most: Number(cap) };
};
const headFits = rule<Pick<Hybrid, 'head' | 'layers'>>('head layers', ({ head: { type = '' }, layers }, file) => {
  const wanted = `min(membrane of layer ${layers.length - 1} after the last step / v_threshold, 1.1)`, head = headOf(type);
  return [when(head?.layer !== layers.length - 1, () => structureUnsupported(at(file, 'head', 'type'), `wanted "${wanted}" or another largest score, came ${JSON.stringify(type.slice(0, 90))}`, 'the scores are the membranes of the last layer after the last step'))];
});

export const hybridPlasticity = defineFamily({
  name: 'hybrid-plasticity', doc: 'Hybrid plasticity: a perceptron of fading inputs with a local Hebbian matrix beside the weights of every layer, off by default',
  keys: { layers: list(width, most.depth, 'widths: of the input, then of every layer'), classes: classifier.classes, class_names: classifier.class_names, head: classifier.head, neuron, plasticity, input, ...ignored('step') },
  detect: (keys) => keys.has('alpha1') && keys.has('beta1') && keys.has('eta1') && keys.has('fc1.weight', 2),
  sketch(keys) {
    const layers = [keys.size('fc1.weight', 1)];
    for (let to = keys.size('fc1.weight', 0); to !== undefined && layers.length < most.depth; to = keys.size(`fc${layers.length}.weight`, 0)) layers.push(to);
    return {
      shown: { layers, classes: layers.at(-1), head: { type: `min(membrane of layer ${layers.length - 1} after the last step / v_threshold, 1.1)` } },
      assumed: { input: { encoding: 'direct' }, neuron: { decay: 0.4, v_threshold: 0.35 }, plasticity: { tau_w: 40, w_decay: 0.95, clamp: 4 } }, optional: ['class_names', 'plasticity.learns'], unread: ['gamma*'],
    };
  },
  learning: { path: ['plasticity', 'learns'], words: learning, golden: { alone: 'sample', sequence: 'sequence' } },
  rules: [layersFit, neuronFits, headFits, classNamesFit],
  input: ({ T, layers }): InputLayout => ({ encoding: 'direct', steps: T, channels: layers[0], height: 1, width: 1 }), outputs: ({ classes }) => classes, parts, build,
});

function parts({ layers }: Hybrid): readonly Part[] {
  const trained = { trained: true };
  return layers.slice(1).flatMap((to, i): Part[] => [linear(`fc${i + 1}`, layers[i], to, { bias: true }), tensor(`alpha${i + 1}`, [1], trained), tensor(`beta${i + 1}`, [1, layers[i]], trained), tensor(`eta${i + 1}`, [1, to], trained)]);
}

/** Pixels enter as k/256. */
const pixel = 1 / 256;

function build(descriptor: Hybrid, weights: Weights) {
  const { T, layers, neuron: { decay, v_threshold }, plasticity: { learns = 'off', tau_w, w_decay, clamp }, head } = descriptor, last = layers.length - 1;
  const attrs = { keep: fractionOf(decay)!, reset: 'subtract', fires: 'above' } as const, threshold = constant(v_threshold), fade = constant(...Array.from({ length: T }, (_, step) => Math.exp(-step / tau_w)));
  const network = startNetwork(descriptor, weights, (builder, name, current) => builder.add(lif, name, [current], attrs, { threshold })), { builder } = network;
  const image = addSource(network, { encoding: 'direct', steps: T, channels: layers[0], height: 1, width: 1 });
  /** The neuron on a current; the matrix, if there is one, reads what the layer read, before it faded. */
  const fire = (layer: number, current: ValueId, read: ValueId, unit: number): ValueId => {
    const shown = layer === last ? { ...attrs, membrane: 1 } : attrs, name = `fc${layer}${layer === last ? '.membrane' : '.lif'}`;
    if (learns === 'off') return builder.add(lif, name, [current], shown, { threshold });
    const of = (what: string): Float64Array => weights.tensor(`${what}${layer}`).data, vector = (data: Float64Array): Tensor => ({ shape: [data.length], data });
    return builder.add(plastic, name, [current, read], { ...shown, clear: learns === 'sample' ? 'sample' : 'run' }, { threshold, fade, read: vector(fade.data.map((k) => k * of('alpha')[0] * unit)), write: vector(of('beta').map((beta) => beta * unit)),
      decay: constant(w_decay), bound: constant(clamp), centre: vector(of('eta')) });
  };
  let read = image, value = builder.add(repeat, 'input.repeat', [network.scale('input.scale', image, pixel)], {});
  for (let layer = 1; layer <= last; layer++) {
    const current = network.layer(`fc${layer}`, builder.add(scaleSteps, `fc${layer}.fade`, [value], { }, { factor: fade }));
    value = fire(layer, current, read, layer === 1 ? pixel : 1);
    read = value;
    // Published golden data calls the spikes of a layer by the layer's name; the last one shows its membrane, of which they follow.
    builder.probe(`fc${layer}`, layer < last ? value : builder.add(ladder, `fc${layer}.lif`, [value], { levels: 1 }, { threshold, strict: constant(1) }), axes.vector);
  }
  return network.finish(value, { scale: 1 / v_threshold, stepWeight: constant(...Array.from({ length: T }, (_, step) => Number(step === T - 1))), most: constant(headOf(head.type!)!.most) });
}
