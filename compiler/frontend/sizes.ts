// Sizes that follow from a descriptor: grids of the stem, hidden width, neurons.
import type { Pair } from '../ir/types.ts';
import { slidGrid } from '../ops/slide.ts';
import type { SlideAttrs } from '../ops/slide.ts';
import type { Descriptor, Stage } from './descriptor.ts';

type Square = Readonly<{ kernel: number; stride: number; padding: number }>;

/** A square window as operators take it. */
export const slideOf = ({ kernel, stride, padding }: Square): SlideAttrs => ({ window: [kernel, kernel], stride: [stride, stride], padding: [padding, padding] });
export const pools = (stage: Stage): boolean => stage.order.includes('maxpool');

/** Grid of each stage's convolution, then the grid of the tokens; or a sentence that says at which stage a window does not fit. */
export function stemGrids({ image_size, patch_embed: { stages, maxpool } }: Pick<Descriptor, 'image_size' | 'patch_embed'>): readonly Pair[] | string {
  const grids: Pair[] = [image_size];
  for (const [i, stage] of stages.entries()) {
    const grid = pools(stage) ? slidGrid(grids[i], slideOf(maxpool)) : grids[i];
    if (typeof grid === 'string') return `stage ${i}: ${grid}`;
    grids.push(grid);
  }
  return grids;
}

/** Channels of the hidden layer of an MLP: int(embed_dims * mlp_ratio), as published code has it. */
export const hiddenOf = ({ embed_dims, mlp_ratio }: Pick<Descriptor, 'embed_dims' | 'mlp_ratio'>): number => Math.floor(embed_dims * mlp_ratio);

/** Neurons of one step; both families have six neurons per channel and token in a block, and those of the hidden layer. */
export function neuronsOf(descriptor: Descriptor, grids: readonly Pair[]): number {
  const { patch_embed: { stages }, embed_dims, depths } = descriptor, [height, width] = grids[stages.length], tokens = height * width;
  const stem = stages.reduce((sum, { channels }, i) => sum + grids[i][0] * grids[i][1] * channels, 0);
  return stem + tokens * (embed_dims + depths * (6 * embed_dims + hiddenOf(descriptor)));
}
