// A host function on whole numbers: values of its operands times their units, the function in float64, the result in whole units within proved bounds. The only definition of what a host stage gives.
import type { Constants, HostFunction, Operand } from './host-function.ts';

/**
 * units: real value of one unit of each channel of each operand, operands side by side. scale [channels]: real value of one unit of the result.
 * range [2, channels]: least and greatest whole number of each channel of the result, which is clamped to them. rounding: none only where an experiment leaves it out.
 */
export type HostUnits = Readonly<{ units: Float64Array; scale: Float64Array; range: ArrayLike<number>; rounding: 'whole' | 'none' }>;

/** Values [positions, channels] of each operand of one step; result [positions, channels]. */
export type HostStep = (operands: readonly ArrayLike<number>[], result: { [index: number]: number }) => void;

/**
 * The function for one sample; call it once per step, in order: it keeps its state.
 * Rounds to the nearest whole unit, halves up: floor(y / scale + 1/2).
 * @param whole absent: operands and result are the real values themselves
 */
export function startHost({ operands: reaches, state, run }: HostFunction, operands: readonly Operand[], channels: number, constants: Constants, whole?: HostUnits): HostStep {
  const positions = operands[reaches.indexOf('position')].positions, kept = state?.(operands) ?? 0, states = Array.from({ length: positions }, () => new Float64Array(kept)), made = new Float64Array(channels);
  const views = operands.map((operand, i) => new Float64Array(operand.channels * (reaches[i] === 'tokens' ? operand.positions : 1)));
  const firsts = operands.map((_, i) => operands.slice(0, i).reduce((sum, operand) => sum + operand.channels, 0));
  const read = (from: readonly ArrayLike<number>[], i: number, position: number): void => {
    const width = operands[i].channels, view = views[i], at = position * width;
    for (let k = 0; k < view.length; k++) view[k] = whole ? from[i][at + k] * whole.units[firsts[i] + (k % width)] : from[i][at + k];
  };
  return (from, result) => {
    reaches.forEach((reach, i) => { if (reach === 'tokens') read(from, i, 0); });
    for (let position = 0, to = 0; position < positions; position++) {
      for (let i = 0; i < reaches.length; i++) if (reaches[i] === 'position') read(from, i, position);
      run(views, constants, made, states[position]);
      for (let c = 0; c < channels; c++, to++) result[to] = !whole ? made[c] : whole.rounding === 'none' ? made[c] / whole.scale[c] : rounded(made[c] / whole.scale[c], whole.range[c], whole.range[channels + c]);
    }
  };
}

/** What is no number is the least value: deterministic, and within bounds. */
const rounded = (value: number, low: number, high: number): number => (value >= high ? high : value > low ? Math.floor(value + 0.5) : low);
