// Transformers of several stages, each with its own width, depth and grid: keys, rules and grids that they share.
import type { Pair } from '../ir/types.ts';
import { slidGrid } from '../ops/slide.ts';
import { structureUnsupported, valuesDisagree } from './faults.ts';
import { most } from './limits.ts';
import type { Vision } from './parts.ts';
import { depth, width, windowOf } from './parts.ts';
import { classNamesFit, inputFits, lifFits, pixelWords, poolFits, rule, at, when } from './rules.ts';
import { factor, listOf } from './schema.ts';
import { hiddenOf, slideOf } from './sizes.ts';

type Square = Readonly<{ kernel: number; stride: number; padding: number }>;
/** Widths and blocks of the stages; the embedding of every stage but the first pools. */
export type Hierarchy = Readonly<{ embed_dims: readonly number[]; depths: readonly number[]; mlp_ratio: number; patch_embed: Readonly<{ maxpool: Square }> }>;

/** Keys of `count` stages, but for their attention and `patch_embed`. */
export const hierarchy = (count: number) => ({
  embed_dims: listOf(width, count, 'channels of a token, per stage'), depths: listOf(depth, count, 'transformer blocks, per stage'), mlp_ratio: factor('hidden channels of an MLP over the channels of its stage'),
});
export const poolWindow = windowOf('max pooling of currents between two stages', 'position', 'text');

/** Grid of every stage; or a sentence that says where the window does not fit. */
export function stageGrids(image: Pair, { embed_dims, patch_embed: { maxpool } }: Pick<Hierarchy, 'embed_dims' | 'patch_embed'>): readonly Pair[] | string {
  const grids: Pair[] = [image];
  for (let stage = 1; stage < embed_dims.length; stage++) {
    const grid = slidGrid(grids[stage - 1], slideOf(maxpool));
    if (typeof grid === 'string') return `stage ${stage + 1}: ${grid}`;
    grids.push(grid);
  }
  return grids;
}

/** Hidden channels of the MLPs of a stage. */
export const hiddenIn = ({ embed_dims, mlp_ratio }: Pick<Hierarchy, 'embed_dims' | 'mlp_ratio'>, stage: number): number => hiddenOf({ embed_dims: embed_dims[stage], mlp_ratio });

const hiddensFit = rule<Pick<Hierarchy, 'embed_dims' | 'mlp_ratio'>>('mlp_ratio embed_dims', (d, file) => d.embed_dims.map((_, stage) =>
  when(hiddenIn(d, stage) < 1 || hiddenIn(d, stage) > most.hidden, () => valuesDisagree(at(file, 'mlp_ratio'), `a hidden layer of ${hiddenIn(d, stage)} channels in stage ${stage + 1}; wanted 1 to ${most.hidden}`,
    'the hidden layer of a stage has embed_dims * mlp_ratio channels'))));

/** The stem halves the width of the first stage. */
const firstFits = rule<Pick<Hierarchy, 'embed_dims'>>('embed_dims', ({ embed_dims: [first] }, file) => [
  when(first % 2 !== 0, () => valuesDisagree(at(file, 'embed_dims', 0), `${first} channels; the first convolution has half of them`, 'the width of the first stage is even'))]);

/** A shortcut of stride s ends on the grid of a pooled branch. */
const shortcutFits = rule<Pick<Hierarchy, 'patch_embed'>>('patch_embed.maxpool', ({ patch_embed: { maxpool: { kernel, padding } } }, file) => [
  when(kernel !== 2 * padding + 1, () => structureUnsupported(at(file, 'patch_embed', 'maxpool'), `kernel ${kernel} with padding ${padding} ends on another grid than the shortcut beside it`,
    'wanted kernel = 2 * padding + 1, as in {"kernel": 3, "stride": 2, "padding": 1}'))]);

/** Rules of every network of stages. */
export const hierarchyRules = [hiddensFit, firstFits, shortcutFits, classNamesFit, lifFits, poolFits, inputFits, pixelWords] as const;

/** Tokens of every stage (a list), or of the last one. */
export const stageTokensFit = rule<Pick<Vision, 'image_size'> & Pick<Hierarchy, 'embed_dims' | 'patch_embed'> & Readonly<{ tokens: number | readonly number[] }>>('image_size embed_dims patch_embed.maxpool tokens',
  ({ tokens, image_size, ...d }, file) => {
    const grids = stageGrids(image_size, d), counts = typeof grids === 'string' ? [] : grids.map(([height, across]) => height * across), wanted = typeof tokens === 'number' ? counts.at(-1) : counts;
    return [when(typeof grids === 'string', () => valuesDisagree(at(file, 'patch_embed', 'maxpool'), String(grids), 'the pooled map must keep at least one position')),
      when(typeof grids !== 'string' && String(wanted) !== String(tokens), () => valuesDisagree(at(file, 'tokens'), `${JSON.stringify(tokens)}, but an image of ${image_size.join(' x ')} makes ${JSON.stringify(wanted)}`,
        `write "tokens": ${JSON.stringify(wanted)}, or correct image_size or the pooling`))];
  });
