// Neurons of descriptors as nodes.
import type { GraphBuilder } from '../ir/build.ts';
import type { Pair, Tensor, ValueId } from '../ir/types.ts';
import { ladder, lif } from '../ops/index.ts';
import { constant } from './constant.ts';
import type { Lif, Multispike, Stbp } from './parts.ts';

/** Adds the neuron of a family. `threshold`: in the words of the descriptor, where it is not the common one (0.5 behind attention, times the tokens behind a sum of them). */
export type Neuron = (builder: GraphBuilder, name: string, input: ValueId, threshold?: number) => ValueId;

/** The neuron in the form u = tau * v: an input that decays by 1/tau is taken whole, and the threshold is tau times as high. */
export function lifOf({ tau, decay_input, v_reset, v_threshold }: Pick<Lif, 'tau' | 'decay_input' | 'v_reset' | 'v_threshold'>): Neuron {
  const gain = decay_input ? tau : 1, keep = keepOf(1 - 1 / tau), reset = v_reset === null ? 'subtract' as const : 'zero' as const;
  return (builder, name, input, threshold = v_threshold) => builder.add(lif, name, [input], { keep, reset, fires: 'at-least' }, { threshold: constant(gain * threshold) });
}

/** The neuron whose 1/tau is learned: v = v + (x - v) * sigmoid(w), in the form u = v / sigmoid(w). Source: SpikingJelly ParametricLIFNode. */
export function parametricOf({ w, v_reset, v_threshold }: Pick<Lif, 'v_reset' | 'v_threshold'> & Readonly<{ w: number }>): Neuron {
  const rate = 1 / (1 + Math.exp(-w)), keep = keepOf(1 - rate), reset = v_reset === null ? 'subtract' as const : 'zero' as const;
  return (builder, name, input, threshold = v_threshold) => builder.add(lif, name, [input], { keep, reset, fires: 'at-least' }, { threshold: constant(threshold / rate) });
}

/** The neuron of the STBP networks; its decay must be a fraction (rule `decayFits`). */
export function stbpOf({ decay, v_threshold }: Stbp | Pick<Stbp, 'decay' | 'v_threshold'>): Neuron {
  const keep = fractionOf(decay)!;
  return (builder, name, input, threshold = v_threshold) => builder.add(lif, name, [input], { keep, reset: 'zero', fires: 'above' }, { threshold: constant(threshold) });
}

/** A neuron that falls back to its threshold: u = h + x, fires at u >= v_threshold, h = alpha * (v_threshold after a spike, else u); alpha must be a fraction. */
export function thresholdResetOf(alpha: number, v_threshold: number): Neuron {
  const keep = fractionOf(alpha)!;
  return (builder, name, input, threshold = v_threshold) => builder.add(lif, name, [input], { keep, reset: 'threshold', fires: 'at-least' }, { threshold: constant(threshold) });
}

/** Levels 0..max, at k - 1/2: half goes to the even level, so odd levels need more than their threshold, unless half always goes up (operators.md theorem 7). `threshold`: factor of all of them, the tokens behind a sum. */
export function multispikeOf({ max, rounding }: Multispike | Readonly<{ max: number; rounding?: Multispike['rounding'] }>): Neuron {
  const levels = Array.from({ length: max }, (_, i) => i + 1), strict = constant(...levels.map((level) => (rounding === 'half-up' ? 0 : level % 2)));
  return (builder, name, input, threshold = 1) => builder.add(ladder, name, [input], { levels: max }, { threshold: constant(...levels.map((level) => (level - 0.5) * threshold)), strict });
}

/**
 * Constants of an elastic neuron (operators.md N7): it rounds u / alpha to -1, 0, 1, ties to 0, and keeps 0.25 * (alpha - o) of u, where o = alpha * spike: nothing after +, twice as much after - as after 0.
 * @param alpha amplitude of every step
 */
export const elasticOf = (alpha: readonly number[], { stateless }: Readonly<{ stateless: boolean }>): Record<'bound' | 'keep', Tensor> => ({
  bound: constant(...alpha.map((a) => a / 2)),
  keep: { shape: [alpha.length, 3], data: Float64Array.from(alpha.flatMap((_, step) => (step === 0 || stateless ? [0, 0, 0] : [alpha[step - 1] / 2, alpha[step - 1] / 4, 0]))) },
});

const mostParts = 10_000;

/** The share that stays as a fraction: the one it stands for, or, of a number that was learned, parts of 2^52, as float64 has it. */
const keepOf = (share: number): Pair => fractionOf(share) ?? [Math.round(share * 2 ** 52), 2 ** 52];

/** The fraction that a decimal number of a descriptor stands for: 0.3 is 3/10. */
export function fractionOf(share: number): Pair | undefined {
  for (let parts = 1; parts <= mostParts; parts++) if (Math.round(share * parts) / parts === share) return [Math.round(share * parts), parts];
  return undefined;
}
