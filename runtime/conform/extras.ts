// What golden data has beside the scores: of a network that compares features with rows the features and the cosine of both; of one with several outputs the others.
import type { NumpyArray } from '../../compiler/files/array-file.ts';
import type { Fault } from '../../targets/contract/fault.ts';
import { goldenMissing, goldenShape } from './faults.ts';

/** Names of the golden arrays of a network with rows. */
const rowNames = ['features', 'cosine'] as const;
/** By the name of the golden array. */
export type Extras = ReadonlyMap<string, ArrayLike<number>>;
/** real: [samples, size]; integer: the same over a denominator, where the case has it. */
export type GoldenExtra = Readonly<{ name: string; size: number; real: ArrayLike<number>; integer?: Readonly<{ values: ArrayLike<number>; denominator: number }> }>;
/** worst: largest |difference| over the largest golden value. integers: rounded values that differ. */
export type ExtraDifference = Readonly<{ name: string; worst: number; integers?: number }>;

/** @param features of one sample, [channels] @param scores rows . features, [scores] @param rows [scores, channels] */
export function extrasOf(features: Float64Array, scores: ArrayLike<number>, rows: Float64Array): Extras {
  const length = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)), own = length(features), { length: channels } = features;
  return new Map<string, ArrayLike<number>>([['features', features], ['cosine', Float64Array.from(scores, (score, i) => score / (own * length(rows.subarray(i * channels, (i + 1) * channels))))]]);
}

/** The arrays that the archive has. @param rows shape of the rows, [scores, channels] @param denominators of whole numbers beside an array, by its name. Faults: R2003, R2004. */
export function readExtras(arrays: ReadonlyMap<string, NumpyArray>, file: string, rows: readonly number[], samples: number, denominators: ReadonlyMap<string, number>): Readonly<{ extras: readonly GoldenExtra[]; faults: readonly Fault[] }> {
  const faults: Fault[] = [];
  const read = (name: string, size: number): NumpyArray | undefined => {
    const array = arrays.get(name);
    if (!array) faults.push(goldenMissing(file, name));
    else if (array.shape.join() !== `${samples},${size}`) faults.push(goldenShape(file, name, `shape [${samples}, ${size}]`, array.shape));
    else return array;
    return undefined;
  };
  const extras = rowNames.filter((name) => arrays.has(name)).flatMap((name): GoldenExtra[] => {
    const size = name === 'features' ? rows[1] : rows[0], real = read(name, size), denominator = denominators.get(name), whole = denominator === undefined ? undefined : read(`${name}_int`, size);
    return real ? [{ name, size, real: real.data, ...(whole && denominator !== undefined ? { integer: { values: whole.data, denominator } } : {}) }] : [];
  });
  return { extras, faults };
}

/** Compares sample by sample; a run that shows none of an array is off by infinity. */
export function startExtras(golden: readonly GoldenExtra[]): Readonly<{ add(sample: number, came: Extras | undefined): void; finish(): readonly ExtraDifference[] }> {
  const tallies = golden.map(({ name, size, real, integer }) => ({ name, size, real, integer, worst: 0, integers: 0, largest: Array.from(real).reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1 }));
  return {
    add(sample, came) {
      for (const tally of tallies) {
        const values = came?.get(tally.name);
        for (let i = 0, at = sample * tally.size; i < tally.size; i++, at++) {
          const value = values?.length === tally.size ? values[i] : Infinity;
          tally.worst = Math.max(tally.worst, Math.abs(value - tally.real[at]) / tally.largest);
          if (tally.integer && Math.round(value * tally.integer.denominator) !== tally.integer.values[at]) tally.integers++;
        }
      }
    },
    finish: () => tallies.map(({ name, worst, integers, integer }) => ({ name, worst, ...(integer ? { integers } : {}) })),
  };
}
