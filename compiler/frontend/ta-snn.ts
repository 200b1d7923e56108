// TA-SNN, the perceptron for sequences: layers whose currents are weighed step by step by temporal-wise attention before their neuron. Source: models-other.md section 3; arXiv 2107.11711.
import type { z } from 'zod';
import type { Tensor, ValueId } from '../ir/types.ts';
import { gate } from '../ops/index.ts';
import { defineFamily } from './family.ts';
import { neuronUnsupported, structureUnsupported, valuesDisagree } from './faults.ts';
import type { InputLayout } from './input.ts';
import { addSource } from './input.ts';
import type { Weights } from './keys.ts';
import { linear, tensor } from './layers.ts';
import type { Part } from './layers.ts';
import { most } from './limits.ts';
import { axes, startNetwork } from './network.ts';
import { fractionOf, thresholdResetOf } from './neurons.ts';
import { classifier, epsilon, width } from './parts.ts';
import { at, classNamesFit, rule, when } from './rules.ts';
import { factor, group, ignored, list, one, oneOf, real, whole, word } from './schema.ts';
import { assumedEpsilon } from './sketch.ts';

const neuron = group({
  type: one('lif-ta', 'u = h + I, fires at or above its threshold, h = alpha * (s * v_threshold + (1 - s) * u) + beta'), alpha: real(0, 1, 'a number from 0 to 1', 'share of the potential that stays'), beta: one(0, 'nothing is added to what stays'),
  v_threshold: factor('a neuron fires at u >= v_threshold'), fires_when: word('comparator, "u >= v_threshold"').optional(), ...ignored('update', 'reset', 'state_cleared', 'text'),
}, 'the neuron of every layer');
const input = group({ encoding: one('frames', 'event counts 0..255 at every step'), layout: oneOf(['[S, T, C]'], 'axes of a file of samples').optional(), ...ignored('dtype', 'values', 'text') }, 'what one sample is');

type Ta = Readonly<{ family: string; case?: string | undefined; T: number; layers: readonly number[]; classes: number; reduction: number; neuron: z.infer<typeof neuron>; head: { type?: string | undefined } }>;

const lastOf = ({ layers }: Pick<Ta, 'layers'>): string => `FC${layers.length - 2}`;
const hiddenOf = ({ T, reduction }: Pick<Ta, 'T' | 'reduction'>): number => Math.floor(T / reduction);

const layersFit = rule<Ta>('layers classes', ({ layers, classes }, file) => [
  when(layers.length < 2, () => valuesDisagree(at(file, 'layers'), `${layers.length} widths; wanted those of the input and of every layer`, 'as in [700, 128, 128, 20]')),
  when(layers.length >= 2 && layers.at(-1) !== classes, () => valuesDisagree(at(file, 'classes'), `${classes}, but the last layer has ${layers.at(-1)} outputs`, 'one output per class')),
]);
const reductionFits = rule<Pick<Ta, 'T' | 'reduction'>>('T reduction', (d, file) => [
  when(hiddenOf(d) < 1, () => valuesDisagree(at(file, 'reduction'), `${d.reduction} leaves nothing of ${d.T} steps`, 'the hidden layer of the attention has T / reduction values, at least one'))]);
const neuronFits = rule<Pick<Ta, 'neuron'>>('neuron', ({ neuron: { alpha, fires_when } }, file) => [
  when(fractionOf(alpha) === undefined, () => neuronUnsupported(at(file, 'neuron', 'alpha'), `${alpha} is no fraction with at most four digits`, 'write the share that the network was trained with, as 0.25 or 0.3')),
  when(fires_when !== undefined && !/(>=|≥)/.test(fires_when), () => neuronUnsupported(at(file, 'neuron', 'fires_when'), `wanted "u >= v_threshold", came ${JSON.stringify(fires_when?.slice(0, 60))}`, 'this neuron fires at its threshold, too')),
]);
const headFits = rule<Pick<Ta, 'head' | 'layers'>>('head layers', ({ head: { type = '' }, layers }, file) => [
  when(type !== `spike count of ${lastOf({ layers })} / T`, () => structureUnsupported(at(file, 'head', 'type'), `wanted "spike count of ${lastOf({ layers })} / T", came ${JSON.stringify(type.slice(0, 60))}`, 'the scores are the mean spikes of the last layer'))]);

export const taSnn = defineFamily({
  name: 'ta-snn', doc: 'TA-SNN, perceptron for sequences: temporal-wise attention weighs the steps of every layer',
  keys: {
    layers: list(width, most.depth, 'widths: of the input, then of every layer'), classes: classifier.classes, class_names: classifier.class_names, head: classifier.head, reduction: whole(1, most.steps, 'steps over hidden values of the attention'),
    bn_eps: epsilon, neuron, input, ...ignored('layer', 'barrier', 'gate'),
  },
  detect: (keys) => keys.has('*FC0.attention.temporal_excitation.0.weight', 2),
  sketch(keys) {
    const count = keys.run('FC'), out = (i: number) => keys.size(`FC${i}.linear.weight`, 0), gate = 'FC0.attention.temporal_excitation.0.weight', T = keys.size(gate, 1), hidden = keys.size(gate, 0);
    return {
      shown: { T, layers: [keys.size('FC0.linear.weight', 1), ...Array.from({ length: count }, (_, i) => out(i))], classes: out(count - 1), reduction: T === undefined || hidden === undefined || hidden < 1 ? undefined : Math.floor(T / hidden),
        head: { type: `spike count of FC${count - 1} / T` } },
      assumed: { bn_eps: assumedEpsilon, input: { encoding: 'frames' }, neuron: { alpha: 0.3, v_threshold: 0.3 } }, optional: ['class_names'],
    };
  },
  rules: [layersFit, reductionFits, neuronFits, headFits, classNamesFit],
  input: ({ T, layers }): InputLayout => ({ encoding: 'frames', steps: T, channels: layers[0], height: 1, width: 1 }), outputs: ({ classes }) => classes, parts, build,
});

function parts(descriptor: Ta): readonly Part[] {
  const { T, layers } = descriptor, hidden = hiddenOf(descriptor), trained = { trained: true };
  return layers.slice(1).flatMap((to, i): Part[] => {
    const name = `FC${i}`, attention = `${name}.attention.temporal_excitation`;
    return [linear(`${name}.linear`, layers[i], to, { bias: true, norm: `${name}.BNLayer` }), tensor(`${attention}.0.weight`, [hidden, T], trained), tensor(`${attention}.0.bias`, [hidden], trained),
      tensor(`${attention}.2.weight`, [T, hidden], trained), tensor(`${attention}.2.bias`, [T], trained)];
  });
}

function build(descriptor: Ta, weights: Weights) {
  const { T, layers, neuron: { alpha, v_threshold } } = descriptor, fire = thresholdResetOf(alpha, v_threshold), network = startNetwork(descriptor, weights, fire), { builder } = network;
  let value: ValueId = addSource(network, { encoding: 'frames', steps: T, channels: layers[0], height: 1, width: 1 });
  for (let i = 0; i < layers.length - 1; i++) {
    const name = `FC${i}`, of = (part: string): Tensor => weights.tensor(`${name}.attention.temporal_excitation.${part}`);
    const weighed = builder.add(gate, `${name}.gate`, [network.layer(`${name}.linear`, value)], {}, { first: of('0.weight'), firstBias: of('0.bias'), second: of('2.weight'), secondBias: of('2.bias') });
    // Published golden data calls the spikes of a layer by the layer's name.
    value = fire(builder, `${name}.lif`, weighed);
    builder.probe(name, value, axes.vector);
  }
  return network.finish(value);
}
