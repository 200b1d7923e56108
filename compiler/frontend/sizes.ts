// Sizes that follow from a descriptor: grids of a stem, hidden width.
import type { Pair } from '../ir/types.ts';
import { slidGrid } from '../ops/slide.ts';
import type { SlideAttrs } from '../ops/slide.ts';
import type { Stage, Stem, Transformer } from './parts.ts';

type Square = Readonly<{ kernel: number; stride: number; padding: number }>;

/** A square window as operators take it. */
export const slideOf = ({ kernel, stride, padding }: Square): SlideAttrs => ({ window: [kernel, kernel], stride: [stride, stride], padding: [padding, padding] });
export const pools = (stage: Stage): boolean => stage.order.includes('maxpool');

/** Grid of the input, then of the map that leaves each stage; or a sentence that says at which stage a window does not fit. */
export function stemGrids(image: Pair, { stages, maxpool }: Pick<Stem, 'stages' | 'maxpool'>): readonly Pair[] | string {
  const grids: Pair[] = [image];
  for (const [i, stage] of stages.entries()) {
    const grid = pools(stage) ? slidGrid(grids[i], slideOf(maxpool)) : grids[i];
    if (typeof grid === 'string') return `stage ${i}: ${grid}`;
    grids.push(grid);
  }
  return grids;
}

/** Channels of the hidden layer of an MLP: int(embed_dims * mlp_ratio), as published code has it. */
export const hiddenOf = ({ embed_dims, mlp_ratio }: Pick<Transformer, 'embed_dims' | 'mlp_ratio'>): number => Math.floor(embed_dims * mlp_ratio);
