// The table of model families: one row each.
import type { Family } from './family.ts';
import { emsResnet } from './ems-resnet.ts';
import { hybridPlasticity } from './hybrid-plasticity.ts';
import { maxFormer } from './max-former.ts';
import { mnistCnn } from './mnist-cnn.ts';
import { qkformerCifar } from './qkformer.ts';
import { sdha } from './sdha.ts';
import { sdtV1 } from './sdt-v1.ts';
import { sdtV2 } from './sdt-v2.ts';
import { sdtV3 } from './sdt-v3.ts';
import { spikformerCifar } from './spikformer/cifar.ts';
import { spikformerDvs } from './spikformer/dvs.ts';
import { spikformerImagenet } from './spikformer/imagenet.ts';
import { xorSpikformer } from './spikformer/xor.ts';
import { spikeclip } from './spikeclip.ts';
import { snnVit } from './snn-vit.ts';
import { spikevimformer } from './spikevimformer.ts';
import { spikingformer } from './spikingformer.ts';
import { spikingResformer } from './spiking-resformer.ts';
import { spikegpt } from './spikegpt.ts';
import { spikelm } from './spikelm.ts';
import { taSnn } from './ta-snn.ts';

export const families: readonly [Family, ...Family[]] = [
  spikformerCifar,
  spikformerImagenet,
  spikformerDvs,
  xorSpikformer,
  spikingformer,
  sdtV1,
  sdtV2,
  sdtV3,
  spikevimformer,
  sdha,
  qkformerCifar,
  maxFormer,
  spikingResformer,
  snnVit,
  spikeclip,
  mnistCnn,
  emsResnet,
  taSnn,
  spikelm,
  spikegpt,
  hybridPlasticity,
];
