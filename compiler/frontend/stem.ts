// Stems of stages: what they take from a checkpoint and how they are built, in the order that the descriptor gives.
import type { ValueId } from '../ir/types.ts';
import { maxPool } from '../ops/index.ts';
import type { LayerPart } from './layers.ts';
import { conv2d } from './layers.ts';
import type { Network } from './network.ts';
import { axes } from './network.ts';
import type { Stem, Vision } from './parts.ts';
import { slideOf } from './sizes.ts';

/** Names of the layers of stage i, without `patch_embed.`. */
export type StemNames = (stage: number) => Readonly<Record<'conv' | 'bn' | 'lif' | 'maxpool', string>>;

/** proj_conv, proj_conv1, ...: stems derived from Spikformer. */
export const projNames: StemNames = (i) => { const n = i === 0 ? '' : i; return { conv: `proj_conv${n}`, bn: `proj_bn${n}`, lif: `proj_lif${n}`, maxpool: `maxpool${n}` }; };
/** block0_conv, block1_conv, ...: stems derived from Spikingformer. */
export const blockNames: StemNames = (i) => ({ conv: `block${i}_conv`, bn: `block${i}_bn`, lif: `block${i}_lif`, maxpool: `block${i}_mp` });

export const stemLayers = (names: StemNames, { in_channels, patch_embed: { stages } }: Pick<Vision, 'in_channels'> & Readonly<{ patch_embed: Stem }>): LayerPart[] => stages.map(({ channels }, i) =>
  conv2d(`patch_embed.${names(i).conv}`, i === 0 ? in_channels : stages[i - 1].channels, channels, { window: 3, bias: false, norm: `patch_embed.${names(i).bn}` }));

/** All stages. Pooling behind the neuron is an OR, before it a maximum of currents. */
export function addStem(network: Network, names: StemNames, { stages, maxpool }: Stem, input: ValueId): ValueId {
  return stages.reduce((value, { order }, i) => order.reduce((inner, step) => {
    const { conv, lif, maxpool: pool } = names(i);
    switch (step) {
      case 'conv3x3': return network.layer(`patch_embed.${conv}`, inner);
      case 'bn': return inner;  // came with its convolution
      case 'lif': return network.spikes(`patch_embed.${lif}`, inner, axes.image);
      case 'maxpool': return network.builder.add(maxPool, `patch_embed.${pool}`, [inner], slideOf(maxpool));
    }
  }, value), input);
}
