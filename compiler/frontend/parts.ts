// Parts that descriptors of several families share: input, stem, tokens, neurons, head. A family spreads those it has into its `keys`.
import type { z } from 'zod';
import { most } from './limits.ts';
import { retrievalKeys } from './retrieval.ts';
import { anyNumber, factor, flag, group, ignored, list, oneOf, one, pair, real, whole, word } from './schema.ts';

const window = { kernel: whole(1, most.window, 'side of the window'), stride: whole(1, most.window, 'step of the window'), padding: whole(0, most.window,
  'rows and columns added on each side') };
/** A square window. */
export const windowOf = <const N extends string>(doc: string, ...texts: readonly N[]) => group({ ...window, ...ignored(...texts) }, doc);

export const depth = whole(1, most.depth, 'transformer blocks');
export const width = whole(1, most.channels, 'channels of a token');
export const headCount = whole(1, most.heads, 'attention heads');
export const epsilon = real(0, 1, 'a number from 0 to 1', 'epsilon of every batch normalisation');
export const threshold = factor('a neuron fires at v_threshold');

/** Keys that every descriptor may have; `defineFamily` adds them. `family` and the keys of the family itself come on top. */
export const common = {
  format: one(1, 'version of this form'),
  T: whole(1, most.steps, 'time steps'),
  ignored_keys: list(word('key of the checkpoint that the network never reads; * stands for any characters'), most.patterns, 'keys of the checkpoint that are left out').optional(),
  checkpoint: group({ wrapper: word('entry that holds the state dict, or "none"').optional(), key_prefix: word('text before every key').optional(),
    ...ignored('format', 'text', 'file', 'nonzero_weights', 'nonzero_total') }, 'form of the checkpoint file').optional(),
  case: word('name of this network').optional(),
  retrieval: retrievalKeys.optional(),
  ...ignored('exact', 'origin', 'origin_file', 'linear', 'logits', 'units', 'units_note', 'logits_denominator', 'membrane_inputs', 'membrane_inputs_note', 'spikes', 'mean_rate',
    'rates_in_3_to_40_percent', 'verification', 'parameters', 'text', 'note', 'notes', 'why_not_exact', 'unused', 'unused_lif'),
};

/** A classifier: scores per class. */
export const classifier = {
  classes: whole(1, most.classes, 'outputs of the head'),
  class_names: list(word('name of a class'), most.names, 'names of the classes, in order').optional(),
  head: group({ type: word('what the head does, in words').optional(), ...ignored('reads', 'text') }, 'the classifier'),
};

const normalize = group({
  scale: factor('factor of a pixel 0..255 before the mean is taken off; usually 1/255'),
  mean: list(real(-most.factor, most.factor, `a number within ${most.factor}`, 'mean of one channel'), most.inputChannels, 'mean per input channel'),
  std: list(factor('standard deviation of one channel'), most.inputChannels, 'standard deviation per input channel'),
}, 'value = (pixel * scale - mean) / std; without it a network reads pixel / 256');

/** Images or frames of event counts. */
export const vision = {
  image_size: pair(whole(1, most.side, 'height'), whole(1, most.side, 'width'), 'a pair [height, width]', 'height and width of the input'),
  in_channels: whole(1, most.inputChannels, 'channels of the input'),
  input: group({
    encoding: oneOf(['direct', 'frames'], 'direct: one image, repeated at every step; frames: event counts 0..255 at every step'),
    layout: oneOf(['[S, C, H, W]', '[S, T, C, H, W]'], 'axes of a file of samples').optional(),
    dtype: word('element type of a file of samples').optional(),
    values: word('what the file of samples holds, in words').optional(),
    normalize: normalize.optional(), ...ignored('repeated', 'first_conv', 'text'),
  }, 'what one sample is'),
};

/** A transformer of one width. */
export const transformer = {
  embed_dims: width, depths: depth, heads: headCount,
  head_dim: whole(1, most.channels, 'channels of one head; heads * head_dim = embed_dims'),
  mlp_ratio: factor('hidden channels of the MLP over embed_dims'),
  tokens: whole(1, most.side ** 2, 'positions of the pooled map'),
};

/** The leaky integrate-and-fire neuron of SpikingJelly. Rules: `lifFits`; node: `lifOf`. */
export const lifNeuron = group({
  type: word('kind of neuron; "lif"'),
  tau: anyNumber('a number', 'time constant; 2'),
  decay_input: flag('true: h = v + (x - v)/tau; false: h = v - v/tau + x'),
  v_threshold: factor('a neuron fires at h >= v_threshold'),
  v_reset: anyNumber('0 (reset to zero) or null (subtract the threshold)', '0: a spike sets the potential to zero; null: it subtracts the threshold').nullable(),
  fires_when: word('comparator, "h >= v_threshold"').optional(), ...ignored('reset', 'update', 'state_cleared', 'text'),
}, 'the neuron of every spiking layer, as SpikingJelly names its parameters');

/** The neuron of the STBP networks: m = m * decay * (1 - s_previous) + I, s = [m > v_threshold]. */
export const stbpNeuron = group({
  type: one('lif-stbp', 'm = m * decay * (1 - s_previous) + I, fires strictly above v_threshold'),
  decay: real(0, 1, 'a number from 0 to 1', 'share of the potential that stays'), v_threshold: factor('a neuron fires at m > v_threshold'),
  fires_when: word('comparator, "m > v_threshold"').optional(), ...ignored('reset', 'update', 'integer_form', 'state_cleared', 'text', 'note'),
}, 'the neuron of every spiking layer');

/** The stateless quantiser of E-SpikeFormer: round_half_even(clamp(x, min, max)) / norm. */
export const multispikeNeuron = group({
  type: one('multispike', 'level = round_half_even(clamp(x, 0, max)), passed on as level / norm'),
  min: one(0, 'least level'), max: whole(1, most.levels, 'greatest level'), norm: whole(1, most.levels, 'what a level is divided by'),
  rounding: oneOf(['half-even', 'half-up'], 'half-even unless said otherwise (Base); half-up: floor(x + 1/2) (Large)').optional(), ...ignored('update', 'integer_form', 'state', 'text'),
}, 'the neuron of every spiking layer');

const orders = ['conv3x3', 'bn', 'lif', 'maxpool'] as const;
const stage = group({
  conv: word('name of the convolution in the checkpoint').optional(), bn: word('name of its batch normalisation').optional(), lif: word('name of its neuron').optional(),
  order: list(oneOf(orders, 'layer of a stage'), 8, 'layers of the stage, in order'),
  channels: whole(1, most.channels, 'channels that leave the stage'), ...ignored('output', 'text'),
}, 'one stage of the stem');

/** A stem of stages of 3x3 convolutions that pool where their order says. */
export const stemKeys = {
  stages: list(stage, 16, 'stages of the stem, in order'), maxpool: windowOf('max pooling of the stages whose order names it', 'position', 'text'), ...ignored('rpe', 'text'),
};

/** Spiking self attention without softmax. Nodes: `addSsa`. */
export const ssaAttention = group({
  type: one('ssa', 'spiking self attention without softmax'), scale: factor('factor of q k^T v before its neuron'), v_threshold: factor('threshold of its neuron'),
  order: word('order of multiplication in the published code; it changes no result').optional(), integer_threshold: whole(1, 2 ** 31 - 1, 'threshold on the unscaled count').optional(),
  ...ignored('lif', 'input_lif', 'text', 'unused'),
}, 'attention');

export type Lif = z.infer<typeof lifNeuron>;
export type Stbp = z.infer<typeof stbpNeuron>;
export type Multispike = z.infer<typeof multispikeNeuron>;
export type Stage = z.infer<typeof stage>;
export type Stem = z.infer<z.ZodObject<typeof stemKeys>>;
export type Ssa = z.infer<typeof ssaAttention>;
export type Vision = z.infer<z.ZodObject<typeof vision>>;
export type Transformer = z.infer<z.ZodObject<typeof transformer>>;
export type Classifier = z.infer<z.ZodObject<typeof classifier>>;
