// What one sample is, and how it enters a graph.
import type { ValueId } from '../ir/types.ts';
import { affine, repeat, source } from '../ops/index.ts';
import { constant } from './constant.ts';
import type { Network } from './network.ts';
import type { Vision } from './parts.ts';

/**
 * What one sample is. direct: 8-bit pixels given once; poisson: such pixels, which the runtime turns into spikes at every step; tokens: ids, of which it makes one spike per step in as many channels as there are ids; frames: event counts 0..255 at every step; spikes: 0 or 1,
 * currents: real numbers at every step. Vectors have a 1 x 1 map, sequences of N tokens one of 1 x N.
 */
export type InputLayout = Readonly<{ encoding: 'direct' | 'poisson' | 'tokens' | 'frames' | 'spikes' | 'currents'; steps: number; channels: number; height: number; width: number }>;

/** The layout of images or frames. */
export const visionInput = ({ T, image_size: [height, width], in_channels, input: { encoding } }: Vision & Readonly<{ T: number }>): InputLayout =>
  ({ encoding, steps: T, channels: in_channels, height, width });

/** The source, as it is. `exponent`: currents are multiples of 2^-exponent. */
export const addSource = ({ builder }: Network, { encoding, height, width, channels }: InputLayout, { exponent }: Readonly<{ exponent?: number }> = {}): ValueId =>
  builder.add(source, 'input', [], { coding: encoding === 'poisson' || encoding === 'tokens' ? 'spikes' : encoding, grid: [height, width], channels, domain: 'real', ...(exponent === undefined ? {} : { exponent }) });

/** Source, scaled as the network was trained: pixel / 256, or (pixel * scale - mean) / std; event counts as they are. */
export function addInput(network: Network, descriptor: Vision & Readonly<{ T: number }>): ValueId {
  const { builder } = network, pixels = addSource(network, visionInput(descriptor)), { encoding, normalize } = descriptor.input;
  if (encoding === 'frames') return pixels;
  const params = normalize
    ? { scale: constant(...normalize.std.map((std) => normalize.scale / std)), shift: constant(...normalize.mean.map((mean, c) => -mean / normalize.std[c])) }
    : { scale: constant(1 / 256) };
  return builder.add(repeat, 'input.repeat', [builder.add(affine, 'input.scale', [pixels], {}, params)], {});
}
