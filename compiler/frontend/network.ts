// A graph under construction, in the words of a family file: layers with their normalisation, neurons with their probes, the classifier.
import { GraphBuilder } from '../ir/build.ts';
import type { Graph, Tensor, ValueId } from '../ir/types.ts';
import { affine, conv, norm, ops, readout } from '../ops/index.ts';
import { constant } from './constant.ts';
import type { Layer, Norm, Weights } from './keys.ts';
import type { Neuron } from './neurons.ts';
import type { Retrieval } from './retrieval.ts';

/** Axes of a golden array whose values are positions x channels; `channelTokens`: of a layer behind a Conv1d. A layout file knows no heads: where they are axes, their sizes stand in the text. */
export const axes = { image: 'S T C H W', tokens: 'S T N C', channelTokens: 'S T C N', vector: 'S T C', heads: (heads: number, width: number): string => `S T ${heads} 1 ${width}`,
  headTokens: (heads: number): string => `S T ${heads} 1 N`, headLengths: (heads: number, length: number): string => `S T ${heads} ${length} N` } as const;

export type Network = Readonly<{
  builder: GraphBuilder;
  weights: Weights;
  /** A layer of the checkpoint by name, with the normalisation behind it. */
  layer(name: string, input: ValueId): ValueId;
  /** A layer given by value: what a family folded itself. */
  place(name: string, input: ValueId, layer: Layer): ValueId;
  /** A normalisation by name, where no layer stands before it. */
  norm(name: string, input: ValueId): ValueId;
  /** A neuron and its probe. `threshold`: see `Neuron`. */
  spikes(name: string, input: ValueId, axes: string, threshold?: number): ValueId;
  /** @param by one factor, or one per channel */
  scale(name: string, input: ValueId, by: number | readonly number[]): ValueId;
  /** The output is a descriptor: what the classifier would read. */
  headless: boolean;
  /** The classifier reads `input`: mean over positions and steps of its scores; its bias joins once per sample. Ends the graph. */
  classify(input: ValueId, options?: ReadoutOptions & Readonly<{ layer?: string }>): Graph;
  /** The results of the network are the mean over positions and steps of `value`. Ends the graph. */
  finish(value: ValueId, options?: ReadoutOptions & Readonly<{ bias?: Tensor | undefined }>): Graph;
}>;

/** scale: factor of the mean, 1 / N behind a sum over N tokens. stepWeight: factor of each step, which are then summed. keep: what is not averaged. rows [scores, channels]: what the host makes of the results. most [1]: what no result exceeds. */
export type ReadoutOptions = Readonly<{ scale?: number; stepWeight?: Tensor; keep?: readonly ('steps' | 'positions')[]; rows?: Tensor; most?: Tensor }>;

/** @param neuron what `spikes` adds */
export function startNetwork({ family, case: label, T, retrieval }: Readonly<{ family: string; case?: string | undefined; T: number; retrieval?: Retrieval | undefined }>, weights: Weights, neuron: Neuron): Network {
  const builder = new GraphBuilder(label ?? family, T, ops);
  const normalise = ({ name, epsilon, params }: Norm, input: ValueId): ValueId => builder.add(norm, name, [input], { epsilon }, params);
  const convolve = (name: string, input: ValueId, { weight, bias, slide, groups }: Omit<Layer, 'norm'>): ValueId =>
    builder.add(conv, name, [input], groups === 1 ? slide : { ...slide, groups }, { weight, ...(bias ? { bias } : {}) });
  const place = (name: string, input: ValueId, layer: Layer): ValueId => {
    const current = convolve(name, input, layer);
    return layer.norm ? normalise(layer.norm, current) : current;
  };
  const finish: Network['finish'] = (value, { scale = 1, stepWeight, keep = [], bias, rows, most } = {}) => {
    const attrs = { scale, ...(keep.includes('steps') ? { keepSteps: 1 } : {}), ...(keep.includes('positions') ? { keepPositions: 1 } : {}) };
    builder.output('logits', builder.add(readout, 'logits', [value], attrs, { ...(bias ? { bias } : {}), ...(stepWeight ? { stepWeight } : {}), ...(rows ? { rows } : {}), ...(most ? { most } : {}) }));
    return builder.graph();
  };
  return {
    builder, weights, place,
    layer: (name, input) => place(name, input, weights.layer(name)),
    norm: (name, input) => normalise(weights.norm(name), input),
    spikes(name, input, layout, threshold) {
      const value = neuron(builder, name, input, threshold);
      builder.probe(name, value, layout);
      return value;
    },
    scale: (name, input, by) => builder.add(affine, name, [input], {}, { scale: typeof by === 'number' ? constant(by) : { shape: [by.length], data: Float64Array.from(by) } }),
    headless: retrieval?.reads === 'features',
    classify(input, { layer: name = 'head', ...options } = {}) {
      if (retrieval?.reads === 'features') return finish(input, options);
      const { bias, ...layer } = weights.layer(name);
      return finish(convolve(name, input, layer), { ...options, bias });
    },
    finish,
  };
}
