// Poisson encoding: an image as spikes, drawn anew at every step from a counter-based generator.
import type { Samples } from '../datasets/samples.ts';
import { philox } from './philox.ts';

/** pixel / 255 > u / 2^32, strictly, as the published code draws x = pixel > rand. @param drawn a whole number below 2^32 */
export const fires = (pixel: number, drawn: number): boolean => pixel * 2 ** 32 > 255 * drawn;

/**
 * Spikes of one image.
 * @param pixels [positions, channels], 0..255
 * @param seed, sample whole numbers below 2^32; value i of step t is word i mod 4 of philox([floor(i / 4), t, sample, 0], [seed, 0])
 * @returns [steps, positions, channels] of 0 and 1, the same whatever was drawn before
 * Source: models-other.md section 1; operators.md section 5, encoders.
 */
export function poissonSpikes(pixels: Uint8Array, steps: number, seed: number, sample: number): Uint8Array {
  const spikes = new Uint8Array(steps * pixels.length);
  for (let step = 0, at = 0; step < steps; step++) {
    for (let from = 0; from < pixels.length; from += 4) {
      const drawn = philox([from / 4, step, sample, 0], [seed, 0]);
      for (let word = 0; word < 4 && from + word < pixels.length; word++, at++) spikes[at] = fires(pixels[from + word], drawn[word]) ? 1 : 0;
    }
  }
  return spikes;
}

/** Images as spike samples. `name` and `encoder` say how they were made. */
export function poissonSamples(images: Samples, steps: number, seed: number): Samples {
  const spikes = (sample: number) => poissonSpikes(images.pixels(sample), steps, seed, sample);
  return { ...images, encoder: `Poisson spikes, seed ${seed}`, pixels: spikes, values: spikes };
}
