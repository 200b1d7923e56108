// The Poisson encoder: published vectors of its generator, the comparison, rates, and that a draw depends on nothing but its place.
import { describe, expect, it } from 'vitest';
import { openSamples } from '../../runtime/encode/open-samples.ts';
import { philox } from '../../runtime/encode/philox.ts';
import { fires, poissonSpikes } from '../../runtime/encode/poisson.ts';
import { writeNpy } from '../../compiler/files/npz.ts';
import { fileOf } from '../files/archive.ts';
import { valueOf } from '../conformance/outcome.ts';

describe('philox 4x32-10', () => {
  // Known answers of the Random123 distribution (kat_vectors).
  const all = 0xffffffff;
  it.each([
    [[0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [[all, all, all, all], [all, all], [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]],
  ] as const)('of counter %j and key %j is the published answer', (counter, key, answer) => expect(philox(counter, key)).toEqual(answer));
});

describe('a pixel', () => {
  it('fires where k/255 is above the draw, strictly: 0 never, 255 always', () => {
    expect([fires(0, 0), fires(1, 0), fires(255, 2 ** 32 - 1), fires(254, 2 ** 32 - 1)]).toEqual([false, true, true, false]);
    expect([fires(51, Math.floor(2 ** 32 / 5)), fires(51, Math.ceil(2 ** 32 / 5))]).toEqual([true, false]);
  });
  it('fires as often as it is bright', () => {
    const pixels = Uint8Array.from({ length: 4000 }, (_, i) => [0, 64, 128, 255][i % 4]), spikes = poissonSpikes(pixels, 10, 3, 0), counts = [0, 0, 0, 0];
    spikes.forEach((spike, i) => { counts[i % 4] += spike; });
    const rates = counts.map((count) => count / 10_000);
    expect([rates[0], rates[3]]).toEqual([0, 1]);
    expect(Math.abs(rates[1] - 64 / 255)).toBeLessThan(0.015);
    expect(Math.abs(rates[2] - 128 / 255)).toBeLessThan(0.015);
  });
});

describe('spikes of an image', () => {
  const grey = (length: number) => new Uint8Array(length).fill(128);
  it('are those of its seed, sample, step and place, whatever else is drawn', () => {
    const [wide, narrow] = [poissonSpikes(grey(16), 3, 9, 5), poissonSpikes(grey(6), 2, 9, 5)];
    for (let step = 0; step < 2; step++) expect([...narrow.subarray(step * 6, step * 6 + 6)]).toEqual([...wide.subarray(step * 16, step * 16 + 6)]);
    const word = philox([1, 2, 5, 0], [9, 0])[3];
    expect(wide[2 * 16 + 7]).toBe(Number(fires(128, word)));
  });
  it('differ between seeds, samples and steps', () => {
    const drawn = [[1, 0], [2, 0], [1, 1]].map(([seed, sample]) => poissonSpikes(grey(256), 2, seed, sample));
    const differing = (a: Uint8Array, b: Uint8Array) => a.reduce((count, spike, i) => count + Number(spike !== b[i]), 0);
    for (const [a, b] of [[drawn[0], drawn[1]], [drawn[0], drawn[2]], [drawn[0].subarray(0, 256), drawn[0].subarray(256)]]) expect(Math.abs(differing(a, b) / a.length - 0.5)).toBeLessThan(0.15);
  });
});

describe('a file of images for a network of spikes', () => {
  const images = fileOf(writeNpy({ shape: [2, 2, 2, 3], dtype: 'uint8', data: Uint8Array.from({ length: 24 }, (_, i) => (i * 37) % 256) }), 'images.npy');
  const layout = { encoding: 'poisson', steps: 4, channels: 2, height: 2, width: 3 } as const;
  it('is encoded position by position, the same again for the same seed, and says so', () => {
    const samples = valueOf(openSamples(images, layout, { seed: 7 })), pixels = valueOf(openSamples(images, { ...layout, encoding: 'direct' }, { seed: 7 })).pixels(1);
    expect([samples.count, samples.encoder]).toEqual([2, 'Poisson spikes, seed 7']);
    expect(samples.pixels(1)).toEqual(poissonSpikes(pixels, 4, 7, 1));
    expect(samples.values(1)).toEqual(samples.pixels(1));
    expect(samples.pixels(0)).toHaveLength(4 * 12);
  });
  it('of another shape is refused in the words of images', () => {
    const outcome = openSamples(images, { ...layout, width: 4 }, { seed: 7 });
    expect(outcome.ok ? [] : outcome.faults.map(({ code, message }) => `${code} ${message}`)).toEqual([expect.stringMatching(/^R1002 .*\[S, 2, 2, 4\]/)]);
  });
});
