// SpikeCLIP: the encoder of Spikingformer, a factor per time step, a projection to the features of a text tower, and one row of features per class. Source: models.md section 12; arXiv 2310.06488.
import { defineFamily } from './family.ts';
import { visionInput } from './input.ts';
import { arrayFile, linear, tensor } from './layers.ts';
import { startNetwork } from './network.ts';
import { lifOf } from './neurons.ts';
import { classifier, stemKeys, width } from './parts.ts';
import { headWords } from './rules.ts';
import { fileName, group, ignored, one, word } from './schema.ts';
import { addEncoder, encoderKeys, encoderParts, encoderRules, encoderSketch } from './spikingformer.ts';

/** The text tower is not deployed: what it makes of the class names lies in a file, and only the host reads it. */
const publishedText = 'text.npy', timeWeights = 'weights_tensor';

export const spikeclip = defineFamily({
  name: 'spikeclip', doc: 'SpikeCLIP: features of a vision encoder, compared with one row of text features per class',
  keys: {
    ...encoderKeys, ...classifier, feature_dim: width.describe('features of image and text'),
    patch_embed: group({ type: one('spikeclip-tokenizer', 'stages that start with their neuron and pool currents'), ...stemKeys }, 'the stem'),
    head: group({ type: word('what the head does, in words').optional(), embeddings: fileName(`file of class rows [classes, feature_dim] in the folder of the descriptor; without it ${publishedText}`).optional(),
      ...ignored('time_weights', 'text', 'folded', 'cosine', 'reads') }, 'the classifier'), ...ignored('features_denominator'),
  },
  detect: (keys) => keys.has(timeWeights) && keys.has('patch_embed.block0_conv.weight'),
  // The class list lies beside the checkpoint: its length is asked for.
  sketch(keys) {
    const { shown, ...rest } = encoderSketch(keys, 'conv3x3 bn', 'lif conv3x3 bn', 'lif conv3x3 bn maxpool', 'lif conv3x3 bn maxpool', 'lif conv3x3 bn');
    return { ...rest, shown: { ...shown, T: keys.size(timeWeights, 1), feature_dim: keys.size('proj.weight', 0) }, optional: [...rest.optional, 'head.embeddings'] };
  },
  rules: [...encoderRules, headWords('mean over tokens of the currents, sum over t of weights_tensor[t] * x[t], proj Linear, text head')], input: visionInput, outputs: ({ classes }) => classes,
  parts: (descriptor) => [...encoderParts(descriptor), tensor(timeWeights, [1, descriptor.T, 1], { trained: true }), linear('proj', descriptor.embed_dims, descriptor.feature_dim, { bias: true }),
    arrayFile('text', descriptor.head.embeddings ?? publishedText, [descriptor.classes, descriptor.feature_dim])],
  build(descriptor, weights) {
    const network = startNetwork(descriptor, weights, lifOf(descriptor.neuron)), stream = addEncoder(network, descriptor);
    // The rows stay out of the projection: folded into it they would need 15 bits where both have 8, and a new class list would be a new program.
    return network.classify(stream,
      { layer: 'proj', stepWeight: { shape: [descriptor.T], data: weights.tensor(timeWeights).data }, rows: weights.tensor('text') });
  },
});
