// The units of a group of currents: lossless where the numbers allow it, else by rule; with a whole gain per writer where writers differ in fineness.
import type { ScaleRule } from './pass.ts';
import type { ScaleGroup } from './scale-groups.ts';
import { join } from './scale-groups.ts';
import { alignWriters, gainOf, mostGain } from './align-writers.ts';
import { chooseScale, finestCode, finestUnit, fits, peak, powersOf } from './choose-scale.ts';

/** units [channels]: real value of one unit. gains [writers][channels]: whole factor that brings a writer's sums to the unit. lossless, limited: how many channels. */
export type ChosenUnits = Readonly<{ units: Float64Array; gains: readonly Float64Array[]; lossless: number; limited: number }>;

/**
 * @param columns [writers][channels]: the weights that make each channel, what they read folded in
 * @param limit largest gain of a writer where units are lossy
 * Source: operators.md theorem 3, scale choice; theorem 14 (all writers of a stream share one unit).
 */
export function chooseUnits(group: ScaleGroup, columns: readonly (readonly Float64Array[])[], rule: ScaleRule, codes: number, limit = mostGain): ChosenUnits {
  const ones = columns.map((own) => new Float64Array(own.length).fill(1)), count = group.channels, most = gainOf(columns.map((own) => peak(join(own))), limit);
  if (group.units !== 'channel') {
    const uniform = chooseUniform(group, columns, rule, codes, most);
    if (uniform) return { units: new Float64Array(count).fill(uniform.unit), gains: uniform.gains ?? ones, lossless: uniform.lossless ? count : 0, limited: uniform.limited ? count : 0 };
  }
  const units = new Float64Array(count), gains = ones.map((one) => one.slice());
  let lossless = 0, limited = 0;
  for (let c = 0; c < count; c++) {
    const own = columns.map((writer) => writer[c]), joint = chooseScale(join(own), group.terms[c], rule, codes, group.reach[c]), split = joint.lossless || own.length < 2 ? undefined : splitLossless(own, group.terms[c], codes);
    const chosen = split ?? (joint.lossless ? undefined : alignWriters(own.map(peak), joint.scale, finestUnit(group.reach[c]), codes, most, rule));
    units[c] = chosen ? chosen.unit : joint.lossless && group.coarse ? coarsestUnit(join(own), group.terms[c], joint.scale) : joint.scale;
    chosen?.gains.forEach((gain, w) => { gains[w][c] = gain; });
    lossless += Number(joint.lossless || split !== undefined);
    limited += Number(joint.limited);
  }
  return { units, gains, lossless, limited };
}

type Uniform = Readonly<{ unit: number; gains?: readonly Float64Array[]; lossless: boolean; limited: boolean }>;

/** One unit for all channels: joint, with gains, or (where channels must not differ) by rule. */
function chooseUniform({ terms: lists, units, coarse, reach }: ScaleGroup, columns: readonly (readonly Float64Array[])[], rule: ScaleRule, codes: number, most: number): Uniform | undefined {
  const terms = join(lists), furthest = peak(reach), joint = chooseScale(join(columns.flat()), terms, rule, codes, furthest);
  if (joint.lossless) return { unit: units === 'either' || coarse ? coarsestUnit(join(columns.flat()), terms, joint.scale) : joint.scale, lossless: true, limited: false };
  const split = splitLossless(columns.flat(), terms, codes);
  if (split) {
    let at = 0;
    return { unit: split.unit, lossless: true, limited: false, gains: columns.map((own) => Float64Array.from(own, () => split.gains[at++])) };
  }
  if (units !== 'uniform') return undefined;
  const aligned = alignWriters(columns.map((own) => peak(join(own))), joint.scale, finestUnit(furthest), codes, most, rule);
  return { unit: aligned?.unit ?? joint.scale, lossless: false, limited: joint.limited, ...(aligned ? { gains: columns.map((own, w) => new Float64Array(own.length).fill(aligned.gains[w])) } : {}) };
}

/** A current that travels and is multiplied keeps no bit that it does not need: the coarsest unit in which everything is whole. @param finest what it is where nothing asks for a unit */
const coarsestUnit = (weights: Float64Array, terms: Float64Array, finest: number): number => (peak(weights) > 0 ? 2 ** -Math.max(powersOf(weights), powersOf(terms)) : finest);

/** Each part has codes of its own fineness; their common unit is the finest that any part or term needs. */
function splitLossless(parts: readonly Float64Array[], terms: Float64Array, codes: number): Readonly<{ unit: number; gains: readonly number[] }> | undefined {
  const needed = parts.map(powersOf), power = Math.max(powersOf(terms), ...needed);
  if (!Number.isFinite(power) || !fits(terms, 2 ** power)) return undefined;
  const own = parts.map((part, i) => (part.every((w) => w === 0) ? power : Math.min(power, finestCode(part, codes)) >= needed[i] ? Math.min(power, finestCode(part, codes)) : NaN));
  return own.some(Number.isNaN) ? undefined : { unit: 2 ** -power, gains: own.map((p) => 2 ** (power - p)) };
}
