// The table of model families: one row each.
import type { Family } from './family.ts';
import { maxFormer } from './max-former.ts';
import { qkformerCifar } from './qkformer.ts';
import { sdtV1 } from './sdt-v1.ts';
import { spikformerCifar } from './spikformer/cifar.ts';
import { spikformerDvs } from './spikformer/dvs.ts';
import { spikformerImagenet } from './spikformer/imagenet.ts';
import { xorSpikformer } from './spikformer/xor.ts';
import { spikingformer } from './spikingformer.ts';

export const families: readonly [Family, ...Family[]] = [
  spikformerCifar,
  spikformerImagenet,
  spikformerDvs,
  xorSpikformer,
  spikingformer,
  sdtV1,
  qkformerCifar,
  maxFormer,
];
