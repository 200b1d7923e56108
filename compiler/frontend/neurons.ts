// Neurons of descriptors as nodes.
import type { GraphBuilder } from '../ir/build.ts';
import type { Pair, ValueId } from '../ir/types.ts';
import { lif } from '../ops/index.ts';
import { constant } from './constant.ts';
import type { Lif } from './parts.ts';

/** Adds the neuron of a family. `threshold`: in the words of the descriptor, where it is not the common one (0.5 behind attention, times the tokens behind a sum of them). */
export type Neuron = (builder: GraphBuilder, name: string, input: ValueId, threshold?: number) => ValueId;

const half: Pair = [1, 2];  // tau 2 keeps half (operators.md theorem 1)

/** The neuron in the form u = tau * v: an input that decays by 1/tau is taken whole, and the threshold is tau times as high. */
export function lifOf({ tau, decay_input, v_reset, v_threshold }: Lif): Neuron {
  const gain = decay_input ? tau : 1, reset = v_reset === null ? 'subtract' as const : 'zero' as const;
  return (builder, name, input, threshold = v_threshold) => builder.add(lif, name, [input], { keep: half, reset, fires: 'at-least' }, { threshold: constant(gain * threshold) });
}
