// One graph of an operator case under construction: arrays enter by sources, results are held to arrays by probes, and what leaves the chip to one of them.
import { GraphBuilder } from '../../../compiler/ir/build.ts';
import type { ValueId } from '../../../compiler/ir/types.ts';
import { ops, readout, source } from '../../../compiler/ops/index.ts';
import type { GoldenConstant, GoldenPotential, Held } from '../held.ts';
import type { Given } from '../inputs.ts';
import type { Laid } from './op-array.ts';
import { finenessOf, largestOf, wholeOf } from './op-array.ts';
import type { OpFile } from './op-file.ts';

export type Part = Readonly<{
  builder: GraphBuilder;
  /** An array as the chip takes it: spikes where it holds nothing else than 0 and 1, event counts where it holds bytes, else currents. `as`: not as spikes or counts. */
  enter(name: string, values: Laid, options?: Readonly<{ as?: 'currents' }>): ValueId;
  /** Spikes, levels or whole counts held to an array, by its name. */
  holds(name: string, value: ValueId, wanted: Laid): void;
  /** What the chip hands out is `value`, kept apart by step and position: held to an array. Ends the graph. */
  ends(value: ValueId, wanted: Laid, options?: PartOptions): Held;
}>;

/** exact: false where the case is of real numbers; otherwise it is if all that enters is dyadic. */
export type PartOptions = Readonly<{ exact?: boolean; potentials?: readonly GoldenPotential[]; constants?: readonly GoldenConstant[] }>;

/** Of single operators nothing is forgiven: float64 sums in another order, and no spike. */
const tolerance = { logits: 1e-9, spikes: 1 } as const;
/** Bits that a source of currents may have. */
const mostBits = 24;

/** @param name of the part, '' where it is the only one */
export function startPart(file: OpFile, name: string, { steps, samples }: Pick<Laid, 'steps' | 'samples'>): Part {
  const builder = new GraphBuilder(name === '' ? file.op : `${file.op} ${name}`, steps, ops), given: ((sample: number) => readonly [string, Uint8Array | Float64Array])[] = [], layers: Held['layers'][number][] = [];
  let dyadic = true;
  return {
    builder,
    enter(called, values, { as } = {}) {
      const all = wholeOf(values), fineness = finenessOf(all), largest = largestOf(all), bytes = fineness === 0 && largest < 256 && all.every((value) => value >= 0);
      const coding = as ?? (!bytes ? 'currents' : largest <= 1 ? 'spikes' : 'frames'), { grid, channels, sample } = values;
      given.push((index) => [called, coding === 'currents' ? sample(index) : Uint8Array.from(sample(index))]);
      if (coding !== 'currents') return builder.add(source, called, [], { coding, grid, channels, domain: 'real' });
      const exponent = fineness === undefined || wholeBits(largest, fineness) > mostBits ? undefined : fineness;
      dyadic &&= exponent !== undefined;
      return builder.add(source, called, [], { coding, grid, channels, domain: 'real', bits: Math.min(mostBits, wholeBits(largest, exponent ?? 10)), ...(exponent === undefined ? {} : { exponent }) });
    },
    holds(called, value, wanted) {
      builder.probe(called, value, 'S T N C');
      layers.push({ name: called, channels: wanted.channels, sample: wanted.sample });
    },
    ends(value, wanted, { exact = true, potentials = [], constants = [] } = {}) {
      builder.output('logits', builder.add(readout, 'logits', [value], { scale: 1, keepSteps: 1, keepPositions: 1 }));
      const real = wholeOf(wanted), fineness = finenessOf(real), isExact = exact && dyadic && fineness !== undefined;
      return { name: name === '' ? file.name : `${file.name} ${name}`, exact: isExact, samples, model: { graph: builder.graph(), family: file.op, classes: [] },
        given: (sample): Given => new Map(given.map((values) => values(sample))), tolerance, potentials, constants, membranes: [], operations: [], extras: [], layers,
        logits: { real, ...(isExact ? { integer: { values: real.map((one) => one * 2 ** fineness), denominator: 2 ** fineness } } : {}) } };
    },
  };
}

/** Two's complement bits of magnitudes up to `largest` in units of 2^-exponent. */
const wholeBits = (largest: number, exponent: number): number => Math.max(2, Math.ceil(Math.log2(largest * 2 ** exponent + 1)) + 1);
