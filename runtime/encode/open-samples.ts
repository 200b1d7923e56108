// A data set as a network takes it: files that hold images are encoded here where the network reads spikes.
import type { Outcome } from '../../targets/contract/fault.ts';
import { succeed } from '../../targets/contract/fault.ts';
import { readSamples } from '../datasets/samples.ts';
import type { SampleLayout, Samples } from '../datasets/samples.ts';
import { poissonSamples } from './poisson.ts';
import { tokenSamples } from '../datasets/tokens.ts';

export const encoders = ['poisson', 'tokens'] as const;
/** What a file holds and a network reads: `poisson` is a file of images and a network of spikes, `tokens` a file of ids and a network of one spike per step. */
export type DataLayout = Omit<SampleLayout, 'encoding'> & Readonly<{ encoding: SampleLayout['encoding'] | (typeof encoders)[number] }>;

/** What the network reads, once encoded. */
export const encodedLayout = (layout: DataLayout): SampleLayout => ({ ...layout, encoding: encoders.some((encoder) => encoder === layout.encoding) ? 'spikes' : layout.encoding as SampleLayout['encoding'] });

/** Opens a data set and encodes it. @param seed of the encoder, a whole number below 2^32. Faults: those of `readSamples`. */
export function openSamples(path: string, layout: DataLayout, { seed }: Readonly<{ seed: number }>): Outcome<Samples> {
  if (layout.encoding === 'tokens') return tokenSamples(path, layout);
  if (layout.encoding !== 'poisson') return readSamples(path, encodedLayout(layout));
  const images = readSamples(path, { ...layout, encoding: 'direct' });
  return images.ok ? succeed(poissonSamples(images.value, layout.steps, seed), images.warnings) : images;
}

/** Opens samples whose random spikes are drawn already, as conformance data has them; ids are encoded here as everywhere. Faults: those of `readSamples` and `tokenSamples`. */
export const openDrawn = (path: string, layout: DataLayout): Outcome<Samples> => (layout.encoding === 'tokens' ? tokenSamples(path, layout) : readSamples(path, encodedLayout(layout)));
