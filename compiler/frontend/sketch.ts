// What a checkpoint shows of a descriptor, as a family says it, and the pieces that several families share.
import type { FileKeys } from './detect.ts';
import type { Draft } from './draft.ts';
import { stageGrids } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { Stem, Transformer, Vision } from './parts.ts';
import { hiddenOf, stemGrids } from './sizes.ts';
import type { StemNames } from './stem.ts';

/** One key whose value follows from others. `needs`: keys that must be there, in the right shape. */
export type Follow<D> = Readonly<{ key: string; needs: readonly string[]; of: { of(descriptor: D): unknown }['of'] }>;
/** @param needs keys, separated by spaces */
export const follow = <D>(key: string, needs: string, of: (descriptor: D) => unknown): Follow<D> => ({ key, needs: needs.split(' '), of });

/**
 * What keys show. Whatever the schema requires and none of these holds is asked for; what the schema leaves no choice about (groups, keys of one value) needs no word.
 * `shown`: by keys and shapes; undefined where the file lacks the key. `assumed`: what the published training uses and no file shows: told as assumed, to be said otherwise.
 * `asks`: keys that may be left out, but not by this network. `optional`: keys that may be left out and change what is built. `unread`: keys (with `*`) that the published network never reads.
 */
export type Sketch<D> = Readonly<{ shown: Draft<D>; assumed: Draft<D>; follows?: readonly Follow<D>[]; asks?: readonly string[]; optional?: readonly string[]; unread?: readonly string[] }>;

/** SpikingJelly's defaults but for tau and the detached reset, as every published transformer of these families has them. */
export const assumedLif = { type: 'lif', tau: 2, decay_input: true, v_threshold: 1, v_reset: 0 } as const;
/** Orders of multiplication of the published attentions: they change no result, only what the published code would count. */
export const qkFirst = '(q k^T) v', kvFirst = 'q (k^T v)';
/** Normalisations that published transformers carry and never call. */
export const unreadNorms = ['norm.*', 'block.*.norm1.*', 'block.*.norm2.*'] as const;
/** PyTorch's default. */
export const assumedEpsilon = 1e-5;

/** Images, or frames where the first convolution reads two channels: event cameras have two polarities. @param first key of that convolution */
export const shownVision = (keys: FileKeys, first: string) => ({ in_channels: keys.size(first, 1) });
export const assumedVision = (keys: FileKeys, first: string) => ({ input: { encoding: keys.size(first, 1) === 2 ? 'frames' as const : 'direct' as const } });
export const optionalVision = ['input.normalize', 'class_names'] as const;

export const shownClasses = (keys: FileKeys) => ({ classes: keys.size('head.weight', 0) });

/** hidden / width, such that floor(width * ratio) is the hidden width. */
export function ratioOf(hidden: number | undefined, width: number | undefined): number | undefined {
  if (hidden === undefined || width === undefined || width < 1) return undefined;
  const ratio = hidden / width;
  return hiddenOf({ embed_dims: width, mlp_ratio: ratio }) === hidden ? ratio : (hidden + 0.5) / width;
}

export const headsFollow = follow<Pick<Transformer, 'embed_dims' | 'heads'>>('head_dim', 'embed_dims heads', ({ embed_dims, heads }) => wholeOf(embed_dims / heads));
export const wholeOf = (value: number): number | undefined => (Number.isInteger(value) ? value : undefined);

/** Channels of the stages of a stem. */
export const shownStages = (keys: FileKeys, names: StemNames, count: number) => Array.from({ length: count }, (_, i) => ({ channels: keys.size(`patch_embed.${names(i).conv}.weight`, 0) }));
/** Orders of the stages, each written 'conv3x3 bn lif', and the window of every published stem. */
export const assumedStem = (...orders: readonly string[]) => ({ stages: orders.map((order) => ({ order: order.split(' ') as ('conv3x3' | 'bn' | 'lif' | 'maxpool')[] })), maxpool: assumedPool });
export const assumedPool = { kernel: 3, stride: 2, padding: 1 } as const;

const area = (grid: readonly [number, number] | undefined): number | undefined => grid && grid[0] * grid[1];
export const stemTokensFollow = follow<Pick<Vision, 'image_size'> & Readonly<{ patch_embed: Stem }>>('tokens', 'image_size patch_embed', ({ image_size, patch_embed }) => {
  const grids = stemGrids(image_size, patch_embed);
  return typeof grids === 'string' ? undefined : area(grids.at(-1));
});

type Staged = Pick<Vision, 'image_size'> & Pick<Hierarchy, 'embed_dims' | 'patch_embed'>;
/** Positions of every stage of a hierarchy, or of its last one. */
export const stageTokensFollow = (of: 'every' | 'last') => follow<Staged>('tokens', 'image_size embed_dims patch_embed', (descriptor) => {
  const grids = stageGrids(descriptor.image_size, descriptor);
  return typeof grids === 'string' ? undefined : of === 'every' ? grids.map(area) : area(grids.at(-1));
});
