// What both families are built of: scaled input, stem stages, layers with their normalisation, neurons with their probes, the classifier.
import { GraphBuilder } from '../ir/build.ts';
import type { Graph, Pair, ValueId } from '../ir/types.ts';
import { affine, conv, lif, maxPool, norm, ops, readout, repeat, source } from '../ops/index.ts';
import type { Descriptor, Stage } from './descriptor.ts';
import type { Layer, LayerSpec } from './keys.ts';
import { slideOf } from './sizes.ts';

/** What an importer of one family gives. Sizes are checked before: `build` never meets a shape that does not fit. */
export type Family<D extends Descriptor = Descriptor> = Readonly<{
  /** What `head.type` says of this family. */
  head: string;
  layers: { of(descriptor: D): readonly LayerSpec[] }['of'];
  build: { from(descriptor: D, layers: ReadonlyMap<string, Layer>): Graph }['from'];
}>;

/** Axes of a golden array whose values are positions x channels. A layout file knows no heads: where they are axes, their sizes stand in the text. */
export const axes = { image: 'S T C H W', tokens: 'S T N C', vector: 'S T C', heads: (heads: number, width: number): string => `S T ${heads} 1 ${width}` } as const;

const pointwise = slideOf({ kernel: 1, stride: 1, padding: 0 });
const leak: Pair = [1, 2];  // tau 2 keeps half (operators.md theorem 1)

/** A graph under construction, in the words of a family file. */
export type Network = Readonly<{
  builder: GraphBuilder;
  /** A layer of the checkpoint by name, with the normalisation it has. */
  layer(name: string, input: ValueId): ValueId;
  /** A neuron and its probe. `threshold`: v_threshold, before the factor tau of an input that decays. */
  spikes(name: string, input: ValueId, axes: string, threshold?: number): ValueId;
  scale(name: string, input: ValueId, by: number): ValueId;
  /** The classifier reads `input`; its bias joins once per sample. */
  classify(input: ValueId): Graph;
}>;

/** @param specs the family's own list: names the window of every layer */
export function startNetwork(descriptor: Descriptor, specs: readonly LayerSpec[], layers: ReadonlyMap<string, Layer>): Network {
  const { T, neuron, bn_eps } = descriptor, builder = new GraphBuilder(descriptor.case ?? descriptor.family, T, ops);
  const windows = new Map(specs.map(({ name, window }) => [name, window]));
  const layer = (name: string, input: ValueId): ValueId => {
    const { weight, bias, norm: behind } = layers.get(name)!, kernel = windows.get(name)!;
    const attrs = kernel === 1 ? pointwise : slideOf({ kernel, stride: 1, padding: (kernel - 1) / 2 });
    const current = builder.add(conv, name, [input], attrs, { weight, ...(bias ? { bias } : {}) });
    return behind ? builder.add(norm, behind.name, [current], { epsilon: bn_eps }, behind.params) : current;
  };
  const gain = neuron.decay_input ? neuron.tau : 1;  // u = tau * v
  const reset = neuron.v_reset === null ? 'subtract' as const : 'zero' as const;
  return {
    builder, layer,
    spikes(name, input, layout, threshold = neuron.v_threshold) {
      const value = builder.add(lif, name, [input], { keep: leak, reset, fires: 'at-least' }, { threshold: constant(gain * threshold) });
      builder.probe(name, value, layout);
      return value;
    },
    scale: (name, input, by) => builder.add(affine, name, [input], {}, { scale: constant(by) }),
    classify(input) {
      const { weight, bias } = layers.get('head')!;
      const scores = builder.add(conv, 'head', [input], pointwise, { weight });
      builder.output('logits', builder.add(readout, 'logits', [scores], { scale: 1 }, bias ? { bias } : {}));
      return builder.graph();
    },
  };
}

const constant = (...values: number[]) => ({ shape: [values.length], data: Float64Array.from(values) });

/** Source, scaled as the network was trained: pixel / 256, or (pixel * scale - mean) / std; event counts as they are. */
export function addInput({ builder }: Network, { image_size, in_channels, input: { encoding, normalize } }: Descriptor): ValueId {
  const pixels = builder.add(source, 'input', [], { coding: encoding, grid: image_size, channels: in_channels, domain: 'real' });
  if (encoding === 'frames') return pixels;
  const params = normalize
    ? { scale: constant(...normalize.std.map((std) => normalize.scale / std)), shift: constant(...normalize.mean.map((mean, c) => -mean / normalize.std[c])) }
    : { scale: constant(1 / 256) };
  return builder.add(repeat, 'input.repeat', [builder.add(affine, 'input.scale', [pixels], {}, params)], {});
}

/** Names of the layers of a stem, as all models derived from Spikformer have them. */
export const stemNames = (i: number) => { const n = i === 0 ? '' : i; return { conv: `proj_conv${n}`, bn: `proj_bn${n}`, lif: `proj_lif${n}`, maxpool: `maxpool${n}` }; };

export const stemLayers = ({ in_channels, patch_embed: { stages } }: Descriptor): LayerSpec[] => stages.map(({ channels }, i) => ({
  name: `patch_embed.${stemNames(i).conv}`, norm: `patch_embed.${stemNames(i).bn}`, form: 'image', window: 3, bias: false, from: i === 0 ? in_channels : stages[i - 1].channels,
    to: channels }));

/** One stage in the order that the descriptor gives: pooling behind the neuron is an OR, before it a maximum of currents. */
export function addStage(network: Network, { maxpool }: Descriptor['patch_embed'], { order }: Stage, i: number, input: ValueId): ValueId {
  const names = stemNames(i);
  return order.reduce((value, step) => {
    switch (step) {
      case 'conv3x3': return network.layer(`patch_embed.${names.conv}`, value);
      case 'bn': return value;  // came with its convolution
      case 'lif': return network.spikes(`patch_embed.${names.lif}`, value, axes.image);
      case 'maxpool': return network.builder.add(maxPool, `patch_embed.${names.maxpool}`, [value], slideOf(maxpool));
    }
  }, input);
}
