// A data set as a network takes it: files that hold images are encoded here where the network reads spikes.
import type { Outcome } from '../../targets/contract/fault.ts';
import { succeed } from '../../targets/contract/fault.ts';
import { readSamples } from '../datasets/samples.ts';
import type { SampleLayout, Samples } from '../datasets/samples.ts';
import { poissonSamples } from './poisson.ts';

export const encoders = ['poisson'] as const;
/** What a file holds and a network reads: `poisson` is a file of images and a network of spikes. */
export type DataLayout = Omit<SampleLayout, 'encoding'> & Readonly<{ encoding: SampleLayout['encoding'] | (typeof encoders)[number] }>;

/** What the network reads, once encoded. */
export const encodedLayout = (layout: DataLayout): SampleLayout => ({ ...layout, encoding: layout.encoding === 'poisson' ? 'spikes' : layout.encoding });

/** Opens a data set and encodes it. @param seed of the encoder, a whole number below 2^32. Faults: those of `readSamples`. */
export function openSamples(path: string, layout: DataLayout, { seed }: Readonly<{ seed: number }>): Outcome<Samples> {
  if (layout.encoding !== 'poisson') return readSamples(path, encodedLayout(layout));
  const images = readSamples(path, { ...layout, encoding: 'direct' });
  return images.ok ? succeed(poissonSamples(images.value, layout.steps, seed), images.warnings) : images;
}
