// Two runs of one network against each other: the chip must equal the integer evaluation in every spike and every logit, golden data or not.
import type { Observation } from './observe.ts';

export type Agreement = Readonly<{ samples: number; spikes: Readonly<{ values: number; differing: number }>; layers: readonly Readonly<{ name: string; values: number; differing: number }>[]; logits: number; agrees: boolean }>;
export type Agreeing = Readonly<{ add(wanted: Observation, came: Observation): void; finish(): Agreement }>;

/** @param names layers to compare; one that either run does not record counts as different throughout. `logits`: samples whose logits, or what else a network gives, differ in any bit. */
export function startAgreement(names: readonly string[]): Agreeing {
  const layers = names.map((name) => ({ name, values: 0, differing: 0 }));
  let samples = 0, logits = 0;
  return {
    add(wanted, came) {
      samples++;
      for (const layer of layers) {
        const a = wanted.spikes(layer.name), b = came.spikes(layer.name), length = Math.max(a?.length ?? 1, b?.length ?? 1);
        layer.values += length;
        for (let i = 0; i < length; i++) if (!a || !b || a[i] !== b[i]) layer.differing++;
      }
      const same = (a: ArrayLike<number>, b: ArrayLike<number> | undefined): boolean => a.length === b?.length && Array.from(a).every((value, i) => Object.is(value, b[i]) || value === b[i]);
      if (!same(wanted.logits, came.logits) || ![...wanted.extras ?? []].every(([name, values]) => same(values, came.extras?.get(name)))) logits++;
    },
    finish() {
      const spikes = layers.reduce((total, { values, differing }) => ({ values: total.values + values, differing: total.differing + differing }), { values: 0, differing: 0 });
      return { samples, spikes, layers, logits, agrees: spikes.differing === 0 && logits === 0 };
    },
  };
}
